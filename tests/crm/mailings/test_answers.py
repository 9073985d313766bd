"""An answer is noted by hand, or by what the creator does after the e-mail."""

from __future__ import annotations

import pytest

from campaigns.policies.posts import Progress
from campaigns.services.orders.transitions import follow_videos, mark_accepted, mark_sent
from crm.models import Influencer, MailingRecipient
from crm.receivers import attach_account
from crm.services.mailings.answers import mark_answered, note_answer, take_answer_back
from tenancy.models import User
from tests.crm.conftest import crm_events
from tests.crm.mailings.conftest import a_creator, a_mailing, heard, the_recipient, work_on
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.factories.crm import CreatorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def answered() -> list[str]:
    rows = MailingRecipient.objects.filter(answered_at__isnull=False)
    return sorted(rows.values_list("influencer__name", flat=True))


def test_an_answer_is_marked_and_taken_back_once_each(two: list[Influencer], owner: User) -> None:
    mailing = a_mailing(two, owner)
    work_on()
    for _ in range(2):
        mark_answered(the_recipient("Maya"), actor=owner)
    assert answered() == ["Maya"]
    take_answer_back(the_recipient("Maya"), actor=owner)
    assert crm_events()[-1].verb == "mail.answer_taken_back"
    take_answer_back(the_recipient("Maya"), actor=owner)
    assert answered() == []
    events = [
        (event.verb, event.object_id, event.detail["mailing"], event.texts)
        for event in crm_events()[1:]
    ]
    texts = {"subject": "News for [influencer]"}
    assert events == [
        ("mail.answered", two[0].pk, mailing.pk, texts),
        ("mail.answer_taken_back", two[0].pk, mailing.pk, texts),
    ]


def test_what_happens_before_the_mail_is_no_answer(two: list[Influencer], owner: User) -> None:
    a_mailing([*two, a_creator("Nameless", email="")], owner)
    note_answer(two[0].pk)
    assert answered() == []
    work_on()
    for influencer in Influencer.objects.exclude(pk=two[1].pk):
        note_answer(influencer.pk)
    assert answered() == ["Maya"]


def test_connecting_tiktok_is_an_answer(two: list[Influencer], owner: User) -> None:
    a_mailing(two, owner)
    work_on()
    heard()
    person = User.objects.create_user("maya@example.com")
    attach_account(creator=CreatorFactory.create(), person=person)
    assert answered() == ["Maya"]


def test_accepting_an_order_is_an_answer(owner: User) -> None:
    campaign = a_campaign()
    account = a_participant(campaign, "maya")
    Influencer.objects.update(email="maya@example.com")
    order = an_order(campaign, account, state="created")
    mailing = a_mailing([account.influencer], owner)
    work_on()
    mark_sent(order, evidence="x")
    assert answered() == []
    mark_accepted(order, evidence="x")
    assert answered() == ["Maya"]
    assert mailing.recipient_count == 1


def test_a_video_that_is_gone_is_no_answer(owner: User) -> None:
    account = a_participant(a_campaign(), "maya")
    Influencer.objects.update(email="maya@example.com")
    order = an_order(account.participations.get().campaign, account, state="in_review")
    a_mailing([account.influencer], owner)
    work_on()
    follow_videos(order, Progress(0, 0, 1))
    assert (order.state, answered()) == ("accepted", [])
