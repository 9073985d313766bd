"""Orders are sent again and their creators reminded, by hand and by rule, three times at most, unless they said otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import CampaignState, OrderState, ReplyKind
from campaigns.errors import NotToBeMailed
from campaigns.models import Campaign, Order
from campaigns.services.orders.contact import reminders
from campaigns.services.orders.contact.reminders import remind, remind_by_rule, send_again
from campaigns.services.orders.contact.replies import say
from campaigns.services.orders.due_dates import change_due
from campaigns.tasks import plan_order_reminders
from jobs.models import Work
from mail.models import Message
from mail.services.marks import mark
from tenancy.enums import Verb
from tenancy.models import Event, Organization, User
from tests.connecting import a_person
from tests.factories.campaigns import a_campaign, an_account, an_order
from tests.mailing import sent_mail
from tests.submitting import submit, version

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def olivia(organization: Organization) -> User:
    return a_person("olivia@example.com")


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign(state=CampaignState.ACTIVE)


@pytest.fixture
def order(campaign: Campaign) -> Order:
    return an_order(campaign, an_account("maya.bakes", email="maya@example.com"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    class Clock:
        now = NOON

    monkeypatch.setattr(reminders.timezone, "now", lambda: Clock.now)
    return Clock


def latest() -> str:
    return Event.objects.latest("pk").verb


def test_the_invitation_is_sent_again_with_the_link_of_the_page(order: Order, olivia: User) -> None:
    Order.objects.update(problem="It did not arrive.")
    send_again(order, actor=olivia)
    [mail] = sent_mail()
    assert "http://testserver/i/" in mail.body
    order.refresh_from_db()
    assert (latest(), order.problem) == (Verb.ORDER_SENT_AGAIN, "")
    with pytest.raises(NotToBeMailed, match="ten minutes"):
        send_again(order, actor=olivia)


def test_an_order_that_was_never_mailed_is_sent(order: Order, olivia: User) -> None:
    Order.objects.update(state=OrderState.CREATED)
    with pytest.raises(NotToBeMailed, match="not been sent yet"):
        remind(order, actor=olivia)
    send_again(order, actor=olivia)
    order.refresh_from_db()
    assert order.state == OrderState.SENT


def test_a_creator_is_reminded_once_a_day_and_three_times_in_all(
    order: Order, olivia: User, clock: Any
) -> None:
    for nth in range(3):
        clock.now = NOON + timedelta(days=nth)
        remind(order, actor=olivia)
        with pytest.raises(NotToBeMailed, match=r"today already|three times"):
            remind(order, actor=olivia)
    clock.now = NOON + timedelta(days=9)
    with pytest.raises(NotToBeMailed, match="three times"):
        remind(order, actor=olivia)
    assert Event.objects.filter(verb=Verb.ORDER_REMINDED).count() == 3
    assert Message.objects.count() == 3


def test_a_reminder_speaks_the_creators_language_and_can_be_stopped(
    order: Order, olivia: User
) -> None:
    order.account.influencer.language = "de"
    order.account.influencer.save(update_fields=["language"])
    Order.objects.update(due_on=timezone.now().date() - timedelta(days=1))
    remind(order, actor=olivia)
    [mail] = sent_mail()
    assert mail.subject == "Erinnerung: dein Auftrag für Northwind"
    assert "Du kannst noch posten." in mail.body
    assert "/quiet/" in mail.body


@pytest.mark.parametrize(("kind", "reason"), [("cannot", "cannot do"), ("quiet", "wants no")])
def test_who_said_no_gets_no_mail(order: Order, olivia: User, kind: str, reason: str) -> None:
    say(order, ReplyKind(kind))
    for act in (remind, send_again):
        with pytest.raises(NotToBeMailed, match=reason):
            act(order, actor=olivia)


def test_nobody_is_reminded_of_what_is_done_or_without_an_address(
    order: Order, olivia: User
) -> None:
    order.account.influencer.email = ""
    order.account.influencer.save(update_fields=["email"])
    with pytest.raises(NotToBeMailed, match="No e-mail address"):
        remind(order, actor=olivia)
    Order.objects.update(state=OrderState.IN_REVIEW)
    with pytest.raises(NotToBeMailed, match="Nothing is asked"):
        remind(order, actor=olivia)


def test_an_address_that_takes_no_outreach_is_told(order: Order, olivia: User) -> None:
    mark("maya@example.com", "unsubscribed_at")
    for act in (remind, send_again):
        with pytest.raises(NotToBeMailed):
            act(order, actor=olivia)
    order.refresh_from_db()
    assert order.reminder_count == 0


# --- by rule ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "is_reminded"), [(4, 0), (3, 1), (1, 0), (0, 1), (-1, 0), (-2, 1), (-3, 0)]
)
def test_the_rule_reminds_three_days_before_on_the_day_and_two_after(
    order: Order, organization: Organization, clock: Any, days: int, is_reminded: int
) -> None:
    Order.objects.update(due_on=NOON.date() + timedelta(days=days))
    for _ in range(2):
        assert remind_by_rule([organization.pk]) == {organization.pk: timedelta(hours=6)}
    assert Message.objects.count() == is_reminded


def test_the_rule_waits_for_the_morning(
    order: Order, organization: Organization, clock: Any
) -> None:
    Order.objects.update(due_on=NOON.date())
    clock.now = NOON.replace(hour=5)
    assert remind_by_rule([organization.pk]) == {organization.pk: timedelta(hours=3)}
    assert Message.objects.count() == 0


@pytest.mark.parametrize("kind", list(ReplyKind))
def test_the_rule_waits_while_anything_that_was_said_is_open(
    order: Order, organization: Organization, clock: Any, kind: ReplyKind
) -> None:
    Order.objects.update(due_on=NOON.date())
    say(order, kind, text="…")
    remind_by_rule([organization.pk])
    assert Message.objects.count() == 0


def test_the_rule_says_on_the_order_why_it_could_not_remind(
    order: Order, organization: Organization, clock: Any
) -> None:
    Order.objects.update(due_on=NOON.date())
    mark("maya@example.com", "bounced_at")
    remind_by_rule([organization.pk])
    order.refresh_from_db()
    assert order.problem.startswith("No reminder was sent. ")


def test_the_rule_leaves_alone_what_is_published_and_campaigns_that_are_over(
    order: Order, organization: Organization, clock: Any
) -> None:
    Order.objects.update(due_on=NOON.date(), state=OrderState.IN_REVIEW)
    remind_by_rule([organization.pk])
    Order.objects.update(state=OrderState.SENT)
    Campaign.objects.update(state=CampaignState.COMPLETED)
    remind_by_rule([organization.pk])
    assert Message.objects.count() == 0


def test_a_due_date_that_passed_is_told_once_for_each_date(
    order: Order, organization: Organization, clock: Any
) -> None:
    for due, count in ((-1, 1), (-1, 1), (0, 1), (-5, 2)):
        Order.objects.update(due_on=NOON.date() + timedelta(days=due), video_count=1)
        remind_by_rule([organization.pk])
        assert Event.objects.filter(verb=Verb.ORDER_OVERDUE).count() == count
    Order.objects.update(due_on=NOON.date() - timedelta(days=9), video_count=2)
    remind_by_rule([organization.pk])
    assert Event.objects.filter(verb=Verb.ORDER_OVERDUE).count() == 2


def test_overdue_is_a_flag_that_a_post_removes(order: Order) -> None:
    assert not order.is_overdue
    order.due_on = timezone.now().date() - timedelta(days=1)
    assert order.is_overdue
    order.video_count = order.video_limit
    assert not order.is_overdue
    order.video_count, order.state = 0, OrderState.FULFILLED
    assert not order.is_overdue


def test_every_organization_is_looked_through(organization: Organization) -> None:
    plan_order_reminders()
    assert Work.objects.filter(kind=reminders.DAILY, subject_id=organization.pk).exists()


def test_a_due_date_that_somebody_else_has_set_meanwhile_is_asked_about(
    order: Order, manager: Client, olivia: User
) -> None:
    page = f"/o/oaks/campaigns/{order.campaign_id}/orders/{order.pk}/"
    near, far = (timezone.now().date() + timedelta(days=days) for days in (3, 30))
    opened = manager.get(page)
    change_due(order, near, actor=olivia)
    given = {"due_on": far.isoformat(), "version": version(opened)}
    asked = manager.post(f"{page}due/", given)
    assert (asked.status_code, "Somebody else" in asked.content.decode()) == (422, True)
    order.refresh_from_db()
    assert order.due_on == near
    given |= {"version": version(asked), "keep_due_on": "yours"}
    assert manager.post(f"{page}due/", given).status_code == 302
    assert submit(manager, page, {"due_on": "x"}, to=f"{page}due/").status_code == 422
    order.refresh_from_db()
    assert order.due_on == far
