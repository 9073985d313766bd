"""TikTok's conditions stand beside every invitation, each with whether it is met; nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import SocialAccount
from crm.policies.conditions import ConditionState, KnownFacts, join_conditions
from crm.queries.conditions import conditions_of_account
from jobs.services.queue import note_finished
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.crm import (
    InfluencerFactory,
    TikTokAccountFactory,
    an_authenticated_account,
)
from tests.sandbox_process import Sandbox
from tiktok.enums import MarketplaceStatus, PollKind, Source
from tiktok.models import Video

MET, UNMET, UNKNOWN = ConditionState
TODAY = date(2026, 11, 29)
NAMES = ("country", "followers", "age", "personal", "posts", "views")


def states(known: KnownFacts) -> dict[str, ConditionState]:
    return dict(zip(NAMES, (each.state for each in join_conditions(known, TODAY)), strict=True))


def texts(known: KnownFacts) -> list[str]:
    return [each.text for each in join_conditions(known, TODAY)]


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# --- the rules ---------------------------------------------------------------------------------------------------
def test_nothing_known_is_not_known_and_never_unmet() -> None:
    assert set(states(KnownFacts()).values()) == {UNKNOWN}
    assert texts(KnownFacts()) == [
        "A country where TikTok has opened it",
        "At least 10,000 followers",
        "At least 18 years old",
        "A personal account",
        "At least 3 posts in 30 days",
        "At least 1,000 views of posts in 30 days",
    ]


@pytest.mark.parametrize(
    ("known", "name", "state"),
    [
        (KnownFacts(follower_count=10_000), "followers", MET),
        (KnownFacts(follower_count=9_999), "followers", UNMET),
        (KnownFacts(country="KR", follower_count=49_999), "followers", UNMET),
        (KnownFacts(country="KR", follower_count=50_000), "followers", MET),
        (KnownFacts(birthday=date(2008, 11, 29)), "age", MET),
        (KnownFacts(birthday=date(2008, 11, 30)), "age", UNMET),
        (KnownFacts(country="KR", birthday=date(2008, 11, 29)), "age", UNMET),
        (KnownFacts(country="KR", birthday=date(2007, 11, 29)), "age", MET),
        (KnownFacts(posts=3, views=0), "posts", MET),
        (KnownFacts(posts=2, views=0), "posts", UNKNOWN),
        (KnownFacts(posts=2, views=0, are_posts_all=True), "posts", UNMET),
        (KnownFacts(posts=1, views=1_000), "views", MET),
        (KnownFacts(posts=1, views=999, are_posts_all=True), "views", UNKNOWN),
        (KnownFacts(country="GB"), "country", UNKNOWN),
    ],
)
def test_each_condition_is_met_from_its_number_on(
    known: KnownFacts, name: str, state: ConditionState
) -> None:
    assert states(known)[name] == state


def test_each_note_says_what_it_rests_on() -> None:
    known = KnownFacts("KR", date(2000, 1, 1), 61_000, posts=1, views=1_200)
    country, followers, age, _, posts, views = (each.note for each in join_conditions(known, TODAY))
    assert country.startswith("Here: South Korea. ")
    assert followers == "61,000 now."
    assert age == "26 by the birthday known here."
    assert posts == "1 post is known."
    assert views.startswith("1,200 of the posts of these days.")
    assert [state.words for state in (MET, UNMET, UNKNOWN)] == ["Met", "Not met", "Not known"]


# --- what is known -----------------------------------------------------------------------------------------------
def some_videos(account: SocialAccount, *days: int) -> None:
    for number, ago in enumerate(days):
        Video.objects.create(
            creator=account.creator,
            tiktok_video_id=f"75{number:017d}",
            published_at=timezone.now() - timedelta(days=ago),
            video_views=600,
            counts_fetched_at=timezone.now(),
            source=Source.AUTHORIZED,
        )


def of(account: SocialAccount) -> dict[str, ConditionState]:
    return dict(zip(NAMES, (each.state for each in conditions_of_account(account)), strict=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("_scope")
def test_of_a_connected_account_followers_and_videos_are_known() -> None:
    account = an_authenticated_account(
        creator__marketplace_status=MarketplaceStatus.NOT_IN,
        creator__follower_count=12_000,
        creator__profile_source=Source.AUTHORIZED,
        influencer__birthday=date(1999, 5, 4),
    )
    some_videos(account, 2, 20, 31)
    assert of(account) == {
        "country": UNKNOWN,
        "followers": MET,
        "age": MET,
        "personal": UNKNOWN,
        "posts": UNKNOWN,  # two, but nobody has looked for more lately
        "views": MET,
    }
    note_finished(PollKind.VIDEOS, account.creator.pk)
    assert of(account)["posts"] == UNMET


@pytest.mark.django_db
@pytest.mark.usefixtures("_scope")
def test_of_an_account_that_is_no_longer_tracked_old_numbers_say_nothing() -> None:
    account = TikTokAccountFactory.create(
        creator__marketplace_status=MarketplaceStatus.NOT_IN,
        creator__follower_count=12_000,
        creator__country="GB",
    )
    some_videos(account, 1, 2, 3)
    known = of(account)
    assert (known["followers"], known["posts"], known["views"]) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert conditions_of_account(account)[0].note.startswith("Here: United Kingdom. ")


# --- where they stand --------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_they_stand_in_the_dialog_that_invites_and_are_reached_from_the_profile(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(
            creator__handle="tom_trails",
            creator__marketplace_status=MarketplaceStatus.NOT_IN,
            influencer__birthday=date(2015, 1, 1),
        )
    profile = f"/o/oak/influencers/{account.influencer_id}/"
    url = f"{profile}accounts/{account.pk}/invite/"
    assert f'hx-get="{url}" hx-target="#dialog-content">TikTok\'s conditions</a>' in body(
        manager.get(profile)
    )
    page = body(manager.get(url))
    assert "TikTok's conditions" in page
    assert 'At least 18 years old <span class="condition-state">Not met</span>' in page
    assert 'At least 10,000 followers <span class="condition-state">Not known</span>' in page


@pytest.mark.django_db
def test_they_stand_in_the_answer_that_an_account_is_not_in_the_marketplace(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    add = "/o/oak/influencers/add/"
    page = body(manager.post(add, {"handle": "tom_trails"}))
    assert 'At least 18 years old <span class="condition-state">Not known</span>' in page
    with organization_scope(oak):
        tom = InfluencerFactory.create(birthday=date(1990, 1, 1), country="GB")
    page = body(manager.post(add, {"handle": "tom_trails", "influencer": tom.pk}))
    assert 'At least 18 years old <span class="condition-state">Met</span>' in page
    assert "Here: United Kingdom." in page
