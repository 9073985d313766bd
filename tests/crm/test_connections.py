"""Asking influencers to connect: the door, the e-mail, and what is not sent twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.errors import AddressTaken, EmailNeeded
from crm.models import Influencer
from crm.services.connections.asking import ask_handle_to_connect, ask_to_connect
from crm.services.influencers import edit_influencer
from mail.errors import AddressBounced, AddressUnsubscribed
from mail.models import Message
from mail.services.marks import mark, unmark
from tenancy.models import Event, InfluencerLogin, Organization, User
from tenancy.scope import organization_scope
from tests.factories.crm import ConsentFactory, InfluencerFactory, TikTokAccountFactory
from tests.mailing import sent_mail
from tiktok.models import Connection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def test_the_influencer_gets_a_link_and_may_sign_in_by_code(settings: Any) -> None:
    account = TikTokAccountFactory.create(
        creator__handle="tom_trails", influencer__name="Tom", influencer__email="Tom@Example.com"
    )

    asked = ask_to_connect(account, actor=None)

    assert asked.email == "tom@example.com"
    (message,) = sent_mail()
    assert message.to == ["tom@example.com"]
    assert message.subject == "Oak asks to see your TikTok numbers"
    assert "http://testserver/c/" in message.body
    assert "http://testserver/c/" in message.alternatives[0][0]
    person = User.objects.get(email="tom@example.com")
    assert not person.has_usable_password()
    assert Influencer.objects.get().person == person
    assert InfluencerLogin.objects.filter(user=person).count() == 1
    event = Event.objects.get(verb="influencer.asked_to_connect")
    assert (event.label, event.texts) == ("Tom", {"handle": "tom_trails"})

    answer = Client().post("/accounts/login/code/", {"email": "tom@example.com"})
    assert answer.status_code == 302
    assert sent_mail()[-1].to == ["tom@example.com"]
    assert len(sent_mail()) == 2


def test_asking_twice_sends_one_mail() -> None:
    account = TikTokAccountFactory.create(influencer__email="tom@example.com")
    first = ask_to_connect(account, actor=None)
    second = ask_to_connect(account, actor=None)
    assert (first.is_news, second.is_news) == (True, False)
    assert first.at == second.at
    assert len(sent_mail()) == 1
    assert Event.objects.filter(verb="influencer.asked_to_connect").count() == 1


def test_an_address_is_needed_and_kept() -> None:
    account = TikTokAccountFactory.create()
    with pytest.raises(EmailNeeded):
        ask_to_connect(account, actor=None)
    ask_to_connect(account, actor=None, email="tom@example.com")
    assert Influencer.objects.get().email == "tom@example.com"


def test_an_address_of_another_influencer_is_refused() -> None:
    person = User.objects.create_user("ana@example.com")
    InfluencerFactory.create(name="Ana", person=person)
    account = TikTokAccountFactory.create()
    with pytest.raises(AddressTaken, match="belongs to the creator Ana"):
        ask_to_connect(account, actor=None, email="ana@example.com")
    assert sent_mail() == []


def test_a_handle_that_is_not_here_gets_an_influencer_without_account() -> None:
    asked = ask_handle_to_connect("@Tom_Trails", email="tom@example.com", actor=None)
    influencer = Influencer.objects.get()
    assert asked.influencer == influencer
    assert (influencer.name, influencer.email) == ("tom_trails", "tom@example.com")
    assert influencer.person
    assert not influencer.accounts.exists()
    assert "Hello @tom_trails" in sent_mail()[0].body

    ask_handle_to_connect("tom_trails", email="TOM@example.com", actor=None)
    assert (Influencer.objects.count(), len(sent_mail())) == (1, 1)


def test_a_handle_that_is_not_here_needs_an_address() -> None:
    with pytest.raises(EmailNeeded):
        ask_handle_to_connect("tom_trails", email="", actor=None)
    assert not Influencer.objects.exists()


def test_an_influencer_with_that_address_is_the_one_who_is_asked() -> None:
    known = InfluencerFactory.create(name="Tom", email="Tom@example.com")
    asked = ask_handle_to_connect("tom_trails", email="tom@example.com", actor=None)
    assert asked.influencer == known


def test_an_influencer_whom_another_person_signs_in_for_is_not_given_to_who_has_the_address() -> (
    None
):
    agent = User.objects.create_user("agent@example.com")
    known = InfluencerFactory.create(name="Tom", email="tom@example.com", person=agent)
    asked = ask_handle_to_connect("tom_trails", email="tom@example.com", actor=None)
    known.refresh_from_db()
    assert (known.person, asked.influencer == known) == (agent, False)
    assert asked.influencer.person == User.objects.get(email="tom@example.com")


def test_nobody_is_asked_at_an_address_that_bounced_or_unsubscribed() -> None:
    account = TikTokAccountFactory.create(influencer__email="tom@example.com")
    for field, refusal in (
        ("bounced_at", AddressBounced),
        ("unsubscribed_at", AddressUnsubscribed),
    ):
        mark("tom@example.com", field)
        with pytest.raises(refusal, match=r"tom@example\.com"):
            ask_to_connect(account, actor=None)
        unmark("tom@example.com", field)
    assert not Event.objects.filter(verb="influencer.asked_to_connect").exists()
    ask_to_connect(account, actor=None)
    assert len(sent_mail()) == 1


def test_one_person_is_asked_however_the_domain_is_spelled() -> None:
    account = TikTokAccountFactory.create(influencer__email="Tom@Bücher.example")
    assert account.influencer.email == "tom@xn--bcher-kva.example"
    ask_to_connect(account, actor=None)
    assert User.objects.get(email="TOM@bücher.example").email == "tom@xn--bcher-kva.example"
    assert [message.to for message in sent_mail()] == [["tom@xn--bcher-kva.example"]]


def test_a_corrected_address_closes_the_door_of_the_wrong_one() -> None:
    account = TikTokAccountFactory.create(influencer__email="tmo@example.com")
    influencer = ask_to_connect(account, actor=None).influencer
    edit_influencer(influencer, actor=None, email="tom@example.com")
    assert Influencer.objects.get().person is None
    assert ask_to_connect(account, actor=None).email == "tom@example.com"


def test_whoever_connected_keeps_the_door_when_the_address_changes() -> None:
    account = TikTokAccountFactory.create(creator__handle="tom_trails")
    ConsentFactory.create(creator=account.creator)
    person = Connection.objects.get().person
    account.influencer.person = person
    account.influencer.save()
    edit_influencer(account.influencer, actor=None, email="new@example.com")
    assert Influencer.objects.get().person == person


def test_a_name_that_turns_text_round_turns_neither_page_nor_mail(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(
            creator__handle="maya", influencer__name="\u202eevil", influencer__email="m@x.example"
        )
    page = f"/o/oak/influencers/{account.influencer_id}/"
    asked = manager.get(f"{page}accounts/{account.pk}/ask/").content.decode()
    assert "We e-mail \u2068evil\u2069 an invitation" in asked
    assert "<title>\u2068evil\u2069" in "".join(
        manager.get(page).content.decode().split("\n")
    ).replace("<title> ", "<title>")
    manager.post(f"{page}accounts/{account.pk}/ask/", {"email": "m@x.example"})
    assert "\u202e" not in sent_mail()[0].body
    assert "Hello \u2068evil\u2069," in sent_mail()[0].body


def test_who_was_asked_two_minutes_ago_is_not_said_to_be_asked_anew(oak, manager: Client) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(influencer__email="tom@example.com")
        ask_to_connect(account, actor=None)
        Message.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    address = f"/o/oak/influencers/{account.influencer_id}/"
    again = manager.post(f"{address}accounts/{account.pk}/ask/", {"email": ""}, follow=True)
    assert f"@{account.handle} was already asked 2 minutes ago" in again.content.decode()
    assert "The link to connect" not in again.content.decode()


def test_of_two_with_the_same_address_the_older_one_is_asked() -> None:
    older, newer = (InfluencerFactory.create(email="ines@example.com") for _ in range(2))
    Influencer.objects.filter(pk=older.pk).update(city="Graz")  # written last, read first or last
    asked = ask_handle_to_connect("ines.cooks", email="ines@example.com", actor=None)
    assert asked.influencer == older
    assert Influencer.objects.get(pk=newer.pk).person is None
