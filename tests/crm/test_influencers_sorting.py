"""Orders of the list by numbers and times: kept by the database, walked both ways, the unknown last."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm.models import AccountReading, Influencer, SocialAccount
from crm.queries import influencer_page
from tests.factories.crm import CreatorFactory, InfluencerFactory, TikTokAccountFactory
from tiktok.enums import Source
from tiktok.models import Creator, Video

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def names(sort: str) -> list[str]:
    return [row.influencer.name for row in influencer_page(sort=sort).rows]


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


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("sort", ["followers", "-followers"])
def test_pages_walk_over_the_known_and_the_unknown_and_back(sort: str, size: int) -> None:
    for number in range(7):
        a_person(f"P{number}", follower_count=None if number > 3 else number // 2)
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
