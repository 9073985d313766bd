"""Publications end before TikTok has the film, or without TikTok: by the order, the person, the worker, time. None is sent twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Flag
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from campaigns.enums import CampaignState, PublicationState
from campaigns.models import Campaign, Order, Post, Publication
from campaigns.policies.posts import GONE
from campaigns.policies.publications import FOLLOWED_FOR, SURE_AFTER
from campaigns.services.orders.cancelling import cancel_order, latest_cancelling, restore_order
from campaigns.services.publishing import sending
from campaigns.services.publishing.addresses import film_url
from campaigns.services.publishing.asking import STOPPED, UNWANTED, missing
from campaigns.services.publishing.sending import NOT_SURE, OUT_OF_SIGHT, SURELY_NOT
from crm.models import Influencer
from crm.queries.receipts import receipt_lines
from crm.services.erasure.people import ask_erasure
from crm.services.influencers import delete_influencer, open_dashboard
from files.models import File
from files.store import contents
from jobs.errors import WorkStopped
from jobs.services.stopping import stopped_by
from portal.copying.content import parts_of
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.connecting import a_person, an_organization, connect
from tests.crm.erasure.test_people import erase_all
from tests.factories.campaigns import a_post, a_video
from tests.filming import MP4
from tests.portal.publishing import (
    NOTHING_SENT,
    PUBLISH,
    address,
    calls,
    later,
    publication,
    send,
    state,
    step,
    until,
    verbs,
)
from tests.portal.test_copying import archive_of
from tests.portal.test_dashboard import signed_in, text
from tests.sandbox_process import Sandbox
from tests.working import all_polls
from tiktok import limits
from tiktok.enums import PollKind
from tiktok.errors import OutcomeUnknown
from tiktok.models import Connection, Creator, PublishingConsent
from tiktok.queries.publishing import publishing_over

pytestmark = pytest.mark.django_db
JOIN, STATUS, VIDEOS = "/tto/creator/campaign/join/", "/business/publish/status/", "/tto/creator/authorized/video/list/"  # fmt: skip


def stopped(reason: str) -> bool:
    """Was it stopped for this reason, and is its film gone?"""
    row = publication()
    has_film = File.objects.filter(kind="publication").exists()
    return (row.state, row.problem, has_film) == (PublicationState.STOPPED, reason, False)


def film_path() -> str:
    return "/f/" + film_url(publication()).rsplit("/f/")[1]


# --- the order ----------------------------------------------------------------------------------------------------
def test_a_cancelled_order_sends_nothing_and_a_restored_one_takes_it_again(
    tiktok: Sandbox, oak: Organization, order: Order, allowed: Client
) -> None:
    send(allowed, order)
    olivia = a_member(oak, Role.MANAGER)
    with organization_scope(oak):
        cancel_order(order, actor=olivia)
        assert stopped(UNWANTED)
        step()
    assert calls(tiktok) == 0
    page = text(allowed.get(address(order)))
    assert UNWANTED in page
    assert "Publish another video" not in page
    with organization_scope(oak):
        cancelled = Order.objects.get()
        event = latest_cancelling(cancelled)
        assert event is not None
        restore_order(cancelled, event, actor=olivia)
    send(allowed, order)
    with organization_scope(oak):
        until(lambda: Publication.objects.filter(state=PublicationState.DONE).exists(), act=step)
    assert calls(tiktok) == 1


def archive(order: Order) -> None:
    Campaign.objects.update(state=CampaignState.ARCHIVED)


def fill(order: Order) -> None:
    Order.objects.update(video_count=order.video_limit)


@pytest.mark.parametrize("end", [archive, fill])
def test_an_order_that_takes_no_video_any_more_sends_none_that_waits(
    tiktok, oak, order, allowed, end: Callable[[Order], None]
) -> None:
    send(allowed, order)
    with organization_scope(oak):
        end(order)
        step()
        assert stopped(UNWANTED)
    assert NOTHING_SENT in send(allowed, order).content.decode()
    assert calls(tiktok) == 0


@pytest.mark.parametrize(("end", "reason"), [(archive, UNWANTED), (None, STOPPED)])
def test_what_ends_while_the_invitation_is_accepted_is_not_sent(
    tiktok, oak, order, allowed, monkeypatch, end: Any, reason: str
) -> None:
    send(allowed, order)

    def joins(*_: object) -> None:
        if end:
            end(order)
        else:
            PublishingConsent.objects.update(withdrawn_at=timezone.now())

    monkeypatch.setattr(sending, "join_campaign", joins)
    with organization_scope(oak):
        step()
        assert stopped(reason)
    assert calls(tiktok) == 0


def test_a_video_that_is_gone_or_rejected_leaves_room_for_the_others(
    tiktok, oak, order, allowed
) -> None:
    send(allowed, order)
    with organization_scope(oak):
        until(lambda: state() == PublicationState.DONE, act=step)
        assert missing(Order.objects.get()) == 0  # TikTok has not listed it yet
        video = a_video(order.account, publication().tiktok_video_id)
        post = a_post(order.campaign, video, order=order, review_state="CONTENT_REVIEW_FAIL")
        Order.objects.update(video_count=1, video_limit=2)
        assert missing(Order.objects.get()) == 1
        Post.objects.filter(pk=post.pk).update(review_state="SUCCEED", review_reason=GONE)
        Order.objects.update(video_count=0, video_limit=1)
        assert missing(Order.objects.get()) == 1
    page = text(allowed.get(address(order)))
    assert "Your video is not on TikTok any more" in page
    assert "Publish another video" in page
    assert "This page updates by itself" not in page


# --- the person ---------------------------------------------------------------------------------------------------
def test_the_address_is_closed_with_the_permission(tiktok, oak, order, allowed) -> None:
    tiktok.control("switches", publish_seconds=3600)
    send(allowed, order)
    with organization_scope(oak):
        step()
        path, creator = film_path(), order.account.creator_id
    allowed.post(reverse("portal:end_publishing", args=["oak", creator]))
    with organization_scope(oak):
        assert stopped(STOPPED)
    assert Client().get(path).status_code == 404


def test_what_tiktok_has_fetched_is_looked_for_after_the_permission_has_ended(
    tiktok, oak, order, allowed
) -> None:
    tiktok.control("switches", publish_seconds=3600)
    send(allowed, order)
    with organization_scope(oak):
        step()
        path, creator = film_path(), order.account.creator_id
    assert b"".join(Client().get(path).streaming_content) == MP4
    allowed.post(reverse("portal:end_publishing", args=["oak", creator]))
    assert Client().get(path).status_code == 404
    with organization_scope(oak):
        assert not File.objects.filter(kind="publication").exists()
        step()
        assert (state(), publication().problem) == (PublicationState.UNSURE, OUT_OF_SIGHT)


def test_nobody_publishes_over_the_permission_of_somebody_else(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    tom = a_person("tom@example.com", oak)
    with organization_scope(oak):  # two people were merged, and the account is his row's now
        Influencer.objects.filter(person=tom).update(person=None)
        Influencer.objects.filter(accounts=order.account_id).update(person=tom)
        Order.objects.update(video_limit=2)
    his = signed_in(tom)
    page = text(his.get(address(order)))
    assert "To publish from here, connect" in page
    assert "Publish on TikTok" not in page
    assert NOTHING_SENT in send(his, order, MP4 + b"his").content.decode()
    assert his.post(address(order, "portal:allow_publishing"), {"text": "2026-12"}).status_code == 302  # fmt: skip
    with organization_scope(oak):
        assert publication().person == Connection.objects.get().person
        Publication.objects.update(person=tom)
        step()
        assert stopped(STOPPED)
    assert calls(tiktok) == 0


def test_the_permission_for_one_brand_is_none_for_another(
    tiktok, oak, order, allowed, maya
) -> None:
    elm = an_organization("Elm")
    with organization_scope(elm):
        open_dashboard(Influencer(name="Maya", email=maya.email), maya)
    connection = connect(tiktok, maya, elm, "maya.bakes")
    with organization_scope(elm):
        assert publishing_over(Creator.objects.get()) is None
    with organization_scope(oak):
        assert publishing_over(order.account.creator) == connection


def test_whoever_wants_to_be_erased_publishes_nothing_more_and_nothing_is_left(
    tiktok, oak, order, allowed, maya, django_capture_on_commit_callbacks: Any
) -> None:
    send(allowed, order)
    with organization_scope(oak):
        path = File.objects.get(kind="publication").path
    assert contents().exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        receipt = ask_erasure(maya, language="")
        with organization_scope(oak):
            step()
            assert stopped(STOPPED)
    assert not contents().exists(path)
    erase_all(receipt)
    with organization_scope(oak):
        assert not Publication.objects.exists()
        assert not PublishingConsent.objects.exists()
    assert "1 uploaded video" in dict(receipt_lines(receipt))["Deleted"]
    assert calls(tiktok) == 0


def test_the_film_of_an_order_goes_with_it(
    tiktok, oak, order, allowed, django_capture_on_commit_callbacks: Any
) -> None:
    send(allowed, order)
    with organization_scope(oak):
        path = File.objects.get(kind="publication").path
        with django_capture_on_commit_callbacks(execute=True):
            delete_influencer(Influencer.objects.get(accounts=order.account_id), actor=None)
        assert not Publication.objects.exists()
    assert not contents().exists(path)


def test_my_copy_holds_the_publication_and_its_film_but_no_address(
    tiktok, oak, order, allowed, maya
) -> None:
    send(allowed, order)
    copy = archive_of(maya)
    films = [name for name in copy.namelist() if copy.read(name) == MP4]
    assert len(films) == 1
    content = b"".join(copy.read(name) for name in copy.namelist() if name not in films).decode()
    for said in ("New loaf #ad", "Consents to publish", "2026-12"):
        assert said in content
    assert "/f/" not in content
    with organization_scope(oak):
        step()
        until(lambda: state() == PublicationState.DONE, act=step)
    assert not [name for part in parts_of(maya) for name in part.files]


@pytest.mark.parametrize("answer", ["share", None])
def test_one_who_is_erased_while_tiktok_is_asked_is_gone(
    tiktok, oak, order, allowed, monkeypatch, answer: str | None
) -> None:
    send(allowed, order)

    def publishes(*_: object, **__: object) -> str:
        Publication.objects.all().delete()
        if answer is None:
            raise OutcomeUnknown
        return answer

    monkeypatch.setattr(sending, "publish_film", publishes)
    with organization_scope(oak):
        step()
        assert not Publication.objects.exists()
        assert verbs("publication") == ["publication.asked"]
    stopped_work = all_polls().filter(kind=PollKind.PUBLICATION).exclude(stopped_reason="")
    assert stopped_work.count() == 1


# --- the worker, and time -----------------------------------------------------------------------------------------
def test_a_worker_that_is_content_to_end_leaves_it_to_the_next_one(
    tiktok, oak, order, allowed, monkeypatch
) -> None:
    send(allowed, order)
    flag, joins = Flag(), sending.join_campaign

    def joins_last(*args: Any) -> None:
        joins(*args)
        flag.set()

    monkeypatch.setattr(sending, "join_campaign", joins_last)
    with organization_scope(oak):
        with stopped_by(flag), pytest.raises(WorkStopped):
            step()
        assert (state(), calls(tiktok)) == (PublicationState.UPLOADED, 0)
        monkeypatch.undo()
        until(lambda: state() == PublicationState.DONE, act=step)
    assert calls(tiktok) == 1


def test_a_status_that_tiktok_never_tells_is_given_up(tiktok, oak, order, allowed) -> None:
    tiktok.control("switches", publish_seconds=3600)
    tiktok.control("fail", path=STATUS, times=99, code=40007)
    send(allowed, order)
    with organization_scope(oak):
        step()
        step()
        assert state() == PublicationState.PROCESSING
        later(FOLLOWED_FOR + timedelta(minutes=1))
        step()
        assert (state(), publication().problem) == (PublicationState.UNSURE, NOT_SURE)
        assert not File.objects.filter(kind="publication").exists()
        step()
        assert publication().problem == NOT_SURE


def test_what_tiktok_tells_at_last_is_believed(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    with organization_scope(oak):
        step()
        until(lambda: bool(tiktok.read("campaigns")["linked"]))
        later(FOLLOWED_FOR + timedelta(minutes=1))
        step()
        assert (state(), publication().problem) == (PublicationState.DONE, "")


def test_what_surely_did_not_happen_is_said_though_tiktok_shows_no_videos(
    tiktok, oak, order, allowed
) -> None:
    send(allowed, order)
    tiktok.control("fail", path=PUBLISH, times=1, garbage="html")
    with organization_scope(oak):
        step()
        tiktok.control("fail", path=VIDEOS, times=99, code=40001)
        later(SURE_AFTER + timedelta(seconds=1))
        step()
        assert (state(), publication().problem) == (PublicationState.FAILED, SURELY_NOT)


def test_a_day_s_limit_says_when_it_goes_on(tiktok, oak, order, allowed) -> None:
    bucket = f"{PUBLISH}{Connection.objects.get().open_id}"
    limits.pause(3.5 * 3600, bucket=bucket)
    send(allowed, order)
    with organization_scope(oak):
        step()
        assert state() == PublicationState.UPLOADED
    due_at = all_polls().filter(kind=PollKind.PUBLICATION).values_list("due_at", flat=True).get()
    assert due_at > timezone.now() + timedelta(hours=3, minutes=29)
    page = text(allowed.get(address(order)))
    assert "Your video waits for TikTok" in page
    assert "at most 15 a day of an account. Yours is kept, and is sent by itself at" in page
    assert date_format(due_at, "SHORT_DATETIME_FORMAT") in page
    assert calls(tiktok) == 0
    staff = signed_in(a_member(oak, Role.VIEWER))
    with organization_scope(oak):
        of_order = reverse("campaigns:order", args=["oak", order.campaign_id, order.pk])
    said = text(staff.get(of_order))
    assert "s request limit is reached. Next try in 3 hours ." in said


def test_a_tiktok_that_does_not_answer_is_asked_again(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    tiktok.control("fail", path=JOIN, times=9, http_status=503)
    with organization_scope(oak):
        step()
        assert state() == PublicationState.UPLOADED
    assert "Your video could not be sent to TikTok yet. It is kept" in text(allowed.get(address(order)))  # fmt: skip


def test_staff_read_what_the_creator_reads(tiktok, oak, order, allowed, maya: User) -> None:
    tiktok.control("switches", publish_failure="spam_risk")
    send(allowed, order)
    with organization_scope(oak):
        until(lambda: state() == PublicationState.FAILED, act=step)
        of_order = reverse("campaigns:order", args=["oak", order.campaign_id, order.pk])
    page = text(signed_in(a_member(oak, Role.VIEWER)).get(of_order))
    assert "Published from here Not published Uploaded just now by Maya The creator reads: “TikTok did not publish it" in page  # fmt: skip
