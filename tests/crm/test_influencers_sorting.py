"""Orders of the list by numbers and times: kept by the database, walked both ways, the unknown last."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.enums import FieldKind
from crm.models import AccountReading, CustomField, Influencer, SocialAccount, Tag
from crm.policies.columns import COLUMNS, CellKind
from crm.policies.fields import typed_value
from crm.queries import SORTS, influencer_page
from crm.queries.filters import read_address
from crm.queries.own_sorting import own_sort
from crm.services.collections.layouts import save_columns
from crm.services.collections.tags import tag_influencers
from crm.services.fields import archive_field, create_field, set_values
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.services.events import record, record_each
from tests.crm.conftest import queries_in
from tests.factories.crm import (
    ConsentFactory,
    CreatorFactory,
    InfluencerFactory,
    TikTokAccountFactory,
)
from tiktok.enums import Source
from tiktok.models import Connection, Creator, Video
from tiktok.services.facts.snapshots import record_creator_snapshots

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def names(sort: str) -> list[str]:
    return [row.influencer.name for row in influencer_page(sort=own(sort)).rows]


def own(sort: str) -> Any:
    """The order as an address names it."""
    return own_sort(sort, sees_money=True) or sort


def a_person(name: str, **numbers: float | None) -> SocialAccount:
    values = {f"creator__{key}": value for key, value in numbers.items()}
    return TikTokAccountFactory.create(influencer__name=name, **values)


def a_video(account: SocialAccount, day: int) -> Video:
    at = datetime(2026, 10, day, tzinfo=UTC)
    return Video.objects.create(
        creator=account.creator,
        tiktok_video_id=f"{account.pk}{day}",
        source=Source.PUBLIC,
        published_at=at,
        url="https://www.tiktok.com/@a/video/1",
        counts_source=Source.PUBLIC,
        counts_fetched_at=at,
    )


@pytest.mark.parametrize(
    ("sort", "column"),
    [
        ("followers", "follower_count"),
        ("engagement", "engagement_rate"),
        ("views", "average_views"),
        ("views", "calculated_average_views"),
        ("engagement", "calculated_engagement_rate"),
        ("likes", "like_count"),
        ("videos", "video_count"),
    ],
)
def test_numbers_order_the_list_with_the_unknown_last_either_way(sort: str, column: str) -> None:
    for name, value in (("Two", 2), ("None", None), ("Nine", 9), ("Five", 5)):
        a_person(name, **{column: value})
    InfluencerFactory.create(name="Nobody")
    assert names(sort) == ["Two", "Five", "Nine", "None", "Nobody"]
    assert names(f"-{sort}") == ["Nine", "Five", "Two", "Nobody", "None"]


def test_the_last_post_orders_the_list() -> None:
    ann, bo, _ = a_person("Ann"), a_person("Bo"), a_person("Cy")
    a_video(ann, 3)
    newest = a_video(ann, 9)
    a_video(bo, 5)
    assert names("-posted") == ["Ann", "Bo", "Cy"]
    newest.delete()
    assert names("-posted") == ["Bo", "Ann", "Cy"]
    Video.objects.filter(creator=bo.creator).update(published_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert names("-posted") == ["Ann", "Bo", "Cy"]


def test_every_number_and_date_that_stands_as_a_column_orders_the_list() -> None:
    unsorted = [each.key for each in COLUMNS if each.kind != CellKind.TEXT and not each.sort]
    assert unsorted == []
    orders = {each.sort for each in COLUMNS if each.sort}
    assert orders | {f"-{order}" for order in orders} <= set(SORTS)


def a_reading(account: SocialAccount, days: int, followers: int) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC) - timedelta(days=days)
    account.creator.follower_count = followers
    account.creator.profile_source, account.creator.profile_fetched_at = Source.PUBLIC, at
    record_creator_snapshots([account.creator])


def test_the_growth_of_followers_orders_the_list_and_changes_with_each_reading() -> None:
    for name, then, now in (("Up", 100, 200), ("Down", 100, 50), ("Even", 100, 100)):
        account = a_person(name)
        a_reading(account, 30, then)
        a_reading(account, 0, now)
    a_reading(a_person("New"), 0, 70)
    InfluencerFactory.create(name="Nobody")
    assert names("growth") == ["Down", "Even", "Up", "New", "Nobody"]
    assert names("-growth") == ["Up", "Even", "Down", "Nobody", "New"]
    even = SocialAccount.objects.get(influencer__name="Even")
    a_reading(
        even, -1, 400
    )  # thirty days before, there was no reading; the one of the day before counts
    assert names("-growth")[0] == "Even"
    a_reading(even, -3, 900)
    assert names("-growth")[:2] == ["Up", "Down"]


def test_the_time_of_the_last_sync_orders_the_list() -> None:
    early, late = (datetime(2026, 10, day, tzinfo=UTC) for day in (1, 9))
    a_person("Read", profile_fetched_at=early, marketplace_checked_at=late)
    a_person("Checked", marketplace_checked_at=late)
    a_person("Never")
    outside = a_person("Outside", profile_fetched_at=late, marketplace_checked_at=early)
    assert names("updated")[:1] == ["Read"]
    Creator.objects.filter(pk=outside.creator_id).update(marketplace_status="not_in")
    assert names("-updated") == ["Checked", "Outside", "Read", "Never"]
    ConsentFactory.create(creator=outside.creator)
    assert names("-updated")[:2] == ["Outside", "Checked"]


def test_the_end_of_the_permission_orders_the_list_while_it_lasts() -> None:
    ends = {name: datetime(2027, month, 1, tzinfo=UTC) for name, month in (("Ann", 3), ("Bo", 2))}
    for name, ends_at in ends.items():
        consent = ConsentFactory.create(creator=a_person(name).creator)
        Connection.objects.filter(pk=consent.connection_id).update(refresh_expires_at=ends_at)
    a_person("Cy")
    assert names("grant") == ["Bo", "Ann", "Cy"]
    Connection.objects.filter(handle__in=[consent.creator.handle]).update(state="expired")
    assert names("grant") == ["Ann", "Bo", "Cy"]
    bo = Influencer.objects.get(name="Bo")
    assert bo.grant_ends_at is None


def test_of_several_permissions_the_first_that_ends_counts() -> None:
    main = a_person("Ann", follower_count=900)
    further = [
        TikTokAccountFactory.create(influencer=main.influencer, creator__follower_count=count)
        for count in (100, None)
    ]
    ends = [datetime(2027, month, 1, tzinfo=UTC) for month in (9, 3, 5)]
    connections = []
    for account, ends_at in zip([main, *further], ends, strict=True):
        connections.append(ConsentFactory.create(creator=account.creator).connection_id)
        Connection.objects.filter(pk=connections[-1]).update(refresh_expires_at=ends_at)
    ann = main.influencer
    ann.refresh_from_db()
    assert (ann.grant_ends_at, ann.follower_count) == (ends[1], 900)
    Connection.objects.filter(pk=connections[1]).update(state="revoked")
    ann.refresh_from_db()
    assert ann.grant_ends_at == ends[2]
    further[1].delete()
    ann.refresh_from_db()
    assert ann.grant_ends_at == ends[0]


def test_the_last_activity_and_the_birthday_order_the_list(owner: User) -> None:
    ann, bo, _ = (
        InfluencerFactory.create(name=name, birthday=birthday)
        for name, birthday in (("Ann", date(2001, 2, 3)), ("Bo", date(1999, 4, 5)), ("Cy", None))
    )
    record(Verb.INFLUENCER_EDITED, bo, actor=owner)
    record(Verb.INFLUENCER_EDITED, ann, actor=owner)
    assert names("-active") == ["Ann", "Bo", "Cy"]
    record_each(Verb.INFLUENCER_EDITED, [ann, bo], actor=owner)
    assert names("-active") == ["Bo", "Ann", "Cy"]
    assert names("birthday") == ["Bo", "Ann", "Cy"]


def test_who_writes_a_row_read_before_writes_no_earlier_numbers(owner: User) -> None:
    account = a_person("Maya", follower_count=10)
    read_before = Influencer.objects.get(pk=account.influencer_id)
    Creator.objects.update(follower_count=20)
    event = record(Verb.INFLUENCER_EDITED, read_before, actor=owner)
    read_before.name = "Maya B."
    read_before.save()
    maya = Influencer.objects.get(pk=read_before.pk)
    assert (maya.name, maya.follower_count, maya.last_activity_at) == ("Maya B.", 20, event.at)


@pytest.mark.parametrize("word", ["likes", "videos", "growth", "active"])
def test_what_orders_the_list_filters_it(word: str, owner: User) -> None:
    account = a_person("Ann", like_count=5, video_count=5)
    a_reading(account, 30, 100)
    a_reading(account, 0, 105)
    record(Verb.INFLUENCER_EDITED, account.influencer, actor=owner)
    InfluencerFactory.create(name="Nobody")
    known = {"active": "-1d..today"}.get(word, "4..6")

    def found(values: str) -> list[str]:
        page = influencer_page(reading=read_address([f"{word}:{values}"]))
        return [row.influencer.name for row in page.rows]

    assert (found(known), found("unknown")) == (["Ann"], ["Nobody"])


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("sort", ["followers", "-followers", "birthday", "-birthday"])
def test_pages_walk_over_the_known_and_the_unknown_and_back(sort: str, size: int) -> None:
    for number in range(7):
        account = a_person(f"P{number}", follower_count=None if number > 3 else number // 2)
        birthday = None if number > 3 else date(2000, 1, 1 + number // 2)
        Influencer.objects.filter(pk=account.influencer_id).update(birthday=birthday)
    whole = [row.influencer.pk for row in influencer_page(sort=sort).rows]
    pages, page = [], influencer_page(sort=sort, size=size)
    while True:
        pages.append([row.influencer.pk for row in page.rows])
        if not page.next_cursor:
            break
        page = influencer_page(sort=sort, size=size, cursor=page.next_cursor)
    assert [pk for pks in pages for pk in pks] == whole
    back = []
    while page.previous_cursor:
        page = influencer_page(sort=sort, size=size, cursor=page.previous_cursor)
        back.append([row.influencer.pk for row in page.rows])
    assert back == pages[-2::-1]


def test_a_cursor_whose_rows_are_gone_shows_the_first_page_again() -> None:
    for number in range(3):
        a_person(f"P{number}", follower_count=number)
    page = influencer_page(sort="followers", size=2)
    Influencer.objects.filter(name="P2").delete()
    again = influencer_page(sort="followers", size=2, cursor=page.next_cursor or "")
    assert [row.influencer.name for row in again.rows] == ["P0", "P1"]


def test_the_main_account_is_the_tiktok_account_with_most_followers() -> None:
    account = a_person("Maya", follower_count=10, average_views=1)
    maya = account.influencer
    other = CreatorFactory.create(follower_count=90, average_views=9)
    second = TikTokAccountFactory.create(influencer=maya, creator=other, handle=other.handle)
    maya.refresh_from_db()
    assert (maya.follower_count, maya.average_views) == (90, 9)
    Creator.objects.filter(pk=account.creator_id).update(follower_count=95)
    maya.refresh_from_db()
    assert (maya.follower_count, maya.average_views) == (95, 1)
    account.delete()
    maya.refresh_from_db()
    assert maya.follower_count == 90
    rio = InfluencerFactory.create(name="Rio")
    second.influencer = rio
    second.save()
    maya.refresh_from_db()
    rio.refresh_from_db()
    assert (maya.follower_count, rio.follower_count) == (None, 90)


def test_another_network_counts_where_there_is_no_tiktok_account() -> None:
    rio = InfluencerFactory.create(name="Rio")
    account = SocialAccount.objects.create(
        influencer=rio, network="instagram", account_type="instagram", handle="rio"
    )
    for day, followers in ((2, 500), (1, 900)):
        AccountReading.objects.create(
            account=account,
            source="import",
            read_at=datetime(2026, 11, day, tzinfo=UTC),
            followers=followers,
            engagement_rate=0.02,
        )
    rio.refresh_from_db()
    assert (rio.follower_count, rio.engagement_rate) == (500, 0.02)
    AccountReading.objects.filter(followers=500).update(followers=700)
    rio.refresh_from_db()
    assert rio.follower_count == 700
    creator = CreatorFactory.create(follower_count=3)
    TikTokAccountFactory.create(influencer=rio, creator=creator, handle=creator.handle)
    rio.refresh_from_db()
    assert rio.follower_count == 3


def test_the_last_post_follows_its_post_to_another_time_and_account() -> None:
    maya, rio = a_person("Maya"), a_person("Rio")
    early, late = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 9, tzinfo=UTC)
    a_video(maya, 1)

    def last_posts() -> list[datetime | None]:
        return [
            Influencer.objects.get(pk=account.influencer_id).last_post_at for account in (maya, rio)
        ]

    assert last_posts() == [early, None]
    Video.objects.update(video_views=7, published_at=late)
    assert last_posts() == [late, None]
    Video.objects.update(creator=rio.creator)
    assert last_posts() == [None, late]


# --- by the organization's own fields ---------------------------------------------------------------------------
def a_field(kind: FieldKind, *options: str) -> CustomField:
    return create_field(f"My {kind}", kind, options=options, actor=None)


def valued(field: CustomField, **texts: str) -> None:
    """Influencers by name with what is typed into their field; nothing for an empty text."""
    for name, text in texts.items():
        person = InfluencerFactory.create(name=name)
        set_values(person, {field: typed_value(field.kind, field.options, text)}, actor=None)


@pytest.mark.parametrize(
    ("kind", "texts", "order"),
    [
        (FieldKind.NUMBER, ["10", "9", "-1.5"], "CBA"),
        (FieldKind.MONEY, ["10 EUR", "9 USD", "100 EUR"], "ACB"),
        (FieldKind.DATE, ["2026-02-01", "2025-12-31", "2026-01-15"], "BCA"),
        (FieldKind.TEXT, ["émile", "Zoe", "anna"], "CAB"),
        (FieldKind.URL, ["https://b.example", "https://a.example", "https://c.example"], "BAC"),
        (FieldKind.CHOICE, ["red", "blue", "red"], "BAC"),
        (FieldKind.YES_NO, ["yes", "no", "yes"], "BAC"),
    ],
)
def test_an_own_field_orders_the_list_with_the_unknown_last_either_way(
    kind: FieldKind, texts: list[str], order: str
) -> None:
    field = a_field(kind, *(["red", "blue"] if kind == FieldKind.CHOICE else []))
    valued(field, A=texts[0], None1="", B=texts[1], None2="", C=texts[2])
    assert names(f"field.{field.key}") == [*order, "None1", "None2"]
    assert names(f"-field.{field.key}") == [*reversed(order), "None2", "None1"]


def test_pages_of_money_walk_from_one_currency_to_the_next_and_back(
    manager: Client, owner: User
) -> None:
    field = a_field(FieldKind.MONEY)
    valued(field, A="10 EUR", B="9 USD", C="100 EUR", D="", E="9 USD")
    page, there = influencer_page(sort=own(f"field.{field.key}"), size=1), []
    while page.next_cursor:
        there.append(page.rows[0].influencer.name)
        page = influencer_page(sort=own(f"field.{field.key}"), size=1, cursor=page.next_cursor)
    assert (there, page.rows[0].influencer.name) == (["A", "C", "B", "E"], "D")
    back = []
    while page.previous_cursor:
        page = influencer_page(sort=own(f"field.{field.key}"), size=1, cursor=page.previous_cursor)
        back.append(page.rows[0].influencer.name)
    assert back == there[::-1]
    said = "by currency first, then by amount"
    assert said in manager.get(f"/o/oak/influencers/?sort=field.{field.key}").content.decode()
    assert said not in manager.get("/o/oak/influencers/?sort=name").content.decode()


def test_a_choice_of_several_an_archived_and_an_unknown_field_have_no_order() -> None:
    several, size = a_field(FieldKind.MULTI_CHOICE, "a", "b"), a_field(FieldKind.NUMBER)
    valued(size, B="1", A="2")
    archive_field(size, actor=None)
    for key in (several.key, size.key, "made_up"):
        assert names(f"field.{key}") == names(f"-field.{key}") == ["A", "B"]


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("sort", ["field.my_number", "-field.my_number"])
@pytest.mark.parametrize("narrowing", ["", "search", "filter"])
def test_pages_by_an_own_field_walk_over_all_and_back(sort: str, size: int, narrowing: str) -> None:
    field = a_field(FieldKind.NUMBER)
    valued(field, **{f"P{n}": "" if n > 3 else str(n // 2) for n in range(7)}, Other="1")
    tag = Tag.objects.create(name="seen")
    tag_influencers(tag, list(Influencer.objects.exclude(name="Other")), actor=None)
    asked: dict[str, Any] = {
        "": {},
        "search": {"search": "p"},
        "filter": {"reading": read_address([f"tag:{tag.pk}"])},
    }[narrowing]

    def page(cursor: str = "", size: int = 50) -> Any:
        return influencer_page(sort=own(sort), size=size, cursor=cursor, **asked)

    whole = [row.influencer.pk for row in page().rows]
    assert len(whole) == (7 if narrowing else 8)
    found: list[list[int]] = []
    current = page(size=size)
    while True:
        found.append([row.influencer.pk for row in current.rows])
        if not current.next_cursor:
            break
        current = page(current.next_cursor, size)
    assert [pk for pks in found for pk in pks] == whole
    back = []
    while current.previous_cursor:
        current = page(current.previous_cursor, size)
        back.append([row.influencer.pk for row in current.rows])
    assert back == found[-2::-1]


@pytest.mark.parametrize("gathered", [0, 100_000])
def test_what_many_match_is_walked_and_what_few_match_is_gathered_to_the_same_page(
    gathered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.queries.filters.GATHERED", gathered)
    field = a_field(FieldKind.NUMBER)
    valued(field, A="3", B="1", C="2", D="")
    tag = Tag.objects.create(name="seen")
    tag_influencers(tag, list(Influencer.objects.exclude(name="B")), actor=None)
    page = influencer_page(sort=own(f"-field.{field.key}"), reading=read_address([f"tag:{tag.pk}"]))
    assert [row.influencer.name for row in page.rows] == ["A", "C", "D"]


def test_how_many_match_is_estimated_once() -> None:
    field = a_field(FieldKind.NUMBER)
    valued(field, Maya="3", Bo="1")
    with CaptureQueriesContext(connection) as captured:
        page = influencer_page(sort=own(f"field.{field.key}"), search="may")
    assert [row.influencer.name for row in page.rows] == ["Maya"]
    assert sum("AS sample" in query["sql"] for query in captured) == 1


def test_an_archived_influencer_stands_in_no_order() -> None:
    field = a_field(FieldKind.NUMBER)
    valued(field, A="3", B="1", C="")
    Influencer.objects.filter(name__in="AC").update(archived_at=datetime.now(UTC))
    assert names(f"field.{field.key}") == ["B"]


def test_a_cursor_of_one_field_is_none_of_another() -> None:
    size, age = (create_field(name, FieldKind.NUMBER, actor=None) for name in ("Size", "Age"))
    valued(size, A="1", B="2")
    first = influencer_page(sort=own(f"field.{size.key}"), size=1)
    other = influencer_page(sort=own(f"field.{age.key}"), size=1, cursor=first.next_cursor or "")
    assert [row.influencer.name for row in other.rows] == ["A"]


def test_a_column_of_an_own_field_is_sorted_from_its_heading(
    manager: Client, oak: Organization, owner: User
) -> None:
    field = a_field(FieldKind.TEXT)
    valued(field, A="x", B="y")
    save_columns(User.objects.get(email="manager@oak.example"), [f"field.{field.key}"])
    page = manager.get("/o/oak/influencers/").content.decode()
    assert f"sort=field.{field.key}" in page
    url = f"/o/oak/influencers/?sort=-field.{field.key}"
    page = manager.get(url).content.decode()
    assert page.index(">B<") < page.index(">A<")
    assert 'aria-sort="descending"' in page
    assert f'<option value="-field.{field.key}" selected>' in page
    assert queries_in(manager, url) <= 12


@pytest.mark.parametrize("sort", ["field.%00", "-field.a%00b", "%00"])
def test_a_sign_that_no_text_holds_is_no_way_of_sorting(manager: Client, sort: str) -> None:
    assert manager.get(f"/o/oak/influencers/?sort={sort}").status_code == 200
