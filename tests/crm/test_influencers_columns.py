"""Columns of the list: what each shows, chosen, ordered and kept for each member, at the same few queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.enums import FieldKind
from crm.models import (
    AccountReading,
    CustomField,
    CustomValue,
    Influencer,
    List,
    ListEntry,
    ListLayout,
    OtherAddress,
    Rate,
    SocialAccount,
    Tag,
    Tagging,
)
from crm.policies import badge_in_list, ends_soon
from crm.policies.accounts import account_labels
from crm.policies.columns import COLUMNS, USUAL, by_key, chosen, moved
from crm.queries import influencer_page
from crm.queries.cells import cell_reader, missing_because
from crm.queries.columns import custom_columns, layout_of
from crm.services.collections.layouts import reset_layout, save_columns
from tenancy.enums import Role
from tenancy.models import Group, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.factories.crm import (
    InfluencerFactory,
    TikTokAccountFactory,
    an_authenticated_account,
)
from tiktok.enums import AccountKind, MarketplaceStatus, Source
from tiktok.models import Connection, Creator, CreatorSnapshot, Video
from ui.bidi import isolated

pytestmark = pytest.mark.django_db
LIST, COLUMNS_PAGE = "/o/oak/influencers/", "/o/oak/influencers/columns/"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def headings(client: Client) -> list[str]:
    page = client.get(LIST).content.decode()
    found = re.findall(r'<th scope="col".*?</th>', page, re.DOTALL)
    return [text for text in map(words, found) if text]


def cells(**influencer: Any) -> dict[str, Any]:
    """Every column's value of the only influencer."""
    columns = [*COLUMNS, *custom_columns()]
    (row,) = influencer_page(columns=columns).rows
    return {column.key: cell_reader(column)(row) for column in columns}


def on_instagram(influencer: Influencer, handle: str) -> SocialAccount:
    return SocialAccount.objects.create(
        influencer=influencer, network="instagram", account_type="instagram", handle=handle
    )


def a_field(kind: FieldKind, key: str, influencer: Influencer, **value: Any) -> None:
    made = CustomField.objects.create(name=key.title(), key=key, kind=kind, options=["a", "b"])
    CustomValue.objects.create(field=made, influencer=influencer, **value)


@pytest.mark.usefixtures("_scope")
class TestValues:
    def test_a_person_s_details_tags_lists_rates_and_own_fields(self, owner: User) -> None:
        maya = InfluencerFactory.create(
            name="Maya",
            email="maya@example.com",
            country="AT",
            language="de",
            phone="+436641234567",
            city="Graz",
            time_zone="Europe/Vienna",
            birthday=date(1999, 4, 1),
            display_name="Maya Bakes",
            salutation="Dear Maya",
            owner=owner,
            group=Group.objects.create(name="Food", key="food"),
        )
        for name in ("vegan", "baking"):
            Tagging.objects.create(influencer=maya, tag=Tag.objects.create(name=name))
        ListEntry.objects.create(influencer=maya, list=List.objects.create(name="Bakers"))
        OtherAddress.objects.create(influencer=maya, email="other@example.com")
        Rate.objects.create(
            influencer=maya, network="tiktok", kind="video", amount=Decimal(1150), currency="EUR"
        )
        on_instagram(maya, "maya.insta")
        a_field(FieldKind.NUMBER, "shoe", maya, number=Decimal("38.5"))
        a_field(FieldKind.MONEY, "fee", maya, number=Decimal(900), currency="EUR")
        a_field(FieldKind.DATE, "signed", maya, day=date(2026, 1, 2))
        a_field(FieldKind.MULTI_CHOICE, "diet", maya, options=["a", "b"])
        a_field(FieldKind.YES_NO, "car", maya, number=Decimal(1))
        a_field(FieldKind.TEXT, "size", maya, text="M")
        CustomField.objects.create(name="Empty", key="empty", kind=FieldKind.TEXT)

        found = cells()

        assert found["added"] == maya.created_at
        del found["added"]
        assert {key: value for key, value in found.items() if value not in (None, "")} == {
            "email": "maya@example.com",
            "country": "AT",
            "language": "de",
            "phone": "+436641234567",
            "city": "Graz",
            "time_zone": "Europe/Vienna",
            "birthday": date(1999, 4, 1),
            "display_name": "Maya Bakes",
            "salutation": "Dear Maya",
            "owner": "Olivia Park",
            "group": "Food",
            "tags": "baking; vegan",
            "lists": "Bakers",
            "addresses": "other@example.com",
            "rates": "TikTok video: 1,150.00 EUR",
            "others": "Instagram @maya.insta",
            "field.shoe": Decimal("38.5000"),
            "field.fee": "900 EUR",
            "field.signed": date(2026, 1, 2),
            "field.diet": "a; b",
            "field.car": "yes",
            "field.size": "M",
        }

    def test_the_numbers_of_the_main_account(self) -> None:
        account = an_authenticated_account(
            creator__follower_count=1100,
            creator__like_count=70,
            creator__video_count=9,
            creator__average_views=300.0,
            creator__engagement_rate=0.05,
            creator__profile_source=Source.AUTHORIZED,
            creator__handle="maya.bakes",
        )
        TikTokAccountFactory.create(
            influencer=account.influencer, creator__handle="small", creator__follower_count=5
        )
        Video.objects.create(
            creator=account.creator,
            tiktok_video_id="1",
            source=Source.PUBLIC,
            published_at=NOON,
            url="https://www.tiktok.com/@maya.bakes/video/1",
            counts_source=Source.PUBLIC,
            counts_fetched_at=NOON,
        )
        ends_at = timezone.now() + timedelta(days=90)
        Connection.objects.update(refresh_expires_at=ends_at)
        a_snapshot(account.creator_id, days=30, followers=1000)
        read(account)

        found = cells()

        assert {key: found[key] for key in METRIC_KEYS} == {
            "followers": 1100,
            "growth": 0.1,
            "likes": 70,
            "videos": 9,
            "views": 300.0,
            "engagement": 0.05,
            "posted": NOON,
            "updated": NOON,
        }
        assert found["handle"] == "maya.bakes; small"
        assert found["account"] == "Marketplace · Authenticated; Marketplace · Not authenticated"
        assert found["grant"] == ends_at.astimezone(UTC).date()

    def test_what_is_missing_is_nothing_with_its_reason(self) -> None:
        TikTokAccountFactory.create(
            creator__follower_count=12, creator__profile_source=Source.PUBLIC
        )
        found = cells()
        assert found["followers"] == 12
        assert found["views"] is found["engagement"] is found["growth"] is found["grant"] is None
        (row,) = influencer_page().rows
        assert "Average views: Ask the influencer to authenticate this account." in missing_because(
            row
        )

    def test_without_an_account_there_are_no_numbers(self) -> None:
        InfluencerFactory.create()
        found = cells()
        assert {found[key] for key in METRIC_KEYS} == {None}
        (row,) = influencer_page().rows
        assert missing_because(row) == "No TikTok account."

    def test_numbers_of_another_network_stand_in_where_there_is_no_tiktok_account(self) -> None:
        account = on_instagram(InfluencerFactory.create(), "maya")
        AccountReading.objects.create(
            account=account,
            source="import",
            read_at=NOON,
            followers=900,
            likes=40,
            engagement_rate=0.02,
        )
        found = cells()
        assert (found["followers"], found["likes"], found["engagement"]) == (900, 40, 0.02)
        assert found["views"] is found["videos"] is found["growth"] is None
        (row,) = influencer_page().rows
        assert missing_because(row) == ""

    def test_the_last_activity_is_the_newest_event(self, owner: User) -> None:
        from tenancy.enums import Verb
        from tenancy.services.events import record

        maya = InfluencerFactory.create()
        assert cells()["active"] is None
        event = record(Verb.INFLUENCER_EDITED, maya, actor=owner)
        assert cells()["active"] == event.at


def read(account: SocialAccount, **numbers: int | None) -> None:
    """Read the account at noon."""
    Creator.objects.filter(pk=account.creator_id).update(profile_fetched_at=NOON, **numbers)


METRIC_KEYS = ("followers", "growth", "likes", "videos", "views", "engagement", "posted", "updated")


def a_snapshot(creator_id: int | None, *, days: int, followers: int | None) -> None:
    day = NOON.replace(hour=0) - timedelta(days=days)
    CreatorSnapshot.objects.create(
        creator_id=creator_id,
        source=Source.PUBLIC,
        bucket_at=day,
        fetched_at=day,
        follower_count=followers,
    )


@pytest.mark.usefixtures("_scope")
@pytest.mark.parametrize(
    ("days", "status", "growth"),
    [
        (30, MarketplaceStatus.IN, 0.1),
        (31, MarketplaceStatus.IN, 0.1),
        (32, MarketplaceStatus.IN, None),
        (29, MarketplaceStatus.IN, None),
        (38, MarketplaceStatus.NOT_IN, 0.1),
        (39, MarketplaceStatus.NOT_IN, None),
    ],
)
def test_the_change_is_to_about_thirty_days_before_the_last_reading(
    days: int, status: MarketplaceStatus, growth: float | None
) -> None:
    """Accounts outside the marketplace are read once a week."""
    account = an_authenticated_account(
        creator__marketplace_status=status,
        creator__profile_source=Source.AUTHORIZED,
    )
    a_snapshot(account.creator_id, days=days, followers=1000)
    read(account, follower_count=1100)
    assert cells()["growth"] == growth


@pytest.mark.usefixtures("_scope")
@pytest.mark.parametrize(
    ("now", "then", "growth"),
    [(110, 100, 0.1), (90, 100, -0.1), (None, 100, None), (90, None, None), (90, 0, None)],
)
def test_a_change_needs_both_numbers(
    now: int | None, then: int | None, growth: float | None
) -> None:
    account = TikTokAccountFactory.create(creator__profile_source=Source.PUBLIC)
    a_snapshot(account.creator_id, days=30, followers=then)
    read(account, follower_count=now)
    assert cells()["growth"] == growth


@pytest.mark.usefixtures("_scope")
@pytest.mark.parametrize(("days", "growth"), [(30, 0.1), (90, None)])
def test_a_reading_of_then_that_comes_late_changes_the_growth(
    days: int, growth: float | None
) -> None:
    account = TikTokAccountFactory.create(
        creator__profile_source=Source.PUBLIC,
        creator__follower_count=1100,
        creator__profile_fetched_at=timezone.now(),
    )
    then = timezone.now().replace(hour=0, minute=0) - timedelta(days=days)
    CreatorSnapshot.objects.create(
        creator_id=account.creator_id,
        source=Source.PUBLIC,
        bucket_at=then,
        fetched_at=then,
        follower_count=1000,
    )
    assert cells()["growth"] == growth


@pytest.mark.parametrize(
    ("kind", "status", "values", "expected"),
    [
        (AccountKind.AUTHENTICATED_TTCM, "in", {}, ("Marketplace · Authenticated", "success", 0)),
        (AccountKind.AUTHENTICATED_TTCM, "in", {"days": 9}, ("Marketplace · Ends 7 Dec", "warning", 0)),
        (AccountKind.AUTHENTICATED_TTCM, "in", {"days": 31}, ("Marketplace · Authenticated", "success", 0)),
        (AccountKind.NOT_AUTHENTICATED_TTCM, "in", {}, ("Marketplace · Not authenticated", "neutral", 1)),
        (AccountKind.NOT_AUTHENTICATED_TTCM, "in", {"ended": True}, ("Marketplace · Reconnect needed", "warning", 0)),
        (AccountKind.AUTHENTICATED_NON_TTCM, "not_in", {}, ("Non-TTCM · Authenticated", "success", 0)),
        (AccountKind.UNSUPPORTED, "not_in", {}, ("Non-TTCM · Unsupported", "danger", 0)),
        (AccountKind.UNSUPPORTED, "invited", {}, ("Non-TTCM · Invited", "info", 1)),
        (AccountKind.LEGACY, "in", {}, ("Old data source", "neutral", 0)),
    ],
)  # fmt: skip
def test_one_badge_says_both_facts_and_the_next_date(
    kind: AccountKind, status: str, values: dict[str, Any], expected: tuple[str, str, int]
) -> None:
    labels = account_labels(
        kind, status, invited_at=None, needs_reconnect=values.get("ended", False)
    )
    ends_at = NOON + timedelta(days=values["days"]) if "days" in values else None
    shown = badge_in_list(labels, ends_soon(ends_at, NOON) if ends_at else None)
    assert (shown.text, shown.kind, shown.is_half) == expected
    assert all(label.title in shown.title for label in labels)


def test_keys_that_name_no_column_are_left_out() -> None:
    known = by_key(sees_money=False)
    assert "rates" not in known
    assert [column.key for column in chosen(["tags", "gone", "rates", "tags"], known)] == ["tags"]


def test_a_column_moves_one_place_and_stays_at_an_end() -> None:
    assert moved(["a", "b", "c"], "c", -1) == ["a", "c", "b"]
    assert moved(["a", "b", "c"], "a", -1) == ["a", "b", "c"]
    assert moved(["a", "b", "c"], "c", 1) == ["a", "b", "c"]
    assert moved(["a"], "gone", 1) == ["a"]


class TestDialog:
    def test_columns_are_chosen_ordered_and_kept_for_this_member_alone(
        self, oak: Organization, signed_in: Callable[[Role], Client]
    ) -> None:
        manager, viewer = signed_in(Role.MANAGER), signed_in(Role.VIEWER)
        with organization_scope(oak):
            InfluencerFactory.create()
        before = headings(viewer)
        answer = manager.post(
            COLUMNS_PAGE,
            {"order": ["email", "tags", "followers"], "shown": ["followers", "email", "made up"]},
        )
        assert answer["Location"] == f"{LIST}?"
        assert headings(manager) == ["Creator", "E-mail", "Followers"]
        assert headings(viewer) == before
        manager.post(COLUMNS_PAGE, {"reset": "1"})
        assert headings(manager) == before

    def test_moving_shows_the_new_order_and_keeps_nothing_yet(
        self, oak: Organization, viewer: Client
    ) -> None:
        with organization_scope(oak):
            InfluencerFactory.create()
        before = headings(viewer)
        page = viewer.post(
            COLUMNS_PAGE, {"order": ["email", "tags"], "shown": ["tags"], "move": "up tags"}
        ).content.decode()
        order = re.findall(r'name="order" value="([^"]+)"', page)
        assert order[:2] == ["tags", "email"]
        assert len(order) == len(set(order)) == len(by_key(sees_money=False))
        assert re.findall(r'value="([^"]+)" checked', page) == ["tags"]
        assert headings(viewer) == before

    def test_a_column_moves_among_those_that_are_ticked(self, viewer: Client) -> None:
        given = {"order": [*by_key(sees_money=False)], "shown": ["account", "likes", "added"]}
        for move, first in (
            ("up added", ["account", "added", "likes"]),
            ("down account", ["likes", "account", "added"]),
            ("up phone", ["account", "phone", "likes", "added"]),
        ):
            page = viewer.post(COLUMNS_PAGE, {**given, "move": move}).content.decode()
            order = re.findall(r'name="order" value="([^"]+)"', page)
            assert order[: len(first)] == first, move
            assert sorted(order) == sorted(by_key(sees_money=False))

    def test_the_address_of_the_list_is_kept(self, viewer: Client) -> None:
        given = {"order": ["tags"], "shown": ["tags"], "f": "country:DE", "sort": "-followers"}
        answer = viewer.post(COLUMNS_PAGE, given)
        assert answer["Location"] == f"{LIST}?f=country%3ADE&sort=-followers"

    def test_own_fields_can_be_chosen_and_go_when_they_are_archived(
        self, oak: Organization, manager: Client
    ) -> None:
        with organization_scope(oak):
            maya = InfluencerFactory.create()
            a_field(FieldKind.TEXT, "diet", maya, text="<b>vegan")
        manager.post(COLUMNS_PAGE, {"order": ["field.diet"], "shown": ["field.diet"]})
        assert headings(manager) == ["Creator", "Diet"]
        assert "&lt;b&gt;vegan" in manager.get(LIST).content.decode()
        with organization_scope(oak):
            CustomField.objects.update(archived_at=timezone.now())
        assert headings(manager) == ["Creator"]

    def test_rows_are_compact_on_request(self, oak: Organization, viewer: Client) -> None:
        with organization_scope(oak):
            InfluencerFactory.create()
        assert "is-compact" not in viewer.get(LIST).content.decode()
        viewer.post(f"{LIST}density/", {"density": "compact"})
        viewer.post(f"{LIST}density/", {"density": "made up"})
        assert "is-compact" in viewer.get(LIST).content.decode()
        with organization_scope(oak):
            assert ListLayout.objects.get().columns == list(USUAL)
        viewer.post(f"{LIST}density/", {"density": "comfortable"})
        assert "is-compact" not in viewer.get(LIST).content.decode()

    def test_a_compact_row_has_one_line_and_counts_what_it_leaves_out(
        self, oak: Organization, viewer: Client
    ) -> None:
        with organization_scope(oak):
            maya, rio = (InfluencerFactory.create(name=name) for name in ("Maya", "Rio"))
            TikTokAccountFactory.create(influencer=maya, creator__handle="maya")
            on_instagram(maya, "maya.insta")
            for handle in ("rio.a", "rio.b"):
                on_instagram(rio, handle)
            for name in ("baking", "vegan", "zero"):
                Tagging.objects.create(influencer=maya, tag=Tag.objects.create(name=name))
        rows = viewer.get(LIST).content.decode().split("</tr>")[1:3]
        assert [row.count("<br>") for row in rows] == [1, 1]
        viewer.post(f"{LIST}density/", {"density": "compact"})
        rows = viewer.get(LIST).content.decode().split("</tr>")[1:3]
        assert [row.count("<br>") for row in rows] == [0, 0]
        assert 'title="vegan, zero">+2<' in rows[0]
        assert re.findall(r'title="([^"]+)">\+1<', rows[0] + rows[1]) == [
            f"{isolated('@maya.insta')} (Instagram)",
            f"{isolated('@rio.b')} (Instagram)",
        ]

    def test_columns_stay_when_the_height_changes(self, oak: Organization, owner: User) -> None:
        with organization_scope(oak):
            save_columns(owner, ["tags"])
            assert [c.key for c in layout_of(owner, sees_money=True).columns] == ["tags"]
            reset_layout(owner)
            assert not layout_of(owner, sees_money=True).is_own


def test_money_is_for_those_who_may_see_it(
    oak: Organization, signed_in: Callable[[Role], Client]
) -> None:
    with organization_scope(oak):
        maya = InfluencerFactory.create(name="Maya")
        Rate.objects.create(
            influencer=maya, network="tiktok", kind="video", amount=Decimal(7777), currency="EUR"
        )
        a_field(FieldKind.MONEY, "fee", maya, number=Decimal(8888), currency="EUR")
    keys = ["rates", "field.fee"]
    for role in Role:
        client, may_see = signed_in(role), role != Role.VIEWER
        client.post(COLUMNS_PAGE, {"order": keys, "shown": keys})
        for url in (LIST, f"{LIST}{maya.pk}/"):
            page = client.get(url).content.decode()
            assert ("7,777.00" in page, "8,888.00\xa0EUR" in page) == (may_see, may_see), (
                role,
                url,
            )
        filtered = client.get(f"{LIST}?f=field.fee:8000..9000").content.decode()
        assert ("There is no filter “field.fee”" in filtered) is not may_see
        assert (headings(client) == ["Creator", "Rates", "Fee"]) is may_see


def test_own_fields_read_in_the_list_as_on_the_profile(
    oak: Organization, signed_in: Callable[[Role], Client]
) -> None:
    with organization_scope(oak):
        maya = InfluencerFactory.create(name="Maya")
        a_field(FieldKind.MONEY, "fee", maya, number=Decimal("1200.5"), currency="EUR")
        a_field(FieldKind.NUMBER, "share", maya, number=Decimal("0.0001"))
        a_field(FieldKind.YES_NO, "car", maya, number=Decimal(1))
    client, keys = signed_in(Role.MANAGER), ["field.fee", "field.share", "field.car"]
    client.post(COLUMNS_PAGE, {"order": keys, "shown": keys})
    row = client.get(LIST).content.decode().partition("</thead>")[2]
    assert re.findall(r">([^<]+)</td>", row)[-3:] == ["1,200.50\xa0EUR", "0.0001", "Yes"]
    profile = client.get(f"{LIST}{maya.pk}/").content.decode()
    for value in ("1,200.50\xa0EUR", "0.0001", "Yes"):
        assert f"<dd>{value}</dd>" in profile


def test_the_list_costs_the_same_few_queries_whatever_is_chosen(
    oak: Organization, signed_in: Callable[[Role], Client]
) -> None:
    client = signed_in(Role.OWNER)
    with organization_scope(oak):
        for number in range(3):
            account = an_authenticated_account()
            a_field(FieldKind.TEXT, f"own{number}", account.influencer, text="x")
        every = [*by_key(custom_columns(), sees_money=True)]
    for keys in ([], ["email"], every):
        client.post(COLUMNS_PAGE, {"order": keys, "shown": keys})
        assert queries_in(client, LIST) <= 11
        assert queries_in(client, LIST, **{"HX-Request": "true"}) <= 8


def test_the_list_shows_how_the_followers_have_changed(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        for name, before in (("Up", 1000), ("Down", 1200), ("Same", 1100), ("New", None)):
            account = TikTokAccountFactory.create(
                influencer__name=name,
                creator__handle=name.lower(),
                creator__follower_count=1100,
                creator__profile_source=Source.PUBLIC,
                creator__profile_fetched_at=NOON,
            )
            a_snapshot(account.creator_id, days=30, followers=before)
    page = viewer.get(LIST).content.decode()
    lines = [words(line) for line in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)[1:]]
    changes = [re.search(r"1,100 (.*?)—", line)[1].strip() for line in lines]  # type: ignore[index]
    assert changes == ["down ▼ 8.3 %", "", "", "up ▲ 10.0 %"]


@pytest.mark.usefixtures("_scope")
def test_whoever_resets_their_columns_resets_nobody_else_s(owner: User) -> None:
    other = User.objects.create_user("other@oak.example")
    for person in (owner, other):
        save_columns(person, ["country"])
    reset_layout(owner)
    assert list(ListLayout.objects.values_list("user", flat=True)) == [other.pk]
