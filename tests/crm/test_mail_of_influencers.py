"""E-mails are an influencer's by key: a new address takes none away, a shared one brings none along."""

from __future__ import annotations

import pytest
from django.utils import timezone

from campaigns.services.orders.contact.invitations import invite_creators, queue_reminder
from crm.models import Influencer, InfluencerMail, Mailing, MailingRecipient, OtherAddress
from crm.queries.mailings import plan
from crm.queries.timeline import influencer_timeline
from crm.services.connections.asking import ask_to_connect
from crm.services.influencers import delete_influencer
from crm.services.mailings.ties import tie_mail
from crm.services.mailings.writing import send_test
from mail.models import Message
from tenancy.models import Group, User
from tenancy.scope import groups_scope
from tests.crm.test_timeline import a_mail
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]
SHARED = "studio@example.com"


def subjects(influencer: Influencer) -> list[str]:
    found = Influencer.objects.get(pk=influencer.pk)
    return [entry.label for entry in influencer_timeline(found, kind="mail").entries if entry.label]


def mailed(influencer: Influencer, subject: str, to: str = SHARED) -> Message:
    message = a_mail(to, subject)
    tie_mail(message, influencer.pk)
    return message


def test_mail_stays_with_whom_it_was_for_when_their_address_changes() -> None:
    maya = InfluencerFactory.create(email="old@example.com")
    mailed(maya, "Tied", to="old@example.com")
    a_mail("old@example.com", "Of earlier")
    assert subjects(maya) == ["Of earlier", "Tied"]
    Influencer.objects.update(email="new@example.com")
    assert subjects(maya) == ["Tied"]


def test_a_shared_address_shows_nobody_another_s_mail() -> None:
    food = Group.objects.create(name="Food", key="food")
    maya = InfluencerFactory.create(email=SHARED, group=food)
    rio = InfluencerFactory.create(email="rio@example.com")
    mailed(maya, "To Maya")
    a_mail(SHARED, "Of earlier")
    assert subjects(maya) == ["Of earlier", "To Maya"]
    OtherAddress.objects.create(influencer=rio, email=SHARED)
    with groups_scope(frozenset([food.pk])):  # Rio is not seen, and shares it all the same
        assert subjects(maya) == ["To Maya"]
    Influencer.objects.filter(pk=rio.pk).update(email=SHARED)
    assert subjects(rio) == []


def test_what_is_tied_to_somebody_is_not_found_by_the_address_that_was_theirs() -> None:
    maya, rio = InfluencerFactory.create(email=""), InfluencerFactory.create(email="")
    mailing = Mailing.objects.create(subject="Hi", body="Hi")
    mails = {subject: a_mail(SHARED, subject) for subject in ("Mailing", "Reminder")}
    MailingRecipient.objects.create(
        mailing=mailing, influencer=maya, message=mails["Mailing"], reminder=mails["Reminder"]
    )
    mailed(maya, "Request")
    Influencer.objects.filter(pk=rio.pk).update(email=SHARED)
    assert subjects(rio) == []
    assert subjects(maya) == ["Request", "Reminder", "Mailing"]


def test_requests_invitations_and_reminders_are_tied() -> None:
    account = TikTokAccountFactory.create(influencer__email="maya@example.com")
    ask_to_connect(account, actor=None)
    campaign = a_campaign()
    order = an_order(campaign, a_participant(campaign, "rio"), state="created")
    Influencer.objects.filter(pk=order.account.influencer_id).update(email="rio@example.com")
    order.account.influencer.refresh_from_db()
    invite_creators([order])
    queue_reminder(order)
    tied = InfluencerMail.objects.values_list("influencer", "message__template").order_by("pk")
    assert list(tied) == [
        (account.influencer_id, "crm_ask_to_connect"),
        (order.account.influencer_id, "campaigns_order_invitation"),
        (order.account.influencer_id, "campaigns_order_reminder"),
    ]


def test_their_mail_goes_with_them_to_whatever_address_it_went() -> None:
    maya = InfluencerFactory.create(email=SHARED)
    rio = InfluencerFactory.create(email=SHARED)
    mailed(maya, "To an old address", to="old@example.com")
    mailed(maya, "To Maya")
    mailed(rio, "To Rio")
    Message.objects.update(created_at=timezone.now())
    with groups_scope(frozenset()):
        maya.delete()
    assert list(Message.objects.values_list("subject", flat=True)) == ["To Rio"]


def test_what_a_member_with_the_same_address_is_sent_as_a_member_is_not_the_influencer_s() -> None:
    maya = InfluencerFactory.create(email=SHARED)
    a_mail(SHARED, "Of earlier")
    invitation, test = a_mail(SHARED, "Join Oak on Influence"), a_mail(SHARED, "Test: Hello")
    Message.objects.filter(pk=invitation.pk).update(template="tenancy_invitation")
    Message.objects.filter(pk=test.pk).update(intent="mailing-test:1:0")
    assert subjects(maya) == ["Of earlier"]


def test_a_test_of_a_mailing_that_names_a_creator_is_in_no_timeline_and_goes_with_them() -> None:
    maya = InfluencerFactory.create(name="Maya Ferrand", email=SHARED)
    ada = User.objects.create_user("ada@oak.example")
    (shown,) = plan([maya.pk], set()).reached
    send_test(shown, "Hello", "{{ name }}", {"name": "Maya Ferrand"}, actor=ada)
    assert "Maya Ferrand" in Message.objects.get().html
    assert subjects(maya) == []
    delete_influencer(maya, actor=None)
    assert not Message.objects.exists()
