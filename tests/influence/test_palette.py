"""Search from anywhere: a few of everything that is found, and what can be done next."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Order, Post, PostPlace
from crm.models import Influencer
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, a_post, a_video, an_account, an_order
from tests.factories.networks import a_network_account, a_network_post, a_place
from tests.factories.whole_campaign import Whole, a_whole_campaign
from tests.influence.test_home import member

pytestmark = pytest.mark.django_db
SEARCH = "/o/oak/search/"
QUERIES = 14


@pytest.fixture
def whole(oak: Organization) -> Whole:
    with organization_scope(oak):
        return a_whole_campaign()


@pytest.fixture
def manager(oak: Organization) -> Client:
    return member(oak, Role.MANAGER)


def found(client: Client, search: str) -> dict[str, list[tuple[str, str]]]:
    """By section: title and address of what is found."""
    answer = client.get(SEARCH, {"q": search})
    assert answer.status_code == 200
    return {
        section.title: [(row.title, row.href) for row in section.rows]
        for section in answer.context["sections"]
    }


def titles(client: Client, search: str, section: str) -> list[str]:
    return [title for title, _ in found(client, search).get(section, [])]


WORK = "Campaigns, orders and posts"


def test_influencers_are_found_by_name_handle_and_address(oak, whole, manager) -> None:
    with organization_scope(oak):
        person = an_account("lucja.bakes", email="lu@example.com").influencer
        person.name = "Łucja"
        person.save()
    for search in ("lucja", "bakes", "lu@exam", "@lucja.b", "akes", "cja"):
        assert found(manager, search)["Creators"] == [
            ("Łucja", f"/o/oak/influencers/{person.pk}/")
        ], search


def test_a_suggestion_says_what_it_was_found_by(oak, manager) -> None:
    with organization_scope(oak):
        person = an_account("maya.bakes", email="lu@example.com").influencer
        person.name, person.display_name = "Maya", "Bread Queen"
        person.save()

    def note(search: str) -> str:
        sections = manager.get(SEARCH, {"q": search}).context["sections"]
        (row,) = next(each.rows for each in sections if each.title == "Creators")
        return row.note.replace("\u2068", "").replace("\u2069", "")

    assert note("maya") == note("bakes") == "@maya.bakes"
    assert note("queen") == note("maya queen") == "@maya.bakes · Bread Queen"
    assert note("lu@exam") == "@maya.bakes · lu@example.com"
    assert note("lu queen") == "@maya.bakes · Bread Queen · lu@example.com"


def test_who_is_archived_is_not_suggested(oak, manager) -> None:
    with organization_scope(oak):
        influencer = an_account("maya.bakes").influencer
        influencer.archived_at = influencer.created_at
        influencer.save()
    assert titles(manager, "maya", "Creators") == []


def test_campaigns_are_found_by_words_of_name_and_client_whatever_accents(oak, manager) -> None:
    with organization_scope(oak):
        campaign = a_campaign("Wintér baking", client="Øakmill")
    for search in ("winter", "oakm wint", "baking"):
        assert found(manager, search)[WORK] == [
            ("Wintér baking", f"/o/oak/campaigns/{campaign.pk}/")
        ]
    assert titles(manager, "summer", WORK) == []


def test_an_order_is_found_by_its_code_in_any_case_and_by_tiktoks_id(oak, whole, manager) -> None:
    with organization_scope(oak):
        Order.objects.filter(pk=whole.order.pk).update(
            campaign_code="KXB-93F", tiktok_order_id="7461"
        )
        Order.objects.exclude(pk=whole.order.pk).update(campaign_code="OTH-1ER")
        href = f"/o/oak/campaigns/{whole.campaign.pk}/orders/{whole.order.pk}/"
        handle = whole.order.account.handle
    for search in ("KXB-93F", "kxb-93f", " KXB-93F "):
        assert found(manager, search)[WORK] == [(f"Order for @{handle}", href)]
    for search in ("KXB", "kxb-9", "7461"):
        assert found(manager, search)[WORK] == [(f"Order for @{handle}", href)], search
    for search in ("KX", "XB-93F", "746"):
        assert titles(manager, search, WORK) == [], search


def test_an_order_with_the_very_code_stands_before_those_that_begin_so(oak, manager) -> None:
    with organization_scope(oak):
        campaign = a_campaign()
        for number, code in enumerate(("KXB", "KXB-2", "KXB-1")):
            account = an_account(f"creator{number}")
            an_order(campaign, account, campaign_code=code, tiktok_order_id=f"90{number}")
    assert titles(manager, "kxb", WORK) == [f"Order for @creator{n}" for n in (0, 2, 1)]


def test_the_orders_of_a_creator_are_found_by_name_and_handle(oak, elm, manager) -> None:
    for tenant in (oak, elm):
        with organization_scope(tenant):
            account = an_account("lucja.bakes")
            account.influencer.name = "Łucja"
            account.influencer.save()
            made = an_order(a_campaign(), account, tiktok_order_id="1")
            if tenant == oak:
                order = made
    for search in ("lucja", "bakes", "@lucja.b"):
        assert found(manager, search)[WORK] == [
            ("Order for @lucja.bakes", f"/o/oak/campaigns/{order.campaign_id}/orders/{order.pk}/")
        ], search
    assert titles(manager, "nobody", WORK) == []


def test_a_post_is_found_by_its_id_its_address_and_words_of_its_caption(
    oak, whole, manager
) -> None:
    with organization_scope(oak):
        post = Post.objects.select_related("video").get(pk=whole.by_hand.pk)
        post.video.caption = "Bäking at 1,800 metres"
        post.video.save()
    href = f"/o/oak/campaigns/{whole.campaign.pk}/posts/{post.pk}/"
    number = post.network_post_id
    for search in (
        number, f"https://www.tiktok.com/@x/video/{number}?is_from_webapp=1", "baking metres",
    ):  # fmt: skip
        assert (post.video.caption, href) in found(manager, search)[WORK], search


def test_a_post_of_another_network_is_found_by_its_address_and_words_of_its_caption(
    oak, whole, manager
) -> None:
    with organization_scope(oak):
        lena = a_network_account("lena.lifts", campaign=whole.campaign)
        post = a_network_post(lena, "C8xY_z-1Abc", caption="Focáccia on embers")
        place = a_place(whole.campaign, post)
    list_url = f"/o/oak/campaigns/{whole.campaign.pk}/networks/"
    address = "https://www.instagram.com/reel/C8xY_z-1Abc/?igsh=1"
    for search in (address, "focaccia embers"):
        href = f"{list_url}?{urlencode({'q': search})}"
        assert (post.caption, href) in found(manager, search)[WORK], search
        assert "Focáccia on embers" in manager.get(href).content.decode()
    assert titles(manager, "https://www.instagram.com/p/OtherOne1/", WORK) == []
    with organization_scope(oak):
        PostPlace.objects.filter(pk=place.pk).update(state="refused")
    assert titles(manager, address, WORK) == []


def test_what_is_hidden_or_not_published_is_not_found(oak, whole, manager) -> None:
    assert titles(manager, whole.in_review.network_post_id, WORK) == []
    with organization_scope(oak):
        Post.objects.filter(pk=whole.by_hand.pk).update(hidden_at=whole.campaign.created_at)
    assert titles(manager, whole.by_hand.network_post_id, WORK) == []


def test_pages_are_found_by_the_beginnings_of_their_words_and_only_those_one_may_open(
    oak, manager
) -> None:
    assert titles(manager, "imp", "Pages") == ["Import creators"]
    assert titles(manager, "set fie", "Pages") == ["Settings: Fields"]
    assert titles(manager, "new", "Pages") == ["New campaign", "New creator"]
    assert titles(manager, "arch", "Pages") == ["Archived influencers"]
    assert titles(manager, "api keys", "Pages") == []
    assert titles(member(oak, Role.OWNER), "api keys", "Pages") == ["Settings: API keys"]
    viewer = member(oak, Role.VIEWER)
    assert titles(viewer, "imp", "Pages") == titles(viewer, "new", "Pages") == []
    assert "Home" in titles(manager, "", "Pages")


def test_what_can_be_done_next_is_what_the_role_includes(oak, manager) -> None:
    with organization_scope(oak):
        campaign = a_campaign("Baking")
    assert found(manager, "bak")["Actions"] == [
        ("New order in Baking", f"/o/oak/campaigns/{campaign.pk}/orders/new/"),
        ("Add creator “bak”", "/o/oak/influencers/add/?handle=bak"),
        ("Search influencers for “bak”", "/o/oak/influencers/?q=bak"),
    ]
    assert titles(member(oak, Role.VIEWER), "bak", "Actions") == ["Search influencers for “bak”"]


def test_another_organizations_rows_are_not_found(oak, elm, manager) -> None:
    with organization_scope(elm):
        campaign = a_campaign("Winter baking")
        order = an_order(campaign, an_account("maya.bakes"))
        Order.objects.filter(pk=order.pk).update(campaign_code="KXB-93F")
        a_post(campaign, a_video(order.account, "1", caption="Focaccia"))
    for search in ("winter", "maya", "KXB-93F", "focaccia"):
        assert found(manager, search).keys() == {"Actions"}


def test_htmx_gets_the_rows_alone_and_the_match_is_marked(oak, manager) -> None:
    with organization_scope(oak):
        a_campaign("Winter báking <b>")
    answer = manager.get(SEARCH, {"q": "bak"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert "Winter <mark>bák</mark>ing &lt;b&gt;" in answer
    assert "No matches for “zzz”" in manager.get(SEARCH, {"q": "zzz"}).content.decode()


def test_the_keys_of_lists_are_named(manager) -> None:
    for search in ("keys", "keyboard", "shortcuts"):
        assert ("Keys: all keyboard shortcuts", "#keys") in found(manager, search)["Pages"]


@pytest.mark.parametrize(("role", "is_named"), [(Role.MANAGER, True), (Role.VIEWER, False)])
def test_the_sheet_of_keys_names_what_the_reader_may_do(oak, role, is_named) -> None:
    page = member(oak, role).get("/o/oak/").content.decode()
    assert "<dd>Select the row</dd>" in page
    for words in (
        "Add a creator, in the list",
        "Edit the creator, in the profile",
        "New order, in a campaign",
    ):
        assert (f"<dd>{words}</dd>" in page) == is_named, words


@pytest.fixture
def opened(oak: Organization, manager: Client) -> dict[str, str]:
    """The addresses of two creators and a campaign by name, opened one after the other."""
    with organization_scope(oak):
        people = [an_account(handle).influencer for handle in ("maya.bakes", "tom.paints")]
        campaign = a_campaign("Baking")
    addresses = {each.name: f"/o/oak/influencers/{each.pk}/" for each in people}
    addresses |= {"Baking": f"/o/oak/campaigns/{campaign.pk}/"}
    for address in addresses.values():
        assert manager.get(address).status_code == 200
    return addresses


def recent_titles(client: Client, slug: str = "oak") -> list[str]:
    sections = client.get(f"/o/{slug}/search/").context["sections"]
    return [row.title for each in sections if each.title == "Recent" for row in each.rows]


def test_what_was_opened_last_is_offered_first_and_once(oak, manager, opened) -> None:
    assert recent_titles(manager) == ["Baking", "Tom.Paints", "Maya.Bakes"]
    manager.get(opened["Maya.Bakes"])
    assert found(manager, "")["Recent"] == [
        (name, opened[name]) for name in ("Maya.Bakes", "Baking", "Tom.Paints")
    ]
    assert "Recent" not in found(manager, "bak")
    with organization_scope(oak):
        others = [a_campaign(f"Campaign {n}").pk for n in range(5)]
    for pk in others:
        manager.get(f"/o/oak/campaigns/{pk}/")
    assert recent_titles(manager) == [f"Campaign {n}" for n in (4, 3, 2, 1, 0)] + ["Maya.Bakes"]


def test_what_was_opened_last_stands_in_the_sidebar(oak, manager, opened) -> None:
    part = manager.get("/o/oak/search/recent/").content.decode()
    rows = re.findall(r'href="([^"]+)">.*?<span>(.*?)</span></a>', part)
    assert rows == [(opened[name], name) for name in ("Baking", "Tom.Paints", "Maya.Bakes")]
    assert member(oak, Role.VIEWER).get("/o/oak/search/recent/").content == b"\n"


def test_what_was_opened_is_each_members_own_and_ends_with_the_session(
    manager, opened, oak
) -> None:
    assert recent_titles(member(oak, Role.VIEWER)) == []
    manager.post(reverse("account_logout"))
    manager.force_login(User.objects.get(email="manager@oak.example"))
    assert recent_titles(manager) == []


def test_what_was_opened_in_one_organization_is_not_offered_in_another(
    oak, elm, manager, opened
) -> None:
    user = User.objects.get(email="manager@oak.example")
    Membership.objects.create(organization=elm, user=user, role=Role.MANAGER)
    assert recent_titles(manager, "elm") == []
    with organization_scope(elm):
        theirs = a_campaign("Elms")
    assert manager.get(f"/o/oak/campaigns/{theirs.pk}/").status_code == 404
    manager.get(f"/o/elm/campaigns/{theirs.pk}/")
    assert (recent_titles(manager, "elm"), len(recent_titles(manager))) == (["Elms"], 3)


def test_what_was_opened_goes_with_the_access_to_it(oak, manager, opened) -> None:
    with organization_scope(oak):
        group = Group.objects.create(name="Food", key="food")
        Influencer.objects.filter(name="Maya.Bakes").update(group=group)
        membership = Membership.objects.get(user__email="manager@oak.example")
        membership.is_limited = True
        membership.save()
        GroupMember.objects.create(group=group, user=membership.user)
    assert "Tom.Paints" not in recent_titles(manager)
    assert "Maya.Bakes" in recent_titles(manager)
    with organization_scope(oak):
        Influencer.objects.filter(name="Maya.Bakes").delete()
    assert "Maya.Bakes" not in recent_titles(manager)


def test_opening_the_same_page_again_writes_nothing(manager, opened) -> None:
    address = opened["Baking"]
    manager.get(address)
    with CaptureQueriesContext(connection) as queries:
        manager.get(address)
    assert not [each for each in queries if each["sql"].startswith("UPDATE")]


@pytest.mark.usefixtures("opened")
def test_with_what_was_opened_it_stays_within_its_budget(manager) -> None:
    with CaptureQueriesContext(connection) as queries:
        manager.get(SEARCH, headers={"HX-Request": "true"})
    assert len(queries) <= QUERIES


@pytest.mark.parametrize("search", ["bakes", "KXB-93F", "7450000000000000002"])
def test_it_stays_within_its_budget(whole, manager, search: str) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        manager.get(SEARCH, {"q": search}, headers={"HX-Request": "true"})
    assert len(queries) <= QUERIES


@pytest.mark.parametrize(
    ("text", "words", "html"),
    [
        ("Maya Baker", ["bak", "m"], "<mark>M</mark>aya <mark>Bak</mark>er"),
        ("@maya.bakes", ["bak"], "@maya.<mark>bak</mark>es"),
        ("Straße", ["strass"], "<mark>Straß</mark>e"),
        ("Rebake", ["bak"], "Re<mark>bak</mark>e"),
        ("Rebake", ["ba"], "Rebake"),
        ("Maya Baker", ["may", "maya"], "<mark>Maya</mark> Baker"),
        ("a<b>", ["b"], "a&lt;<mark>b</mark>&gt;"),
        ("Maya", [], "Maya"),
        ("Maya", ["(", "\u0301"], "Maya"),
    ],
)
def test_what_is_found_is_marked(text: str, words: list[str], html: str) -> None:
    template = engines["django"].from_string("{{ text|marked:words }}")
    assert template.render({"text": text, "words": words}) == html
