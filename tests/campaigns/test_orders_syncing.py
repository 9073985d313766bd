"""Syncing orders: states, posts and numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from msgspec.structs import replace

from campaigns.enums import CampaignState, OrderState, PostOrigin
from campaigns.errors import MoveNotAllowed
from campaigns.models import Order, Post
from campaigns.policies.posts import VideoFact
from campaigns.queries import order_steps, published_posts
from campaigns.services.campaigns import update_campaign
from campaigns.services.orders import syncing, transitions
from campaigns.services.orders.polling import make_orders_due, sync_due_orders
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.orders.syncing import refresh_campaign, sync_order, sync_orders
from campaigns.services.posts import tie_post
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from jobs.services.queue import make_due
from tests.factories.campaigns import a_participant, a_post, a_video, an_account, an_order
from tests.working import all_polls, pump, refreshed
from tiktok.client import TtcmMarketplace
from tiktok.enums import PollKind, Source
from tiktok.errors import MarketplaceAccessEnded
from tiktok.models import VIDEO_DETAILS, Video, VideoSnapshot

pytestmark = pytest.mark.django_db
DAY = 86_400


def ordered(campaign, handle="maya.bakes", *, videos=2, status="in", spark_days=0) -> Order:
    account = an_account(handle, email=f"{handle}@example.com", status=status)
    request = request_orders(
        campaign,
        [account],
        brand_name="Northwind",
        description="Two recipes",
        video_count=videos,
        spark_days=spark_days,
        actor=None,
    )
    send_order_request(request)
    return Order.objects.get(request=request)


def publish(tiktok, order) -> str:
    handle, link = order.account.handle, order.invite_link
    return tiktok.control("publish", handle=handle, invite_link=link)["video_id"]


def review(tiktok, video_id, result, reason="") -> None:
    tiktok.control("review", video_id=video_id, result=result, reason=reason)


def history(order) -> list[str]:
    return list(order_steps(order.pk).values_list("state", flat=True))


def test_an_order_nobody_took_stays_as_it_was(tiktok, campaign) -> None:
    order = sync_order(ordered(campaign))
    assert (order.state, order.video_count) == (OrderState.SENT, 0)
    assert order.checked_at is not None


def test_the_whole_way_of_an_order_is_dated_with_its_evidence(tiktok, campaign) -> None:
    order = ordered(campaign)
    first = publish(tiktok, order)
    order = sync_order(order)
    assert (order.state, order.video_count) == (OrderState.POSTING, 1)

    second = publish(tiktok, order)
    order = sync_order(order)
    assert (order.state, order.video_count) == (OrderState.IN_REVIEW, 2)

    review(tiktok, first, "SUCCEED")
    assert sync_order(order).state == OrderState.IN_REVIEW
    review(tiktok, second, "SUCCEED")
    order = sync_order(order)

    assert order.state == OrderState.FULFILLED
    assert list(order_steps(order.pk).values_list("state", "evidence"))[3:] == [
        ("accepted", "TikTok lists the first video for this order."),
        ("posting", "TikTok lists 1 of 2 videos."),
        ("in_review", "All 2 videos are uploaded, 0 approved so far."),
        ("fulfilled", "TikTok has approved all 2 videos."),
    ]


def test_one_video_is_spoken_of_as_one(tiktok, campaign) -> None:
    order = ordered(campaign, videos=1)
    video = publish(tiktok, order)
    sync_order(order)
    review(tiktok, video, "SUCCEED")
    sync_order(order)
    assert list(order_steps(order.pk).values_list("evidence", flat=True))[4:] == [
        "The video is uploaded, not approved yet.",
        "TikTok has approved the video.",
    ]


def without_ids(monkeypatch) -> None:
    """TikTok counts the videos of orders and does not list them."""
    get_orders = TtcmMarketplace.get_orders

    def counted(self, **asked):
        page = get_orders(self, **asked)
        return replace(page, orders=tuple(replace(each, video_ids=()) for each in page.orders))

    monkeypatch.setattr(TtcmMarketplace, "get_orders", counted)


def test_a_video_that_tiktok_counts_and_does_not_list_accepts_the_order(
    tiktok, campaign, monkeypatch
) -> None:
    order = ordered(campaign)
    publish(tiktok, order)
    without_ids(monkeypatch)
    assert sync_order(order).state == OrderState.ACCEPTED
    assert order_steps(order.pk).last().evidence == "TikTok counts a video for this order."


def test_looking_twice_writes_nothing_twice(tiktok, campaign) -> None:
    order = ordered(campaign)
    publish(tiktok, order)
    sync_order(order)
    before = history(order), Post.objects.count()

    sync_order(order)

    assert (history(order), Post.objects.count()) == before


def test_a_video_that_tiktok_rejects_is_said_with_the_reason_and_may_be_mended(
    tiktok, campaign
) -> None:
    order = ordered(campaign, videos=1)
    video_id = publish(tiktok, order)
    review(tiktok, video_id, "CONTENT_REVIEW_FAIL", "The music is not licensed.")
    order = sync_order(order)
    assert order.state == OrderState.REJECTED
    assert order.problem == "TikTok rejected a video: The music is not licensed."
    assert Post.objects.get().published_since is None

    review(tiktok, video_id, "SUCCEED")
    order = sync_order(order)
    assert (order.state, order.problem) == (OrderState.FULFILLED, "")
    assert Post.objects.get().published_since is not None


def test_the_next_video_that_tiktok_rejects_is_said_with_its_own_reason(tiktok, campaign) -> None:
    order = ordered(campaign)
    first, second = publish(tiktok, order), publish(tiktok, order)
    review(tiktok, first, "CONTENT_REVIEW_FAIL", "The music is not licensed.")
    sync_order(order)
    review(tiktok, first, "SUCCEED")
    review(tiktok, second, "AD_REVIEW_FAIL", "The brand is not named.")

    order = sync_order(order)
    sync_order(order)

    assert order.problem == "TikTok rejected a video: The brand is not named."
    assert history(order)[-2:] == ["rejected", "rejected"]


def test_a_post_stands_only_when_tiktok_has_published_it_though_the_report_lists_it_before(
    tiktok, campaign
) -> None:
    order = ordered(campaign)
    video_id = publish(tiktok, order)
    tiktok.control("clock", advance_seconds=DAY)
    sync_order(order)
    assert list(published_posts(campaign)) == []
    waiting = Post.objects.get()
    assert (waiting.review_state, waiting.video) == ("CONTENT_REVIEWING", None)
    assert Video.objects.count() == 0

    review(tiktok, video_id, "SUCCEED")
    sync_order(order)

    post = published_posts(campaign).get()
    assert (post.network_post_id, post.origin, post.order) == (video_id, PostOrigin.ORDER, order)
    assert post.video.report_fetched_at is not None
    assert post.published_at is not None


def test_a_fulfilled_post_has_every_number_of_the_order_report(tiktok, campaign) -> None:
    order = ordered(campaign)
    video_id = publish(tiktok, order)
    review(tiktok, video_id, "SUCCEED")
    tiktok.control("clock", advance_seconds=3 * DAY)
    tiktok.control("views", video_id=video_id, add=5000)
    sync_order(order)

    video = Video.objects.get()
    assert (video.source, video.counts_source) == (Source.PUBLIC, Source.ORDER_REPORT)
    assert video.video_views >= 5000
    assert video.total_engagements == video.likes + video.comments + video.shares
    assert video.engagement_rate == pytest.approx(
        video.total_engagements / video.video_views, abs=1e-4
    )
    assert video.average_play_time == pytest.approx(
        video.total_play_time / video.video_views, rel=0.01
    )
    assert 0 < video.reach <= video.video_views
    assert video.retention[0] == 1
    for name in ("audience_age", "audience_gender", "audience_country"):
        assert sum(part["fraction"] for part in getattr(video, name)) == pytest.approx(1, abs=0.01)
    snapshot = VideoSnapshot.objects.get(source=Source.ORDER_REPORT)
    assert snapshot.video_views == video.video_views
    assert snapshot.details == {
        name: getattr(video, name) for name in VIDEO_DETAILS if getattr(video, name) is not None
    }
    assert snapshot.details["retention"] == video.retention


def test_a_creator_outside_the_marketplace_has_posts_from_review_and_report(
    tiktok, campaign
) -> None:
    order = ordered(campaign, "tom_trails", videos=1, status="not_in")
    video_id = publish(tiktok, order)
    review(tiktok, video_id, "SUCCEED")
    tiktok.control("clock", advance_seconds=2 * DAY)

    order = sync_order(order)

    assert order.state == OrderState.FULFILLED
    video = published_posts(campaign).get().video
    assert (video.source, video.tiktok_video_id) == (Source.ORDER_REPORT, video_id)
    assert video.url == f"https://www.tiktok.com/@tom_trails/video/{video_id}"
    assert video.video_views is not None


def test_a_creator_who_has_left_the_marketplace_since_has_posts_from_review_and_report(
    tiktok, campaign
) -> None:
    order = ordered(campaign, videos=1)
    video_id = publish(tiktok, order)
    review(tiktok, video_id, "SUCCEED")
    tiktok.control("creator", handle="maya.bakes", membership="NOT_IN")

    order = sync_order(order)

    assert order.state == OrderState.FULFILLED
    video = published_posts(campaign).get().video
    assert (video.source, video.tiktok_video_id) == (Source.ORDER_REPORT, video_id)


def test_an_older_video_can_be_tied_by_the_campaign_code(tiktok, campaign) -> None:
    order = ordered(campaign)
    video_id = tiktok.read("videos", handle="maya.bakes")["videos"][0]["video_id"]
    tiktok.control("tie", handle="maya.bakes", video_id=video_id, campaign_code=order.campaign_code)
    review(tiktok, video_id, "SUCCEED")

    order = sync_order(order)

    assert order.state == OrderState.POSTING
    assert published_posts(campaign).get().network_post_id == video_id


def test_a_hidden_tombstone_is_brought_back_by_the_order(tiktok, campaign) -> None:
    order = ordered(campaign)
    video_id = tiktok.read("videos", handle="maya.bakes")["videos"][0]["video_id"]
    tombstone = Post.objects.create(
        campaign=campaign,
        account=order.account,
        network="tiktok",
        network_post_id=video_id,
        url=f"https://www.tiktok.com/@maya.bakes/video/{video_id}",
        origin=PostOrigin.LEGACY,
        hidden_at=order.created_at,
    )
    tiktok.control("tie", handle="maya.bakes", video_id=video_id, campaign_code=order.campaign_code)
    review(tiktok, video_id, "SUCCEED")

    sync_order(order)

    post = published_posts(campaign).get()
    assert (post.pk, post.origin, post.order, post.hidden_at) == (
        tombstone.pk,
        PostOrigin.ORDER,
        order,
        None,
    )


def test_a_post_added_by_hand_stays_while_its_order_is_in_review(tiktok, campaign) -> None:
    order = ordered(campaign)
    video_id = tiktok.read("videos", handle="maya.bakes")["videos"][0]["video_id"]
    by_hand = a_post(campaign, a_video(order.account, video_id))
    tiktok.control("tie", handle="maya.bakes", video_id=video_id, campaign_code=order.campaign_code)
    tiktok.control("clock", advance_seconds=3600)

    sync_order(order)
    sync_order(order)

    post = published_posts(campaign).get()
    assert (post.pk, post.order, post.review_state) == (by_hand.pk, order, "CONTENT_REVIEWING")


def test_many_orders_cost_few_calls(tiktok, campaign) -> None:
    accounts = [an_account(f"creator_{n}") for n in range(25)]
    for account in accounts:
        tiktok.control("creator", handle=account.handle, membership="IN")
    request = request_orders(
        campaign, accounts, brand_name="Northwind", description="One", video_count=1, actor=None
    )
    send_order_request(request)
    publish(tiktok, Order.objects.first())
    before = tiktok.read("stats")["calls"]

    sync_orders(Order.objects.all())

    after = tiktok.read("stats")["calls"]
    spent = {path: count - before.get(path, 0) for path, count in after.items()}
    assert {path: count for path, count in spent.items() if count} == {
        "/tcm/order/get/v2/": 2,
        "/tcm/video/audit_status/get/": 1,
        "/tcm/report/get/v2/": 1,
    }


def test_an_order_tiktok_was_not_asked_for_is_read_past(tiktok, campaign) -> None:
    order, other = ordered(campaign), ordered(campaign, "rio.runs")
    Order.objects.filter(pk=other.pk).update(tiktok_order_id="")
    get_orders = TtcmMarketplace.get_orders
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            TtcmMarketplace,
            "get_orders",
            lambda self, **asked: get_orders(
                self, **{**asked, "order_ids": [order.tiktok_order_id, other.tiktok_order_id]}
            ),
        )
        assert sync_order(order).checked_at is not None


def test_a_video_of_which_tiktok_says_nothing_any_more_is_no_longer_tied_until_it_does_again(
    tiktok, campaign
) -> None:
    order = ordered(campaign, videos=1)
    review(tiktok, publish(tiktok, order), "SUCCEED")
    sync_order(order)
    post = published_posts(campaign).get()
    with pytest.MonkeyPatch.context() as patched:
        get_orders = TtcmMarketplace.get_orders

        def emptied(self, **asked):
            page = get_orders(self, **asked)
            states = tuple(replace(state, video_ids=()) for state in page.orders)
            return replace(page, orders=states)

        patched.setattr(TtcmMarketplace, "get_orders", emptied)
        assert sync_order(order).state == OrderState.ACCEPTED

    assert not published_posts(campaign).exists()
    assert Post.objects.get().review_reason == "This video is no longer tied to the order."

    assert sync_order(order).state == OrderState.FULFILLED
    assert published_posts(campaign).get() == post


def test_a_report_that_repeats_its_page_is_read_once(tiktok, campaign, monkeypatch) -> None:
    order = ordered(campaign)
    publish(tiktok, order)
    monkeypatch.setattr("tiktok.services.orders.ttcm.REPORT_PAGE", 1)
    order_report, asked = TtcmMarketplace.order_report, []

    def first_page(self, order_ids, **place):
        asked.append(place["page"])
        assert len(asked) < 5, "the same page is asked for without end"
        return order_report(self, order_ids, page=1, page_size=10)

    monkeypatch.setattr(TtcmMarketplace, "order_report", first_page)

    sync_order(order)

    assert asked == [1, 2]


def test_when_tiktok_fails_in_the_middle_nothing_is_half_written(tiktok, campaign) -> None:
    order = ordered(campaign)
    publish(tiktok, order)
    tiktok.control("fail", times=9, path="/tcm/report/", http_status=502)

    with pytest.raises(Exception, match="could not be reached"):
        sync_order(order)

    order.refresh_from_db()
    assert (order.state, order.checked_at, Post.objects.count()) == (OrderState.SENT, None, 0)


def test_refreshing_a_campaign_looks_at_its_live_orders(tiktok, campaign) -> None:
    order = ordered(campaign)
    failed = an_order(campaign, an_account("rio.runs"), state=OrderState.FAILED, tiktok_order_id="")
    publish(tiktok, order)

    assert refreshed(campaign) == [("refreshed", 1)]

    order.refresh_from_db()
    failed.refresh_from_db()
    assert (order.state, failed.state) == (OrderState.POSTING, OrderState.FAILED)


def test_an_order_that_was_never_synced_comes_before_all_others(
    tiktok, campaign, monkeypatch
) -> None:
    monkeypatch.setattr("campaigns.services.orders.syncing.ORDERS_PER_SLICE", 1)
    seen, unseen = ordered(campaign), ordered(campaign, "rio.runs")
    sync_order(seen)
    before = Order.objects.get(pk=seen.pk).checked_at

    refresh_campaign(campaign)
    pump(Lane.BULK)

    assert Order.objects.get(pk=unseen.pk).checked_at is not None
    assert Order.objects.get(pk=seen.pk).checked_at == before


def test_what_a_slow_sync_saw_undoes_nothing_that_a_later_one_kept(
    tiktok, campaign, monkeypatch
) -> None:
    order = ordered(campaign, videos=1)
    video = publish(tiktok, order)
    read = syncing.read_orders

    def slow(account, orders):
        seen = read(account, orders)
        monkeypatch.setattr(syncing, "read_orders", read)
        review(tiktok, video, "SUCCEED")
        tiktok.control("clock", advance_seconds=DAY)
        sync_order(Order.objects.get(pk=order.pk))
        return seen

    monkeypatch.setattr(syncing, "read_orders", slow)
    order = sync_order(order)

    assert order.state == OrderState.FULFILLED
    assert history(order)[-1] == "fulfilled"
    assert Post.objects.get().review_state == "SUCCEED"
    assert Video.objects.get().report_fetched_at == order.checked_at


def test_the_pump_lets_go_of_settled_and_absent_orders(tiktok, campaign) -> None:
    failed = an_order(campaign, an_account("rio.runs"), state=OrderState.FAILED, tiktok_order_id="")
    Work.objects.create(
        organization=campaign.organization,
        kind="order",
        subject_id=failed.pk,
        due_at=failed.state_at,
    )

    sync_due_orders([failed.pk, failed.pk + 1000])

    assert all_polls().get().stopped_reason == "The order is settled."


def test_an_archived_campaign_is_not_synced_until_it_leaves_the_archive(tiktok, campaign) -> None:
    order = ordered(campaign)
    facts = {"client": "Northwind", "name": "Autumn", "actor": None}
    window = {"starts_on": campaign.starts_on, "ends_on": campaign.ends_on}
    update_campaign(campaign, **facts, **window, state="archived")
    tiktok.control("stats")

    sync_due_orders([order.pk])

    assert tiktok.read("stats")["total"] == 0
    poll = all_polls().get(kind="order")
    assert poll.stopped_reason == "The campaign is archived."
    update_campaign(campaign, **facts, **window, state="active")
    poll.refresh_from_db()
    assert (poll.stopped_reason, poll.due_at <= timezone.now()) == ("", True)


def test_an_order_makes_no_move_that_is_not_on_its_way(campaign) -> None:
    order = an_order(campaign, a_participant(campaign, "rio.runs"), state=OrderState.CREATED)
    with pytest.raises(MoveNotAllowed, match="“Created” cannot become “Fulfilled”"):
        transitions.move(order, OrderState.FULFILLED, evidence="No.")
    order.refresh_from_db()
    assert order.state == OrderState.CREATED


@pytest.mark.parametrize(
    ("age", "fresh_for"),
    [
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(days=7), timedelta(days=1)),
        (timedelta(days=89), timedelta(days=1)),
        (timedelta(days=90), timedelta(weeks=1)),
        (timedelta(days=2_000), timedelta(weeks=1)),
    ],
)
def test_a_fulfilled_orders_numbers_are_read_more_slowly_with_age_and_for_good(
    tiktok, campaign, age, fresh_for
) -> None:
    order = ordered(campaign, videos=1)
    video = publish(tiktok, order)
    review(tiktok, video, "SUCCEED")
    sync_order(order)
    Post.objects.update(published_at=timezone.now() - age)

    assert interval_after(order) == fresh_for


def test_an_order_that_awaits_videos_keeps_the_pumps_cadence(tiktok, campaign) -> None:
    assert interval_after(ordered(campaign)) is None


def test_reports_are_read_when_they_are_due_and_a_new_video_of_the_order_with_the_next_sync(
    tiktok, campaign
) -> None:
    """The order awaits a second video, so it is synced every hour; its first has been out for a week."""
    order = ordered(campaign)
    review(tiktok, publish(tiktok, order), "SUCCEED")
    sync_order(order)
    reports = {"/tcm/video/audit_status/get/": 1, "/tcm/report/get/v2/": 1}

    assert asked_by_the_pump(tiktok, order, reported=timedelta(hours=2)) == {}
    assert asked_by_the_pump(tiktok, order, reported=timedelta(hours=23, minutes=40)) == reports
    publish(tiktok, order)
    assert asked_by_the_pump(tiktok, order, reported=timedelta(hours=2)) == reports
    order.refresh_from_db()
    assert (order.state, order.video_count) == (OrderState.IN_REVIEW, 2)
    # Until the review is over there is something to learn every hour.
    assert asked_by_the_pump(tiktok, order, reported=timedelta(hours=2)) == reports


def asked_by_the_pump(tiktok, order: Order, *, reported: timedelta) -> dict[str, int]:
    """Calls of a sync beside the one that reads the order, when its standing post is eight days old."""
    now = timezone.now()
    Post.objects.filter(published_since__isnull=False).update(published_at=now - timedelta(days=8))
    Video.objects.update(report_fetched_at=now - reported)
    tiktok.control("stats")
    sync_due_orders([order.pk])
    calls = tiktok.read("stats")["calls"]
    assert calls.pop("/tcm/order/get/v2/") == 1
    order.refresh_from_db()
    assert timezone.now() - order.checked_at < timedelta(minutes=1)
    return calls


def interval_after(order: Order) -> timedelta | None:
    """The interval that the pump is told, without the sync itself, which would read the post's date from TikTok again."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("campaigns.services.orders.polling.sync_orders", lambda orders, **how: None)
        return sync_due_orders([order.pk]).get(order.pk)


def test_one_refused_order_does_not_keep_a_refresh_from_the_others(tiktok, campaign) -> None:
    fine, strange = (
        ordered(campaign, "maya.bakes", videos=1),
        ordered(campaign, "rio.runs", videos=1),
    )
    publish(tiktok, fine)
    publish(tiktok, strange)
    tiktok.control("fail", times=2, code=40002, path="/tcm/video/audit_status/get/")

    assert refreshed(campaign) == [("refreshed", 1), ("refused", 1)]
    states = set(Order.objects.values_list("state", flat=True))
    assert states == {OrderState.IN_REVIEW, OrderState.SENT}


def test_a_refresh_that_tiktok_refuses_altogether_says_so(tiktok, campaign) -> None:
    publish(tiktok, ordered(campaign, videos=1))
    tiktok.control("fail", times=9, code=40002, path="/tcm/video/audit_status/get/")
    assert refreshed(campaign) == []
    job = Job.objects.get()
    assert (job.state, job.problem) == (JobState.FAILED, "TikTok refused: Injected fault.")


def refreshed_by_a_job(campaign, monkeypatch, *handles: str) -> Job:
    """A refresh of the orders of these creators, one in a slice."""
    monkeypatch.setattr(syncing, "ORDERS_PER_SLICE", 1)
    for handle in handles:
        ordered(campaign, handle, videos=1)
    job = refresh_campaign(campaign)
    assert job.total_count == len(handles)
    return job


def test_a_campaigns_orders_are_synced_by_the_job_slice_by_slice(
    tiktok, campaign, monkeypatch
) -> None:
    job = refreshed_by_a_job(campaign, monkeypatch, "maya.bakes", "rio.runs", "tom_trails")
    publish(tiktok, Order.objects.get(account__handle="maya.bakes"))
    tiktok.control("fail", times=2, code=40002, path="/tcm/video/audit_status/get/")
    while pump(Lane.BULK):
        pass
    job.refresh_from_db()
    assert (job.state, job.done_count) == (JobState.DONE, 3)
    outcome = {row["key"]: row["count"] for row in job.outcome}
    assert outcome == {"refused": 1, "refreshed": 2}
    unsynced = Order.objects.filter(checked_at=None).values_list("account__handle", flat=True)
    assert list(unsynced) == ["maya.bakes"]


def test_a_refresh_that_finds_tiktok_away_goes_on_later(
    tiktok, campaign, monkeypatch, settings
) -> None:
    job = refreshed_by_a_job(campaign, monkeypatch, "maya.bakes")
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    pump(Lane.BULK)
    job.refresh_from_db()
    work = Work.objects.get(kind="job")
    assert (job.state, job.done_count, work.postponed_reason) == (JobState.WAITING, 0, "later")


def test_a_refresh_through_an_account_whose_access_ended_fails_and_says_so(
    tiktok, campaign, monkeypatch
) -> None:
    handles = ("maya.bakes", "rio.runs", "tom_trails")
    job = refreshed_by_a_job(campaign, monkeypatch, *handles)
    tiktok.control("fail", times=99, code=40105)
    while pump(Lane.BULK):
        pass
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.FAILED, str(MarketplaceAccessEnded()))
    assert not Work.objects.filter(kind="job").exists()


def test_a_refresh_that_finds_tiktok_away_is_tried_again(tiktok, campaign, settings) -> None:
    order, address = ordered(campaign), settings.TIKTOK_BASE_URL
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    job = refresh_campaign(campaign)
    pump(Lane.BULK)
    job.refresh_from_db()
    assert (job.state, job.outcome) == (JobState.WAITING, [])

    settings.TIKTOK_BASE_URL = address
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        pump(Lane.BULK)
    job.refresh_from_db()
    order.refresh_from_db()
    assert (job.state, order.checked_at is not None) == (JobState.DONE, True)


def test_what_was_checked_just_now_is_not_refreshed_again(tiktok, campaign) -> None:
    ordered(campaign)
    refreshed(campaign)
    assert refresh_campaign(campaign) is None


def test_the_orders_of_an_archived_campaign_are_not_asked_about(tiktok, campaign) -> None:
    order = an_order(campaign, an_account("maya.bakes"), tiktok_order_id="4711/maya.bakes")
    make_due(PollKind.ORDER, order.pk)
    campaign.state = CampaignState.ARCHIVED
    campaign.save()
    tiktok.control("stats")

    sync_due_orders([order.pk])
    make_orders_due("4711", "maya.bakes")

    assert tiktok.read("stats")["total"] == 0
    poll = all_polls().get(kind=PollKind.ORDER)
    assert poll.stopped_reason == "The campaign is archived."


def test_news_of_a_campaign_at_tiktok_wake_no_order_that_is_settled(tiktok, campaign) -> None:
    order = an_order(campaign, an_account("maya.bakes"), tiktok_order_id="4711/maya.bakes")
    failed = {"state": OrderState.FAILED, "tiktok_order_id": "4711/rio.runs"}
    an_order(campaign, an_account("rio.runs"), **failed)
    make_orders_due("4711", "")
    assert [poll.subject_id for poll in all_polls().filter(kind=PollKind.ORDER)] == [order.pk]


def test_a_post_has_been_published_since_it_first_was(campaign, organization) -> None:
    account = an_account("maya.bakes")
    order, video = an_order(campaign, account), a_video(account, "1")
    fact = VideoFact("1", review_status="SUCCEED", is_bound=True, has_public_url=True)
    with time_machine.travel("2026-11-12T09:00Z", tick=False):
        first = tie_post(order, fact, video, published_at=None).published_since
    with time_machine.travel("2026-11-13T09:00Z", tick=False):
        again = tie_post(order, fact, video, published_at=None).published_since
    assert first == again == datetime(2026, 11, 12, 9, tzinfo=UTC)
