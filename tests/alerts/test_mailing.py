"""E-mails of alerts: at once or once a day in the member's time zone, each alert in one at most, and ended with one click."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.db import transaction
from django.test import Client
from django.utils import timezone

from alerts.models import Alert, Preferences
from alerts.policies import until_digest
from alerts.services.mailing import AT_ONCE, DIGEST, mail_at_once, mail_digest
from alerts.services.preferences import SALT, off_url
from campaigns.models import Campaign, Order
from crm.models import Influencer
from jobs.models import Work
from mail.models import Address, Message
from tenancy.enums import Role, Verb
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tests.alerts.conftest import heard
from tests.factories.campaigns import an_account, an_order
from tests.mailing import sent_mail
from tests.working import pump_kind

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 23, 7, tzinfo=UTC)  # 8:00 in Berlin


@pytest.fixture
def olivia(member) -> User:
    return member("Olivia")


def order_of(campaign: Campaign, handle: str = "maya") -> Order:
    account = an_account(handle)
    Influencer.objects.filter(pk=account.influencer_id).update(owner=User.objects.first())
    return an_order(campaign, account)


def news(campaign: Campaign, *verbs: Verb, handle: str = "maya") -> Order:
    order = order_of(campaign, handle)
    for verb in verbs:
        record(verb, order, actor=None)
    heard()
    return order


def digest(person: User, at: datetime = MORNING) -> Any:
    with time_machine.travel(at, tick=False):
        (due_in,) = mail_digest([person.pk]).values()
    return due_in


@pytest.mark.parametrize(
    ("now", "zone", "hours"),
    [
        ("2026-11-30T06:00", "Europe/Berlin", 1),
        ("2026-11-30T07:00", "Europe/Berlin", 24),
        ("2026-11-30T07:00", "UTC", 1),
        ("2026-11-30T23:30", "Asia/Tokyo", 23.5),
        # The clocks are set forward and back in the night between.
        ("2026-03-28T07:00", "Europe/Berlin", 23),
        ("2026-10-24T06:00", "Europe/Berlin", 25),
    ],
)
def test_the_days_e_mail_leaves_in_the_morning_of_the_person(now, zone, hours) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert until_digest(moment, zone) == timedelta(hours=hours)


def test_the_first_news_plans_the_days_e_mail(campaign, olivia) -> None:
    Preferences.objects.create(person=olivia, time_zone="Europe/Berlin")
    with time_machine.travel(MORNING - timedelta(hours=2), tick=False):
        news(campaign, Verb.ORDER_OVERDUE)
    assert Work.objects.get(kind=DIGEST, subject_id=olivia.pk).due_at == MORNING
    assert not Work.objects.filter(kind=AT_ONCE).exists()


def test_good_news_waits_on_screen(campaign, olivia) -> None:
    news(campaign, Verb.ORDER_ACCEPTED)
    assert not Work.objects.filter(kind__in=[DIGEST, AT_ONCE]).exists()
    digest(olivia)
    assert sent_mail() == []


def test_one_e_mail_tells_all_that_the_day_has_brought_once(campaign, olivia) -> None:
    order = news(campaign, Verb.ORDER_REJECTED, Verb.ORDER_QUESTION_ASKED)
    Order.objects.update(problem="TikTok rejected a video: not disclosed")
    assert digest(olivia) == timedelta(hours=1)  # in UTC
    digest(olivia, MORNING + timedelta(days=1))
    (mail,) = sent_mail()
    assert (mail.to, mail.subject) == (["olivia@oaks.example"], "2 things need attention")
    for part in (
        "Rejected: TikTok rejected a video of Maya\nAutumn · TikTok rejected a video: not disclosed",
        "Question: Maya asks a question\nAutumn",
        f"/o/oaks/campaigns/{campaign.pk}/orders/{order.pk}/",
        "/o/oaks/alerts/",
        "/o/oaks/settings/notifications/",
    ):
        assert part in mail.body, part
    html = mail.alternatives[0].content
    assert "Your day, Monday 23 November" in html
    assert "One e-mail a day at 8:00 (UTC)" in html
    assert "Turn off this e-mail" in html


def test_what_is_settled_or_read_meanwhile_is_not_mailed(campaign, olivia) -> None:
    order = news(campaign, Verb.ORDER_REJECTED, Verb.ORDER_QUESTION_ASKED)
    Alert.objects.filter(kind="question").update(read_at=timezone.now())
    digest(olivia)
    (mail,) = sent_mail()
    assert mail.subject == "TikTok rejected a video of Maya"
    assert "asks a question" not in mail.body
    assert order.pk


def test_of_a_flood_the_latest_are_written_out_and_all_are_counted(campaign, olivia) -> None:
    order = order_of(campaign)
    gone = order_of(campaign, "gone")
    record(Verb.ORDER_QUESTION_ASKED, order, actor=None)
    for _ in range(60):
        record(Verb.ORDER_REJECTED, order, actor=None)
    for _ in range(50):
        record(Verb.ORDER_REJECTED, gone, actor=None)
    heard()
    gone.delete()
    digest(olivia)
    (mail,) = sent_mail()
    assert mail.subject == "61 things need attention"
    assert (
        mail.body.count("Rejected: ") == mail.alternatives[0].content.count(">Rejected</td>") == 50
    )
    for text in (mail.body, mail.alternatives[0].content):
        assert "And 11 more, earlier." in text
    assert not Alert.objects.filter(mailed_at=None).exists()


def test_of_an_erased_creator_nothing_stays_in_the_outbox(campaign, olivia) -> None:
    news(campaign, Verb.ORDER_REJECTED)
    digest(olivia)
    sent_mail()
    assert Message.objects.get().text == Message.objects.get().html == ""


def test_what_is_gone_or_out_of_sight_is_not_written(campaign, olivia) -> None:
    news(campaign, Verb.ORDER_REJECTED).delete()
    digest(olivia)
    food = Group.objects.create(name="Food")
    news(campaign, Verb.ORDER_REJECTED, handle="rio")
    news(campaign, Verb.ORDER_OVERDUE, handle="lena")
    Influencer.objects.filter(name="Lena").update(group=food)
    Membership.objects.filter(user=olivia).update(is_limited=True)
    GroupMember.objects.create(group=food, user=olivia)
    digest(olivia)
    (mail,) = sent_mail()
    assert mail.subject == "The order of Lena is overdue"
    assert "Rio" not in mail.body + mail.alternatives[0].content


def test_good_news_that_somebody_wants_by_mail_is_counted_as_news(campaign, olivia) -> None:
    Preferences.objects.create(
        person=olivia, deliveries={"accepted": "digest", "published": "digest"}
    )
    news(campaign, Verb.ORDER_ACCEPTED, Verb.ORDER_VIDEO_PUBLISHED)
    digest(olivia)
    assert [mail.subject for mail in sent_mail()] == ["2 pieces of news"]


def test_a_second_e_mail_on_the_same_day_waits_for_the_next(campaign, olivia) -> None:
    news(campaign, Verb.ORDER_REJECTED)
    digest(olivia)
    news(campaign, Verb.ORDER_OVERDUE, handle="rio")
    digest(olivia, MORNING + timedelta(hours=1))
    assert len(sent_mail()) == 1
    assert Alert.objects.filter(mailed_at=None).count() == 1
    digest(olivia, MORNING + timedelta(days=1))
    assert [mail.subject for mail in sent_mail()][1:] == ["The order of Rio is overdue"]


def test_what_is_wanted_at_once_comes_together_in_one_e_mail(campaign, olivia) -> None:
    Preferences.objects.create(
        person=olivia, deliveries={"rejected": "at_once", "overdue": "at_once"}
    )
    news(campaign, Verb.ORDER_REJECTED, Verb.ORDER_OVERDUE)
    assert pump_kind(AT_ONCE) == 1
    assert pump_kind(AT_ONCE) == 0
    (mail,) = sent_mail()
    assert mail.subject == "2 things need attention"
    assert "You get this at once, as you chose." in mail.alternatives[0].content
    assert "Your day" not in mail.alternatives[0].content


def test_a_worker_that_dies_half_way_writes_nothing_twice(campaign, olivia, monkeypatch) -> None:
    news(campaign, Verb.ORDER_REJECTED)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("alerts.services.mailing.timezone.now", die)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            digest(olivia)
    assert not Message.objects.exists()
    for _ in range(2):
        digest(olivia)
    assert len(sent_mail()) == 1


def test_who_is_a_member_no_more_gets_none(campaign, olivia, organization) -> None:
    news(campaign, Verb.ORDER_REJECTED)
    Membership.objects.filter(user=olivia).delete()
    assert digest(olivia) is None
    assert mail_at_once([olivia.pk]) == {}
    assert sent_mail() == []


def test_an_address_that_bounced_is_written_to_no_more(campaign, olivia) -> None:
    Address.objects.create(address="olivia@oaks.example", bounced_at=timezone.now())
    news(campaign, Verb.ORDER_REJECTED)
    digest(olivia)
    assert not Alert.objects.filter(mailed_at=None).exists()
    assert sent_mail() == []


# --- one click ----------------------------------------------------------------------------------------------------------
def test_the_link_turns_the_e_mail_off_and_on_again(campaign, olivia, organization) -> None:
    news(campaign, Verb.ORDER_REJECTED)
    digest(olivia)
    (mail,) = sent_mail()
    path = re.search(r"https?://[^/]+(/a/[^\s]+)", mail.body)[1]
    news(campaign, Verb.ORDER_OVERDUE, handle="rio")
    client = Client()
    assert "Turn off this e-mail?" in client.get(path).content.decode()
    assert Preferences.objects.count() == 0
    assert "The e-mail is turned off" in client.post(path).content.decode()
    digest(olivia, MORNING + timedelta(days=1))
    assert len(sent_mail()) == 1
    assert "Turn off this e-mail?" in client.post(path, {"undo": "1"}).content.decode()
    digest(olivia, MORNING + timedelta(days=2))
    assert len(sent_mail()) == 1  # what was waiting stands on screen
    news(campaign, Verb.ORDER_REJECTED, handle="lena")
    digest(olivia, MORNING + timedelta(days=3))
    assert len(sent_mail()) == 2


def test_a_link_that_is_not_ours_or_of_nobody_leads_nowhere(olivia, organization) -> None:
    path = off_url(olivia.pk).partition("/a/")[2]
    signer = signing.Signer(salt=SALT)
    for token in (
        "x",
        path.rstrip("/") + "x",
        signer.sign_object([organization.pk + 99, olivia.pk]),
        signer.sign_object([organization.pk, olivia.pk + 99]),
    ):
        assert Client().get(f"/a/{token}/").status_code == 404


def test_the_link_of_one_organization_says_nothing_to_another(olivia, organization) -> None:
    other = Organization.objects.create(name="Elm", slug="elm")
    Membership.objects.create(organization=other, user=olivia, role=Role.OWNER)
    Client().post("/a/" + off_url(olivia.pk).partition("/a/")[2])
    assert Preferences.objects.get().is_mailed is False
    with organization_scope(other):
        assert not Preferences.objects.exists()
