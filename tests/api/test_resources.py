"""Resources of the API: what each says, and the filters of its lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from campaigns.enums import OrderState, PostOrigin
from campaigns.models import Participant, Post
from crm.models import Influencer, Note, SocialAccount
from jobs.models import Work
from tenancy.enums import Verb
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tenancy.services.organizations import create_api_key
from tests.api.conftest import Reader
from tests.factories.campaigns import (
    a_campaign,
    a_participant,
    a_post,
    a_video,
    an_account,
    an_order,
)
from tests.factories.crm import ConsentFactory
from tests.factories.networks import COUNTED_AT, a_network_account, a_network_post, a_place
from tests.personas import Tenant
from tiktok.availability import (
    ASK_TO_AUTHENTICATE,
    AUTHENTICATE_OR_ORDER,
    INVITE_TO_MARKETPLACE,
    SEND_AN_ORDER,
)
from tiktok.models import CreatorSnapshot, LegacyMigration, Video, VideoSnapshot
from tiktok.services.facts.months import open_legacy_partitions
from tiktok.services.facts.snapshots import record_video_snapshots

FETCHED_AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(name="Ash", slug="ash")


@pytest.fixture
def reader(organization: Organization) -> Reader:
    return Reader(create_api_key(organization, "ci", scopes=["read"], actor=None)[1])


@pytest.fixture(autouse=True)
def _scope(organization: Organization) -> Any:
    with organization_scope(organization):
        yield


def metrics_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {metric["key"]: metric for metric in document["metrics"]}


def test_an_influencer_has_their_accounts(reader: Reader) -> None:
    account = an_account("maya.cooks", email="maya@example.com")
    person = account.influencer
    document = reader.get(f"influencers/{person.pk}/").json()

    created_at = document.pop("created_at")
    assert datetime.fromisoformat(created_at) == person.created_at
    assert document == {
        "id": person.pk,
        "name": "Maya.Cooks",
        "display_name": "",
        "salutation": "",
        "email": "maya@example.com",
        "other_emails": [],
        "phone": "",
        "country": "",
        "language": "",
        "time_zone": "",
        "city": "",
        "birthday": None,
        "owner": None,
        "group": None,
        "tags": [],
        "lists": [],
        "rates": None,
        "custom_fields": {},
        "archived_at": None,
        "accounts": [{"id": account.pk, "account_type": "tiktok_creator", "handle": "maya.cooks"}],
    }


def test_influencers_are_listed_by_name_and_narrowed_by_campaign_and_email(reader: Reader) -> None:
    campaign = a_campaign()
    zoe = a_participant(campaign, "zoe", email="zoe@example.com").influencer
    ada = an_account("ada").influencer

    assert reader.ids("influencers/") == [ada.pk, zoe.pk]
    assert reader.ids("influencers/", campaign=campaign.pk) == [zoe.pk]
    assert reader.ids("influencers/", email="ZOE@example.com") == [zoe.pk]
    assert reader.ids("influencers/", campaign=campaign.pk + 1) == []


def test_an_address_is_found_whole_whatever_its_length_and_never_as_a_part(reader: Reader) -> None:
    long = f"{'a' * 60}@example.com"
    like_it = an_account("zoe@example.com", email=f"{'a' * 60}@example.org").influencer
    with_it = an_account("bo", email=long).influencer

    assert reader.ids("influencers/", email=long.upper()) == [with_it.pk]
    assert reader.ids("influencers/", email=like_it.email) == [like_it.pk]
    for part in ("zoe@example.com", "example.com", "a" * 60):
        assert reader.ids("influencers/", email=part) == []


def test_influencers_are_searched_by_words_and_their_parts(reader: Reader) -> None:
    campaign = a_campaign()
    maya = a_participant(campaign, "maya.bakes", email="m@oak.example").influencer
    an_account("tom.bakes")

    for search in ("bakes MAYA", "@maya", "oak.ex", "aya.bak", "kes aya"):
        assert reader.ids("influencers/", search=search) == [maya.pk]
    assert len(reader.ids("influencers/", search="bakes")) == 2
    assert reader.ids("influencers/", search="bakes", campaign=campaign.pk) == [maya.pk]
    for search in ("ak", "@", "bakes nobody"):
        assert reader.ids("influencers/", search=search) == []
    assert reader.get("influencers/", {"search": "a" * 101}).status_code == 400


def test_a_bio_finds_through_the_api_and_a_note_does_not(reader: Reader) -> None:
    account = an_account("maya.bakes")
    account.creator.bio = "Bread for everyone"
    account.creator.save()
    Note.objects.create(influencer=account.influencer, text="Prefers weekends")

    assert reader.ids("influencers/", search="bread") == [account.influencer_id]
    for search in ("weekends", "we", "bread weekends"):
        assert reader.ids("influencers/", search=search) == []


def test_an_influencer_with_two_accounts_in_a_campaign_is_listed_once(reader: Reader) -> None:
    campaign = a_campaign()
    maya = a_participant(campaign, "maya").influencer
    second = SocialAccount.objects.create(
        influencer=maya, network="x", account_type="x", handle="maya"
    )
    Participant.objects.create(campaign=campaign, account=second)
    assert reader.ids("influencers/", campaign=campaign.pk) == [maya.pk]


@pytest.mark.parametrize(
    ("status", "kind"), [("in", "not_authenticated_ttcm"), ("not_in", "unsupported")]
)
def test_a_tiktok_account_says_its_kind(reader: Reader, status: str, kind: str) -> None:
    account = an_account("maya", status=status)
    document = reader.get(f"social-accounts/{account.pk}/").json()

    document.pop("created_at")
    assert document == {
        "id": account.pk,
        "influencer": account.influencer_id,
        "network": "tiktok",
        "account_type": "tiktok_creator",
        "handle": "maya",
        "kind": kind,
        "is_authenticated": False,
        "marketplace_status": status,
        "checked_at": None,
        "next_check_at": None,
    }


def test_an_account_of_another_network_has_no_kind(reader: Reader) -> None:
    account = SocialAccount.objects.create(
        influencer=Influencer.objects.create(name="Tom"),
        network="youtube",
        account_type="youtube_channel",
        handle="tom",
    )
    document = reader.get(f"social-accounts/{account.pk}/").json()
    assert (document["kind"], document["marketplace_status"]) == (None, None)
    metrics = reader.get(f"social-accounts/{account.pk}/metrics/").json()
    assert metrics == {"account": account.pk, "kind": None, "metrics": []}
    assert reader.get(f"social-accounts/{account.pk}/metrics/history/").json()["results"] == []


def test_an_authenticated_account_says_so(oak: Tenant) -> None:
    reader = Reader(oak.keys["read"])
    (document,) = reader.get("social-accounts/").json()["results"]
    assert (document["kind"], document["is_authenticated"]) == ("authenticated_ttcm", True)


def an_account_of(network: str, account_type: str, handle: str) -> SocialAccount:
    return SocialAccount.objects.create(
        influencer=Influencer.objects.create(name=handle),
        network=network,
        account_type=account_type,
        handle=handle,
    )


def test_accounts_are_narrowed_by_type_network_influencer_and_campaign(reader: Reader) -> None:
    campaign = a_campaign()
    maya, tom = a_participant(campaign, "maya"), an_account_of("x", "x", "tom")

    assert reader.ids("social-accounts/") == [tom.pk, maya.pk]
    assert reader.ids("social-accounts/", account_type="tiktok_creator") == [maya.pk]
    assert reader.ids("social-accounts/", account_type="x") == [tom.pk]
    assert reader.ids("social-accounts/", network="tiktok") == [maya.pk]
    assert reader.ids("social-accounts/", influencer=tom.influencer_id) == [tom.pk]
    assert reader.ids("social-accounts/", campaign=campaign.pk) == [maya.pk]
    assert reader.get("social-accounts/", {"account_type": "myspace"}).status_code == 400


def test_the_old_word_still_answers_and_says_that_it_ends(reader: Reader) -> None:
    maya = an_account("maya")
    an_account_of("x", "x", "tom")

    old = reader.get("social-accounts/", {"account_type": "tiktok"})
    assert [row["id"] for row in old.json()["results"]] == [maya.pk]
    assert old.json()["results"][0]["account_type"] == "tiktok_creator"
    assert old["Deprecation"] == "@1796083200"
    assert old["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"

    new = reader.get("social-accounts/", {"account_type": "tiktok_creator"})
    assert not new.has_header("Deprecation")
    assert not new.has_header("Sunset")


def test_before_the_cut_over_accounts_carry_what_is_stored(reader: Reader) -> None:
    migration = LegacyMigration.objects.create()
    account = an_account("maya", profile_source="legacy", follower_count=7)
    SocialAccount.objects.update(account_type="tiktok")

    (document,) = reader.get("social-accounts/", {"account_type": "tiktok"}).json()["results"]
    assert (document["account_type"], document["kind"]) == ("tiktok", "legacy")
    metrics = metrics_of(reader.get(f"social-accounts/{account.pk}/metrics/").json())
    assert (metrics["follower_count"]["value"], metrics["follower_count"]["source"]) == (
        7,
        "legacy",
    )

    LegacyMigration.objects.filter(pk=migration.pk).update(cut_over_at=timezone.now())
    SocialAccount.objects.update(account_type="tiktok_creator")
    metrics = metrics_of(reader.get(f"social-accounts/{account.pk}/metrics/").json())
    assert metrics["follower_count"]["value"] is None


def test_account_metrics_have_unit_source_and_time_or_the_reason_why_not(reader: Reader) -> None:
    account = an_account(
        "maya",
        follower_count=541_213,
        like_count=0,
        average_views=9.5,
        profile_source="ttcm_public",
        profile_fetched_at=FETCHED_AT,
    )
    document = reader.get(f"social-accounts/{account.pk}/metrics/").json()
    metrics = metrics_of(document)

    assert (document["account"], document["kind"]) == (account.pk, "not_authenticated_ttcm")
    assert len(metrics) == len(document["metrics"]) == 15
    assert metrics["follower_count"] == {
        "key": "follower_count",
        "label": "Followers",
        "unit": "count",
        "value": 541_213,
        "source": "ttcm_public",
        "fetched_at": "2026-11-20T08:30:00Z",
        "flag": None,
        "availability": "available",
        "reason": "",
    }
    assert metrics["like_count"]["value"] == 0
    assert metrics["video_count"] | {"label": ""} == {
        "key": "video_count",
        "label": "",
        "unit": "count",
        "value": None,
        "source": None,
        "fetched_at": None,
        "flag": None,
        "availability": "available",
        "reason": "TikTok has not reported this yet.",
    }
    assert metrics["average_views"]["value"] is None
    assert metrics["average_views"]["availability"] == "unavailable"
    assert metrics["average_views"]["reason"] == ASK_TO_AUTHENTICATE


def test_each_unit_has_its_shape(oak: Tenant) -> None:
    reader, account = Reader(oak.keys["read"]), oak.row("crm.SocialAccount")
    metrics = metrics_of(reader.get(f"social-accounts/{account.pk}/metrics/").json())
    shares = [{"name": oak.canary, "fraction": 0.5}]

    assert metrics["creator_rate"]["value"] == {"amount": "12.50", "currency": "GBP"}
    assert metrics["engagement_rate"]["value"] == 0.25
    assert metrics["audience_countries"]["value"] == shares
    assert metrics["user_name"]["value"] == f"{oak.canary}_handle"
    post = oak.row("campaigns.Post")
    assert metrics_of(reader.get(f"posts/{post.pk}/").json())["retention_per_second"]["value"] == [
        1.0,
        0.7,
        0.4,
    ]


def test_account_history_shows_what_the_kind_may_show_oldest_first(reader: Reader) -> None:
    account = an_account("maya")
    open_legacy_partitions()
    for day, source in ((2, "ttcm_public"), (1, "ttcm_public"), (1, "legacy")):
        CreatorSnapshot.objects.create(
            creator_id=account.creator_id,
            source=source,
            bucket_at=datetime(2026, 11, day, tzinfo=UTC),
            fetched_at=FETCHED_AT,
            follower_count=100 + day,
            average_views=5.0,
        )
    rows = reader.get(f"social-accounts/{account.pk}/metrics/history/").json()["results"]
    assert rows[0] == {
        "bucket_at": "2026-11-01T00:00:00Z",
        "fetched_at": "2026-11-20T08:30:00Z",
        "source": "ttcm_public",
        "follower_count": 101,
        "like_count": None,
        "video_count": None,
        "average_views": None,
        "engagement_rate": None,
        "completion_rate": None,
        "absurd": [],
    }
    assert [row["follower_count"] for row in rows] == [101, 102]


def test_an_unsupported_account_has_no_metrics_and_no_history(reader: Reader) -> None:
    account = an_account("maya", status="not_in", follower_count=5, profile_source="ttcm_public")
    CreatorSnapshot.objects.create(
        creator_id=account.creator_id,
        source="ttcm_public",
        bucket_at=FETCHED_AT,
        fetched_at=FETCHED_AT,
        follower_count=5,
    )
    metrics = metrics_of(reader.get(f"social-accounts/{account.pk}/metrics/").json())
    assert {metric["value"] for metric in metrics.values()} == {None}
    assert reader.get(f"social-accounts/{account.pk}/metrics/history/").json()["results"] == []


def test_a_campaign_says_its_window_and_state(reader: Reader) -> None:
    campaign = a_campaign("Autumn", state="active")
    document = reader.get(f"campaigns/{campaign.pk}/").json()
    document.pop("created_at")
    assert document == {
        "id": campaign.pk,
        "client": "Northwind",
        "name": "Autumn",
        "state": "active",
        "starts_on": "2026-11-01",
        "ends_on": "2026-11-30",
        "salesperson": None,
        "goal": "",
        "planned": {},
        "currency": "",
        "budget": None,
        "client_fee": None,
        "audience": "",
        "keywords": [],
        "markets": [],
        "brief": "",
    }


def test_amounts_of_a_campaign_are_for_keys_with_the_scope_of_money(
    reader: Reader, organization: Organization
) -> None:
    planned = {"views": "1600000", "cost_per_mille": "10"}
    amounts = {"currency": "EUR", "budget": 12000, "client_fee": "9000.5", "planned": planned}
    campaign = a_campaign("Autumn", **amounts, markets=["DE"], brief="One loaf.")
    accountant = Reader(
        create_api_key(organization, "books", scopes=["read", "money"], actor=None)[1]
    )
    shown, whole = (each.get(f"campaigns/{campaign.pk}/").json() for each in (reader, accountant))
    assert (shown["budget"], shown["client_fee"], shown["planned"]) == (
        None,
        None,
        {"views": "1600000"},
    )
    assert whole["budget"] == {"amount": "12000.00", "currency": "EUR"}
    assert whole["client_fee"] == {"amount": "9000.50", "currency": "EUR"}
    assert whole["planned"] == planned
    assert (shown["markets"], shown["brief"]) == (["DE"], "One loaf.")


def test_campaigns_are_narrowed_by_state_and_account(reader: Reader) -> None:
    old = a_campaign("Old", starts_on=date(2026, 1, 1), state="completed")
    new = a_campaign("New", state="active")
    account = a_participant(old, "maya")

    assert reader.ids("campaigns/") == [new.pk, old.pk]
    assert reader.ids("campaigns/", state="active") == [new.pk]
    assert reader.ids("campaigns/", account=account.pk) == [old.pk]


def test_an_order_has_link_code_count_and_its_events(reader: Reader) -> None:
    account = a_participant(campaign := a_campaign(), "maya")
    with time_machine.travel(FETCHED_AT, tick=False):
        order = an_order(campaign, account, video_count=1, state_at=FETCHED_AT)
    with time_machine.travel(FETCHED_AT + timedelta(hours=1), tick=False):
        texts = {"evidence": "TikTok lists a first video."}
        record(Verb.ORDER_ACCEPTED, order, actor=None, state=OrderState.ACCEPTED, texts=texts)
    document = reader.get(f"orders/{order.pk}/").json()
    document.pop("created_at")
    assert document == {
        "id": order.pk,
        "campaign": campaign.pk,
        "account": account.pk,
        "tiktok_order_id": order.tiktok_order_id,
        "state": "sent",
        "state_at": "2026-11-20T08:30:00Z",
        "problem": "",
        "campaign_code": "ABC-DEF",
        "invite_link": "https://www.tiktok.com/t/ZSbx1/",
        "video_count": 1,
        "video_limit": 2,
        "checked_at": None,
        "next_check_at": None,
        "events": [
            {"state": "sent", "at": "2026-11-20T08:30:00Z", "evidence": "Made up."},
            {
                "state": "accepted",
                "at": "2026-11-20T09:30:00Z",
                "evidence": "TikTok lists a first video.",
            },
        ],
    }


def test_orders_are_narrowed_by_campaign_account_and_state(reader: Reader) -> None:
    autumn, winter = a_campaign("Autumn"), a_campaign("Winter")
    maya, tom = a_participant(autumn, "maya"), a_participant(winter, "tom")
    first = an_order(autumn, maya)
    second = an_order(winter, tom, state=OrderState.OPENED)

    assert reader.ids("orders/") == [second.pk, first.pk]
    assert reader.ids("orders/", campaign=autumn.pk) == [first.pk]
    assert reader.ids("orders/", account=tom.pk) == [second.pk]
    assert reader.ids("orders/", state="opened") == [second.pk]


def test_a_post_by_order_has_all_metrics_of_the_report(reader: Reader) -> None:
    account = a_participant(campaign := a_campaign(), "maya")
    order = an_order(campaign, account)
    video = a_video(account, "7300", reach=900, report_fetched_at=FETCHED_AT, engagement_rate=0.115)
    post = a_post(campaign, video, order=order)
    document = reader.get(f"posts/{post.pk}/").json()
    metrics = metrics_of(document)

    shown = {"metrics", "published_since", "checked_at", "next_check_at"}
    assert {k: document[k] for k in document if k not in shown} == {
        "id": post.pk,
        "campaign": campaign.pk,
        "account": account.pk,
        "order": order.pk,
        "origin": "order",
        "network": "tiktok",
        "network_post_id": "7300",
        "url": video.url,
        "review_state": "SUCCEED",
        "published_at": "2026-11-10T09:00:00Z",
    }
    assert len(metrics) == len(document["metrics"]) == 16
    assert {metric["availability"] for metric in metrics.values()} == {"available"}
    assert metrics["video_views"]["value"] == 1000
    assert (metrics["reach"]["value"], metrics["reach"]["source"]) == (900, "order_report")
    assert metrics["reach"]["fetched_at"] == "2026-11-20T08:30:00Z"
    assert metrics["total_play_time"]["value"] is None
    assert metrics["total_play_time"]["reason"] == "TikTok has not reported this yet."


def test_a_post_by_hand_says_what_is_missing_and_why(reader: Reader) -> None:
    account = a_participant(campaign := a_campaign(), "maya")
    post = a_post(campaign, a_video(account, "7300", reach=900, total_engagements=115))
    metrics = metrics_of(reader.get(f"posts/{post.pk}/").json())

    assert metrics["likes"]["value"] == 100
    for key, reason in (("total_engagements", AUTHENTICATE_OR_ORDER), ("reach", SEND_AN_ORDER)):
        assert metrics[key]["value"] is None
        assert (metrics[key]["availability"], metrics[key]["reason"]) == ("unavailable", reason)


def test_accounts_orders_and_posts_say_when_tiktok_was_asked_and_is_asked_next(
    reader: Reader, organization: Organization
) -> None:
    """The daily public sync counts in the marketplace, outside it the weekly authorized one; posts follow what brings them."""
    syncs = {
        kind: FETCHED_AT + timedelta(days=number)
        for number, kind in enumerate(("profile", "insights", "videos", "order", "membership"), 1)
    }

    def plan(kind: str, subject: int, stopped: str = "") -> None:
        Work.objects.create(
            organization=organization, kind=kind, subject_id=subject, due_at=syncs[kind], stopped_reason=stopped
        )  # fmt: skip

    def said(path: str, pk: int) -> tuple[str | None, datetime | None]:
        document = reader.get(f"{path}/{pk}/").json()
        following = document["next_check_at"]
        return document["checked_at"], following and datetime.fromisoformat(following)

    campaign = a_campaign()
    inside = a_participant(campaign, "maya", profile_fetched_at=FETCHED_AT)
    outside = a_participant(campaign, "tom", status="not_in", profile_fetched_at=FETCHED_AT)
    ConsentFactory.create(creator=outside.creator)
    invited = a_participant(campaign, "rio", status="invited", marketplace_checked_at=FETCHED_AT)
    for account in (inside, outside):
        for kind in ("profile", "insights", "videos"):
            plan(kind, account.creator_id)
    plan("membership", invited.creator_id)
    plan("insights", invited.creator_id, stopped="It has ended.")
    order = an_order(campaign, inside, checked_at=FETCHED_AT)
    plan("order", order.pk)
    by_hand = a_post(campaign, a_video(inside, "1", counts_fetched_at=FETCHED_AT))
    tied = a_post(campaign, a_video(inside, "2"), order=order)
    lost = a_post(campaign, a_video(invited, "3", counts_fetched_at=FETCHED_AT))

    at = "2026-11-20T08:30:00Z"
    assert said("social-accounts", inside.pk) == (at, syncs["profile"])
    assert said("social-accounts", invited.pk) == (at, syncs["membership"])
    assert said("orders", order.pk) == (at, syncs["order"])
    assert said("posts", by_hand.pk) == (at, syncs["videos"])
    assert said("posts", tied.pk) == (at, syncs["order"])
    assert said("posts", lost.pk) == (at, None)
    document = reader.get(f"social-accounts/{outside.pk}/").json()
    assert document["next_check_at"] == syncs["insights"].isoformat().replace("+00:00", "Z")


def test_only_posts_that_stand_are_shown(reader: Reader) -> None:
    account = a_participant(campaign := a_campaign(), "maya")
    is_visible = a_post(campaign, a_video(account, "1"))
    hidden = a_post(
        campaign, a_video(account, "2"), hidden_at=timezone.now(), origin=PostOrigin.LEGACY
    )
    order = an_order(campaign, account)
    in_review = a_post(campaign, a_video(account, "3"), order=order, published_since=None)

    assert reader.ids("posts/") == [is_visible.pk]
    for post in (hidden, in_review):
        assert reader.get(f"posts/{post.pk}/").status_code == 404
        assert reader.get(f"posts/{post.pk}/metrics/history/").status_code == 404


def test_posts_are_narrowed_by_campaign_account_order_and_origin(reader: Reader) -> None:
    autumn, winter = a_campaign("Autumn"), a_campaign("Winter")
    maya, tom = a_participant(autumn, "maya"), a_participant(winter, "tom")
    order = an_order(autumn, maya)
    first = a_post(autumn, a_video(maya, "1"), order=order)
    second = a_post(winter, a_video(tom, "2"))

    assert reader.ids("posts/") == [second.pk, first.pk]
    assert reader.ids("posts/", campaign=autumn.pk) == [first.pk]
    assert reader.ids("posts/", account=tom.pk) == [second.pk]
    assert reader.ids("posts/", order=order.pk) == [first.pk]
    assert reader.ids("posts/", origin="by_hand") == [second.pk]


def test_posts_of_other_networks_have_their_latest_numbers_and_no_others(reader: Reader) -> None:
    autumn, winter = a_campaign("Autumn"), a_campaign("Winter")
    lena = a_network_account("lena.lifts", campaign=autumn)
    film = a_network_account("lena.films", "youtube", campaign=winter)
    post = a_network_post(
        lena, "C8", url="https://www.instagram.com/p/C8/", caption="Warm up", views=1200,
        numbers_source="imported", numbers_at=COUNTED_AT,
    )  # fmt: skip
    first, second = a_place(autumn, post), a_place(winter, a_network_post(film, "F1"))
    waiting = a_place(autumn, a_network_post(lena, "C9"), state="waiting", origin="keyword")
    document = reader.get(f"network-posts/{first.pk}/").json()
    assert datetime.fromisoformat(document.pop("added_at")) == first.added_at
    assert document == {
        "id": first.pk,
        "campaign": autumn.pk,
        "account": lena.pk,
        "origin": "by_hand",
        "network": "instagram",
        "network_post_id": "C8",
        "url": "https://www.instagram.com/p/C8/",
        "caption": "Warm up",
        "views": 1200,
        "likes": None,
        "comments": None,
        "shares": None,
        "saves": None,
        "numbers_source": "imported",
        "numbers_at": "2026-11-20T09:00:00Z",
        "published_at": "2026-11-12T09:00:00Z",
    }
    assert reader.get(f"network-posts/{waiting.pk}/").status_code == 404
    assert reader.ids("network-posts/") == [second.pk, first.pk]
    assert reader.ids("network-posts/", campaign=autumn.pk) == [first.pk]
    assert reader.ids("network-posts/", account=film.pk) == [second.pk]
    assert reader.ids("network-posts/", network="youtube") == [second.pk]
    assert reader.ids("network-posts/", origin="imported") == []


def test_a_post_of_another_network_has_no_tiktok_metrics(reader: Reader) -> None:
    account = an_account_of("instagram", "instagram", "tom")
    post = Post.objects.create(
        campaign=a_campaign(),
        account=account,
        network="instagram",
        network_post_id="C1",
        url="https://www.instagram.com/p/C1/",
        origin=PostOrigin.IMPORTED,
        published_since=timezone.now(),
    )
    assert reader.get(f"posts/{post.pk}/").json()["metrics"] == []
    assert reader.get(f"posts/{post.pk}/metrics/history/").json()["results"] == []


def test_post_history_shows_what_the_tie_may_show_oldest_first(reader: Reader) -> None:
    account = a_participant(campaign := a_campaign(), "maya")
    video = a_video(account, "1")
    post = a_post(campaign, video)
    for hour in (9, 8):
        VideoSnapshot.objects.create(
            video_id=video.pk,
            source="ttcm_public",
            bucket_at=datetime(2026, 11, 1, hour, tzinfo=UTC),
            fetched_at=FETCHED_AT,
            video_views=hour,
            reach=3,
        )
    rows = reader.get(f"posts/{post.pk}/metrics/history/").json()["results"]
    assert [(row["bucket_at"], row["video_views"], row["reach"]) for row in rows] == [
        ("2026-11-01T08:00:00Z", 8, None),
        ("2026-11-01T09:00:00Z", 9, None),
    ]


def test_a_marketplace_metric_of_a_non_marketplace_account_names_the_way(oak: Tenant) -> None:
    with organization_scope(oak.organization):
        creator = oak.row("tiktok.Creator")
        creator.marketplace_status, creator.creator_rate_amount = "not_in", Decimal(5)
        creator.save()
    account = oak.row("crm.SocialAccount")
    document = Reader(oak.keys["read"]).get(f"social-accounts/{account.pk}/metrics/").json()
    rate = metrics_of(document)["creator_rate"]
    assert document["kind"] == "authenticated_non_ttcm"
    assert (rate["value"], rate["reason"]) == (None, INVITE_TO_MARKETPLACE)


def test_an_odd_number_is_shown_as_told_and_flagged_now_and_in_the_history(reader: Reader) -> None:
    campaign = a_campaign()
    account = a_participant(campaign, "maya")
    post = a_post(campaign, video := a_video(account, "1", video_views=None))
    for hours, views in enumerate((12_400, 11_900)):
        read = Video(pk=video.pk, video_views=views, likes=-1, comments=0, shares=0)
        at = timezone.now() + timedelta(hours=hours)
        record_video_snapshots([read], source="ttcm_public", fetched_at=at)

    metrics = metrics_of(reader.get(f"posts/{post.pk}/").json())
    assert {key: (metrics[key]["value"], metrics[key]["flag"]) for key in ("video_views", "likes", "comments")} == {
        "video_views": (11_900, "falling"), "likes": (-1, "absurd"), "comments": (0, None),
    }  # fmt: skip
    rows = reader.get(f"posts/{post.pk}/metrics/history/").json()["results"]
    assert [(row["video_views"], row["falling"], row["absurd"]) for row in rows] == [
        (12_400, [], ["likes"]),
        (11_900, ["video_views"], ["likes"]),
    ]


def test_of_a_number_that_is_not_ours_to_show_not_even_the_flag_is_told(reader: Reader) -> None:
    campaign = a_campaign()
    account = a_participant(campaign, "maya")
    post = a_post(campaign, video := a_video(account, "1"))
    Video.objects.filter(pk=video.pk).update(reach=5, absurd=1 << 6, report_fetched_at=FETCHED_AT)
    VideoSnapshot.objects.create(
        video_id=video.pk, source="order_report", bucket_at=FETCHED_AT, fetched_at=FETCHED_AT,
        reach=5, absurd=1 << 6,
    )  # fmt: skip
    reach = metrics_of(reader.get(f"posts/{post.pk}/").json())["reach"]
    assert (reach["value"], reach["flag"]) == (None, None)
    [row] = reader.get(f"posts/{post.pk}/metrics/history/").json()["results"]
    assert (row["reach"], row["absurd"]) == (None, [])
