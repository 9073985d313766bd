"""Discover: TikTok One's own search and rankings on a page; nothing of them is stored until somebody adds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.enums import Network
from crm.models import Influencer, List, ListEntry, SocialAccount
from crm.services.accounts import add_tiktok_account
from crm.services.discovery import start_adding_found
from jobs.models import Job
from jobs.services import at_once
from jobs.services.jobs import begin_at_once
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tests.crm.conftest import queries_in
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.sandbox_process import TTO_ACCOUNT_ID, Sandbox
from tests.submitting import fresh, token
from tests.tiktok.creators.test_handles import was_called
from tiktok import limits
from tiktok.enums import MarketplaceStatus
from tiktok.errors import NotOffered
from tiktok.models import Creator, MarketplaceAccount
from tiktok.services.creators.discovery import PAGE_SIZE, discovery_account
from tiktok.services.gateway import discovery_marketplace
from tiktok.store import store
from ui.submitting import MAY_BE_DOUBLED

pytestmark = pytest.mark.django_db
DISCOVER, RANKINGS, ADD = "/o/oak/discover/", "/o/oak/discover/rankings/", "/o/oak/discover/add/"
CREATOR = "/o/oak/discover/creator/"
HTMX = {"HX-Request": "true"}
SEARCH_CALL, LABELS_CALL = "/tto/tcm/creator/discover/", "/tto/tcm/category/label/"


@pytest.fixture(autouse=True)
def _on_tiktok_one(oak: Organization, tiktok: Sandbox) -> None:
    with organization_scope(oak):
        MarketplaceAccount.objects.update(
            dialect="tto", tiktok_account_id=TTO_ACCOUNT_ID, country="GB"
        )


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def ask(client: Client, url: str = DISCOVER, *, waited: int = 0, **asked: Any) -> Any:
    """The question that the page sends by itself."""
    given = {"waited": str(waited)} if waited else {}
    answer = client.post(f"{url}?{urlencode(asked, doseq=True)}", given, headers=HTMX)
    assert answer.status_code == 200
    return answer


def found(client: Client, url: str = DISCOVER, **asked: Any) -> str:
    return body(ask(client, url, **asked))


def handles(page: str) -> list[str]:
    return re.findall(r'class="person-note">@([\w.]+)<', page)


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# --- search ------------------------------------------------------------------------------------------------------
def test_the_page_shows_tiktoks_filters_and_asks_for_creators_of_the_accounts_country(
    manager: Client, tiktok: Sandbox
) -> None:
    found(manager)  # reads the labels
    page = body(manager.get(DISCOVER))
    assert f'<div id="found" hx-post="{DISCOVER}" hx-trigger="load"' in page
    for label in ("Country", "Topic", "Industry", "Followers", "Engagement", "Median views"):
        assert f">{label}" in page
    assert '<option value="GB" selected>United Kingdom</option>' in page
    assert '<option value="11010004">Cooking &amp; Recipes</option>' in page

    rows = found(manager)
    assert len(handles(rows)) == PAGE_SIZE
    assert "maya.bakes" in handles(rows) + handles(found(manager, page="2"))
    assert '<span data-name-of="region">GB</span>' in rows
    assert "/_sandbox/a/" in rows  # TikTok's own pictures


def test_each_filter_reaches_tiktok_in_its_own_words(manager: Client, tiktok: Sandbox) -> None:
    asked = {
        "country_codes": ["US"],
        "state_provinces": ["CA", "TX", "FL", "NY", "IL", "GA"],
        "content_label_ids": ["11012001"],
        "min_followers": "50000",
        "max_followers": "100000",
        "min_engagement_rate": "0.5",
        "follower_country_codes": "US",
        "sort_field": "FOLLOWERS",
    }
    shown = handles(found(manager, **asked))
    assert "rio.runs" in shown  # fitness, 88,210 followers
    assert "zoe.zen" not in shown  # beauty
    asked["min_engagement_rate"] = "90"
    page = found(manager, **asked)
    assert handles(page) == []
    assert "No creator of the marketplace matches all filters." in page
    page = body(manager.get(DISCOVER, asked))
    assert ">≥ 50,000, ≤ 100,000</strong>" in page
    assert "<strong>Followers</strong>" in page
    asked["sort_field"] = "RELEVANCE"  # as the form sends it where nobody chose: no filter
    assert "<strong>Relevance</strong>" not in body(manager.get(DISCOVER, asked))


def test_words_find_by_handle(manager: Client) -> None:
    assert handles(found(manager, country_codes="GB", keyword_search="maya")) == ["maya.bakes"]


def test_pages_follow_tiktoks_and_end_where_its_answer_ends(manager: Client) -> None:
    first, second = found(manager), found(manager, page="2")
    assert 'href="?page=2"' in first
    assert 'href="?page=1"' in second
    assert not set(handles(first)) & set(handles(second))
    beyond = found(manager, page="90")
    assert "No more creators" in beyond
    assert 'href="?page=89"' in beyond


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"keyword_search": "x"}, "Choose a country: TikTok searches by country."),
        ({"country_codes": "GB", "state_provinces": "CA"}, "Choose the United States alone"),
        ({"country_codes": "GB", "min_followers": "9", "max_followers": "5"}, "below the least"),
        ({"country_codes": "GB", "min_engagement_rate": "101"}, "At most 100."),
    ],
)
def test_what_tiktok_would_refuse_is_said_before_it_is_asked(
    manager: Client, tiktok: Sandbox, asked: dict[str, str], words: str
) -> None:
    found(manager)  # reads the labels
    tiktok.control("stats")
    answer = manager.get(DISCOVER, asked)
    assert answer.status_code == 422
    assert words in body(answer)
    assert 'id="found"' not in body(answer)
    forced = manager.post(f"{DISCOVER}?{urlencode(asked)}", headers=HTMX)
    assert forced["HX-Redirect"] == f"{DISCOVER}?{urlencode(asked)}"
    assert tiktok.read("stats")["total"] == 0


def test_what_is_found_is_stored_nowhere_and_asked_once_in_ten_minutes(
    oak: Organization, manager: Client, viewer: Client, tiktok: Sandbox
) -> None:
    tiktok.control("stats")
    for client in (manager, viewer, manager):
        assert handles(found(client))
    assert tiktok.read("stats")["calls"] == {SEARCH_CALL: 1, LABELS_CALL: 1}
    with organization_scope(oak):
        assert not Creator.objects.exists()
        assert not Influencer.objects.exists()


@pytest.mark.parametrize("page", [DISCOVER, RANKINGS])
def test_labels_are_asked_once_a_day_and_complete_the_page_that_came_without(
    manager: Client, tiktok: Sandbox, page: str
) -> None:
    assert "Cooking &amp; Recipes" not in body(manager.get(page))
    first, second = found(manager, page), found(manager, page)
    assert 'id="asked"' in first
    assert 'hx-swap-oob="true"' in first
    assert ">Cooking &amp; Recipes</option>" in first
    assert 'id="asked"' not in second
    assert ">Cooking &amp; Recipes</option>" in body(manager.get(page))
    assert tiktok.read("stats")["calls"][LABELS_CALL] == 1


def test_a_creator_who_is_here_already_is_said_to_be_with_a_link(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        maya = TikTokAccountFactory.create(
            creator__handle="maya.bakes", influencer__name="Maya Baker"
        ).influencer
    page = found(manager, country_codes="GB", keyword_search="maya")
    assert f'href="/o/oak/influencers/{maya.pk}/">In your CRM: Maya Baker</a>' in page
    assert 'aria-label="Add Maya Bakes"' not in page


def test_a_viewer_looks_and_adds_nothing(viewer: Client) -> None:
    page = found(viewer)
    assert handles(page)
    assert "data-check-all" not in page
    assert ADD not in page
    assert viewer.post(ADD, {"handle": "maya.bakes"}).status_code == 403
    assert viewer.get("/o/oak/discover/list/?handle=maya.bakes").status_code == 403


def test_a_viewer_sees_no_price(manager: Client, viewer: Client) -> None:
    for client, is_shown in ((manager, True), (viewer, False)):
        assert (">Price" in body(client.get(DISCOVER))) == is_shown
        ranking = found(client, RANKINGS, board="organic:11012001")
        assert ("USD" in ranking) == is_shown
        assert ("GBP" in found(client, CREATOR, handle="maya.bakes")) == is_shown
    everybody = found(viewer, country_codes="GB")
    assert handles(found(viewer, country_codes="GB", max_creator_price="1")) == handles(everybody)


# --- one creator -------------------------------------------------------------------------------------------------
def test_the_numbers_of_one_creator_are_one_call_on_demand(
    manager: Client, viewer: Client, tiktok: Sandbox
) -> None:
    tiktok.control("stats")
    opened = body(manager.get(CREATOR, {"handle": "maya.bakes"}, headers=HTMX))
    assert f'hx-post="{CREATOR}?handle=maya.bakes" hx-trigger="load"' in opened
    assert tiktok.read("stats")["total"] == 0
    page = found(manager, CREATOR, handle="maya.bakes")
    assert "Sourdough, mostly.<br>Leeds" in page
    assert "450.00 GBP" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "<dt>Median views</dt>" in page
    assert "Cooking &amp; Recipes" in page
    assert ADD in page
    assert ADD not in found(viewer, CREATOR, handle="maya.bakes")
    assert tiktok.read("stats")["calls"] == {"/tto/tcm/creator/public/": 1}


def test_the_numbers_of_somebody_outside_are_refused_in_tiktoks_words(manager: Client) -> None:
    page = found(manager, CREATOR, handle="tom_trails")
    assert "There is no answer from TikTok" in page
    assert "TikTok refused:" in page
    assert manager.get(f"{CREATOR}?handle=%20").status_code == 302


# --- rankings ----------------------------------------------------------------------------------------------------
def test_a_ranking_shows_place_change_and_rates(manager: Client, tiktok: Sandbox) -> None:
    page = found(manager, RANKINGS)
    assert '<optgroup label="Organic videos, by topic">' in page
    assert '<option value="branded:14000000000">Beauty &amp; Personal Care</option>' in page

    rows = found(manager, RANKINGS, board="organic:11012001")
    assert "rio.runs" in handles(rows)
    assert "TikTok ranks creators of the United States only, at most 100." in rows
    assert "600.00 USD" in rows.replace("\N{NO-BREAK SPACE}", " ")
    assert '<th scope="col" class="num">Growth</th>' in rows
    branded = found(manager, RANKINGS, board="branded:14000000000", period="WEEK", lookback="TWO")
    assert handles(branded)
    assert "Views and engagement are those of branded videos." in branded
    assert ">Growth<" not in branded


def test_the_first_topic_is_ranked_while_nobody_has_chosen_one(manager: Client) -> None:
    assert handles(found(manager, RANKINGS)) == handles(
        found(manager, RANKINGS, board="organic:11010004")
    )


def test_an_unknown_ranking_is_refused_by_the_form(manager: Client) -> None:
    found(manager, RANKINGS)  # reads the labels
    asked = {"board": "organic:1"}
    assert manager.get(RANKINGS, asked).status_code == 422
    forced = manager.post(f"{RANKINGS}?{urlencode(asked)}", headers=HTMX)
    assert forced["HX-Redirect"] == f"{RANKINGS}?{urlencode(asked)}"


# --- no answer ---------------------------------------------------------------------------------------------------
def test_a_pause_is_said_with_its_end(manager: Client, tiktok: Sandbox) -> None:
    limits.pause(240, bucket=SEARCH_CALL)
    page = found(manager)
    assert "Requests to TikTok are paused" in page
    assert "TikTok&#x27;s request limit is reached. Please try again in 4 minutes." in page
    assert ">Try again" in page


def test_a_refusal_is_said_in_tiktoks_words_and_asked_anew(
    manager: Client, tiktok: Sandbox
) -> None:
    tiktok.control("fail", times=1, code=40002, path=SEARCH_CALL)
    page = found(manager)
    assert "TikTok did not accept this" in page
    assert "TikTok refused:" in page
    assert handles(found(manager))


def test_no_answer_is_said(manager: Client, tiktok: Sandbox) -> None:
    tiktok.control("fail", times=9, garbage="html", path=SEARCH_CALL)
    assert "There is no answer from TikTok" in found(manager)


def test_topics_that_tiktok_does_not_tell_are_said_to_be_missing(
    manager: Client, tiktok: Sandbox
) -> None:
    tiktok.control("fail", times=20, code=40001, path="/tto/tcm/category/label/")
    page = body(manager.get(DISCOVER, {"country_codes": "GB", "content_label_ids": "11010004"}))
    assert "TikTok has not sent its topics and industries yet." in page
    assert '<option value="11010004" selected>' in page
    assert "TikTok did not accept this" in found(manager, RANKINGS)
    assert "TikTok did not accept this" not in body(manager.get(RANKINGS))


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """The acts begun at once, which are done only when the test does them.

    They take places of their own: what is never done would keep those of all tests of this process.
    """
    acts: list[Callable[[], None]] = []
    monkeypatch.setattr(at_once, "beside", acts.append)
    monkeypatch.setattr(at_once, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(at_once, "_places", at_once.BoundedSemaphore(at_once.PLACES))
    return acts


def test_an_answer_that_takes_long_is_waited_for_by_the_page(
    manager: Client, tiktok: Sandbox, begun: list[Callable[[], None]]
) -> None:
    waiting = found(manager)
    polls = f'hx-post="{DISCOVER}" hx-vals=\'{{"waited": "%s"}}\' hx-trigger="load delay:2s"'
    assert polls % 1 in waiting
    assert "TikTok takes longer than usual" not in waiting
    again = found(manager, waited=1)
    assert polls % 2 in again
    assert "TikTok takes longer than usual to answer." in again
    assert "TikTok has not answered within a minute." in found(manager, waited=30)

    tiktok.control("stats")
    for each in begun:
        each()
    assert handles(found(manager, waited=2))
    assert (
        tiktok.read("stats")["total"] == 1
    )  # whoever asked second found somebody asking, or the answer


def test_while_requests_cannot_be_counted_it_is_said(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tiktok.services.creators import discovery
    from tiktok.store import StoreIsDown

    def down() -> None:
        raise StoreIsDown

    monkeypatch.setattr(discovery, "store", down)
    assert "Requests to TikTok cannot be counted just now" in found(manager)


# --- elsewhere ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", [DISCOVER, RANKINGS])
def test_elsewhere_the_page_says_why_there_is_none(
    oak: Organization, signed_in: Any, manager: Client, tiktok: Sandbox, page: str
) -> None:
    with organization_scope(oak):
        MarketplaceAccount.objects.update(dialect="ttcm")
    tiktok.control("stats")
    assert "Only TikTok One can be searched" in body(manager.get(page))
    assert "An owner or admin can connect it in the settings." in body(manager.get(page))
    assert "/settings/tiktok/" in body(signed_in(Role.ADMIN).get(page))
    with organization_scope(oak):
        MarketplaceAccount.objects.all().delete()
    assert "No TikTok account is connected" in body(manager.get(page))
    assert manager.get(f"{CREATOR}?handle=maya.bakes").status_code == 302
    assert tiktok.read("stats")["total"] == 0


@pytest.mark.usefixtures("_scope")
def test_of_several_accounts_the_search_goes_through_one_that_can() -> None:
    one = MarketplaceAccount.objects.get()
    older = MarketplaceAccount(name="Older", tiktok_account_id="5", dialect="ttcm")
    older.set_token("x")
    older.save()
    assert discovery_account() == one
    MarketplaceAccount.objects.filter(pk=one.pk).update(state="disconnected")
    assert discovery_account() is None


# --- added -------------------------------------------------------------------------------------------------------
def test_the_selected_are_added_tracked_and_the_search_goes_on(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    tiktok.control("stats")
    chosen = {
        "handle": ["maya.bakes", "wee.kim", "maya.bakes"],
        "from": "discover",
        "query": "country_codes=GB&page=2",
    }
    answer = manager.post(ADD, chosen, follow=True)
    assert answer.redirect_chain == [(f"{DISCOVER}?country_codes=GB&page=2", 302)]
    assert said(answer) == ["2 creators are added and tracked from now on."]
    assert tiktok.read("stats")["calls"]["/tto/tcm/creator/status/get/"] == 1
    with organization_scope(oak):
        accounts = SocialAccount.objects.select_related("creator").order_by("handle")
        assert [(a.handle, a.network, a.creator.marketplace_status) for a in accounts] == [
            ("maya.bakes", Network.TIKTOK, MarketplaceStatus.IN),
            ("wee.kim", Network.TIKTOK, MarketplaceStatus.IN),
        ]
        assert not List.objects.exists()
    manager.post(ADD, {"handle": "rio.runs"})
    activity = body(manager.get("/o/oak/activity/"))
    assert "@maya.bakes and 1 more" in activity
    assert "@rio.runs" in activity


def test_nobody_is_added_whom_tiktok_does_not_name_in_the_marketplace(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        TikTokAccountFactory.create(creator__handle="rio.runs")
    forged = {"handle": ["tom_trails", "nosuch", "rio.runs", "maya.bakes"]}
    answer = manager.post(ADD, forged, follow=True)
    assert said(answer) == [
        "1 creator is added and tracked from now on.",
        "1 creator was here already.",
        "2 creators were not added: TikTok no longer names them in the marketplace.",
    ]
    with organization_scope(oak):
        assert set(SocialAccount.objects.values_list("handle", flat=True)) == {
            "rio.runs",
            "maya.bakes",
        }


def test_the_selected_are_put_on_a_list_whether_they_were_here_or_not(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        rio = TikTokAccountFactory.create(creator__handle="rio.runs").influencer
        spring = List.objects.create(name="Spring")
    form = manager.get("/o/oak/discover/list/?handle=rio.runs&handle=maya.bakes", headers=HTMX)
    assert "Add 2 creators to a list" in body(form)
    assert f'<option value="{spring.pk}">Spring</option>' in body(form)
    chosen = {"handle": ["rio.runs", "maya.bakes"], "list": spring.pk, "token": token(form)}
    answer = manager.post(ADD, chosen, headers=HTMX)
    assert answer["HX-Redirect"] == DISCOVER
    with organization_scope(oak):
        names = ListEntry.objects.filter(list=spring).values_list("influencer__name", flat=True)
        assert set(names) == {rio.name, "maya.bakes"}
    assert said(manager.get(DISCOVER)) == [
        "1 creator is added and tracked from now on.",
        "2 creators are now on the list “Spring”.",
        "1 creator was here already.",
    ]


def test_a_new_list_is_made_by_its_name_once_and_before_the_one_that_is_chosen(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        spring = List.objects.create(name="Spring")
    wish = {"handle": "maya.bakes", "list": spring.pk, "name": "Bakers", **fresh()}
    assert manager.post(ADD, wish, headers=HTMX)["HX-Redirect"] == DISCOVER
    assert manager.post(ADD, wish, headers=HTMX)["HX-Redirect"] == DISCOVER
    with organization_scope(oak):
        assert ListEntry.objects.get().list.name == "Bakers"
        assert Job.objects.count() == 1
    new = {"handle": "wee.kim", "list": ""}
    taken = manager.post(ADD, {**new, "name": "Bakers", **fresh()}, headers=HTMX)
    assert taken.status_code == 422
    assert "There is one named Bakers already." in body(taken)
    nameless = manager.post(ADD, {**new, "name": " ", **fresh()}, headers=HTMX)
    assert nameless.status_code == 422
    without_token = manager.post(ADD, {**new, "name": "Cooks"}, headers=HTMX)
    assert without_token.status_code == 422
    assert MAY_BE_DOUBLED in body(without_token)
    with organization_scope(oak):
        assert SocialAccount.objects.count() == 1


def test_without_anybody_selected_it_is_said(manager: Client) -> None:
    assert said(manager.post(ADD, follow=True)) == ["Select at least one creator first."]
    assert manager.get("/o/oak/discover/list/").status_code == 302
    unreadable = manager.post(ADD, {"handle": "no such, handle"}, follow=True)
    assert "This is not a TikTok handle." in said(unreadable)[0]


def test_trouble_with_tiktok_is_said_and_nothing_added(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    tiktok.control("fail", times=9, code=40001, path="/tto/tcm/creator/status/get/")
    (sentence,) = said(manager.post(ADD, {"handle": "maya.bakes"}, follow=True))
    assert sentence.startswith("TikTok refused:")
    with organization_scope(oak):
        assert not SocialAccount.objects.exists()


def test_an_addition_that_takes_long_is_followed(
    manager: Client, begun: list[Callable[[], None]]
) -> None:
    answer = manager.post(ADD, {"handle": "maya.bakes"})
    assert answer["Location"].startswith("/o/oak/activity/")
    begun.pop()()
    end = manager.get(answer["Location"], follow=True)
    assert end.redirect_chain[-1][0] == DISCOVER
    assert said(end) == ["1 creator is added and tracked from now on."]


def test_a_member_of_a_group_adds_to_it_and_sees_no_other(
    oak: Organization, signed_in: Any
) -> None:
    client = signed_in(Role.MANAGER)
    person = User.objects.get(email="manager@oak.example")
    with organization_scope(oak):
        group = Group.objects.create(name="North", key="north")
        GroupMember.objects.create(group=group, user=person)
        Membership.objects.filter(user=person).update(is_limited=True)
        TikTokAccountFactory.create(creator__handle="rio.runs")
    answer = client.post(ADD, {"handle": ["rio.runs", "maya.bakes"]}, follow=True)
    assert said(answer) == [
        "1 creator is added and tracked from now on.",
        "1 creator is here already, in a group that you do not see.",
    ]
    assert "In your CRM:" in found(client, country_codes="GB", keyword_search="maya")
    assert "In your CRM:" not in found(client, country_codes="US", keyword_search="rio.runs")
    with organization_scope(oak), groups_scope(None):
        added = SocialAccount.objects.get(handle="maya.bakes")
        assert added.influencer.group_id == group.pk


@pytest.mark.usefixtures("_scope")
def test_whom_somebody_else_adds_at_the_same_moment_is_here_already(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = TikTokAccountFactory.create(creator__handle="maya.bakes")
    seen = iter([None, there])
    monkeypatch.setattr("crm.services.discovery.tiktok_account", lambda handle: next(seen))
    job = begin_at_once(start_adding_found(["maya.bakes"], target=None, actor=owner))
    assert [(row["key"], row["count"]) for row in job.outcome] == [("present", 1)]
    assert SocialAccount.objects.get() == there


def test_whom_tiktok_renamed_since_they_were_added_is_here_already(
    oak: Organization, owner: User
) -> None:
    with organization_scope(oak):
        there = add_tiktok_account("maya.bakes", actor=None).account
        was_called("maya.cakes")
        Creator.objects.update(marketplace_status=MarketplaceStatus.INVALID)
        job = begin_at_once(start_adding_found(["maya.bakes"], target=None, actor=owner))
        assert [(row["key"], row["count"]) for row in job.outcome] == [("present", 1)]
        assert SocialAccount.objects.get() == there
        assert (Influencer.objects.count(), Creator.objects.get().is_in_marketplace) == (1, True)


def test_the_same_question_is_asked_by_one_at_a_time(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    with organization_scope(oak):
        account = MarketplaceAccount.objects.get()
    found(manager)
    (place,) = [name for name in store().scan_iter("*search*") if ":asking" not in name]
    assert str(account.pk) in place
    store().delete(place)
    store().set(f"{place}:asking", 1)
    tiktok.control("stats")
    assert 'hx-trigger="load delay:2s"' in found(manager)
    assert tiktok.read("stats")["total"] == 0


@pytest.mark.usefixtures("_scope")
def test_more_than_one_call_holds_are_added_in_slices(
    oak: Organization, tiktok: Sandbox, owner: User
) -> None:
    everybody = [f"creator{number}" for number in range(25)]
    for handle in everybody:
        tiktok.control("creator", handle=handle, membership="IN")
    tiktok.control("stats")
    job = begin_at_once(start_adding_found(everybody, target=None, actor=owner))
    assert (job.done_count, job.is_finished) == (25, True)
    assert tiktok.read("stats")["calls"]["/tto/tcm/creator/status/get/"] == 2
    assert SocialAccount.objects.count() == 25


# --- cost --------------------------------------------------------------------------------------------------------
def test_the_pages_cost_the_same_whatever_is_found(oak: Organization, manager: Client) -> None:
    found(manager)  # held from here on
    manager.get(DISCOVER)
    before, shown = queries_of_rows(manager), handles(found(manager))
    with organization_scope(oak):
        for handle in shown[:12]:
            TikTokAccountFactory.create(creator__handle=handle)
        InfluencerFactory.create_batch(3)
    assert queries_of_rows(manager) <= before
    assert before <= 14
    assert queries_in(manager, DISCOVER) <= 11


def queries_of_rows(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        found(client)
    return sum(
        not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
        for query in captured
    )


def test_the_older_marketplace_offers_no_search(oak: Organization) -> None:
    with organization_scope(oak):
        MarketplaceAccount.objects.update(dialect="ttcm")
        with pytest.raises(NotOffered, match="Only TikTok One can be searched"):
            discovery_marketplace(MarketplaceAccount.objects.get())
