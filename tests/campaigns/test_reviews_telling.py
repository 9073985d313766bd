"""Comments on drafts are told to their creators by mail: together, once, and only to those who want it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import OrderState, ReplyKind
from campaigns.models import Campaign, Order, ReviewComment, ReviewVersion
from campaigns.services.orders.contact.replies import say
from campaigns.services.reviews.comments import remove_comment, write_comment
from campaigns.services.reviews.drafts import Draft, submit_draft
from campaigns.services.reviews.telling import TELL, note_on_mail
from campaigns.services.reviews.verdicts import approve, ask_for_changes
from crm.models import Influencer, InfluencerMail
from crm.services.removals.keeping import restore_removed
from jobs.enums import Lane
from jobs.models import Work
from jobs.services.pool import work_off
from jobs.services.queue import make_due
from mail.models import Message
from mail.services.marks import mark
from tenancy.models import Organization, User
from tests.connecting import a_person
from tests.factories.campaigns import an_account, an_order
from tests.submitting import fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(campaign: Campaign) -> Order:
    return an_order(campaign, an_account("maya.bakes", email="maya@example.com"))


@pytest.fixture
def version(order: Order) -> ReviewVersion:
    return submit_draft(order, 1, Draft("First cut"))


@pytest.fixture
def olivia(organization: Organization) -> User:
    return a_person("olivia@example.com")


def later() -> list[str]:
    """The mails of comments, when their time has come."""
    for review_id in Work.objects.filter(kind=TELL).values_list("subject_id", flat=True):
        make_due(TELL, review_id)
    work_off(Lane.MAIL, threads=1, seconds=10)
    rows = Message.objects.filter(intent__startswith="draft-comments:").order_by("pk")
    return list(rows.values_list("text", flat=True))


def test_comments_of_ten_minutes_are_one_mail_and_none_is_told_twice(
    order: Order, version: ReviewVersion, olivia: User
) -> None:
    write_comment(version, "The logo is cut.", 65, actor=olivia)
    write_comment(version, "And the music?", actor=olivia)
    due_in = Work.objects.get(kind=TELL).due_at - timezone.now()
    assert timedelta(minutes=9) < due_in <= timedelta(minutes=10)
    (words,) = later()
    assert "Oaks has commented on your draft:" in words.replace("\u2068", "").replace("\u2069", "")
    for part in ("The logo is cut.", "(1:05)", "And the music?", "/draft/1/"):
        assert part in words
    assert InfluencerMail.objects.get().influencer == order.account.influencer
    write_comment(version, "One more thing.", actor=olivia)
    first, second = later()
    assert first == words
    assert "One more thing." in second
    assert "The logo is cut." not in second
    assert len(later()) == 2
    assert Message.objects.filter(intent__startswith="draft-comments:", is_bulk=True).count() == 2


def test_a_verdict_tells_of_the_comments_before_it_and_of_none_after(
    version: ReviewVersion, olivia: User
) -> None:
    write_comment(version, "The logo is cut.", actor=olivia)
    ask_for_changes(version, "The logo.", actor=olivia)
    assert later() == []
    write_comment(version, "And the music?", actor=olivia)
    (words,) = later()
    assert "And the music?" in words
    assert "The logo is cut." not in words


def test_a_removed_comment_is_not_told_of_until_it_is_back(
    version: ReviewVersion, olivia: User
) -> None:
    removal = remove_comment(write_comment(version, "Oh no.", actor=olivia), actor=olivia)
    assert later() == []
    restore_removed(removal, actor=olivia)
    write_comment(version, "Better.", actor=olivia)
    (words,) = later()
    assert "Oh no." in words


@pytest.mark.parametrize("kind", [ReplyKind.QUIET, ReplyKind.CANNOT])
def test_who_wants_no_mail_of_the_order_gets_none(
    order: Order, version: ReviewVersion, olivia: User, kind: ReplyKind
) -> None:
    write_comment(version, "The logo is cut.", actor=olivia)
    say(order, kind)
    assert "wants no such mail" in note_on_mail(order)
    assert later() == []
    assert ReviewComment.objects.get().mailed_at is not None


@pytest.mark.parametrize("what", ["unsubscribed_at", "bounced_at"])
def test_who_wants_no_mail_of_ours_gets_none(
    order: Order, version: ReviewVersion, olivia: User, what: str
) -> None:
    mark("maya@example.com", what)
    write_comment(version, "The logo is cut.", actor=olivia)
    assert "Tell the creator yourself" in note_on_mail(order)
    assert later() == []


def test_an_order_that_is_over_and_a_creator_without_address_get_none(
    order: Order, version: ReviewVersion, olivia: User
) -> None:
    write_comment(version, "The logo is cut.", actor=olivia)
    Order.objects.update(state=OrderState.CANCELLED)
    assert later() == []
    Order.objects.update(state=OrderState.SENT)
    Influencer.objects.update(email="")
    order = Order.objects.select_related("account__influencer").get()
    assert note_on_mail(order).startswith("No e-mail address is known")
    write_comment(version, "And the music?", actor=olivia)
    assert later() == []


def test_the_page_says_that_the_creator_is_told(
    campaign: Campaign, version: ReviewVersion, manager: Client
) -> None:
    url = (
        f"/o/oaks/campaigns/{campaign.pk}/review/{version.review_id}/versions/{version.pk}/comment/"
    )
    answer: Any = manager.post(url, {**fresh(), "text": "Nice"}, follow=True)
    assert "The creator is told by e-mail in ten minutes" in answer.content.decode()


def test_in_german(order: Order, version: ReviewVersion, olivia: User) -> None:
    Influencer.objects.update(language="de")
    write_comment(version, "Das Logo fehlt.", actor=olivia)
    later()
    message = Message.objects.get(intent__startswith="draft-comments:")
    assert message.subject.replace("\u2068", "").replace("\u2069", "") == (
        "Northwind hat deinen Entwurf kommentiert"
    )


def test_an_approved_draft_is_told_of_by_its_own_mail(version: ReviewVersion, olivia: User) -> None:
    write_comment(version, "Lovely.", actor=olivia)
    approve(version, actor=olivia)
    assert later() == []
