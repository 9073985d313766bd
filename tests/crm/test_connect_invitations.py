"""Members see how an invitation to connect stands, keep to its answer, and can stop it."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from crm.enums import ConnectState
from crm.errors import NotToBeAsked
from crm.models import ConnectInvitation, Influencer, SocialAccount
from crm.queries.mailings import addressees
from crm.services.bulk.asking import _ask_refusals
from crm.services.connections import answers
from crm.services.connections.asking import ask_to_connect
from crm.services.connections.links import page_url
from mail.models import Message
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.connecting import a_person, connect
from tests.factories.crm import TikTokAccountFactory, an_authenticated_account
from tests.mailing import sent_mail
from tiktok.models import Consent, ConsentPurpose
from tiktok.services.connect.consents import set_purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(oak: Organization) -> SocialAccount:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(
            creator__marketplace_status="in",
            influencer__name="Tom",
            influencer__email="tom@x.example",
        )
        ask_to_connect(account, actor=None)
        return account


def page(client: Client, account: SocialAccount) -> str:
    return client.get(f"/o/oak/influencers/{account.influencer_id}/").content.decode()


def link_of(account: SocialAccount) -> str:
    return f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/ask/link/"


def link_in(answer: HttpResponse) -> str:
    found = re.search(r'<code id="connect-link">([^<]+)</code>', answer.content.decode())
    assert found
    return found[1]


def found(client: Client, state: str) -> bool:
    return "Tom" in client.get(f"/o/oak/influencers/?f=invitation:{state}").content.decode()


def test_each_state_is_said_and_found(oak, manager: Client, account) -> None:
    assert "The e-mail is on its way." in page(manager, account)
    assert (found(manager, "asked"), found(manager, "delivered")) == (True, False)
    sent_mail()
    assert "was delivered; the invitation was not opened yet." in page(manager, account)
    assert found(manager, "delivered")
    with organization_scope(oak):
        Message.objects.update(state="bounced")
    assert "The e-mail did not arrive." in page(manager, account)
    assert not found(manager, "unknown")

    with organization_scope(oak):
        ConnectInvitation.objects.update(state=ConnectState.OPENED, opened_at=timezone.now())
    assert "Opened the invitation" in page(manager, account)
    assert "Remind the creator" in page(manager, account)
    assert found(manager, "opened")
    with organization_scope(oak):
        ask_to_connect(account, actor=None)  # a reminder
    assert "Opened the invitation" in page(manager, account)
    with organization_scope(oak):
        answers.decline(ConnectInvitation.objects.get(), reason="private", text="Sorry.")
    declined = page(manager, account)
    assert "does not want to share numbers" in declined
    assert "Sorry." in declined
    assert "Remind the creator" not in declined
    assert found(manager, "declined")
    with organization_scope(oak):
        answers.postpone(ConnectInvitation.objects.get())
    assert "Not now: they want to be asked on" in page(manager, account)
    assert found(manager, "later")


def test_who_has_withdrawn_since_is_not_found_as_connected(oak, manager: Client) -> None:
    with organization_scope(oak):
        account = an_authenticated_account(influencer__name="Tom", influencer__email="t@x.example")
        consent = Consent.objects.get(creator=account.creator)
        account.influencer.person = consent.connection.person
        account.influencer.save()
        ask_to_connect(account, actor=None)
        answers.note_connected(account.influencer_id, account.handle)
    assert (found(manager, "connected"), found(manager, "asked,connected")) == (True, True)
    with organization_scope(oak):
        Consent.objects.update(withdrawn_at=timezone.now())
    assert not found(manager, "connected")


def test_who_has_answered_is_not_asked_and_who_was_stopped_can_be(oak, manager, account) -> None:
    ask = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/ask/"
    with organization_scope(oak):
        Message.objects.update(created_at=timezone.now() - timedelta(days=1))
        answers.decline(ConnectInvitation.objects.get())
        with pytest.raises(NotToBeAsked, match="said no"):
            ask_to_connect(account, actor=None)
    assert (
        "said no, so no more invitations are sent"
        in manager.post(ask, {"email": ""}).content.decode()
    )
    with organization_scope(oak):
        answers.postpone(ConnectInvitation.objects.get())
        with pytest.raises(NotToBeAsked, match="wants to be asked on"):
            ask_to_connect(account, actor=None)
    manager.post(f"{ask}stop/")
    with organization_scope(oak):
        stopped = ConnectInvitation.objects.get()
        assert (stopped.state, stopped.version) == (ConnectState.STOPPED, 2)
        assert Event.objects.latest("pk").verb == "influencer.connect_stopped"
    assert "Your team stopped the invitation" in page(manager, account)
    twice = manager.post(f"{ask}stop/", follow=True).content.decode()
    assert "waits for an answer." in twice
    with organization_scope(oak):
        assert ConnectInvitation.objects.get().version == 2
        assert ask_to_connect(account, actor=None).is_news
    assert len(sent_mail()) == 2


class TestCopiedLinks:
    @pytest.fixture
    def unasked(self, oak: Organization) -> SocialAccount:
        with organization_scope(oak):
            return TikTokAccountFactory.create(
                creator__marketplace_status="in",
                influencer__name="Lena",
                influencer__email="lena@x.example",
            )

    def copied(self, client: Client, account: SocialAccount, **sent: str) -> HttpResponse:
        return client.post(link_of(account), sent)

    def test_the_link_opens_the_page_of_the_mail_and_nothing_is_mailed(
        self, oak, manager: Client, unasked, caplog
    ) -> None:
        assert "Copy link to connect" in page(manager, unasked)
        with caplog.at_level(logging.DEBUG):
            answer = self.copied(manager, unasked)
        link = link_in(answer)
        assert "the code that goes to lena@x.example" in " ".join(answer.content.decode().split())
        assert answer.headers["Cache-Control"] == "no-store"
        assert sent_mail() == []
        with organization_scope(oak):
            invitation = ConnectInvitation.objects.get()
            assert invitation.state == ConnectState.ASKED
            assert invitation.asked_by == User.objects.get(email="manager@oak.example")
            assert link == page_url(invitation)
            event = Event.objects.get(verb="influencer.connect_link_copied")
            assert (event.label, event.texts) == ("Lena", {"handle": unasked.handle})
            assert event.actor == invitation.asked_by
        assert link.rpartition("/c/")[2].strip("/") not in caplog.text
        shown = page(manager, unasked)
        assert "The link to connect was copied" in shown
        assert "Ask the creator to connect" in shown  # the first mail reminds of nothing
        assert "Stop asking" in shown
        assert "Lena" in manager.get("/o/oak/influencers/?f=invitation:asked").content.decode()

        phone = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone)"})
        assert "asks to see your TikTok numbers" in phone.get(link).content.decode()
        assert "Opened the invitation" in page(manager, unasked)
        with organization_scope(oak):
            ask_to_connect(unasked, actor=None)
        [mail] = sent_mail()
        assert mail.subject == "Oak asks to see your TikTok numbers"
        assert link in mail.body

    def test_copied_twice_at_once_it_is_said_once(self, oak, manager: Client, unasked) -> None:
        assert link_in(self.copied(manager, unasked)) == link_in(self.copied(manager, unasked))
        verb = "influencer.connect_link_copied"
        with organization_scope(oak):
            assert Event.objects.filter(verb=verb).count() == 1
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            self.copied(manager, unasked)
        with organization_scope(oak):
            assert Event.objects.filter(verb=verb).count() == 2

    def test_what_was_asked_by_mail_stays_as_it_is(self, oak, manager: Client, account) -> None:
        with organization_scope(oak):
            before = ConnectInvitation.objects.get()
        self.copied(manager, account)
        with organization_scope(oak):
            after = ConnectInvitation.objects.get()
        assert (after.state, after.asked_at, after.message_id) == (
            before.state,
            before.asked_at,
            before.message_id,
        )

    def test_a_stopped_invitation_asks_again_by_a_new_link(
        self, oak, manager: Client, account
    ) -> None:
        first = link_in(self.copied(manager, account))
        manager.post(f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/ask/stop/")
        second = link_in(self.copied(manager, account))
        assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)
        with organization_scope(oak):
            invitation = ConnectInvitation.objects.get()
            assert (invitation.state, invitation.message) == (ConnectState.ASKED, None)

    def test_who_has_no_address_is_given_one_first(self, oak, manager: Client, unasked) -> None:
        with organization_scope(oak):
            Influencer.objects.update(email="")
        answer = self.copied(manager, unasked)
        assert answer.status_code == 422
        assert "Enter the creator&#x27;s e-mail address." in answer.content.decode()
        with organization_scope(oak):
            assert not ConnectInvitation.objects.exists()
        assert link_in(self.copied(manager, unasked, email="Lena@y.example"))
        with organization_scope(oak):
            lena = Influencer.objects.get()
            assert (lena.email, lena.mail_address) == ("lena@y.example", "lena@y.example")

    def test_an_address_of_somebody_else_is_refused(self, oak, manager: Client, unasked) -> None:
        with organization_scope(oak):
            ana = TikTokAccountFactory.create(
                influencer__name="Ana", influencer__email="a@x.example"
            )
            ask_to_connect(ana, actor=None)
        answer = self.copied(manager, unasked, email="a@x.example")
        assert answer.status_code == 422
        assert "already belongs to the creator Ana" in answer.content.decode()
        assert 'value="a@x.example"' in answer.content.decode()

    def test_who_said_no_is_not_asked_by_a_link_either(self, oak, manager: Client, account) -> None:
        with organization_scope(oak):
            answers.decline(ConnectInvitation.objects.get())
        assert "Copy link to connect" not in page(manager, account)
        answer = self.copied(manager, account)
        assert answer.status_code == 422
        assert "said no, so no more invitations are sent" in answer.content.decode()
        with organization_scope(oak):
            assert not Event.objects.filter(verb="influencer.connect_link_copied").exists()

    def test_viewers_copy_none(self, oak, viewer: Client, unasked) -> None:
        assert "Copy link to connect" not in page(viewer, unasked)
        assert self.copied(viewer, unasked).status_code == 403
        assert viewer.get(link_of(unasked)).status_code in {403, 405}


def test_a_no_keeps_bulk_asking_away(oak, manager, account) -> None:
    with organization_scope(oak):
        answers.decline(ConnectInvitation.objects.get())
        reasons = [
            refusal.words[0]
            for refusal in _ask_refusals()
            if Influencer.objects.filter(refusal.condition).exists()
        ]
    assert reasons == ["said no, or not now"]


def test_a_wider_text_lets_the_creator_be_asked_again(oak, manager) -> None:
    with organization_scope(oak):
        account = an_authenticated_account(
            influencer__name="Lena", influencer__email="lena@x.example"
        )
        nothing = _ask_refusals()[0].condition
        assert Influencer.objects.filter(nothing).exists()
        set_purpose("To sell shoes.", is_wider=True, actor=a_member(oak))
        assert not Influencer.objects.filter(_ask_refusals()[0].condition).exists()
    read = manager.get(
        f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/consent/"
    ).content.decode()
    assert "The current text allows more" in read
    assert "What nobody here can ever do" in read


def test_there_is_no_text_where_nothing_was_agreed_to(manager: Client, account) -> None:
    address = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/consent/"
    assert manager.get(address).status_code == 404


def test_admins_write_the_purpose_and_see_what_somebody_changed_meanwhile(oak, manager) -> None:
    client = Client()
    client.force_login(a_member(oak))
    address = "/o/oak/settings/organization/purpose/"
    new = {"number": "0", "text": "To sell shoes.", "is_wider": "on"}
    client.post(address, new)
    assert "Version 1 is of" in client.get("/o/oak/settings/organization/").content.decode()
    refused = client.post(address, {**new, "text": "To sell hats."})
    assert refused.status_code == 422
    assert "Somebody has changed the purpose meanwhile." in refused.content.decode()
    assert manager.post(address, new).status_code == 403
    with organization_scope(oak):
        purpose = ConsentPurpose.objects.get()
        assert (purpose.number, purpose.text, purpose.is_wider) == (1, "To sell shoes.", True)
    assert "To sell shoes." in manager.get("/o/oak/settings/organization/").content.decode()


def test_who_had_no_address_is_mailed_at_the_one_that_their_owner_has_proven(tiktok, oak) -> None:
    with organization_scope(oak):
        known = TikTokAccountFactory.create(
            creator__handle="maya.bakes", handle="maya.bakes", influencer__email=""
        ).influencer
    maya = a_person("maya@creators.example")
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        [addressee] = addressees([known.pk])
        assert addressee.address == "maya@creators.example"
