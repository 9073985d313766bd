"""Posts of other networks by hand: added, changed, left out, brought back; TikTok's are refused everywhere."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from campaigns.enums import NumbersSource, PlaceState
from campaigns.errors import (
    AccountToChoose,
    NoAccountOfPost,
    OtherAccountOfPost,
    PostListedAlready,
)
from campaigns.models import Campaign, NetworkPost, Participant, PostLayout, PostPlace, PostReading
from campaigns.queries.network_posts import listed_places
from campaigns.queries.network_totals import network_totals, totals_by_network
from campaigns.services.campaigns import remove_participants
from campaigns.services.networks.posts import (
    PostFacts,
    add_network_post,
    change_network_post,
    move_posts,
)
from crm.errors import AccountInUse, TikTokPostRefused
from crm.models import SocialAccount
from crm.signals import removing
from tenancy.enums import Verb
from tenancy.models import Event, Organization
from tenancy.scope import organization_scope
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.connecting import an_organization
from tests.factories.campaigns import a_campaign, a_participant
from tests.factories.networks import (
    COUNTED_AT,
    PUBLISHED_AT,
    a_network_account,
    a_network_post,
    a_place,
)
from tests.submitting import fresh, version

pytestmark = pytest.mark.django_db
REEL = "https://www.instagram.com/reel/C8xY_z-1Abc/"
FILM = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
TIKTOK = "https://www.tiktok.com/@maya.bakes/video/7450000000000000001"


@pytest.fixture
def lena(campaign: Campaign) -> SocialAccount:
    return a_network_account("lena.lifts", campaign=campaign, country="DE")


# --- adding ---
def test_a_post_is_added_by_its_address_with_what_is_known(
    campaign: Campaign, lena: SocialAccount
) -> None:
    facts = PostFacts("Warm up", PUBLISHED_AT, {"views": 1200, "likes": 0}, COUNTED_AT)
    place = add_network_post(campaign, f"{REEL}?igsh=1", facts, actor=None)
    post = place.post
    assert (post.account, post.network, post.network_post_id, post.url) == (
        lena,
        "instagram",
        "C8xY_z-1Abc",
        REEL,
    )
    assert (post.caption, post.published_at) == ("Warm up", PUBLISHED_AT)
    post.refresh_from_db()
    assert post.counts == {
        "views": 1200,
        "likes": 0,
        "comments": None,
        "shares": None,
        "saves": None,
    }
    assert (post.numbers_source, post.numbers_at) == (NumbersSource.BY_HAND, COUNTED_AT)
    assert (place.origin, place.state, place.published_at) == ("by_hand", "listed", PUBLISHED_AT)
    assert str(post) == "Warm up"
    event = Event.objects.get(verb=Verb.NETWORK_POST_ADDED)
    assert event.detail == {"post": post.pk, "campaign": campaign.pk}
    campaign.refresh_from_db()
    assert campaign.state == "active"


def test_a_post_without_numbers_has_none(campaign: Campaign, lena: SocialAccount) -> None:
    post = add_network_post(campaign, REEL, PostFacts(), account=lena, actor=None).post
    assert set(post.counts.values()) == {None}
    assert (post.numbers_source, post.numbers_at) == ("", None)
    assert str(post) == "Instagram post C8xY_z-1Abc"
    assert not PostReading.objects.exists()


@pytest.mark.usefixtures("lena")
def test_a_post_that_is_there_is_not_added_again(campaign: Campaign) -> None:
    add_network_post(campaign, REEL, PostFacts(), actor=None)
    with pytest.raises(PostListedAlready, match="in the campaign already"):
        add_network_post(campaign, "instagram.com/p/C8xY_z-1Abc", PostFacts(), actor=None)
    assert PostPlace.objects.count() == 1


def test_a_date_given_for_another_campaign_reaches_the_first(
    campaign: Campaign, lena: SocialAccount
) -> None:
    first = add_network_post(campaign, REEL, PostFacts(caption="Kept"), actor=None)
    second = a_campaign("Second")
    Participant.objects.create(campaign=second, account=lena)
    at = datetime(2026, 11, 12, 9, tzinfo=UTC)
    add_network_post(second, REEL, PostFacts(published_at=at), actor=None)
    first.refresh_from_db()
    assert (first.published_at, first.post.caption) == (at, "Kept")
    third = a_campaign("Third")
    Participant.objects.create(campaign=third, account=lena)
    add_network_post(third, REEL, PostFacts(), actor=None)
    first.refresh_from_db()
    assert first.published_at == at


def test_a_post_that_was_left_out_or_waits_is_listed_when_somebody_adds_it(
    campaign: Campaign, lena: SocialAccount
) -> None:
    post = a_network_post(lena, "C8xY_z-1Abc", caption="Kept")
    for state in (PlaceState.REFUSED, PlaceState.WAITING):
        PostPlace.objects.all().delete()
        place = a_place(campaign, post, state=state, origin="keyword", matched=["#loaf"])
        added = add_network_post(campaign, REEL, PostFacts(), actor=None)
        assert (added.pk, added.state, added.origin, added.matched) == (
            place.pk,
            "listed",
            "by_hand",
            ["#loaf"],
        )
        assert added.post.caption == "Kept"


def test_the_account_is_the_one_that_the_address_names(
    campaign: Campaign, lena: SocialAccount
) -> None:
    a_network_account("rio.runs", campaign=campaign)
    address = "https://www.instagram.com/lena.lifts/p/C8xY_z-1Abc/"
    assert add_network_post(campaign, address, PostFacts(), actor=None).account == lena


def test_where_several_accounts_could_be_meant_one_is_chosen(
    campaign: Campaign, lena: SocialAccount
) -> None:
    a_network_account("rio.runs", campaign=campaign)
    film = a_network_account("lena.films", "youtube", campaign=campaign)
    with pytest.raises(AccountToChoose, match="Choose the Instagram account"):
        add_network_post(campaign, REEL, PostFacts(), actor=None)
    with pytest.raises(AccountToChoose, match="Choose the Instagram account"):
        add_network_post(campaign, REEL, PostFacts(), account=film, actor=None)
    assert add_network_post(campaign, REEL, PostFacts(), account=lena, actor=None).account == lena
    assert add_network_post(campaign, FILM, PostFacts(), actor=None).account == film


def test_only_accounts_that_take_part_have_posts(campaign: Campaign) -> None:
    with pytest.raises(NoAccountOfPost, match="No Instagram account takes part"):
        add_network_post(campaign, REEL, PostFacts(), actor=None)
    outside = a_network_account("rio.runs")
    with pytest.raises(NoAccountOfPost, match=r"Instagram account .*@rio.runs.* takes no part"):
        add_network_post(campaign, REEL, PostFacts(), account=outside, actor=None)
    named = "https://www.instagram.com/rio.runs/p/C8xY_z-1Abc/"
    with pytest.raises(NoAccountOfPost, match=r"@rio.runs.* takes no part"):
        add_network_post(campaign, named, PostFacts(), actor=None)
    a_network_post(outside, "C8xY_z-1Abc")
    with pytest.raises(NoAccountOfPost, match=r"@rio.runs.* takes no part"):
        add_network_post(campaign, REEL, PostFacts(), actor=None)


def test_a_handle_of_before_is_no_reason_to_refuse_a_chosen_account(
    campaign: Campaign, lena: SocialAccount
) -> None:
    named = "https://www.instagram.com/lena.before/p/C8xY_z-1Abc/"
    assert add_network_post(campaign, named, PostFacts(), account=lena, actor=None).account == lena


def test_a_known_post_stays_its_accounts(campaign: Campaign, lena: SocialAccount) -> None:
    other = a_network_account("rio.runs", campaign=campaign)
    a_network_post(lena, "C8xY_z-1Abc")
    with pytest.raises(OtherAccountOfPost, match=r"known as one of .*@lena\.lifts"):
        add_network_post(campaign, REEL, PostFacts(), account=other, actor=None)
    assert add_network_post(campaign, REEL, PostFacts(), account=lena, actor=None).account == lena


# --- TikTok ---
def test_the_service_refuses_tiktok(campaign: Campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    with pytest.raises(TikTokPostRefused, match="Send the creator an order"):
        add_network_post(campaign, TIKTOK, PostFacts(), account=account, actor=None)
    assert not NetworkPost.objects.exists()


def test_the_form_refuses_tiktok(manager: Client, campaign: Campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    sent = {"url": TIKTOK, "account": account.pk, **fresh()}
    answer = manager.post(f"{base(campaign)}networks/add/", sent)
    assert answer.status_code == 422
    assert "Send the creator an order" in text(answer)
    assert "This account is no longer there" in text(answer)  # it offers none of TikTok
    assert not NetworkPost.objects.exists()


def test_the_database_refuses_tiktok(campaign: Campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    with (
        pytest.raises(IntegrityError, match="network_post_never_of_tiktok"),
        transaction.atomic(),
    ):
        a_network_post(account, "7450000000000000001")


def test_the_database_lets_nothing_wait_that_no_keyword_has_found(
    campaign: Campaign, lena: SocialAccount
) -> None:
    with (
        pytest.raises(IntegrityError, match="place_waits_for_keywords_only"),
        transaction.atomic(),
    ):
        a_place(campaign, a_network_post(lena, "1"), state="waiting", origin="by_hand")


# --- changing ---
def test_numbers_are_appended_with_their_time_and_the_latest_are_shown(
    campaign: Campaign, lena: SocialAccount
) -> None:
    first = PostFacts("Warm up", PUBLISHED_AT, {"views": 100, "likes": 7}, COUNTED_AT)
    place = add_network_post(campaign, REEL, first, actor=None)
    later = COUNTED_AT + timedelta(days=1)
    change_network_post(place, PostFacts("Warmer", PUBLISHED_AT, {"views": 300}, later), actor=None)
    post = NetworkPost.objects.get()
    assert (post.caption, post.views, post.likes, post.numbers_at) == ("Warmer", 300, None, later)
    assert list(PostReading.objects.order_by("read_at").values_list("views", "likes")) == [
        (100, 7),
        (300, None),
    ]
    assert Event.objects.filter(verb=Verb.NETWORK_POST_CHANGED).count() == 1
    earlier = PostFacts("Warmer", PUBLISHED_AT, {"views": 50}, COUNTED_AT - timedelta(days=1))
    change_network_post(place, earlier, actor=None)
    post.refresh_from_db()
    assert (post.views, PostReading.objects.count()) == (300, 3)


def test_what_is_saved_as_it_was_changes_nothing(campaign: Campaign, lena: SocialAccount) -> None:
    facts = PostFacts("Warm up", PUBLISHED_AT, {"views": 100}, COUNTED_AT)
    place = add_network_post(campaign, REEL, facts, actor=None)
    for same in (facts, PostFacts("Warm up", PUBLISHED_AT, {"views": 100})):
        change_network_post(place, same, actor=None)
    assert PostReading.objects.count() == 1
    assert not Event.objects.filter(verb=Verb.NETWORK_POST_CHANGED).exists()
    change_network_post(place, PostFacts("Warm up", None, {"views": 100}), actor=None)
    place.refresh_from_db()
    assert (place.published_at, PostReading.objects.count()) == (None, 1)
    change_network_post(place, PostFacts("Warm up"), actor=None)
    assert NetworkPost.objects.get().views is None


# --- leaving out, undoing ---
def test_a_post_is_left_out_and_brought_back(campaign: Campaign, lena: SocialAccount) -> None:
    place = a_place(campaign, a_network_post(lena, "1"))
    refused, listed = PlaceState.REFUSED, PlaceState.LISTED
    assert move_posts(campaign, [place.pk], refused, since=listed, actor=None) == [place.pk]
    assert move_posts(campaign, [place.pk], refused, since=listed, actor=None) == []
    assert Event.objects.get(verb=Verb.NETWORK_POST_LEFT_OUT).detail == {"campaign": campaign.pk}
    assert move_posts(campaign, [place.pk], listed, since=refused, actor=None) == [place.pk]
    assert Event.objects.filter(verb=Verb.NETWORK_POST_ACCEPTED).count() == 1


def test_only_what_a_keyword_has_found_waits_again(campaign: Campaign, lena: SocialAccount) -> None:
    found = a_place(campaign, a_network_post(lena, "1"), origin="keyword")
    by_hand = a_place(campaign, a_network_post(lena, "2"))
    both = [found.pk, by_hand.pk]
    waiting, listed = PlaceState.WAITING, PlaceState.LISTED
    assert move_posts(campaign, both, waiting, since=listed, actor=None) == [found.pk]
    assert Event.objects.filter(verb=Verb.NETWORK_POST_WAITING_AGAIN).count() == 1


def test_posts_of_another_campaign_stay_where_they_are(
    campaign: Campaign, lena: SocialAccount
) -> None:
    place = a_place(a_campaign("Other"), a_network_post(lena, "1"))
    moved = move_posts(
        campaign, [place.pk], PlaceState.REFUSED, since=PlaceState.LISTED, actor=None
    )
    assert moved == []


def test_who_has_posts_in_a_campaign_stays_in_it(campaign: Campaign, lena: SocialAccount) -> None:
    place = a_place(campaign, a_network_post(lena, "1"))
    participants = campaign.participants.all()
    assert remove_participants(campaign, participants, actor=None) == []
    with pytest.raises(AccountInUse):
        removing.send(SocialAccount, account=lena)
    PostPlace.objects.filter(pk=place.pk).update(state=PlaceState.REFUSED)
    assert len(remove_participants(campaign, participants, actor=None)) == 1
    removing.send(SocialAccount, account=lena)


# --- sums ---
def test_sums_are_of_what_is_known(campaign: Campaign, lena: SocialAccount) -> None:
    film = a_network_account("lena.films", "youtube", campaign=campaign)
    a_place(campaign, a_network_post(lena, "1", views=100, likes=0))
    a_place(campaign, a_network_post(lena, "2", views=50))
    a_place(campaign, a_network_post(film, "3", views=1000, comments=4))
    a_place(campaign, a_network_post(film, "4", views=9000), state="refused")
    totals = network_totals(listed_places(campaign))
    assert (totals.posts, totals.fewest) == (3, 0)
    assert {name: (total.value, total.posts) for name, total in totals.of.items()} == {
        "views": (1150, 3),
        "likes": (0, 1),
        "comments": (4, 1),
        "shares": (None, 0),
        "saves": (None, 0),
    }
    split = totals_by_network(listed_places(campaign))
    assert {network: each.of["views"].value for network, each in split.items()} == {
        "instagram": 150,
        "youtube": 1000,
    }


# --- the tab ---
@pytest.fixture
def three(campaign: Campaign) -> dict[str, PostPlace]:
    made = {}
    for number, (name, network, views) in enumerate(
        (("maya", "instagram", 1000), ("rio", "youtube", 500), ("tom", "x", None))
    ):
        account = a_network_account(
            f"{name}.bakes"[:9],
            network,
            campaign=campaign,
            country="DE" if name == "maya" else "AT",
        )
        post = a_network_post(
            account,
            f"74{number}",
            caption=f"{name} kneads",
            views=views,
            likes=views and 1000 - views,
            published_at=PUBLISHED_AT + timedelta(days=number),
            numbers_source="imported" if name == "rio" else "by_hand",
            numbers_at=COUNTED_AT,
        )
        made[name] = a_place(campaign, post, origin="imported" if name == "rio" else "by_hand")
    return made


def shown(answer: Any) -> list[str]:
    """The posts of a page in their order."""
    part = text(answer).split('id="posts"')[1].split("</main>")[0]
    return list(dict.fromkeys(re.findall(r"(\w+) kneads", part)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["tom", "rio", "maya"]),
        ("?sort=published", ["maya", "rio", "tom"]),
        ("?sort=-views", ["maya", "rio", "tom"]),
        ("?sort=views&view=table", ["rio", "maya", "tom"]),
        ("?sort=-likes&view=grid", ["rio", "maya", "tom"]),
        ("?sort=-video_views", ["tom", "rio", "maya"]),
        ("?network=youtube", ["rio"]),
        ("?network=tiktok", ["tom", "rio", "maya"]),
        ("?origin=imported", ["rio"]),
        ("?market=AT", ["tom", "rio"]),
        ("?since=2026-11-13&until=2026-11-13", ["rio"]),
        ("?q=KNEADS+ri", ["rio"]),
        ("?q=nothing", []),
    ],
)
@pytest.mark.usefixtures("three")
def test_the_address_says_which_posts_in_which_order(
    viewer: Client, campaign: Campaign, query: str, found: list[str]
) -> None:
    page = viewer.get(f"{base(campaign)}networks/{query}")
    assert shown(page) == found
    assert ("No matches" in text(page)) is (not found)


def test_the_tab_says_source_origin_and_of_how_many_posts(
    viewer: Client, campaign: Campaign, three: dict[str, PostPlace]
) -> None:
    PostPlace.objects.filter(pk=three["tom"].pk).update(matched=["#loaf"])
    page = text(viewer.get(f"{base(campaign)}networks/?view=table"))
    totals = re.sub(r"<[^>]+>", " ", page.split('aria-label="Totals"')[1].split("</section>")[0])
    assert "Views 1.5K 2 of 3 posts" in " ".join(totals.split())
    for words in ("Imported", "Entered by hand", "#loaf"):
        assert words in page
    assert "0 of them have every number" in page
    assert "Add post" not in page
    assert f"creator={three['rio'].account_id}" in text(
        viewer.get(f"{base(campaign)}posts/filter/?field=creator&tab=network_posts")
    )
    networks = text(viewer.get(f"{base(campaign)}posts/filter/?field=network&tab=network_posts"))
    assert "Instagram" in networks
    assert "TikTok" not in networks.split("field-list")[1].split("</ul>")[0]
    origins = text(viewer.get(f"{base(campaign)}posts/filter/?field=origin&tab=network_posts"))
    assert "Keyword" in origins
    chips = text(
        viewer.get(f"{base(campaign)}networks/?network=youtube&creator={three['rio'].account_id}")
    )
    assert "Remove the filter Network" in chips


@pytest.mark.usefixtures("three")
def test_the_table_and_the_file_have_the_chosen_columns(viewer: Client, campaign: Campaign) -> None:
    choose = f"{base(campaign)}networks/columns/?sort=-views"
    assert 'value="saves" checked' in text(viewer.get(choose))
    answer = viewer.post(choose, {"shown": ["views", "updated", "nonsense"]})
    assert answer["Location"].endswith("networks/?sort=-views")
    layout = PostLayout.objects.get()
    assert (layout.network_columns, layout.is_grid) == (["views", "updated"], True)
    page = text(viewer.get(f"{base(campaign)}networks/?view=table"))
    assert ">Likes" not in page.split('id="posts"')[1].split("<tbody>")[0].split("<thead>")[1]
    answer = viewer.post(f"{base(campaign)}networks/export/?sort=-views&market=AT")
    file = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert file[0][3:] == ["Creator", "Handle", "Views", "Source", "Updated"]
    assert [(row[0], row[5], row[6]) for row in file[1:]] == [
        ("741", "500", "Imported"),
        ("742", "", "Entered by hand"),
    ]
    assert Event.objects.get(verb=Verb.POSTS_EXPORTED).detail == {"post_count": 2}
    viewer.post(f"{base(campaign)}networks/columns/", {"shown": ["network", "published", "origin"]})
    kept = viewer.post(
        f"{base(campaign)}posts/as/?sort=-views", {"view": "table", "tab": "network_posts"}
    )
    assert kept["Location"].endswith("networks/?sort=-views")
    assert 'aria-pressed="true">Table' in text(viewer.get(f"{base(campaign)}networks/"))
    book = viewer.post(f"{base(campaign)}networks/export/", {"format": "xlsx"})
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_the_tab_costs_the_same_whatever_it_shows(viewer: Client, campaign: Campaign) -> None:
    a_place(campaign, a_network_post(a_network_account("one", campaign=campaign), "1"))
    url = f"{base(campaign)}networks/"
    viewer.get(url)
    one = queries(viewer, url)
    for number in range(3):
        account = a_network_account(f"more{number}", campaign=campaign)
        a_place(campaign, a_network_post(account, f"x{number}", views=5))
    assert queries(viewer, url) == one
    assert queries(viewer, f"{url}?sort=-views") == one


def test_a_post_is_added_changed_and_left_out_on_its_pages(
    manager: Client, campaign: Campaign, lena: SocialAccount
) -> None:
    add = f"{base(campaign)}networks/add/"
    assert "Instagram · @lena.lifts" in text(manager.get(add))
    sent = {
        "url": REEL,
        "views": "12.4K",
        "likes": "1,200",
        "published_at": "2026-11-12T09:00",
        **fresh(),
    }
    assert manager.post(add, sent)["Location"].endswith("/networks/")
    manager.post(add, sent)
    place = PostPlace.objects.get()
    assert (place.post.views, place.post.likes) == (12_400, 1_200)
    again = manager.post(add, {"url": REEL, **fresh()})
    assert (again.status_code, "in the campaign already" in text(again)) == (422, True)
    assert "in the campaign already" in text(manager.post(add, {"url": REEL, **fresh()}))
    change = f"{base(campaign)}networks/{place.pk}/"
    assert 'value="12400"' in text(manager.get(change, headers={"HX-Request": "true"}))
    wrong = {"views": "many", "counted_at": "2999-01-01T00:00"}
    answer = text(manager.post(change, wrong))
    assert "“many” is not a count." in answer
    assert "Enter a moment that is past" in answer
    seen = {"version": version(manager.get(change))}
    changed = {"views": "13000", "caption": "New", "published_at": "2026-11-12T09:00", **seen}
    assert manager.post(change, changed).status_code == 302
    place.post.refresh_from_db()
    assert (place.post.views, place.post.likes, place.post.caption) == (13_000, None, "New")
    move = f"{base(campaign)}networks/move/"
    manager.post(move, {"ids": place.pk, "since": "listed", "to": "refused"})
    page = text(manager.get(f"{base(campaign)}networks/"))
    assert "1 post is left out." in page
    assert "No posts of other networks yet" in page
    undo = {"ids": place.pk, "since": "refused", "to": "listed", "back": "queue"}
    assert manager.post(move, undo)["Location"].endswith("/networks/queue/")
    assert manager.post(move, {**undo, "back": "left-out"})["Location"].endswith("?show=left-out")
    assert "Nothing was changed" in text(manager.get(f"{base(campaign)}networks/"))
    assert manager.post(move, {"ids": place.pk, "to": "nowhere"}).status_code == 404
    assert manager.get(f"{base(campaign)}networks/999999/").status_code == 404
    for problem, words in (
        ({"url": "https://www.instagram.com/rio/p/Cabc_12345/"}, "takes no part in this campaign"),
        ({"url": FILM}, "No YouTube account takes part"),
    ):
        assert words in text(manager.post(add, {**problem, **fresh()}))


def test_a_viewer_reads_only(viewer: Client, campaign: Campaign, lena: SocialAccount) -> None:
    place = a_place(campaign, a_network_post(lena, "1"))
    for way in ("add/", f"{place.pk}/"):
        assert viewer.get(f"{base(campaign)}networks/{way}").status_code == 403
    move = {"ids": place.pk, "since": "listed", "to": "refused"}
    assert viewer.post(f"{base(campaign)}networks/move/", move).status_code == 403


def test_all_posts_shows_what_accounts_published_on_other_networks(
    manager: Client, viewer: Client, campaign: Campaign, lena: SocialAccount
) -> None:
    posts = {
        name: a_network_post(lena, name, caption=f"{name} kneads")
        for name in ("listed", "waiting", "refused", "free")
    }
    for state in ("listed", "waiting", "refused"):
        a_place(campaign, posts[state], state=state, origin="keyword")
    film = a_network_account("lena.films", "youtube", campaign=campaign)
    a_network_post(film, "film", caption="film kneads")
    a_network_post(
        lena, "old", caption="old kneads", published_at=PUBLISHED_AT - timedelta(days=90)
    )
    a_network_post(a_network_account("rio.runs"), "other", caption="other kneads")
    url = f"{base(campaign)}networks/all/"
    page = manager.get(url)
    assert set(shown(page)) == {"listed", "waiting", "refused", "free", "film"}
    assert text(page).count("Add to campaign") == 3
    assert shown(manager.get(f"{url}?network=youtube")) == ["film"]
    assert "Add to campaign" not in text(viewer.get(url))
    assert "Other networks" in text(viewer.get(f"{base(campaign)}posts/all/"))
    place = f"{base(campaign)}networks/place/"
    assert manager.post(place, {"post": posts["free"].pk})["Location"] == url
    assert "The post is in the campaign." in text(manager.get(url))
    manager.post(place, {"post": posts["listed"].pk})
    assert "in the campaign already" in text(manager.get(url))
    assert manager.post(place, {"post": "x"}).status_code == 404
    assert listed_places(campaign).count() == 2


def test_all_posts_has_a_place_for_those_without_a_date(
    manager: Client, campaign: Campaign, lena: SocialAccount
) -> None:
    url = f"{base(campaign)}networks/all/"
    assert "Every post has a date" in text(manager.get(f"{url}?show=undated"))
    film = a_network_account("lena.films", "youtube", campaign=campaign)
    for name, account in (("first", lena), ("second", lena), ("film", film)):
        a_network_post(account, name, caption=f"{name} kneads", published_at=None)
    a_network_post(lena, "dated", caption="dated kneads")
    assert shown(manager.get(url)) == ["dated"]
    page = manager.get(f"{url}?show=undated")
    assert shown(page) == ["film", "second", "first"]
    assert text(page).count("No date") == 3
    assert shown(manager.get(f"{url}?show=undated&network=youtube")) == ["film"]


def test_all_posts_of_other_networks_cost_the_same_whatever_they_show(
    viewer: Client, campaign: Campaign, lena: SocialAccount
) -> None:
    a_network_post(lena, "0")
    url = f"{base(campaign)}networks/all/"
    viewer.get(url)
    one = queries(viewer, url)
    for number in range(1, 4):
        a_network_post(a_network_account(f"more{number}", campaign=campaign), str(number))
    assert queries(viewer, url) == one


def test_the_same_post_of_two_organizations_is_two_posts(
    organization: Organization, lena: SocialAccount
) -> None:
    a_network_post(lena, "1", views=1)
    with organization_scope(an_organization("Elms")):
        other = a_network_account("lena.lifts", campaign=a_campaign())
        a_network_post(other, "1", views=2)
        assert [post.views for post in NetworkPost.objects.all()] == [2]
    assert [post.views for post in NetworkPost.objects.all()] == [1]
