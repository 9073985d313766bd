"""The list of influencers: search, kinds, paging, cost, and who sees it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from crm.models import Influencer, SocialAccount
from crm.queries import influencer_page, invitations_without_account
from jobs.enums import Lane
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.factories.crm import (
    ConsentFactory,
    CreatorFactory,
    InfluencerFactory,
    TikTokAccountFactory,
    an_authenticated_account,
)
from tests.sandbox_process import Sandbox
from tests.working import pump
from tiktok.enums import AccountKind, MarketplaceStatus, Source
from tiktok.models import Creator, LegacyMigration
from ui.bidi import isolated

pytestmark = pytest.mark.django_db
LIST = "/o/oak/influencers/"


def names(**narrowing: str) -> list[str]:
    return [row.influencer.name for row in influencer_page(**narrowing).rows]


@pytest.mark.usefixtures("_scope")
@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("ipek", ["İpek Yılmaz"]),
        ("İPEK", ["İpek Yılmaz"]),
        ("jose", ["José Núñez"]),
        ("JOSÉ nunez", ["José Núñez"]),
        ("nunez jos", ["José Núñez"]),
        ("@maya.b", ["Maya"]),
        ("MAYA.BAKES", ["Maya"]),
        ("maya@example", ["Maya"]),
        ("straße", ["Straßer"]),
        ("STRASSE", ["Straßer"]),
        ("%", []),
        ("_", []),
        ("nobody", []),
        ("   ", ["José Núñez", "Maya", "Straßer", "İpek Yılmaz"]),
    ],
)
def test_search_finds_names_mails_and_handles_whatever_the_accents(
    search: str, expected: list[str]
) -> None:
    for name in ("İpek Yılmaz", "José Núñez", "Straßer"):
        InfluencerFactory.create(name=name)
    TikTokAccountFactory.create(
        creator__handle="maya.bakes", influencer__name="Maya", influencer__email="maya@example.com"
    )
    assert sorted(names(search=search)) == sorted(expected)


@pytest.mark.usefixtures("_scope")
def test_each_kind_of_account_can_be_filtered() -> None:
    out = MarketplaceStatus.NOT_IN
    TikTokAccountFactory.create(influencer__name="in")
    TikTokAccountFactory.create(influencer__name="out", creator__marketplace_status=out)
    an_authenticated_account(influencer__name="in, authenticated")
    an_authenticated_account(influencer__name="out, authenticated", creator__marketplace_status=out)
    ended = TikTokAccountFactory.create(
        influencer__name="out, ended", creator__marketplace_status=out
    )
    ConsentFactory.create(creator=ended.creator, state="revoked")
    InfluencerFactory.create(name="nobody")

    assert names(kind=AccountKind.NOT_AUTHENTICATED_TTCM) == ["in"]
    assert names(kind=AccountKind.AUTHENTICATED_TTCM) == ["in, authenticated"]
    assert names(kind=AccountKind.AUTHENTICATED_NON_TTCM) == ["out, authenticated"]
    assert names(kind=AccountKind.UNSUPPORTED) == ["out", "out, ended"]
    assert names(kind="legacy") == []
    assert len(names(kind="made up")) == 6


@pytest.mark.usefixtures("_scope")
def test_labels_say_what_an_account_is() -> None:
    invited = TikTokAccountFactory.create(creator__marketplace_status=MarketplaceStatus.INVITED)
    ConsentFactory.create(creator=invited.creator, state="expired")
    (row,) = influencer_page().rows
    assert [label.text for label in row.accounts[0].labels] == [
        "Non-TTCM",
        "Not authenticated",
        "Invited",
        "Reconnect needed",
        "Unsupported",
    ]


@pytest.mark.usefixtures("_scope")
def test_the_newest_can_come_first() -> None:
    for name in ("Bo", "Ann", "Cy"):
        InfluencerFactory.create(name=name)
    assert names(sort="-id") == ["Cy", "Ann", "Bo"]
    assert names(sort="-name") == ["Cy", "Bo", "Ann"]
    assert names(sort="made up") == ["Ann", "Bo", "Cy"]


@pytest.mark.usefixtures("_scope")
def test_pages_over_people_of_one_name_lose_and_double_nobody() -> None:
    made = [InfluencerFactory.create(name="Ann" if n % 2 else "Bo").pk for n in range(7)]
    forwards, page = [], influencer_page(size=2)
    while True:
        forwards.append([row.influencer.pk for row in page.rows])
        if not page.next_cursor:
            break
        page = influencer_page(size=2, cursor=page.next_cursor)
    backwards = []
    while page.previous_cursor:
        page = influencer_page(size=2, cursor=page.previous_cursor)
        backwards.append([row.influencer.pk for row in page.rows])
    assert sorted(pk for pks in forwards for pk in pks) == made
    assert backwards == forwards[-2::-1]


def test_the_list_costs_the_same_few_queries_whatever_its_length(
    oak: Organization, viewer: Client
) -> None:
    with organization_scope(oak):
        an_authenticated_account()
    client_cost = queries_in(viewer, LIST)
    with organization_scope(oak):
        for _ in range(4):
            an_authenticated_account()
            InfluencerFactory.create()
    assert queries_in(viewer, LIST) == client_cost <= 11
    assert queries_in(viewer, f"{LIST}?q=influencer&kind=authenticated_ttcm") == client_cost
    assert queries_in(viewer, LIST, **{"HX-Request": "true"}) <= 8


def test_the_list_shows_numbers_labels_and_reasons(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        TikTokAccountFactory.create(
            creator__handle="maya.bakes",
            creator__follower_count=184_220,
            creator__engagement_rate=0.031,
            creator__profile_source=Source.PUBLIC,
            influencer__name="Maya",
        )
    page = viewer.get(LIST).content.decode()
    assert "184,220" in page
    assert "Marketplace" in page
    assert "Not authenticated" in page
    assert "3.1" not in page  # not for accounts that are not authenticated
    assert "Ask the influencer to authenticate this account." in page


def test_htmx_gets_the_table_only(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        InfluencerFactory.create(name="Maya")
    answer = viewer.get(f"{LIST}?q=may", headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert 'id="influencers"' in page
    assert "<html" not in page
    assert "HX-Request" in answer["Vary"]


def test_who_searches_while_typing_sees_count_filters_and_ways_on_of_this_search(
    oak: Organization, manager: Client
) -> None:
    """Beside the table stood what the page had begun with: "25 creators" over no match, an export of everybody."""
    answer = manager.get(f"{LIST}?q=may&f=country:DE&sort=-id", headers={"HX-Request": "true"})
    page = answer.content.decode()
    asked = "f=country%3ADE&amp;q=may&amp;sort=-id"
    for part in ("outcome", "search-with", "chips", "layout", "export"):
        assert re.search(rf'<(div|span|a)\b[^>]*id="{part}"[^>]*hx-swap-oob="true"', page), part
    for address in ("export/", "count/", "columns/", "filter/", "segments/add/"):
        assert f"{LIST}{address}?{asked}" in page, address
    assert page.count("empty=") == 1  # the filter to drop is looked for once
    turned = manager.get(f"{LIST}?q=may&cursor=x", headers={"HX-Request": "true"})
    assert "hx-swap-oob" not in turned.content.decode()
    assert "hx-swap-oob" not in manager.get(f"{LIST}?q=may").content.decode()


def test_empty_lists_say_what_to_do(oak: Organization, viewer: Client, manager: Client) -> None:
    assert "No influencers yet" in viewer.get(LIST).content.decode()
    assert "Add account" not in viewer.get(LIST).content.decode()
    assert "Add account" in manager.get(LIST).content.decode()
    assert "No matches" in viewer.get(f"{LIST}?q=zzz").content.decode()
    assert viewer.get(f"{LIST}?q=%00&kind=x&sort=x&cursor=x").status_code == 200
    sent = {"action": "archive", "ids": "9" * 5000}
    assert manager.post(f"{LIST}bulk/", sent)["Location"] == f"{LIST}?"
    assert manager.get(f"{LIST}add/?influencer={'9' * 5000}").status_code == 404


def test_the_pager_of_the_page_walks_both_ways(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        InfluencerFactory.create_batch(51, name="Ann")
    first = viewer.get(LIST).content.decode()
    (following,) = re.findall(r'rel="next"\s+href="([^"]+)"', first)
    second = viewer.get(following.replace("&amp;", "&")).content.decode()
    (previous,) = re.findall(r'rel="prev"\s+href="([^"]+)"', second)
    assert second.count('<th scope="row"') == 1
    assert (
        viewer.get(previous.replace("&amp;", "&")).content.decode().count('<th scope="row"') == 50
    )


def test_nothing_of_another_organization_shows(
    oak: Organization, elm: Organization, viewer: Client
) -> None:
    with organization_scope(elm):
        TikTokAccountFactory.create(
            influencer__name="Canary",
            creator__handle="canary",
            creator__invited_at="2026-01-01T00:00Z",
        )
    assert "anary" not in viewer.get(f"{LIST}?q=canary").content.decode().replace(
        'value="canary"', ""
    ).replace("?q=canary", "")
    assert viewer.get("/o/elm/influencers/").status_code == 404


@pytest.mark.parametrize("role", Role.values)
def test_every_member_reads_the_list(signed_in: Callable[[Role], Client], role: str) -> None:
    assert signed_in(Role(role)).get(LIST).status_code == 200


def test_strangers_are_sent_to_sign_in(oak: Organization) -> None:
    answer = Client().get(LIST)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={LIST}")


def test_selected_creators_are_invited_together(
    oak: Organization, elm: Organization, manager: Client, viewer: Client, tiktok: Sandbox
) -> None:
    out = MarketplaceStatus.NOT_IN
    with organization_scope(elm):
        foreign = TikTokAccountFactory.create(
            creator__handle="ana.arte", creator__marketplace_status=out
        )
    with organization_scope(oak):
        own = TikTokAccountFactory.create(
            creator__handle="tom_trails", creator__marketplace_status=out
        )
    ids = [str(own.influencer_id), str(foreign.influencer_id), "x", ""]
    assert viewer.post(f"{LIST}bulk/", {"action": "invite", "ids": ids}).status_code == 403

    preview = manager.post(f"{LIST}bulk/", {"action": "invite", "ids": ids})["Location"]
    manager.post(f"{preview}begin/")
    while pump(Lane.BULK):
        pass

    page = manager.get("/o/oak/activity/").content.decode()
    assert "1 invited to the Creator Marketplace" in " ".join(page.split())
    with organization_scope(oak):
        assert Creator.objects.get(pk=own.creator_id).marketplace_status == "invited"
    with organization_scope(elm):
        assert Creator.objects.get(pk=foreign.creator_id).marketplace_status == out


def test_invitations_without_profile_are_followed_until_the_account_can_be_added(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        creator = CreatorFactory.create(
            handle="tom_trails",
            marketplace_status=MarketplaceStatus.INVITED,
            invited_at="2026-11-20T08:00Z",
        )
        CreatorFactory.create(
            handle="pia",
            marketplace_status=MarketplaceStatus.INVITED,
            invited_at="2026-11-19T08:00Z",
        )
        page = " ".join(manager.get(LIST).content.decode().split())
        assert "Invited to the marketplace, and not joined yet: @tom_trails (<time" in page
        assert "), @pia (<time" in page
        assert page.count("not joined yet") == 1
        Creator.objects.filter(handle="pia").delete()
        Creator.objects.update(marketplace_status=MarketplaceStatus.IN)
        page = manager.get(LIST).content.decode()
        assert "@tom_trails has joined the marketplace." in page
        assert f"{LIST}add/?handle=tom_trails" in page
        SocialAccount.objects.create(
            influencer=Influencer.objects.create(name="Tom"),
            network="tiktok",
            account_type="tiktok_creator",
            handle="tom_trails",
            creator=creator,
        )
        assert invitations_without_account() == []


def test_before_the_cut_over_the_old_source_is_named(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(
            creator__follower_count=10, creator__profile_source=Source.LEGACY
        )
        LegacyMigration.objects.create()
    for url in (LIST, f"{LIST}?kind=unsupported", f"{LIST}{account.influencer_id}/"):
        page = viewer.get(url).content.decode()
        assert "TikTok data of the old source is shown until the cut-over." in page
        assert "Old data source" in page
        assert "Not authenticated" not in page.replace("Not authenticated, in", "")


@pytest.mark.usefixtures("_scope")
def test_names_are_ordered_as_people_order_them() -> None:
    for name in ("Zed", "ann", "Éva", "İpek", "Bo", "eve"):
        InfluencerFactory.create(name=name)
    assert names() == ["ann", "Bo", "Éva", "eve", "İpek", "Zed"]
    assert names(sort="-name") == ["Zed", "İpek", "eve", "Éva", "Bo", "ann"]


@pytest.mark.usefixtures("_scope")
@pytest.mark.parametrize(
    ("search", "count"), [("bakes", 1), ("example.com", 1), ("ba", 1), ("ak", 0), ("@", 1)]
)
def test_a_word_begins_behind_any_sign_and_two_letters_are_found_nowhere_else(
    search: str, count: int
) -> None:
    TikTokAccountFactory.create(
        creator__handle="maya.bakes", influencer__name="Maya", influencer__email="maya@example.com"
    )
    assert len(names(search=search)) == count


@pytest.mark.usefixtures("_scope")
def test_search_follows_what_changes() -> None:
    account = TikTokAccountFactory.create(
        creator__handle="maya.bakes", influencer__name="Maya", influencer__email=""
    )
    other = InfluencerFactory.create(name="Rio", email="")
    account.influencer.name = "Lena"
    account.influencer.save()
    assert names(search="maya") == names(search="lena") == ["Lena"]  # maya is the handle still
    account.influencer = other
    account.save()
    assert names(search="bakes") == ["Rio"]
    account.delete()
    assert names(search="bakes") == []


@pytest.mark.usefixtures("_scope")
def test_a_very_long_word_is_kept_and_found() -> None:
    InfluencerFactory.create(name="\ufdfa" * 200)
    assert len(names(search="\ufdfa" * 90)) == 1


def test_each_influencer_has_one_line_with_the_numbers_of_the_main_account(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        rio = InfluencerFactory.create(name="Rio")
        for handle, followers in (("sam.skates", 37_500), ("rio.runs", 88_200)):
            creator = CreatorFactory.create(
                handle=handle, follower_count=followers, profile_source=Source.PUBLIC
            )
            TikTokAccountFactory.create(influencer=rio, creator=creator, handle=handle)
        InfluencerFactory.create(name="Tom", email="")
    page = manager.get(LIST).content.decode()
    _, *lines = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    words = [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]
    badge = "Marketplace · Not authenticated"
    assert words[0].startswith(f"Rio @rio.runs @rio.runs {badge} @sam.skates {badge} 88,200 — —")
    assert words[1] == "Tom No account yet — — —"
    assert lines[1].count('aria-label="No TikTok account."') == 3


def test_who_may_act_finds_the_remedy_of_a_missing_number_in_the_list(
    oak: Organization, viewer: Client, manager: Client
) -> None:
    with organization_scope(oak):
        tom = TikTokAccountFactory.create(
            influencer__name="Tom",
            creator__handle="tom_trails",
            creator__marketplace_status=MarketplaceStatus.NOT_IN,
        )
        nobody = InfluencerFactory.create(name="Nobody")
    ask = f'data-href="/o/oak/influencers/{tom.influencer_id}/accounts/{tom.pk}/ask/"'
    add = f'data-href="/o/oak/influencers/add/?influencer={nobody.pk}"'
    page = manager.get("/o/oak/influencers/").content.decode()
    assert page.count(ask) == 3
    assert f'data-remedy="Ask {isolated("Tom")} to connect"' in page
    assert page.count(add) == 3
    seen = viewer.get("/o/oak/influencers/").content.decode()
    assert "TikTok no longer lets us track this account." in seen
    assert "data-href" not in seen
