"""Posts of a campaign: by order or by hand, with the numbers each way gives; never by keyword or import."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.enums import PostOrigin, ReviewState
from campaigns.errors import (
    AccountNotSupported,
    AccountTakesNoPart,
    VideoBelongsToOrder,
    VideoNotVisible,
)
from campaigns.models import Participant, Post
from campaigns.policies.posts import UNTIED, VideoFact, metrics_missing_by_hand
from campaigns.queries import all_posts, all_posts_page, post_detail, post_row, published_posts
from campaigns.queries.post_layouts import NUMBERS
from campaigns.services.posts import add_post_by_hand, note_link_request, tie_post
from campaigns.templatetags.campaigns import cells
from crm.models import Influencer, SocialAccount
from tenancy.models import Event, User
from tests.connecting import connect
from tests.factories.campaigns import (
    PUBLISHED_AT,
    a_participant,
    a_post,
    a_video,
    an_account,
    an_order,
)
from tiktok.client.tto_types import LinkRequest
from tiktok.client.types import ReportMetrics, ReportRow
from tiktok.enums import PostMetric, Source
from tiktok.models import Connection, LegacyMigration, Video, VideoSnapshot
from tiktok.services.connect.disconnect import disconnect
from tiktok.services.facts.snapshots import record_video_snapshots
from tiktok.services.orders.reports import store_report

pytestmark = pytest.mark.django_db

COUNTERS = {"video_views", "likes", "comments", "shares"}
REPORT = {
    "total_engagements": 115,
    "engagement_rate": 0.115,
    "reach": 900,
    "total_play_time": 8000.0,
    "average_play_time": 8.0,
    "video_completion_rate": 0.3,
    "retention": [1.0, 0.6, 0.3],
    "audience_age": [{"name": "18-24", "fraction": 1.0}],
    "audience_gender": [{"name": "FEMALE", "fraction": 1.0}],
    "audience_geography": [{"name": "ENG", "fraction": 1.0}],
    "audience_country": [{"name": "GB", "fraction": 1.0}],
}


def with_values(campaign, post) -> set[str]:
    row = post_row(post_detail(campaign, post.pk))
    assert len(row.metrics) == 16
    assert all(metric.reason for metric in row.metrics.values() if metric.value is None)
    return {key for key, metric in row.metrics.items() if metric.value is not None}


def reported(account, video_id="7450000000000000001"):
    return a_video(account, video_id, report_fetched_at=timezone.now(), **REPORT)


def authenticate(tiktok, organization, handle) -> None:
    """The influencer connects the account; its numbers of engagement come from the authorized list."""
    person = User.objects.create_user(f"{handle}@example.com")
    account = SocialAccount.objects.get(handle=handle)
    Influencer.objects.filter(pk=account.influencer_id).update(person=person)
    connect(tiktok, person, organization, handle)


def test_a_post_tied_to_an_order_has_all_sixteen_metrics(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    post = a_post(campaign, reported(account), order=an_order(campaign, account))
    assert with_values(campaign, post) == {metric.value for metric in PostMetric}


def test_by_hand_without_authentication_there_are_four(campaign) -> None:
    post = a_post(campaign, reported(a_participant(campaign, "maya.bakes")))
    assert with_values(campaign, post) == COUNTERS


def test_by_hand_with_authentication_there_are_six(tiktok, organization, campaign) -> None:
    post = a_post(campaign, reported(a_participant(campaign, "maya.bakes")))
    authenticate(tiktok, organization, "maya.bakes")
    assert with_values(campaign, post) == COUNTERS | {"total_engagements", "engagement_rate"}


def test_when_the_grant_ends_a_post_tied_to_an_order_keeps_what_the_report_supplied(
    tiktok, organization, campaign
) -> None:
    account = a_participant(campaign, "tom_trails", status="not_in")
    video = reported(account)
    record_video_snapshots([video], source=Source.ORDER_REPORT, fetched_at=video.report_fetched_at)
    post = a_post(campaign, video, order=an_order(campaign, account))
    authenticate(tiktok, organization, "tom_trails")
    Video.objects.filter(pk=video.pk).update(
        video_views=5_000, likes=500, caption="Private", counts_source=Source.AUTHORIZED
    )

    disconnect(Connection.objects.get(), actor=Connection.objects.get().person)

    kept = post_detail(campaign, post.pk).video
    assert (kept.video_views, kept.likes, kept.comments, kept.shares) == (1000, 100, 10, 5)
    assert (kept.counts_source, kept.caption) == (Source.ORDER_REPORT, "")
    assert kept.counts_fetched_at == kept.report_fetched_at
    assert kept.reach == 900


def test_a_report_without_counts_makes_no_fact_of_numbers_from_elsewhere(campaign) -> None:
    video = a_video(a_participant(campaign, "maya.bakes"), "1")
    row = ReportRow(
        order_id="7",
        video_id="1",
        handle="maya.bakes",
        released_at=None,
        metrics=ReportMetrics(),
        daily=None,
    )

    store_report([row], fetched_at=timezone.now())

    video.refresh_from_db()
    assert (video.video_views, video.counts_source) == (1000, Source.PUBLIC)
    assert not VideoSnapshot.objects.exists()


def test_what_will_be_missing_is_known_before_the_click() -> None:
    assert len(metrics_missing_by_hand(is_authenticated=False)) == 12
    assert len(metrics_missing_by_hand(is_authenticated=True)) == 10


def test_a_visible_video_of_a_participant_is_added_by_hand(campaign) -> None:
    video = a_video(a_participant(campaign, "maya.bakes"), "1")

    post = add_post_by_hand(campaign, video, actor=None)

    assert (post.origin, post.video, post.order) == (PostOrigin.BY_HAND, video, None)
    assert list(published_posts(campaign)) == [post]
    campaign.refresh_from_db()
    assert campaign.state == "active"


def test_adding_twice_is_harmless(campaign) -> None:
    video = a_video(a_participant(campaign, "maya.bakes"), "1")
    first = add_post_by_hand(campaign, video, actor=None)
    assert add_post_by_hand(campaign, video, actor=None) == first
    assert Post.objects.count() == 1
    assert Event.objects.filter(verb="post.added_by_hand").count() == 1


def test_a_video_that_its_order_has_in_review_cannot_be_added_by_hand(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    video = a_video(account, "1")
    a_post(campaign, video, order=an_order(campaign, account), published_since=None)
    with pytest.raises(VideoBelongsToOrder, match="belongs to an order"):
        add_post_by_hand(campaign, video, actor=None)
    assert not published_posts(campaign).exists()


def lose(order, video_id, **fact):
    """TikTok's next sync of the order says so of the video."""
    return tie_post(
        order, VideoFact(video_id, "SUCCEED", has_public_url=True, **fact), None, published_at=None
    )


def test_a_video_that_was_untied_from_its_order_is_added_like_any_other(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    video, order = a_video(account, "1"), an_order(campaign, account)
    tied = a_post(campaign, video, order=order)
    lose(order, "1", is_bound=False)
    assert not published_posts(campaign).exists()
    (row,) = all_posts_page(campaign, released=True).rows
    assert (row.may_be_added, row.post_id) == (True, None)

    post = add_post_by_hand(campaign, video, actor=None)

    assert (post.pk, post.origin, post.order) == (tied.pk, PostOrigin.BY_HAND, None)
    assert (post.review_state, post.review_reason) == ("", "")
    assert Event.objects.filter(verb="post.added_by_hand").count() == 1
    lose(order, "1", is_bound=False)  # the order is synced for good
    assert list(published_posts(campaign)) == [post]


def test_a_video_that_was_deleted_at_tiktok_is_not_added_by_hand(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    video, order = a_video(account, "1"), an_order(campaign, account)
    a_post(campaign, video, order=order)
    lose(order, "1", is_deleted=True)
    (row,) = all_posts_page(campaign, released=True).rows
    assert not row.may_be_added
    with pytest.raises(VideoBelongsToOrder):
        add_post_by_hand(campaign, video, actor=None)
    assert not published_posts(campaign).exists()


def test_a_video_tied_again_is_the_orders_again(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    video, order = a_video(account, "1"), an_order(campaign, account)
    a_post(campaign, video)
    post = lose(order, "1")
    assert (post.origin, post.order) == (PostOrigin.ORDER, order)
    assert list(published_posts(campaign)) == [post]


def test_a_video_untied_from_one_order_and_tied_to_another_stands_whichever_is_synced_last(
    campaign,
) -> None:
    account = a_participant(campaign, "maya.bakes")
    first = an_order(campaign, account)
    second = an_order(campaign, account, tiktok_order_id="7310000000000000999")
    a_post(campaign, a_video(account, "1"), order=first)

    lose(second, "1")
    lose(first, "1", is_bound=False)

    post = published_posts(campaign).get()
    assert (post.order, post.review_reason) == (second, "")


def test_that_a_creator_once_refused_another_order_takes_a_post_from_none(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    refused, order = an_order(campaign, account), an_order(campaign, account, tiktok_order_id="8/m")
    video = a_video(account, "1")
    a_post(campaign, video, order=order)
    link = LinkRequest(
        video_id="1",
        campaign_id="7",
        campaign_type="CAMPAIGN",
        status="REJECTED",
        number_of_requests=1,
        last_reminded_at=None,
        link_request_id="2",
    )

    note_link_request(refused, link, video)

    post = published_posts(campaign).get()
    assert (post.order, post.review_state) == (order, ReviewState.SUCCEED)


def test_a_hidden_tombstone_whose_creator_is_asked_to_tie_it_shows_that(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    order, video = an_order(campaign, account, tiktok_order_id="8/m"), a_video(account, "1")
    a_post(
        campaign, video, origin=PostOrigin.LEGACY, hidden_at=timezone.now(), published_since=None
    )

    note_link_request(order, LinkRequest(video_id="1", status="IN_REVIEW"), video)

    (row,) = all_posts_page(campaign, released=True).rows
    assert (row.is_asked, row.is_visible) == (True, False)


def test_a_creator_may_be_asked_to_tie_what_another_order_has_lost_and_nothing_else(
    campaign,
) -> None:
    account = a_participant(campaign, "maya.bakes")
    earlier, order = (
        an_order(campaign, account, tiktok_order_id=f"order-{number}") for number in (1, 2)
    )
    lost = a_post(campaign, a_video(account, "1"), order=earlier)
    Post.objects.filter(pk=lost.pk).update(published_since=None, review_reason=UNTIED)
    kept = a_post(campaign, a_video(account, "2"), order=earlier)
    for post in (lost, kept):
        link = LinkRequest(video_id=post.network_post_id, status="IN_REVIEW")
        note_link_request(order, link, post.video)
    states = dict(Post.objects.values_list("network_post_id", "order"))
    assert states == {"1": order.pk, "2": earlier.pk}


def test_an_unsupported_account_is_refused_with_both_ways_out(campaign) -> None:
    video = a_video(a_participant(campaign, "tom_trails", status="not_in"), "1")
    with pytest.raises(AccountNotSupported, match=r"Creator Marketplace or ask the influencer"):
        add_post_by_hand(campaign, video, actor=None)
    assert Post.objects.count() == 0


def test_who_takes_no_part_is_refused(campaign) -> None:
    video = a_video(an_account("maya.bakes"), "1")
    with pytest.raises(AccountTakesNoPart):
        add_post_by_hand(campaign, video, actor=None)


def test_a_video_of_the_old_source_is_refused(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    video = a_video(account, "1", source=Source.LEGACY, counts_source=Source.LEGACY)
    with pytest.raises(VideoNotVisible):
        add_post_by_hand(campaign, video, actor=None)


def test_before_the_cut_over_nothing_of_the_old_source_is_added(campaign) -> None:
    LegacyMigration.objects.create()
    account = a_participant(campaign, "maya.bakes")
    video = a_video(account, "1", source=Source.LEGACY, counts_source=Source.LEGACY)
    with pytest.raises(AccountNotSupported):
        add_post_by_hand(campaign, video, actor=None)


def test_a_hidden_tombstone_added_by_hand_is_the_same_post(campaign) -> None:
    video = a_video(a_participant(campaign, "maya.bakes"), "1")
    tombstone = a_post(
        campaign, video, origin=PostOrigin.LEGACY, hidden_at=timezone.now(), published_since=None
    )
    assert list(published_posts(campaign)) == []

    post = add_post_by_hand(campaign, video, actor=None)

    assert (post.pk, post.origin, post.hidden_at) == (
        tombstone.pk,
        PostOrigin.BY_HAND,
        None,
    )
    assert list(published_posts(campaign)) == [post]


@pytest.mark.parametrize("origin", [PostOrigin.KEYWORD, PostOrigin.IMPORTED])
def test_the_database_refuses_a_tiktok_post_by_keyword_or_import(campaign, origin) -> None:
    video = a_video(a_participant(campaign, "maya.bakes"), "1")
    with (
        pytest.raises(IntegrityError, match="tiktok_post_never_by_keyword_or_import"),
        transaction.atomic(),
    ):
        a_post(campaign, video, origin=origin)


@pytest.mark.parametrize("many", [0, 1_000])
def test_all_posts_lists_what_participants_published_in_the_window(
    campaign, many, monkeypatch
) -> None:
    monkeypatch.setattr("campaigns.queries.accounts.MANY_PARTICIPANTS", many)
    account = a_participant(campaign, "maya.bakes")
    stranger = an_account("rio.runs")
    first_moment = PUBLISHED_AT.replace(day=1, hour=0)
    inside = a_video(account, "1", published_at=first_moment)
    last = a_video(account, "2", published_at=PUBLISHED_AT.replace(day=30, hour=23))
    a_video(account, "3", published_at=first_moment - timedelta(seconds=1))
    a_video(account, "4", published_at=first_moment + timedelta(days=30))
    a_video(stranger, "5")
    a_video(account, "1", source=Source.LEGACY)

    assert list(all_posts(campaign)) == [last, inside]


def test_all_posts_says_what_stands_what_may_be_added_and_what_would_be_missing(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    lost = a_participant(campaign, "tom_trails", status="not_in")
    a_post(campaign, a_video(account, "1"))
    waiting = a_video(account, "2")
    a_post(campaign, waiting, order=an_order(campaign, account), published_since=None)
    a_video(account, "3")
    a_video(lost, "4")

    rows = {row.video.tiktok_video_id: row for row in all_posts_page(campaign, released=True).rows}

    assert {key: (row.is_visible, row.may_be_added) for key, row in rows.items()} == {
        "1": (True, False),
        "2": (False, False),
        "3": (False, True),
        "4": (False, False),
    }
    assert len(rows["3"].missing) == 12


def test_a_hidden_post_is_nowhere(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    post = a_post(
        campaign, a_video(account, "1"), origin=PostOrigin.LEGACY, hidden_at=timezone.now()
    )
    assert list(published_posts(campaign)) == []
    assert post_detail(campaign, post.pk) is None


def test_anybody_may_take_part_once(campaign) -> None:
    from campaigns.services.campaigns import add_participants

    accounts = [an_account("maya.bakes"), an_account("tom_trails", status="not_in")]
    assert add_participants(campaign, accounts, actor=None) == 2
    assert add_participants(campaign, accounts, actor=None) == 0
    assert Participant.objects.count() == 2


def test_neighbours_that_are_missing_for_one_reason_share_a_cell(campaign) -> None:
    post = a_post(campaign, a_video(a_participant(campaign, "maya.bakes"), "1"))
    row = post_row(post_detail(campaign, post.pk))
    shown = [(metric.key, width) for metric, width in cells(row.metrics, NUMBERS)]
    assert shown == [
        ("video_views", 1), ("likes", 1), ("comments", 1), ("shares", 1),
        ("total_engagements", 2), ("reach", 5),
    ]  # fmt: skip
