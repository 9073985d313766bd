"""Published Posts: covers or a table, narrowed, sorted, summed, exported, removed and brought back."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import PostOrigin, ReviewState
from campaigns.errors import AccountTakesNoPart, PostStaysWithOrder
from campaigns.models import Campaign, Post, PostLayout
from campaigns.policies.posts import VideoFact
from campaigns.queries import growth, post_detail, post_row, published_posts_page
from campaigns.queries.post_layouts import COLUMNS, NUMBERS
from campaigns.queries.published import PostsAsked
from campaigns.services.posts import add_post_by_hand, remove_post, restore_post, tie_post
from tenancy.enums import Verb
from tenancy.models import Event
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tests.sandbox_process import Sandbox
from tiktok.availability import POST_UNITS
from tiktok.client.types import ReportMetrics, ReportRow
from tiktok.enums import Source, Unit
from tiktok.models import Video
from tiktok.services.creators.videos import refresh_video, refresh_videos
from tiktok.services.facts.snapshots import record_video_snapshots
from tiktok.services.orders.reports import store_report

pytestmark = pytest.mark.django_db
REPORT: dict[str, Any] = {
    "total_engagements": 115, "engagement_rate": 0.1, "reach": 900, "average_play_time": 8.0, "total_play_time": 8000.0,
    "video_completion_rate": 0.3, "report_fetched_at": timezone.now(), "retention": [1.0] * 29,
}  # fmt: skip


@pytest.fixture
def three(campaign: Campaign) -> dict[str, Post]:
    """By order with all numbers; by link request with fewer views; by hand with most, whose old report may not be shown."""
    day = datetime.fromisoformat("2026-11-10T09:00:00+00:00")
    made = {}
    for number, (name, views, rate) in enumerate(
        (("maya", 1000, 0.1), ("rio", 500, 0.4), ("tom", 9000, 0.9))
    ):
        account = a_participant(campaign, f"{name}.bakes")
        account.influencer.country = "DE" if name == "maya" else "AT"
        account.influencer.save()
        video = a_video(
            account, f"74{number}", caption=f"{name} kneads", published_at=day + timedelta(days=number),
            video_views=views, **REPORT | {"engagement_rate": rate, "video_completion_rate": rate},
        )  # fmt: skip
        order = None if name == "tom" else an_order(campaign, account)
        made[name] = a_post(campaign, video, order=order)
    Post.objects.filter(pk=made["rio"].pk).update(origin=PostOrigin.LINK_REQUEST)
    return made


def shown(answer: Any) -> list[str]:
    """The posts of a page in their order."""
    return re.findall(r"(\w+) kneads", text(answer).split('id="posts"')[1].split("</main>")[0])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["tom", "rio", "maya"]),
        ("?sort=published", ["maya", "rio", "tom"]),
        ("?sort=-video_views", ["tom", "maya", "rio"]),
        ("?sort=video_views", ["rio", "maya", "tom"]),
        ("?sort=-engagement_rate", ["rio", "maya", "tom"]),
        ("?sort=video_completion_rate", ["maya", "rio", "tom"]),
        ("?sort=-reach&view=table", ["rio", "maya", "tom"]),
        ("?sort=nonsense", ["tom", "rio", "maya"]),
        ("?origin=by_hand", ["tom"]),
        ("?origin=link", ["rio"]),
        ("?origin=order&sort=-video_views", ["maya"]),
        ("?market=AT", ["tom", "rio"]),
        ("?since=2026-11-11&until=2026-11-11", ["rio"]),
        ("?until=2026-11-10", ["maya"]),
        ("?since=yesterday&market=XX&origin=x&creator=x", ["tom", "rio", "maya"]),
        ("?q=KNEADS+ri", ["rio"]),
        ("?q=tom.bakes", ["tom"]),
        ("?q=nothing", []),
    ],
)
@pytest.mark.usefixtures("three")
def test_the_address_says_which_posts_in_which_order(
    viewer: Client, campaign: Campaign, query: str, found: list[str]
) -> None:
    assert shown(viewer.get(f"{base(campaign)}posts/{query}")) == found


def test_posts_of_one_creator_and_of_one_order(
    viewer: Client, campaign: Campaign, three: dict[str, Post]
) -> None:
    for query in (f"creator={three['rio'].account_id}", f"order={three['rio'].order_id}"):
        page = viewer.get(f"{base(campaign)}posts/?{query}")
        assert shown(page) == ["rio"]
        assert "@\u2068rio.bakes" in text(page) or "@rio.bakes" in text(page)
    assert "gone" in text(viewer.get(f"{base(campaign)}posts/?creator=999999"))


@pytest.mark.usefixtures("three")
def test_each_filter_offers_its_choices_and_keeps_the_others(
    viewer: Client, campaign: Campaign
) -> None:
    choose = f"{base(campaign)}posts/filter/"
    for field, words in {
        "creator": ("@maya.bakes", "@tom.bakes"),
        "order": ("@maya.bakes, ", "@rio.bakes, "),
        "origin": ("Order", "Link request", "Added by hand"),
        "market": ("Austria", "Germany"),
        "published": ("From", "Until"),
    }.items():
        page = text(viewer.get(f"{choose}?field={field}&q=kneads&sort=-reach"))
        for word in words:
            assert word in page, (field, word)
        assert "q=kneads" in page or 'name="q" value="kneads"' in page
    dialog = viewer.get(f"{choose}?field=market&market=AT", headers={"HX-Request": "true"})
    assert "<html" not in text(dialog)
    assert 'aria-current="true"' in text(dialog)
    assert viewer.get(f"{choose}?field=nonsense").status_code == 404


@pytest.mark.usefixtures("three")
def test_totals_add_what_is_known_and_say_of_how_many_posts(
    viewer: Client, campaign: Campaign
) -> None:
    page = text(viewer.get(f"{base(campaign)}posts/"))
    totals = re.sub(r"<[^>]+>", " ", page.split('aria-label="Totals"')[1].split("</section>")[0])
    words = " ".join(totals.split())
    assert "Posts 3" in words
    assert "Video views 10.5K" in words
    assert "Total engagements 230 2 of 3 posts" in words
    assert "Reach 1.8K sum, 2 of 3 posts" in words
    # (0.1 x 1,000 + 0.4 x 500) / 1,500
    assert "Engagement rate 20.0 % by views, 2 of 3 posts" in words.replace("\xa0", " ")
    table = text(viewer.get(f"{base(campaign)}posts/?view=table"))
    foot = table.split("<tfoot>")[1]
    assert "3 posts" in foot
    assert "2 of them have every number" in foot
    none = text(viewer.get(f"{base(campaign)}posts/?origin=by_hand&view=table"))
    assert "—" in none.split("<tfoot>")[1]


@pytest.mark.usefixtures("three")
def test_the_totals_of_very_many_posts_come_after_the_page(
    viewer: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.views.published.SUMMED_AT_ONCE", 2)
    page = text(viewer.get(f"{base(campaign)}posts/?market=AT"))
    assert "Adding up" in page
    assert 'aria-label="Totals"' not in page
    late = re.search(r'hx-get="([^"]*posts/totals/[^"]*)"', page)
    assert late
    assert "9.5K" in text(viewer.get(late[1].replace("&amp;", "&")))


def test_the_switch_and_the_columns_are_kept_for_each_member(
    manager: Client, viewer: Client, campaign: Campaign, three: dict[str, Post]
) -> None:
    root = f"{base(campaign)}posts/"
    assert "post-grid" in text(viewer.get(root))
    answer = viewer.post(f"{root}as/?market=AT", {"view": "table"})
    assert answer["Location"] == f"{root}?market=AT"
    assert "post-grid" not in text(viewer.get(root))
    assert "post-grid" in text(viewer.get(f"{root}?view=grid"))
    assert "post-grid" in text(manager.get(root))

    assert 'value="likes"' in text(viewer.get(f"{root}columns/", headers={"HX-Request": "true"}))
    viewer.post(f"{root}columns/", {"shown": ["likes", "published", "nonsense"]})
    page = text(viewer.get(root))
    heads = re.findall(r"<th scope=\"col\".*?</th>", page)
    shown_heads = [" ".join(re.sub(r"<[^>]+>", " ", head).split()) for head in heads]
    assert shown_heads == ["Post", "Published", "Likes"]
    assert PostLayout.objects.get().columns == ["published", "likes"]
    viewer.post(f"{root}as/", {"view": "grid"})
    assert PostLayout.objects.get().columns == ["published", "likes"]


def exported(client: Client, campaign: Campaign, query: str = "") -> list[dict[str, str]]:
    answer = client.post(f"{base(campaign)}posts/export/{query}", {"format": "csv"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


def test_what_is_shown_is_exported_and_missing_is_empty(
    viewer: Client, campaign: Campaign, three: dict[str, Post]
) -> None:
    Video.objects.filter(pk=three["tom"].video_id).update(caption="=1+1 kneads")
    lines = exported(viewer, campaign, "?sort=-video_views&market=AT")
    assert [line["Handle"] for line in lines] == ["tom.bakes", "rio.bakes"]
    tom, rio = lines
    assert tom["Caption"] == "'=1+1 kneads"
    assert (tom["Origin"], tom["Reach"], tom["Engagement rate"]) == ("Added by hand", "", "")
    assert (rio["Origin"], rio["Reach"], rio["Average play time (s)"]) == ("Link request", "900", "8.0")  # fmt: skip
    assert rio["Source"]
    assert rio["Updated"]
    assert Event.objects.get(verb=Verb.POSTS_EXPORTED).detail == {"post_count": 2}
    viewer.post(f"{base(campaign)}posts/columns/", {"shown": ["likes"]})
    assert list(exported(viewer, campaign)[0]) == [
        "Post ID", "Address", "Caption", "Creator", "Handle", "Likes",
    ]  # fmt: skip
    book = viewer.post(f"{base(campaign)}posts/export/", {"format": "xlsx"})
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


@pytest.mark.parametrize("sort", ["-published", "-reach", "engagement_rate", "video_views"])
def test_every_post_stands_on_one_page_whatever_the_order(
    viewer: Client, campaign: Campaign, three: dict[str, Post], sort: str
) -> None:
    account = three["tom"].account
    for number in range(55):
        reach = number % 3 or None
        a_post(campaign, a_video(account, f"75{number}", caption=f"n{number} kneads", reach=reach))
    address, seen = f"{base(campaign)}posts/?sort={sort}", []
    for _ in range(2):
        page = viewer.get(address)
        seen += shown(page)
        following = re.search(r'rel="next"\s+href="([^"]+)"', page.content.decode())
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 58


@pytest.mark.parametrize("query", ["", "?view=table", "?sort=-reach&market=AT&q=k"])
def test_the_list_costs_few_queries(
    viewer: Client, campaign: Campaign, three: dict[str, Post], query: str
) -> None:
    address = f"{base(campaign)}posts/{query}"
    viewer.get(address)
    few = queries(viewer, address)
    for number in range(3):
        a_post(campaign, a_video(three["tom"].account, f"75{number}"))
    assert queries(viewer, address) == few <= 12


def test_no_match_says_so_and_no_post_as_well(viewer: Client, campaign: Campaign) -> None:
    assert "No posts yet" in text(viewer.get(f"{base(campaign)}posts/"))
    assert "No matches" in text(viewer.get(f"{base(campaign)}posts/?q=x"))


# --- origins, leaving, coming back -----------------------------------------------------------------------------------
def test_a_post_that_its_creator_agreed_to_tie_is_of_a_link_request(campaign: Campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    order, video = an_order(campaign, account), a_video(account, "1")
    asked = a_post(campaign, video, order=order, review_state=ReviewState.LINK_ASKED)
    fact = VideoFact("1", ReviewState.SUCCEED, has_public_url=True)
    for _ in range(2):
        post = tie_post(order, fact, video, published_at=None)
        assert (post.pk, post.origin) == (asked.pk, PostOrigin.LINK_REQUEST)
    other = tie_post(order, VideoFact("2", ReviewState.SUCCEED), None, published_at=None)
    assert other.origin == PostOrigin.ORDER


def test_a_post_by_hand_that_is_tied_later_gains_its_metrics_and_keeps_its_history(
    campaign: Campaign,
) -> None:
    account = a_participant(campaign, "maya.bakes")
    video = a_video(account, "1", published_at=timezone.now() - timedelta(days=20))
    by_hand = add_post_by_hand(campaign, video, actor=None)
    for days in (3, 2):
        at = timezone.now() - timedelta(days=days)
        record_video_snapshots([video], source=Source.PUBLIC, fetched_at=at)
    detail = post_detail(campaign, by_hand.pk)
    assert detail is not None
    assert post_row(detail).metrics["reach"].value is None
    before = growth(detail)

    order = an_order(campaign, account)
    fact = VideoFact("1", ReviewState.SUCCEED, has_public_url=True)
    tie_post(order, fact, video, published_at=None)
    metrics = ReportMetrics(video_views=1200, reach=900, engagement_count=115)
    row = ReportRow(
        order_id="8", video_id="1", handle="maya.bakes", released_at=None, metrics=metrics, daily=None
    )  # fmt: skip
    store_report([row], fetched_at=timezone.now())

    detail = post_detail(campaign, by_hand.pk)
    assert detail is not None
    assert (detail.origin, post_row(detail).metrics["reach"].value) == (PostOrigin.ORDER, 900)
    assert growth(detail)[: len(before)] == before
    assert len(growth(detail)) == len(before) + 1 == 3
    assert Event.objects.filter(object_id=by_hand.pk, verb=Verb.POST_ADDED_BY_HAND).exists()


def test_a_post_by_hand_is_removed_and_brought_back(
    manager: Client, campaign: Campaign, three: dict[str, Post]
) -> None:
    tom = three["tom"]
    page = manager.get(f"{base(campaign)}posts/{tom.pk}/")
    assert "Remove from campaign" in text(page)
    answer = manager.post(f"{base(campaign)}posts/{tom.pk}/remove/", follow=True)
    assert "is removed from the campaign" in text(answer)
    assert shown(answer) == ["rio", "maya"]
    event = Event.objects.get(verb=Verb.POST_REMOVED)
    assert (event.object_id, event.detail) == (tom.account_id, {"campaign": campaign.pk})
    undo = f"{base(campaign)}posts/restore/{tom.video_id}/"
    assert undo in text(answer)
    for _ in range(2):
        answer = manager.post(undo, follow=True)
    assert shown(answer) == ["tom", "rio", "maya"]
    assert Event.objects.filter(verb=Verb.POST_ADDED_BY_HAND).count() == 1
    assert manager.post(f"{base(campaign)}posts/restore/999999/").status_code == 404
    assert manager.post(f"{base(campaign)}posts/999999/remove/").status_code == 404


def test_what_tiktok_ties_to_an_order_is_not_removed(
    manager: Client, campaign: Campaign, three: dict[str, Post]
) -> None:
    maya = three["maya"]
    assert "Remove from campaign" not in text(manager.get(f"{base(campaign)}posts/{maya.pk}/"))
    answer = manager.post(f"{base(campaign)}posts/{maya.pk}/remove/", follow=True)
    assert "TikTok ties this post to an order" in text(answer)
    with pytest.raises(PostStaysWithOrder):
        remove_post(maya, actor=None)
    assert Post.objects.filter(pk=maya.pk).exists()
    remove_post(three["tom"], actor=None)
    remove_post(three["tom"], actor=None)  # once more does nothing
    assert Event.objects.filter(verb=Verb.POST_REMOVED).count() == 1


def test_nobody_comes_back_who_takes_no_part_any_more(
    campaign: Campaign, three: dict[str, Post]
) -> None:
    video = Video.objects.select_related("creator").get(pk=three["tom"].video_id)
    with pytest.raises(AccountTakesNoPart):
        restore_post(a_campaign("Other"), video, actor=None)


def test_a_post_that_tiktok_lists_no_longer_stays_and_says_so(
    viewer: Client, tiktok: Sandbox, campaign: Campaign
) -> None:
    account = a_participant(campaign, "maya.bakes")
    assert account.creator is not None
    refresh_videos(account.creator)
    last = Video.objects.order_by("published_at")[0]
    post = add_post_by_hand(campaign, last, actor=None)
    ghost = a_video(account, "7000000000000000001", caption="gone kneads")
    gone = a_post(campaign, ghost)
    for sync in (lambda: refresh_videos(account.creator), lambda: refresh_video(ghost)):
        sync()
        ghost.refresh_from_db()
        last.refresh_from_db()
        assert (ghost.unlisted_since is None, last.unlisted_since) == (False, None)
        since = ghost.unlisted_since
    assert ghost.unlisted_since == since
    for page in ("posts/", "posts/?view=table", f"posts/{gone.pk}/"):
        assert "Deleted or private since" in text(viewer.get(f"{base(campaign)}{page}"))
    assert "Deleted or private" not in text(viewer.get(f"{base(campaign)}posts/{post.pk}/"))
    Video.objects.filter(pk=last.pk).update(unlisted_since=timezone.now())
    refresh_video(last)
    last.refresh_from_db()
    assert last.unlisted_since is None


@pytest.mark.parametrize("sort", ["-published", "reach"])
def test_the_file_says_of_each_post_what_its_row_on_the_page_says(
    viewer: Client, campaign: Campaign, three: dict[str, Post], sort: str
) -> None:
    keys = [column.key for column in COLUMNS]
    viewer.post(f"{base(campaign)}posts/columns/", {"shown": keys})
    Video.objects.filter(pk=three["rio"].video_id).update(retention=[1, 0.5, 0.25])
    asked = PostsAsked(sort=sort)
    lines = exported(viewer, campaign, f"?sort={sort}")
    rows = published_posts_page(campaign, asked=asked).rows
    assert [line["Post ID"] for line in lines] == [row.post.network_post_id for row in rows]
    for line, row in zip(lines, rows, strict=True):
        for metric in NUMBERS:
            unit = " (s)" if POST_UNITS[metric] == Unit.SECONDS else ""
            value = row.metrics[metric].value
            assert line[f"{metric.label}{unit}"] == ("" if value is None else str(value)), metric
        assert line["Source"] == row.source_label
        assert bool(line["Updated"]) is (row.fetched_at is not None)
        assert line["Origin"] == row.post.get_origin_display()
