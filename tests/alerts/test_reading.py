"""Events become alerts: of those whose work it is, each once, whatever dies in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from alerts.enums import AlertKind, Delivery
from alerts.models import Alert, Preferences, ReadUpTo
from alerts.services import reading
from alerts.services.finding import plan_alerts
from alerts.services.reading import READ, read_on, read_some
from campaigns.enums import ReplyKind
from campaigns.models import Campaign
from campaigns.services.orders.contact.replies import say
from campaigns.services.orders.transitions import mark_accepted
from crm.models import Import, Influencer
from jobs.enums import Lane
from jobs.models import Work
from tenancy.enums import Role, Verb
from tenancy.models import Event, Group, GroupMember, Membership, User
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tests.alerts.conftest import heard
from tests.connecting import an_organization
from tests.embedded.launching import eventually
from tests.factories.campaigns import a_campaign, a_participant, an_account, an_order
from tests.working import pump

pytestmark = pytest.mark.django_db
KINDS_OF_ORDERS = {
    Verb.ORDER_ACCEPTED: AlertKind.ACCEPTED,
    Verb.ORDER_VIDEO_PUBLISHED: AlertKind.PUBLISHED,
    Verb.DRAFT_SUBMITTED: AlertKind.DRAFT,
    Verb.ORDER_QUESTION_ASKED: AlertKind.QUESTION,
    Verb.ORDER_DATE_ASKED: AlertKind.NEW_DATE,
    Verb.ORDER_DECLINED: AlertKind.CANNOT,
    Verb.ORDER_VIDEO_GONE: AlertKind.VIDEO_GONE,
    Verb.ORDER_REJECTED: AlertKind.REJECTED,
    Verb.ORDER_FAILED: AlertKind.FAILED,
    Verb.PUBLICATION_FAILED: AlertKind.NOT_PUBLISHED,
    Verb.ORDER_OVERDUE: AlertKind.OVERDUE,
}


def sold_by(campaign: Campaign, person: User) -> Any:
    """An order in a campaign that this member sells."""
    Campaign.objects.filter(pk=campaign.pk).update(salesperson=person)
    return an_order(campaign, a_participant(campaign, "maya"))


@pytest.mark.parametrize(("verb", "kind"), KINDS_OF_ORDERS.items())
def test_news_of_an_order_is_told(campaign, member, verb, kind) -> None:
    olivia = member("Olivia")
    record(verb, sold_by(campaign, olivia), actor=None)
    assert heard(olivia) == [kind]


def test_what_is_no_news_is_told_to_nobody(campaign, member) -> None:
    order = sold_by(campaign, member("Olivia"))
    record(Verb.ORDER_REMINDED, order, actor=None)
    record(Verb.TAG_CREATED, order, actor=None)
    assert heard() == []


def test_it_is_told_to_those_whose_work_it_is(campaign, member) -> None:
    seller, sender, owner, other = map(member, ("Sel", "Sen", "Own", "Oth"))
    order = sold_by(campaign, seller)
    record(Verb.ORDER_CREATING, order, actor=sender)
    Influencer.objects.update(owner=owner)
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    assert heard() == [("Sel", "accepted"), ("Sen", "accepted"), ("Own", "accepted")]
    Preferences.objects.create(person=other, of_everybody=True)
    record(Verb.ORDER_OVERDUE, order, actor=None)
    assert ("Oth", "overdue") in heard()


def test_work_of_nobody_is_told_to_all_who_could_act(campaign, member) -> None:
    member("Olivia")
    member("Adam", Role.ADMIN)
    member("Vera", Role.VIEWER)
    record(Verb.ORDER_ACCEPTED, an_order(campaign, an_account("maya")), actor=None)
    assert heard() == [("Olivia", "accepted"), ("Adam", "accepted")]


def test_a_seller_who_has_left_leaves_no_news_untold(campaign, organization, member) -> None:
    order = sold_by(campaign, member("Left"))
    Membership.objects.filter(organization=organization).delete()
    member("Olivia")
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    assert heard() == [("Olivia", "accepted")]


def test_nobody_is_told_what_they_did_themselves(campaign, member) -> None:
    olivia = member("Olivia")
    record(Verb.ORDER_REJECTED, sold_by(campaign, olivia), actor=olivia)
    assert heard() == []


def test_members_of_some_groups_hear_of_these_alone(organization, campaign, member) -> None:
    food = Group.objects.create(name="Food")
    mine, others = an_account("maya"), an_account("rio")
    Influencer.objects.filter(pk=mine.influencer_id).update(group=food)
    vera, adam = member("Vera"), member("Adam")
    Membership.objects.filter(user=vera).update(is_limited=True)
    GroupMember.objects.create(group=food, user=vera)
    for person in (vera, adam):
        Preferences.objects.create(person=person, of_everybody=True)
    for account in (mine, others):
        record(Verb.ORDER_ACCEPTED, an_order(campaign, account), actor=None)
    record(Verb.CAMPAIGN_BELOW_PLAN, campaign, actor=None)
    assert heard(vera) == ["accepted"]
    assert heard(adam) == ["accepted", "accepted", "below_plan"]


def test_an_import_is_told_to_who_started_it_alone(organization, member) -> None:
    olivia, adam = member("Olivia"), member("Adam")
    Preferences.objects.create(person=adam, of_everybody=True)
    row = Import.objects.create(name="roster.csv", started_by=olivia)
    record(Verb.IMPORT_FINISHED, row, actor=olivia, rows=3)
    assert heard() == [("Olivia", "imported")]
    nobodys = Import.objects.create(name="roster.csv")
    record(Verb.IMPORT_FINISHED, nobodys, actor=None, rows=3)
    assert heard() == [("Olivia", "imported")]


def test_a_permission_is_the_business_of_who_owns_the_creator(organization, member) -> None:
    olivia = member("Olivia")
    member("Adam")
    account = an_account("maya")
    Influencer.objects.update(owner=olivia)
    record(Verb.CONNECTION_ENDING, account, actor=None)
    assert heard() == [("Olivia", "ending")]


def test_what_is_turned_off_makes_no_alert(campaign, member) -> None:
    olivia = member("Olivia")
    Preferences.objects.create(person=olivia, deliveries={"accepted": "off", "overdue": "at_once"})
    order = sold_by(campaign, olivia)
    for verb in (Verb.ORDER_ACCEPTED, Verb.ORDER_OVERDUE, Verb.ORDER_REJECTED):
        record(verb, order, actor=None)
    heard()
    ways = list(Alert.objects.order_by("pk").values_list("kind", "delivery"))
    assert ways == [("overdue", Delivery.AT_ONCE), ("rejected", Delivery.DIGEST)]
    Preferences.objects.update(is_mailed=False)
    record(Verb.ORDER_REJECTED, order, actor=None)
    heard()
    assert Alert.objects.latest("pk").delivery == Delivery.SCREEN


def test_what_is_gone_before_it_is_read_is_told_to_nobody(campaign, member) -> None:
    order = sold_by(campaign, member("Olivia"))
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    order.delete()
    assert heard() == []


def test_the_services_say_what_is_told(campaign, member) -> None:
    olivia = member("Olivia")
    order = sold_by(campaign, olivia)
    mark_accepted(order, evidence="TikTok says so.")
    say(order, ReplyKind.QUESTION, text="May I?")
    assert heard(olivia) == ["accepted", "question"]


def test_a_worker_that_dies_half_way_tells_nothing_twice(campaign, member, monkeypatch) -> None:
    olivia = member("Olivia")
    record(Verb.ORDER_ACCEPTED, sold_by(campaign, olivia), actor=None)

    class Killed(Exception):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("alerts.services.mailing.plan_mail", die)
        with pytest.raises(Killed), transaction.atomic():
            read_some()
    assert not Alert.objects.exists()
    assert heard(olivia) == heard(olivia) == ["accepted"]
    ReadUpTo.objects.update(transaction_id=-1, event_id=0)  # as if the place had not been kept
    assert heard(olivia) == ["accepted"]


def test_many_events_are_read_in_slices(campaign, member, monkeypatch) -> None:
    monkeypatch.setattr("alerts.services.reading.EVENTS_AT_ONCE", 2)
    olivia = member("Olivia")
    order = sold_by(campaign, olivia)
    plan_alerts()
    for _ in range(5):
        record(Verb.ORDER_OVERDUE, order, actor=None)
    while Work.objects.get(kind=READ).due_at <= timezone.now():
        pump(Lane.BULK)
    assert heard(olivia) == ["overdue"] * 5


def test_of_an_organization_with_a_past_the_last_days_are_told(campaign, member) -> None:
    olivia = member("Olivia")
    with time_machine.travel(timezone.now() - timedelta(days=3)):
        order = sold_by(campaign, olivia)
        record(Verb.ORDER_OVERDUE, order, actor=None)
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    assert heard(olivia) == ["accepted"]


def test_a_quiet_organization_is_read_more_seldom(organization, campaign) -> None:
    (pk,) = [organization.pk]
    record(Verb.ORDER_REMINDED, an_order(campaign, an_account("maya")), actor=None)
    assert reading._read([pk]) == {pk: reading.SOONEST}
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        (again,) = reading._read([pk]).values()
        assert timedelta(minutes=2) <= again < timedelta(minutes=3)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert reading._read([pk]) == {pk: reading.LATEST}


def test_an_organization_without_events_is_read_seldom(db: None) -> None:
    quiet = an_organization("Quiet")
    with organization_scope(quiet):
        Event.objects.all()  # nothing was recorded but that it was made
        assert set(reading._read([quiet.pk]).values()) <= {reading.SOONEST, reading.LATEST}


def test_somebody_who_looks_has_the_news_read(organization, campaign, member) -> None:
    plan_alerts()
    order = sold_by(campaign, member("Olivia"))
    heard()
    Work.objects.filter(kind=READ).update(due_at=timezone.now() + timedelta(minutes=5))
    read_on()
    assert Work.objects.get(kind=READ).due_at > timezone.now()
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    read_on()
    assert Work.objects.get(kind=READ).due_at <= timezone.now()


def test_before_the_first_reading_somebody_looks_in_vain(organization) -> None:
    read_on()
    assert not Work.objects.filter(kind=READ).exists()


@pytest.mark.django_db(transaction=True)
def test_tenants_never_meet_and_the_stream_is_read_as_it_stands() -> None:
    orders = {}
    for name in ("Ash", "Elm"):
        tenant = an_organization(name)
        with organization_scope(tenant):
            person = User.objects.create_user(f"{name}@example.com", name=name)
            Membership.objects.create(organization=tenant, user=person, role=Role.OWNER)
            orders[name] = (tenant, an_order(a_campaign(name), an_account(f"{name}.account")))
            record(Verb.ORDER_ACCEPTED, orders[name][1], actor=None)
    for name, (tenant, _) in orders.items():
        with organization_scope(tenant):
            assert eventually(lambda: bool(heard()), within=30), (
                "another test's transaction is open"
            )
            assert heard()[-1] == (name, "accepted")
            assert {person for person, _ in heard()} == {name}
