"""A mailing reaches each creator once, and those it does not reach have a reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.errors import MailingEmpty, MailingTooLarge
from crm.models import Influencer, Mailing, MailingRecipient
from crm.services.mailings import mailings
from crm.services.mailings.mailings import cancel_mailing, continue_mailing, create_mailing
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from jobs.services.jobs import cancel_job
from mail.models import Message
from mail.services.delivery import settle
from mail.services.marks import mark, unmark
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tests.crm.conftest import crm_verbs
from tests.crm.mailings.conftest import (
    DRAFT,
    a_creator,
    a_mailing,
    fresh,
    heard,
    let_time_pass,
    states,
    the_recipient,
    work_on,
)
from tests.factories.crm import TikTokAccountFactory
from tests.mail.smtp_server import Server
from tests.mailing import deliver_queued, sent_mail
from tests.working import pump

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]
REMINDING = replace(DRAFT, reminder_days=3, reminder_body="{{ influencer }}, have you seen it?")


def test_each_creator_gets_their_own_words_once(two: list[Influencer], owner: User) -> None:
    mailing = a_mailing(two, owner)
    work_on()
    assert states(mailing) == {"Maya": ("queued", ""), "Noor": ("queued", "")}
    maya, noor = sent_mail()
    assert (maya.to, maya.subject) == (["maya@example.com"], "News for Maya")
    assert maya.body.startswith("Dear Maya,\n\nwe have news.\n")
    assert noor.body.startswith("Hello Noor,\n\nwe have news.\n")
    assert "<p" in str(noor.alternatives[0][0])
    assert "Hello Noor," in str(noor.alternatives[0][0])
    assert noor.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert states(mailing) == {"Maya": ("sent", ""), "Noor": ("sent", "")}
    job = fresh(mailing).job
    assert job is not None
    assert (job.state, job.done_count, job.total_count) == (JobState.DONE, 2, 2)
    assert crm_verbs() == ["mailing.created"]


def test_it_leaves_through_a_real_mail_server(
    server: Server, two: list[Influencer], owner: User
) -> None:
    a_mailing(two, owner)
    work_on()
    deliver_queued()
    assert sorted(mail["To"] for mail in server.mails) == ["maya@example.com", "noor@example.com"]


def test_a_mail_server_s_refusal_is_the_reason(
    server: Server, two: list[Influencer], owner: User
) -> None:
    server.to_recipient = "550 5.1.1 No such user"
    mailing = a_mailing(two[:1], owner)
    work_on()
    deliver_queued()
    assert states(mailing) == {"Maya": ("bounced", "")}
    assert the_recipient("Maya").mail_reason == "550 5.1.1 No such user"


def test_who_cannot_or_must_not_be_written_to_gets_nothing_and_has_a_reason(
    two: list[Influencer], owner: User
) -> None:
    a_creator("Nameless", email="")
    a_creator("Twin", email="maya@example.com")
    a_creator("Old", archived_at=timezone.now())
    for name, field in (
        ("Bounced", "bounced_at"), ("Left", "unsubscribed_at"), ("Angry", "complained_at"),
    ):  # fmt: skip
        mark(a_creator(name).email, field)
    mailing = a_mailing(list(Influencer.objects.all()), owner)
    work_on()
    assert [to for to, _ in heard()] == ["maya@example.com", "noor@example.com"]
    assert states(mailing) == {
        "Maya": ("sent", ""),
        "Noor": ("sent", ""),
        "Nameless": ("skipped", "no_address"),
        "Twin": ("skipped", "same_address"),
        "Old": ("skipped", "archived"),
        "Bounced": ("skipped", "bounced"),
        "Left": ("skipped", "unsubscribed"),
        "Angry": ("skipped", "complained"),
    }


def test_a_text_that_names_the_handle_goes_to_who_has_one(owner: User) -> None:
    account = TikTokAccountFactory.create(
        influencer__name="Tom", influencer__email="tom@example.com", creator__handle="tom_trails"
    )
    draft = replace(DRAFT, subject="For {{ handle }}")
    mailing = a_mailing([account.influencer, a_creator("Noor")], owner, draft)
    work_on()
    assert heard() == [("tom@example.com", "For @tom_trails")]
    assert states(mailing)["Noor"] == ("skipped", "no_handle")


def test_mail_goes_where_the_creator_signs_in(owner: User) -> None:
    person = User.objects.create_user("signs-in@example.com")
    a_mailing([a_creator("Maya", person=person)], owner)
    work_on()
    assert [to for to, _ in heard()] == ["signs-in@example.com"]


# --- nothing twice ------------------------------------------------------------------------------------------------
def test_the_same_wish_makes_one_mailing(two: list[Influencer], owner: User) -> None:
    key, ids = uuid.uuid4(), [each.pk for each in two]
    first = create_mailing(DRAFT, ids, key=key, actor=owner)
    work_on()
    assert create_mailing(DRAFT, ids, key=key, actor=owner) == first
    work_on()
    assert len(heard()) == 2


def test_of_two_who_send_the_same_wish_at_once_the_second_gets_the_first_s_mailing(
    two: list[Influencer], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, ids = uuid.uuid4(), [each.pk for each in two]
    counted = mailings.influencer_ids

    def late(*args: object) -> object:
        monkeypatch.setattr(mailings, "influencer_ids", counted)
        create_mailing(DRAFT, ids, key=key, actor=owner)  # the other was faster
        return counted(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(mailings, "influencer_ids", late)
    create_mailing(DRAFT, ids, key=key, actor=owner)
    assert Mailing.objects.count() == 1
    assert MailingRecipient.objects.count() == 2


def test_a_worker_that_dies_in_a_slice_costs_nobody_a_second_mail(
    two: list[Influencer], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = a_mailing(two, owner)
    with monkeypatch.context() as patch:
        patch.setattr(
            "crm.services.mailings.rounds._move_on", lambda *_: (_ for _ in ()).throw(SystemExit)
        )
        with pytest.raises(SystemExit):
            pump(Lane.BULK)
    assert not Message.objects.exists()
    Work.objects.filter(kind="job").update(lease_until=timezone.now())
    work_on()
    assert [to for to, _ in heard()] == ["maya@example.com", "noor@example.com"]
    assert fresh(mailing).job.state == JobState.DONE


def test_many_creators_are_written_to_in_slices(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.services.mailings.rounds.MAILS_PER_SLICE", 2)
    mailing = a_mailing([a_creator(f"C{n}") for n in range(5)], owner)
    assert pump(Lane.BULK) == 1
    assert fresh(mailing).job.done_count == 2
    assert [state for state, _ in states(mailing).values()].count("waiting") == 3
    work_on()
    assert len(heard()) == 5
    assert fresh(mailing).job.done_count == 5


def test_nobody_and_too_many_are_refused(
    two: list[Influencer], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MailingEmpty):
        a_mailing([], owner)
    monkeypatch.setattr(mailings, "MOST_RECIPIENTS", 1)
    with pytest.raises(MailingTooLarge, match="at most 1 creators"):
        a_mailing(two, owner)
    assert not Mailing.objects.exists()


def test_another_organization_s_creators_are_not_written_to(
    two: list[Influencer], owner: User, elm: Organization
) -> None:
    with organization_scope(elm):
        foreign = a_creator("Foreign")
    mailing = a_mailing([*two, foreign], owner)
    assert mailing.recipient_count == 2


# --- in time ------------------------------------------------------------------------------------------------------
def scheduled(creators: list[Influencer], owner: User) -> Mailing:
    at = timezone.now() + timedelta(hours=2)
    return a_mailing(creators, owner, replace(DRAFT, scheduled_at=at))


def test_a_scheduled_mailing_waits_for_its_time_and_goes_once(
    two: list[Influencer], owner: User
) -> None:
    mailing = scheduled(two, owner)
    work_on()
    assert heard() == []
    assert fresh(mailing).job is None
    due_at = Work.objects.get(kind="crm.mailing").due_at
    assert abs(due_at - mailing.scheduled_at) < timedelta(minutes=1)
    let_time_pass()
    work_on()
    assert len(heard()) == 2
    mailings.plan_round(mailing, timedelta(0))
    work_on()
    assert len(heard()) == 2
    assert Job.objects.count() == 1


def test_a_cancelled_mailing_is_not_sent(two: list[Influencer], owner: User) -> None:
    mailing = scheduled(two, owner)
    cancel_mailing(mailing, actor=owner)
    cancel_mailing(mailing, actor=owner)
    let_time_pass()
    work_on()
    assert heard() == []
    assert set(states(mailing).values()) == {("skipped", "cancelled")}
    assert crm_verbs() == ["mailing.created", "mailing.cancelled"]


def test_one_that_is_being_sent_is_cancelled_between_two_slices(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.services.mailings.rounds.MAILS_PER_SLICE", 2)
    mailing = a_mailing([a_creator(f"C{n}") for n in range(5)], owner, REMINDING)
    pump(Lane.BULK)
    cancel_mailing(mailing, actor=owner)
    work_on()
    assert len(heard()) == 2
    assert list(states(mailing).values()).count(("skipped", "cancelled")) == 3
    assert not Work.objects.filter(kind="crm.mailing").exists()


def test_one_whose_sender_left_stops_and_another_member_goes_on(
    two: list[Influencer], owner: User, oak: Organization
) -> None:
    mailing = a_mailing(two, owner)
    Membership.objects.filter(user=owner).update(role=Role.VIEWER)
    work_on()
    stopped = fresh(mailing)
    assert (stopped.is_stopped, heard()) == (True, [])
    assert stopped.job.problem == (
        "The person who started it may no longer send e-mail. What was sent was kept."
    )
    other = User.objects.create_user("ada@oak.example")
    Membership.objects.create(organization=oak, user=other, role=Role.MANAGER)
    continue_mailing(mailing, actor=other)
    continue_mailing(mailing, actor=other)
    work_on()
    assert len(heard()) == 2
    assert fresh(mailing).job.actor == other
    assert crm_verbs() == ["mailing.created", "mailing.continued"]


def test_a_job_that_was_cancelled_goes_on_where_it_was(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.services.mailings.rounds.MAILS_PER_SLICE", 2)
    mailing = a_mailing([a_creator(f"C{n}") for n in range(3)], owner)
    pump(Lane.BULK)
    cancel_job(fresh(mailing).job)
    work_on()
    assert len(heard()) == 2
    continue_mailing(mailing, actor=owner)
    work_on()
    assert len(heard()) == 3
    assert not fresh(mailing).is_stopped


def test_a_mailing_whose_creators_were_all_deleted_goes_with_them(
    two: list[Influencer], owner: User
) -> None:
    mailing = a_mailing(two, owner)
    two[0].delete()
    assert Mailing.objects.filter(pk=mailing.pk).exists()
    two[1].delete()
    assert not Mailing.objects.exists()
    work_on()
    assert Job.objects.get().problem == "Its recipients are no longer here."


def test_a_hidden_recipient_keeps_the_mailing_of_one_who_goes(owner: User) -> None:
    food = Group.objects.create(name="Food", key="food")
    seen, hidden = a_creator("Maya", group=food), a_creator("Noor")
    a_mailing([seen, hidden], owner)
    with groups_scope([food.pk]):
        Influencer.objects.get(pk=seen.pk).delete()
    assert Mailing.objects.count() == 1


def test_the_sender_s_groups_hold_while_it_is_sent(
    two: list[Influencer], owner: User, oak: Organization
) -> None:
    food = Group.objects.create(name="Food", key="food")
    Influencer.objects.filter(name="Maya").update(group=food)
    ada = User.objects.create_user("ada@oak.example")
    Membership.objects.create(organization=oak, user=ada, role=Role.MANAGER, is_limited=True)
    GroupMember.objects.create(group=food, user=ada)
    mailing = a_mailing(two, ada)
    work_on()
    assert states(mailing) == {"Maya": ("queued", ""), "Noor": ("skipped", "hidden")}


# --- reminders ----------------------------------------------------------------------------------------------------
def test_who_did_not_answer_is_reminded_once_after_so_many_days(
    two: list[Influencer], owner: User
) -> None:
    a_creator("Nameless", email="")
    mailing = a_mailing(list(Influencer.objects.all()), owner, REMINDING)
    work_on()
    assert len(heard()) == 2
    due_in = Work.objects.get(kind="crm.mailing").due_at - timezone.now()
    assert timedelta(days=2, hours=23) < due_in <= timedelta(days=3)
    MailingRecipient.objects.filter(influencer=two[1]).update(answered_at=timezone.now())

    let_time_pass()  # but the days have not
    work_on()
    assert fresh(mailing).reminder_job is None
    let_days_pass(mailing)
    work_on()
    assert heard()[2:] == [("maya@example.com", "Reminder: News for Maya")]
    assert sent_mail()[2].body.startswith("Maya, have you seen it?")
    mailings.plan_round(mailing, timedelta(0))
    work_on()
    assert len(heard()) == 3
    assert not fresh(mailing).may_be_cancelled


def let_days_pass(mailing: Mailing) -> None:
    Job.objects.filter(pk=fresh(mailing).job_id).update(
        finished_at=timezone.now() - timedelta(days=3)
    )
    mailings.plan_round(mailing, timedelta(0))


def test_nobody_is_reminded_who_unsubscribed_meanwhile_or_has_no_handle_any_more(
    two: list[Influencer], owner: User
) -> None:
    mailing = a_mailing(two, owner, replace(REMINDING, reminder_body="{{ handle }}?"))
    work_on()
    assert len(heard()) == 2
    TikTokAccountFactory.create(influencer=two[0], creator__handle="maya")
    mark("maya@example.com", "unsubscribed_at")
    let_days_pass(mailing)
    work_on()
    assert len(heard()) == 2
    assert Job.objects.latest("pk").outcome == [{"key": "not_reminded", "count": 2, "links": []}]
    unmark("maya@example.com", "unsubscribed_at")
    continue_mailing(mailing, actor=owner)  # it is at its end
    work_on()
    assert len(heard()) == 2


def test_a_reminder_is_cancelled_before_and_while_it_is_sent(
    two: list[Influencer], owner: User
) -> None:
    first, second = a_mailing(two[:1], owner, REMINDING), a_mailing(two[1:], owner, REMINDING)
    work_on()
    assert len(heard()) == 2
    cancel_mailing(first, actor=owner)
    let_days_pass(first)
    let_days_pass(second)
    pump(Lane.BULK)
    assert (fresh(first).reminder_job, fresh(second).is_under_way) == (None, True)
    cancel_mailing(second, actor=owner)
    work_on()
    assert len(heard()) == 2


def test_a_reminder_that_stopped_goes_on(two: list[Influencer], owner: User) -> None:
    mailing = a_mailing(two, owner, REMINDING)
    work_on()
    heard()
    let_days_pass(mailing)
    pump(Lane.BULK)
    cancel_job(fresh(mailing).reminder_job)
    work_on()
    assert fresh(mailing).is_stopped
    continue_mailing(mailing, actor=owner)
    work_on()
    assert len(heard()) == 4


def test_a_mailing_that_stopped_reminds_nobody(two: list[Influencer], owner: User) -> None:
    mailing = a_mailing(two, owner, REMINDING)
    cancel_job(mailing.job)
    work_on()
    mailings.plan_round(mailing, timedelta(0))
    work_on()
    assert fresh(mailing).reminder_job is None


# --- news ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["delivered", "bounced", "complained", "failed"])
def test_news_of_the_outbox_is_noted_beside_the_recipient(
    two: list[Influencer], owner: User, state: str
) -> None:
    mailing = a_mailing(two, owner)
    work_on()
    heard()
    settle(the_recipient("Maya").message, state, "because")
    assert states(mailing) == {"Maya": (state, ""), "Noor": ("sent", "")}
    assert the_recipient("Maya").mail_reason == "because"


def test_the_timeline_tells_of_the_mail(
    two: list[Influencer], owner: User, signed_in: Callable[[Role], Client]
) -> None:
    a_mailing(two, owner)
    work_on()
    heard()
    settle(the_recipient("Maya").message, "bounced", "550 no such user")
    page = (
        signed_in(Role.VIEWER)
        .get(f"/o/oak/influencers/{two[0].pk}/timeline/?kind=mail")
        .content.decode()
    )
    assert "E-mail bounced" in page
    assert "News for Maya" in page
    assert "550 no such user" in page
