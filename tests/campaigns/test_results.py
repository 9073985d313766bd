"""The sums of campaigns say what a count says, whatever comes, goes or is taken back."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from campaigns import tasks
from campaigns.enums import Goal, PostOrigin, ReviewState
from campaigns.models import NUMBERS, Campaign, CampaignDay, CampaignResult, Post
from campaigns.queries import is_visible
from campaigns.services.campaigns import update_campaign
from campaigns.services.posts import add_post_by_hand
from campaigns.services.results import rolling
from campaigns.services.results.rolling import ROLL, due_campaigns, roll_due
from crm.models import SocialAccount
from crm.services.influencers import delete_influencer
from jobs.models import Work
from tenancy.models import User
from tests.connecting import connect
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tests.working import pump_kind
from tiktok.enums import LIVE_CONNECTION_STATES, Source
from tiktok.models import Connection, Video, VideoReading, VideoSnapshot
from tiktok.services.connect.disconnect import disconnect
from tiktok.services.facts.snapshots import record_video_snapshots

pytestmark = pytest.mark.django_db

TODAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
REPORT = {"reach": 800, "average_play_time": 6.0, "video_completion_rate": 0.25}


def read(
    video: Video, views: int | None, at: datetime, *, source: str = Source.PUBLIC, **numbers
) -> None:
    """TikTok reports so many views, a tenth as many likes, and others as given."""
    counts = {"likes": views and views // 10, "comments": 1, "shares": 2}
    for name, value in {"video_views": views, **counts, **numbers}.items():
        setattr(video, name, value)
    record_video_snapshots([video], source=source, fetched_at=at)
    video.refresh_from_db()


def days_before(days: float) -> datetime:
    return TODAY - timedelta(days=days)


def roll() -> None:
    """Add up all that is due."""
    Work.objects.filter(kind=ROLL).update(due_at=timezone.now() - timedelta(seconds=1))
    while roll_due():
        pass


def whole(campaign: Campaign) -> CampaignResult:
    return CampaignResult.objects.get(campaign=campaign, account=None)


def views_by_day(campaign: Campaign, account: SocialAccount | None = None) -> dict[date, int]:
    rows = CampaignDay.objects.filter(campaign=campaign, account=account, accounts_read__gt=0)
    return dict(rows.order_by("day").values_list("day", "views"))


def numbers(rows) -> dict[object, tuple[float, ...]]:
    """The sums of these rows by account, without those that are all 0."""
    found: dict[object, list[float]] = defaultdict(lambda: [0.0] * len(NUMBERS))
    for row in rows:
        for place, name in enumerate(NUMBERS):
            found[row.account_id][place] += getattr(row, name)
    return {key: tuple(round(each, 6) for each in sums) for key, sums in found.items() if any(sums)}


def counted(campaign: Campaign) -> dict[object, tuple[float, ...]]:
    """Count post by post in Python what the sums are to say."""
    found: dict[object, dict[str, float]] = defaultdict(lambda: dict.fromkeys(NUMBERS, 0.0))
    posts = Post.objects.filter(is_visible(), campaign=campaign).exclude(origin=PostOrigin.LEGACY)
    creators = set()
    for post in posts.select_related("video__creator"):
        video, is_tied = post.video, post.is_tied_to_order
        for key in (post.account_id, None):
            sums = found[key]
            sums["posts"] += 1
            sums["creators"] += (key, post.account_id) not in creators
            creators.add((key, post.account_id))
            if video is None or video.source == Source.LEGACY:
                continue
            views = video.video_views or 0
            sums["known"] += video.video_views is not None
            sums["views"] += views
            for name in ("likes", "comments", "shares"):
                sums[name] += getattr(video, name) or 0
            known = [each for each in (video.likes, video.comments, video.shares) if each is not None]  # fmt: skip
            if known and (is_tied or video.creator.grant_state in LIVE_CONNECTION_STATES):
                sums["engaged"] += 1
                sums["engagements"] += sum(known)
                sums["engaged_views"] += views
                sums["unseen_engagements"] += sum(known) if video.video_views is None else 0
            if is_tied and video.reach is not None:
                sums["reported"] += 1
                sums["reach"] += video.reach
                sums["rated_views"] += views
                sums["completed_views"] += views * video.video_completion_rate
                sums["played_views"] += views
                sums["played_seconds"] += views * video.average_play_time
    return {key: tuple(round(sums[name], 6) for name in NUMBERS) for key, sums in found.items()}


def assert_right(campaign: Campaign) -> None:
    expected = counted(campaign)
    assert numbers(CampaignResult.objects.filter(campaign=campaign)) == expected
    assert numbers(CampaignDay.objects.filter(campaign=campaign)) == expected


def test_a_day_holds_what_it_added_and_a_day_without_a_reading_is_missing(campaign) -> None:
    maya, rio = a_participant(campaign, "maya"), a_participant(campaign, "rio")
    first, second = (a_video(each, f"1{n}", video_views=None, counts_fetched_at=days_before(30)) for n, each in enumerate((maya, rio)))  # fmt: skip
    for video, days, views in (
        (first, 5, 100),
        (first, 4.9, 130),
        (first, 3, 190),
        (second, 3, 50),
        (first, 2, 190),
    ):
        read(video, views, days_before(days))
    a_post(campaign, first)
    a_post(campaign, second)
    roll()
    day = TODAY.date()
    assert views_by_day(campaign) == {
        day - timedelta(days=5): 130,
        day - timedelta(days=3): 60 + 50,
        day - timedelta(days=2): 0,
    }
    assert views_by_day(campaign, rio) == {day - timedelta(days=3): 50}
    [begin] = CampaignDay.objects.filter(campaign=campaign, account=None, posts__gt=0)
    assert (begin.day, begin.posts, begin.creators, begin.accounts_read) == (
        date(2026, 11, 10),
        2,
        2,
        0,
    )
    assert_right(campaign)


def test_what_has_grown_is_added_to_the_day_of_the_reading_without_reading_history(
    campaign,
) -> None:
    video = a_video(
        a_participant(campaign, "maya"), "1", video_views=None, counts_fetched_at=days_before(30)
    )
    read(video, 100, days_before(4))
    a_post(campaign, video)
    roll()
    VideoSnapshot.objects.all().delete()
    read(video, 160, days_before(2))
    roll()
    read(video, 175, days_before(1.9))
    roll()
    day = TODAY.date()
    assert views_by_day(campaign) == {day - timedelta(days=4): 100, day - timedelta(days=2): 75}
    assert CampaignDay.objects.get(account=None, day=day - timedelta(days=2)).accounts_read == 1
    assert_right(campaign)


def test_only_what_an_order_brings_counts_of_its_report(campaign) -> None:
    maya, rio = a_participant(campaign, "maya"), a_participant(campaign, "rio")
    tied, by_hand = a_video(maya, "1", report_fetched_at=days_before(2), **REPORT), a_video(rio, "2", report_fetched_at=days_before(2), **REPORT)  # fmt: skip
    read(tied, 1000, days_before(1), source=Source.ORDER_REPORT, **REPORT)
    a_post(campaign, tied, order=an_order(campaign, maya))
    a_post(campaign, by_hand)
    roll()
    result = whole(campaign)
    assert (result.reach, result.rated_views, result.completed_views) == (800, 1000, 250.0)
    assert (result.played_seconds, result.reported, result.known) == (6000.0, 1, 2)
    Post.objects.filter(video=tied).update(review_state=ReviewState.LINK_ASKED)
    CampaignResult.objects.update(rolled_at=timezone.now() - timedelta(hours=2))
    roll()
    assert whole(campaign).reach == 0
    assert_right(campaign)


def test_a_post_that_leaves_takes_all_its_days_along(campaign) -> None:
    maya = a_participant(campaign, "maya")
    for n in range(2):
        video = a_video(maya, f"{n}", video_views=None, counts_fetched_at=days_before(30))
        read(video, 100 * (n + 1), days_before(6 - n))
        a_post(campaign, video)
    roll()
    day = TODAY.date()
    assert views_by_day(campaign) == {day - timedelta(days=6): 100, day - timedelta(days=5): 200}
    Post.objects.filter(video__tiktok_video_id="0").update(hidden_at=timezone.now())
    roll()
    assert {day: views for day, views in views_by_day(campaign).items() if views} == {
        day - timedelta(days=5): 200
    }
    assert_right(campaign)
    Post.objects.all().delete()
    roll()
    assert_right(campaign)
    assert not CampaignResult.objects.filter(account__isnull=False).exists()
    assert whole(campaign).views == 0


def test_the_old_source_is_never_added_up(campaign) -> None:
    maya = a_participant(campaign, "maya")
    video = a_video(maya, "1", source=Source.LEGACY, counts_source=Source.LEGACY)
    a_post(campaign, video, origin=PostOrigin.LEGACY)
    by_hand = a_video(maya, "2", source=Source.LEGACY, counts_source=Source.LEGACY)
    a_post(campaign, by_hand)
    roll()
    assert_right(campaign)
    assert (whole(campaign).posts, whole(campaign).views) == (1, 0)
    assert not due_campaigns(timezone.now()).exists()


def test_a_permission_taken_back_reaches_the_sums(tiktok, organization, campaign) -> None:
    outsider = a_participant(campaign, "otto", status="not_in")
    person = User.objects.create_user("otto@example.com")
    outsider.influencer.person = person
    outsider.influencer.save()
    connect(tiktok, person, organization, "otto")
    outsider.refresh_from_db()
    video = a_video(
        outsider, "7450000000000000099", video_views=None, counts_fetched_at=days_before(30)
    )
    read(video, 500, days_before(3), source=Source.AUTHORIZED)
    read(video, 520, days_before(2), source=Source.ORDER_REPORT, **REPORT)
    a_post(campaign, video, order=an_order(campaign, outsider))
    roll()
    assert [*views_by_day(campaign).values()] == [500, 20]
    Work.objects.filter(kind=ROLL).delete()
    disconnect(Connection.objects.get(), actor=person)
    assert Work.objects.filter(kind=ROLL, due_at__lte=timezone.now()).count() == 1
    roll()
    assert not VideoReading.objects.filter(source=Source.AUTHORIZED).exists()
    assert [*views_by_day(campaign).values()] == [520]
    assert_right(campaign)


def test_an_account_that_is_removed_leaves_the_totals(campaign) -> None:
    maya, rio = a_participant(campaign, "maya"), a_participant(campaign, "rio")
    for account in (maya, rio):
        video = a_video(
            account, account.handle, video_views=None, counts_fetched_at=days_before(30)
        )
        read(video, 100, days_before(2))
        a_post(campaign, video)
    roll()
    Post.objects.filter(account=rio).delete()
    campaign.participants.filter(account=rio).delete()
    delete_influencer(rio.influencer, actor=None)
    assert not CampaignDay.objects.filter(account=rio.pk).exists()
    roll()
    assert [*views_by_day(campaign).values()] == [100]
    assert_right(campaign)


def test_creators_are_ranked_by_the_first_number_of_the_goal(campaign) -> None:
    def best() -> list[str]:
        rows = CampaignResult.objects.filter(campaign=campaign, account__isnull=False)
        return list(rows.order_by("-score").values_list("account__handle", flat=True))

    for handle, views, rate in (("maya", 100, 0.9), ("rio", 300, 0.1)):
        account = a_participant(campaign, handle)
        video = a_video(
            account,
            handle,
            report_fetched_at=days_before(9),
            video_views=None,
            counts_fetched_at=days_before(9),
        )
        numbers = {**REPORT, "video_completion_rate": rate}
        read(video, views, days_before(2), source=Source.ORDER_REPORT, **numbers)
        a_post(campaign, video, order=an_order(campaign, account))
    roll()
    assert best() == ["rio", "maya"]
    for goal in Goal:
        campaign.goal = goal
        update_campaign(campaign, client="N", name="A", starts_on=campaign.starts_on, ends_on=campaign.ends_on, state=campaign.state, actor=None)  # fmt: skip
        roll()
        assert whole(campaign).ranked_by == goal
        if goal == Goal.EDUCATION:
            assert best() == ["maya", "rio"]


def test_many_accounts_are_added_up_slice_by_slice(campaign, monkeypatch) -> None:
    monkeypatch.setattr(rolling, "SLICE_ACCOUNTS", 2)
    for n in range(5):
        video = a_video(a_participant(campaign, f"maya{n}"), f"{n}")
        a_post(campaign, video)
    assert roll_due()
    assert CampaignResult.objects.filter(account__isnull=False).count() == 2
    roll()
    assert whole(campaign).posts == 5
    assert_right(campaign)
    Post.objects.all().delete()
    roll()
    assert whole(campaign).posts == 0


def test_a_large_campaign_is_added_up_in_larger_slices(campaign, monkeypatch) -> None:
    monkeypatch.setattr(rolling, "SLICE_ACCOUNTS", 1)
    monkeypatch.setattr(rolling, "MOST_SLICES", 2)
    for n in range(4):
        a_post(campaign, a_video(a_participant(campaign, f"maya{n}"), f"{n}"))
    monkeypatch.setattr(rolling, "SLICE_SECONDS", 0)
    assert roll_due()
    assert CampaignResult.objects.filter(account__isnull=False).count() == 2
    roll()
    assert_right(campaign)


def test_a_slice_ends_when_its_time_is_over(organization, monkeypatch) -> None:
    monkeypatch.setattr(rolling, "SLICE_SECONDS", 0)
    for n in range(2):
        campaign = a_campaign(f"C{n}")
        a_post(campaign, a_video(a_participant(campaign, f"maya{n}"), f"{n}"))
    assert roll_due()
    assert CampaignResult.objects.filter(account=None).count() == 1
    assert not roll_due()


def test_every_organization_is_added_up_by_the_queue(organization, campaign) -> None:
    Work.objects.filter(kind=ROLL).delete()
    tasks.plan_results()
    assert Work.objects.get(kind=ROLL).subject_id == organization.pk
    maya = a_participant(campaign, "maya")
    video = a_video(maya, "1", published_at=TODAY)
    campaign.starts_on, campaign.ends_on = date(2026, 1, 1), date(2026, 12, 31)
    campaign.save()
    add_post_by_hand(campaign, video, actor=None)
    pump_kind(ROLL)
    assert whole(campaign).posts == 1
    assert Work.objects.get(kind=ROLL).due_at > timezone.now() + timedelta(minutes=9)


def test_sums_are_right_whatever_happens(campaign) -> None:
    chance, at = random.Random(5), days_before(20)
    accounts = [a_participant(campaign, f"maya{n}") for n in range(3)]
    videos = [
        a_video(account, f"{account.pk}{n}", video_views=None, counts_fetched_at=days_before(40))
        for account in accounts
        for n in range(2)
    ]
    for step in range(40):
        at += timedelta(hours=chance.choice([1, 9, 30]))
        video = chance.choice(videos)
        post = Post.objects.filter(video=video).first()
        act = chance.randrange(6)
        if post is None:
            order = (
                an_order(campaign, video.creator.account, tiktok_order_id=f"o{step}")
                if act > 3
                else None
            )
            a_post(campaign, video, order=order)
        elif act == 0:
            post.delete()
        elif act == 1:
            Post.objects.filter(pk=post.pk).update(hidden_at=None if post.hidden_at else at)
        else:
            source = Source.ORDER_REPORT if post.order_id else Source.PUBLIC
            more = {**REPORT, "reach": step} if post.order_id else {}
            read(video, chance.randrange(1000), at, source=source, **more)
        if chance.random() < 0.6:
            CampaignResult.objects.update(rolled_at=timezone.now() - timedelta(hours=2))
            roll()
            assert_right(campaign)
