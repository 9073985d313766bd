"""Spark Ads: asking a creator for the permission to advertise with a post, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import SparkState
from campaigns.errors import SparkNotAsked
from campaigns.models import Campaign, Post, PostLayout, SparkPermission
from campaigns.services.orders.syncing import sync_order
from campaigns.services.spark import asking
from campaigns.services.spark.asking import days_offered, request_spark, settle_spark
from campaigns.services.spark.polling import start_asking, sync_due_sparks
from jobs.models import Job, Work
from jobs.services.jobs import begin_at_once, job_kind
from jobs.services.queue import claim_now
from tenancy.enums import Verb
from tenancy.models import Event, Organization, User
from tests.campaigns.test_orders_syncing import ordered, publish, review
from tests.factories.campaigns import a_post, a_video, an_account, an_order
from tiktok.client.types import SparkAuthorization
from tiktok.enums import PollKind
from tiktok.errors import OutcomeUnknown, TikTokBusy, TikTokRefused
from tiktok.services.orders.spark import read_spark

pytestmark = pytest.mark.django_db
NOW = timezone.now()
CODE = "#sbx0123456789abcdef"


@pytest.fixture
def post(campaign: Campaign) -> Post:
    account = an_account("maya.bakes", email="maya@example.com")
    return a_post(
        campaign, a_video(account, "7450000000000000001"), order=an_order(campaign, account)
    )


@pytest.fixture
def olivia(organization: Organization, manager: Client) -> User:
    return User.objects.get(email="manager@example.com")


class TikTok:
    """A TikTok that notes what it is asked, and answers as it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, int, bool]] = []
        self.problem: Exception | None = None
        self.answer: SparkAuthorization | None = None
        monkeypatch.setattr(asking, "ask_for_spark", self.ask)
        monkeypatch.setattr(asking, "read_spark", lambda account, video_id: self.answer)

    def ask(self, account: Any, video_id: str, *, days: int, extends: bool) -> None:
        self.asked.append((video_id, days, extends))
        if self.problem:
            raise self.problem

    def says(self, status: str, *, at: timedelta = timedelta(0), **fields: Any) -> None:
        self.answer = SparkAuthorization(
            video_id="7450000000000000001",
            status=status,
            status_updated_at=timezone.now() + at,
            **fields,
        )

    def gives(self, *, days: int = 30, state: str = "NOT_USED") -> None:
        ends_at = NOW + timedelta(days=days)
        self.says(
            "ACCEPTED",
            auth_code=CODE,
            auth_code_status=state,
            auth_code_starts_at=NOW,
            auth_code_ends_at=ends_at,
        )


@pytest.fixture
def at_tiktok(monkeypatch: pytest.MonkeyPatch) -> TikTok:
    return TikTok(monkeypatch)


def permission() -> SparkPermission:
    return SparkPermission.objects.get()


def sync() -> dict[int, timedelta]:
    return sync_due_sparks([permission().pk])


def verbs() -> list[str]:
    rows = Event.objects.filter(verb__startswith="spark.").order_by("pk")
    return list(rows.values_list("verb", flat=True))


def test_the_whole_way_against_tiktok(tiktok: Any, campaign: Campaign, olivia: User) -> None:
    order = ordered(campaign, videos=1)
    video = publish(tiktok, order)
    review(tiktok, video, "SUCCEED")
    sync_order(order)
    post = Post.objects.get()
    assert days_offered(post) == (7, 30, 60, 365)
    assert read_spark(order.request.marketplace_account, video) is None
    job = begin_at_once(start_asking(post, 30, actor=olivia))
    assert job.outcome[0]["key"] == "waiting"
    assert permission().state == SparkState.WAITING
    tiktok.control("spark", video_id=video, accept=True, days=7)
    sync()
    given = permission()
    assert (given.state, given.code_state) == (SparkState.ACCEPTED, "NOT_USED")
    assert given.open_code().startswith("#sbx")
    assert given.sealed_code != given.open_code()
    ends_at = given.ends_at
    begin_at_once(start_asking(post, 30, actor=olivia))
    assert permission().ends_at == ends_at + timedelta(days=30)
    tiktok.control("spark", video_id=video, code_status="IN_USE")
    sync()
    assert permission().code_state == "IN_USE"
    tiktok.control("spark", video_id=video, code_status="DELETED")
    sync()
    assert permission().label == "Deleted by the creator"
    assert Work.objects.get(kind=PollKind.SPARK).stopped_reason
    assert verbs() == [Verb.SPARK_ASKED, Verb.SPARK_GIVEN, Verb.SPARK_ASKED, Verb.SPARK_ENDED]


def an_order_with_spark(tiktok: Any, campaign: Campaign) -> str:
    """The order asks for the permission, its creator publishes. Returns the video's id."""
    order = ordered(campaign, videos=1, spark_days=30)
    video = publish(tiktok, order)
    sync_order(order)
    assert not SparkPermission.objects.exists()
    review(tiktok, video, "SUCCEED")
    sync_order(order)
    sync_order(order)
    return video


def test_what_an_order_asks_for_comes_with_the_video(tiktok: Any, campaign: Campaign) -> None:
    an_order_with_spark(tiktok, campaign)
    assert (permission().state, permission().days) == (SparkState.WAITING, 30)
    sync()
    given = permission()
    assert (given.state, given.code_state) == (SparkState.ACCEPTED, "NOT_USED")
    assert given.open_code().startswith("#sbx")
    assert verbs() == [Verb.SPARK_ASKED, Verb.SPARK_GIVEN]


def test_what_has_not_come_with_the_video_can_be_asked_for(
    tiktok: Any, campaign: Campaign, at_tiktok: TikTok, olivia: User
) -> None:
    an_order_with_spark(tiktok, campaign)
    sync()
    assert permission().state == SparkState.WAITING
    SparkPermission.objects.update(asked_at=timezone.now() - timedelta(days=3))
    sync()
    assert (permission().state, permission().problem[:14]) == (SparkState.FAILED, "The order asks")
    request_spark(Post.objects.get(), 30, actor=olivia)
    sync()
    assert len(at_tiktok.asked) == 1


def test_only_a_published_video_of_an_order_is_asked_for_and_only_for_days_that_are_offered(
    campaign: Campaign, post: Post, olivia: User
) -> None:
    alone = a_post(campaign, a_video(an_account("rio.runs"), "7450000000000000002"))
    assert days_offered(alone) == ()
    for each, days in ((alone, 30), (post, 31)):
        with pytest.raises(SparkNotAsked):
            request_spark(each, days, actor=olivia)
    Post.objects.filter(pk=post.pk).update(published_since=None)
    with pytest.raises(SparkNotAsked):
        request_spark(post, 30, actor=olivia)
    assert not SparkPermission.objects.exists()


def test_asked_twice_it_is_asked_once(post: Post, olivia: User, at_tiktok: TikTok) -> None:
    first = request_spark(post, 30, actor=olivia)
    assert request_spark(post, 60, actor=olivia) == first
    at_tiktok.says("WAITING")
    sync()
    request_spark(post, 60, actor=olivia)
    sync()
    assert at_tiktok.asked == [("7450000000000000001", 30, False)]
    assert verbs() == [Verb.SPARK_ASKED]


def test_a_lost_answer_is_looked_up_and_never_repeated_by_itself(
    post: Post, olivia: User, at_tiktok: TikTok
) -> None:
    request_spark(post, 30, actor=olivia)
    at_tiktok.problem = OutcomeUnknown()
    assert sync() == {permission().pk: timedelta(minutes=2)}
    assert permission().state == SparkState.UNCERTAIN
    sync()
    lost = permission()
    assert (lost.state, lost.problem[:22]) == (SparkState.FAILED, "TikTok knows nothing o")
    sync()
    assert len(at_tiktok.asked) == 1
    request_spark(post, 30, actor=olivia)
    sync()
    at_tiktok.says("WAITING")
    sync()
    assert (permission().state, permission().problem) == (SparkState.WAITING, "")
    assert len(at_tiktok.asked) == 2


def test_an_earlier_refusal_is_no_answer_to_a_lost_request(
    post: Post, olivia: User, at_tiktok: TikTok
) -> None:
    request_spark(post, 30, actor=olivia)
    at_tiktok.says("REJECTED", at=-timedelta(days=2))
    SparkPermission.objects.update(state=SparkState.SENDING, sending_at=timezone.now())
    sync()
    assert permission().state == SparkState.FAILED
    SparkPermission.objects.update(state=SparkState.UNCERTAIN)
    at_tiktok.says("REJECTED")
    sync()
    assert permission().state == SparkState.REJECTED
    assert verbs()[-1] == Verb.SPARK_REFUSED
    assert Work.objects.get(kind=PollKind.SPARK).stopped_reason


def test_a_lost_request_for_more_days_is_told_by_the_day_that_it_ends(
    post: Post, olivia: User, at_tiktok: TikTok
) -> None:
    request_spark(post, 30, actor=olivia)
    at_tiktok.gives()
    sync()
    at_tiktok.problem = OutcomeUnknown()
    request_spark(post, 60, actor=olivia)
    sync()
    assert at_tiktok.asked[-1] == ("7450000000000000001", 60, True)
    sync()
    assert (permission().state, permission().problem[:20]) == (
        SparkState.ACCEPTED,
        "TikTok added no days",
    )
    request_spark(post, 60, actor=olivia)
    sync()
    at_tiktok.gives(days=90)
    sync()
    assert (permission().state, permission().problem) == (SparkState.ACCEPTED, "")
    assert permission().ends_at == NOW + timedelta(days=90)


def test_a_refusal_of_tiktok_is_said_and_a_limit_is_waited_for(
    post: Post, olivia: User, at_tiktok: TikTok
) -> None:
    request_spark(post, 30, actor=olivia)
    at_tiktok.problem = TikTokBusy(60)
    with pytest.raises(TikTokBusy):
        sync()
    assert permission().state == SparkState.DUE
    at_tiktok.problem = TikTokRefused("The video is private.", code=40002)
    sync()
    assert permission().state == SparkState.FAILED
    assert "The video is private." in permission().problem
    at_tiktok.problem = None
    at_tiktok.gives()
    request_spark(post, 30, actor=olivia)
    sync()
    at_tiktok.problem = TikTokRefused("No more days.", code=40002)
    request_spark(post, 30, actor=olivia)
    sync()
    assert permission().state == SparkState.ACCEPTED
    assert "No more days." in permission().problem


def test_words_that_are_new_change_no_state_and_a_code_goes_when_tiktok_tells_none(
    post: Post, olivia: User, at_tiktok: TikTok
) -> None:
    request_spark(post, 30, actor=olivia)
    at_tiktok.says("WAITING", auth_code=CODE, auth_code_status="SOMETHING")
    sync()
    assert permission().open_code() == CODE
    at_tiktok.says("PONDERING")
    sync()
    assert (permission().state, permission().open_code()) == (SparkState.WAITING, "")
    at_tiktok.answer = None
    settle_spark(permission())
    assert permission().state == SparkState.WAITING


def test_a_permission_whose_post_is_gone_is_followed_no_longer(
    post: Post, olivia: User, at_tiktok: TikTok
) -> None:
    job = start_asking(post, 30, actor=olivia)
    pk = permission().pk
    post.delete()
    assert sync_due_sparks([pk]) == {}
    assert Work.objects.get(kind=PollKind.SPARK).stopped_reason
    job = begin_at_once(job)
    assert job.problem == "It is no longer here."
    assert job_kind(job.kind).report(job).to[0] == "campaigns:all_posts"


# --- the page ---------------------------------------------------------------------------------------------------------
def at(post: Post) -> str:
    return f"/o/oaks/campaigns/{post.campaign_id}/posts/{post.pk}/"


def test_the_code_is_shown_to_who_may_manage_and_to_nobody_else(
    post: Post, olivia: User, manager: Client, viewer: Client, at_tiktok: TikTok, caplog: Any
) -> None:
    assert "Ask for permission" in manager.get(at(post)).content.decode()
    at_tiktok.gives()
    page = manager.post(f"{at(post)}spark/", {"days": "30"}, follow=True).content.decode()
    assert Job.objects.get().outcome[0]["key"] == "accepted"
    page = manager.get(at(post)).content.decode()
    assert CODE in page
    assert "Ask for more time" in page
    seen = viewer.get(at(post)).content.decode()
    assert CODE not in seen
    assert "Ask for more time" not in seen
    assert "There is a code." in seen
    assert viewer.post(f"{at(post)}spark/", {"days": "30"}).status_code == 403
    assert CODE not in caplog.text
    assert CODE not in str(list(Event.objects.values())) + str(list(Job.objects.values()))


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"state": "waiting"}, "Waiting for the creator"),
        ({"state": "uncertain", "problem": "Not known yet."}, "Not known yet."),
        ({"state": "rejected"}, "Ask again"),
        ({"state": "accepted", "code_state": "EXPIRED", "ends_at": NOW}, "ended"),
    ],
)
def test_each_state_is_told(
    post: Post, manager: Client, fields: dict[str, Any], shown: str
) -> None:
    SparkPermission.objects.create(post=post, days=30, **fields)
    assert shown in manager.get(at(post)).content.decode()


def test_days_that_are_not_offered_are_refused_with_the_reason(post: Post, manager: Client) -> None:
    page = manager.post(f"{at(post)}spark/", {"days": "31"}, follow=True).content.decode()
    assert "Nothing was asked" in page
    alone = a_post(post.campaign, a_video(an_account("rio.runs"), "7450000000000000002"))
    assert "tied to an order" in manager.get(at(alone)).content.decode()


def test_an_uncertain_errand_is_looked_up_soon(post: Post, olivia: User, at_tiktok: TikTok) -> None:
    at_tiktok.problem = OutcomeUnknown()
    job = begin_at_once(start_asking(post, 30, actor=olivia))
    assert job_kind(job.kind).report(job).sentences[0][0] == "warning"
    due_at = Work.objects.get(kind=PollKind.SPARK).due_at
    assert due_at < timezone.now() + timedelta(minutes=3)


def test_lists_of_posts_their_files_and_the_order_tell_it_too(
    post: Post, manager: Client, olivia: User
) -> None:
    PostLayout.objects.create(user=olivia, is_grid=False, columns=["spark", "video_views"])
    posts = f"/o/oaks/campaigns/{post.campaign_id}/posts/"
    assert "Spark Ads" in manager.get(posts).content.decode()
    lines = b"".join(manager.post(f"{posts}export/"))  # type: ignore[arg-type]
    assert b"Given" not in lines
    SparkPermission.objects.create(post=post, days=30, state="accepted", code_state="IN_USE")
    assert "Given" in manager.get(posts).content.decode()
    assert b"Given" in b"".join(manager.post(f"{posts}export/"))  # type: ignore[arg-type]
    order = f"/o/oaks/campaigns/{post.campaign_id}/orders/{post.order_id}/"
    assert "Spark Ads: Given" in manager.get(order).content.decode()


def test_an_errand_leaves_to_the_pump_what_it_has_taken(
    post: Post, olivia: User, at_tiktok: TikTok
) -> None:
    job = start_asking(post, 30, actor=olivia)
    with claim_now(PollKind.SPARK, permission().pk):
        job = begin_at_once(job)
    assert at_tiktok.asked == []
    assert job_kind(job.kind).report(job).sentences == (
        ("info", "The creator is being asked. The answer appears here."),
    )
