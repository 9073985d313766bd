"""The page of an invitation to connect TikTok: read and refused by link alone, agreed to with a code, connected at TikTok."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.enums import ConnectState
from crm.errors import NotToBeAsked
from crm.models import AwaitedAccount, ConnectInvitation, Influencer
from crm.services.connections import answers
from crm.services.connections.answers import LATER, ask_postponed, stop
from crm.services.connections.asking import ask_handle_to_connect
from crm.services.connections.links import page_url
from jobs.models import Work
from mail.models import Address, Message
from mail.services.marks import mark
from tenancy.models import Event, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.connecting import a_person, connect, consent, finish
from tests.mailing import sent_mail
from tiktok.models import Connection, Consent, Creator
from tiktok.queries.consents import CONSENT_VERSION, is_outdated
from tiktok.services.connect.consents import set_purpose
from tiktok.services.creators.handles import follow_handle

pytestmark = pytest.mark.django_db
PHONE: dict[str, Any] = {
    "headers": {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}
}
LENA = "lena@creators.example"
READ = {"text": CONSENT_VERSION}


@pytest.fixture
def page(oak: Organization) -> str:
    """The path of an invitation that was mailed a while ago."""
    with organization_scope(oak):
        ask_handle_to_connect("maya.bakes", email=LENA, actor=None)
        sent_mail()
        Message.objects.update(sent_at=timezone.now() - timedelta(hours=1))
        return path_of(ConnectInvitation.objects.get())


def path_of(invitation: ConnectInvitation) -> str:
    return urlsplit(page_url(invitation)).path


def invitation_of(oak: Organization) -> ConnectInvitation:
    with organization_scope(oak):
        return ConnectInvitation.objects.select_related("message").get()


def verbs(oak: Organization) -> list[str]:
    with organization_scope(oak):
        return [e.verb for e in Event.objects.order_by("pk") if e.verb.startswith("influencer.")]


def text(response: Any) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def code() -> str:
    found = re.search(r"^ {4}(\d{6})$", sent_mail()[-1].body, re.MULTILINE)
    assert found
    return found[1]


def given_code(client: Client, path: str) -> Any:
    """Enter the mailed code; the answer that follows the way back to the invitation."""
    return client.post("/accounts/login/code/confirm/", {"code": code(), "next": f"{path}agree/"})


# --- reading -----------------------------------------------------------------------------------------------------
def test_the_mail_leads_to_a_page_that_says_everything_without_a_sign_in(oak, page) -> None:
    assert page_url(invitation_of(oak)) in sent_mail()[0].body
    seen = text(Client(**PHONE).get(page))
    for sentence in (
        "Oak asks to see your TikTok numbers",
        "@ maya.bakes".replace(" ", ""),
        "What Oak will see",
        "Post, comment or change anything",
        "Until you stop it. TikTok asks you again after one year at the latest.",
        "One tap on your page here",
        "When you leave",
        "Consent text of 2026-12",
        f"First we send a code to {LENA}",
    ):
        assert sentence in seen.replace("\u2068", "").replace("\u2069", ""), sentence


def test_opening_is_noted_once_for_a_person_and_not_for_machines_or_the_team(oak, page) -> None:
    assert invitation_of(oak).state == ConnectState.ASKED
    Client(headers={"user-agent": "Mimecast link scanner"}).get(page)
    member = User.objects.create_user("ann@oak.example")
    Membership.objects.create(organization=oak, user=member, role="viewer")
    colleague = Client(**PHONE)
    colleague.force_login(member)
    colleague.get(page)
    assert invitation_of(oak).state == ConnectState.ASKED

    for _ in range(2):
        Client(**PHONE).get(page)
    opened = invitation_of(oak)
    assert (opened.state, opened.opened_at is None) == (ConnectState.OPENED, False)
    assert verbs(oak).count("influencer.connect_opened") == 1


def test_what_is_opened_a_moment_after_the_mail_was_sent_is_a_scanner(oak, page) -> None:
    with organization_scope(oak):
        Message.objects.update(sent_at=timezone.now())
    Client(**PHONE).get(page)
    assert invitation_of(oak).state == ConnectState.ASKED


def test_a_link_that_is_not_ours_and_one_that_was_revoked_get_the_same_answer(oak, page) -> None:
    with organization_scope(oak):
        stop(ConnectInvitation.objects.get(), actor=None)  # type: ignore[arg-type]  # nobody, as an event may have it
    answers = [Client().get(path) for path in (page, "/c/nonsense/", f"{page}agree/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({text(answer) for answer in answers}) == 1
    assert verbs(oak)[-1] == "influencer.connect_stopped"


def test_nothing_keeps_the_page_or_its_address(page) -> None:
    answer = Client().get(page)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_page_and_mail_are_in_the_creators_language(oak: Organization) -> None:
    with organization_scope(oak):
        Influencer.objects.create(name="Lena", email=LENA, language="de")
        ask_handle_to_connect("maya.bakes", email=LENA, actor=None)
        path = path_of(ConnectInvitation.objects.get())
    assert sent_mail()[0].subject == "Oak möchte deine TikTok-Zahlen sehen"
    assert "Was hier nie jemand kann" in text(Client().get(path))
    assert "What nobody here can ever do" in text(Client().get(f"{path}?lang=en"))


# --- yes ---------------------------------------------------------------------------------------------------------
def test_agreeing_leads_by_a_code_to_tiktok_and_ends_connected(tiktok, oak, page) -> None:
    client = Client(**PHONE)
    asked = client.post(f"{page}agree/", READ)
    assert asked["Location"].startswith("/accounts/login/code/confirm/?next=")
    assert LENA in client.get(asked["Location"]).content.decode()
    assert sent_mail()[-1].to == [LENA]

    back = given_code(client, page)
    assert back["Location"] == f"{page}agree/"
    there = client.get(back["Location"])
    answer = tiktok.consent(there["Location"], "maya.bakes")
    done = client.get(reverse("tiktok_callback"), answer, follow=True)

    assert "@maya.bakes is connected" in plain(done)
    assert "Thank you. Oak can now see the numbers you agreed to." in plain(done)
    with organization_scope(oak):
        consent = Consent.objects.get()
        assert (consent.text_version, consent.purpose) == (CONSENT_VERSION, None)
        assert consent.connection.person.email == LENA
    assert invitation_of(oak).state == ConnectState.CONNECTED
    assert "@maya.bakes is connected You agreed on" in plain(Client(**PHONE).get(page))


def plain(response: Any) -> str:
    return text(response).replace("\u2068", "").replace("\u2069", "")


def test_nobody_is_led_to_tiktok_who_has_not_agreed_in_this_browser(page) -> None:
    client = Client()
    client.force_login(User.objects.get(email=LENA))
    assert client.get(f"{page}agree/")["Location"] == page


def test_a_code_that_was_asked_for_in_another_browser_leads_nowhere(page) -> None:
    first, second = Client(), Client()
    first.post(f"{page}agree/", READ)
    assert given_code(second, page)["Location"] == "/accounts/login/code/"
    assert get_user(second).is_anonymous


def test_a_text_that_changed_meanwhile_is_read_again_first(oak, page) -> None:
    with organization_scope(oak):
        set_purpose("To sell shoes.", is_wider=True, actor=User.objects.get(email=LENA))
    answer = Client().post(f"{page}agree/", READ)
    assert answer.status_code == 409
    assert "The text has changed meanwhile." in text(answer)
    assert "To sell shoes." in plain(answer)


def test_too_many_codes_are_refused_in_words(page, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"mail_from_address": "1/h/key"}
    assert Client().post(f"{page}agree/", READ).status_code == 302
    refused = Client().post(f"{page}agree/", READ)
    assert refused.status_code == 429
    assert "Too many tries." in text(refused)


def test_too_many_pages_are_refused(page, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"invitation_page": "1/m/ip"}
    assert [Client().get(page).status_code for _ in range(2)] == [200, 429]


def test_who_is_signed_in_as_somebody_else_is_told_and_connects_nothing(page) -> None:
    client = Client()
    client.force_login(User.objects.create_user("tom@creators.example"))
    assert (
        f"This invitation is for {LENA}. In this browser tom@creators.example is signed in."
        in plain(client.get(page))
    )
    assert client.post(f"{page}agree/", READ)["Location"] == page
    assert not Connection.objects.exists()


def test_an_organization_without_tiktok_says_so(db: None) -> None:
    bare = Organization.objects.create(name="Bare", slug="bare")
    with organization_scope(bare):
        ask_handle_to_connect("maya.bakes", email=LENA, actor=None)
        path = path_of(ConnectInvitation.objects.get())
    client = Client()
    client.force_login(User.objects.get(email=LENA))
    answer = client.post(f"{path}agree/", READ)
    assert answer.status_code == 409
    assert "Bare has not set up TikTok here yet." in plain(answer)


def test_a_wider_text_is_agreed_to_without_tiktok(tiktok, oak) -> None:
    lena = a_person(LENA, oak)
    connect(tiktok, lena, oak, "maya.bakes")
    with organization_scope(oak):
        set_purpose("To sell shoes.", is_wider=True, actor=lena)
        ask_handle_to_connect("maya.bakes", email=LENA, actor=None)
        path = path_of(ConnectInvitation.objects.get())
    client = Client()
    client.force_login(lena)
    assert "You have agreed to an earlier text." in text(client.get(path))
    assert client.post(f"{path}agree/", {"text": f"{CONSENT_VERSION}.1"})["Location"] == path
    with organization_scope(oak):
        first, second = Consent.objects.order_by("pk")
        assert first.withdrawn_at is not None
        assert (second.purpose.text, is_outdated(second)) == ("To sell shoes.", False)
        assert Event.objects.order_by("pk").last().verb == "consent.renewed"
    assert "is connected" in text(client.get(path))


# --- no ----------------------------------------------------------------------------------------------------------
def test_a_no_needs_one_tap_is_seen_and_ends_the_asking(oak, page) -> None:
    client = Client()
    client.post(f"{page}no/")
    assert "Oak sees that you said no, and you get no reminder." in plain(client.get(page))
    client.post(f"{page}no/", {"reason": "private", "text": "Not now."})
    said = invitation_of(oak)
    assert (said.state, said.reason, said.reason_text) == ("declined", "private", "Not now.")
    assert verbs(oak).count("influencer.connect_declined") == 2
    assert "You have given a reason." in text(client.get(page))
    refused = client.post(f"{page}no/", {"reason": "nonsense"})
    assert refused.status_code == 422


def test_a_no_can_be_taken_back(oak, page) -> None:
    client = Client()
    client.post(f"{page}no/", {"reason": "unsuited"})
    client.post(f"{page}reopen/")
    again = invitation_of(oak)
    assert (again.state, again.reason, again.answered_at) == ("opened", "", None)
    assert verbs(oak)[-1] == "influencer.connect_reconsidered"
    assert "Agree and go to TikTok" in text(client.get(page))
    client.post(f"{page}reopen/")
    assert verbs(oak).count("influencer.connect_reconsidered") == 1


def test_not_now_is_asked_again_in_three_months_by_itself(oak, page) -> None:
    client = Client()
    client.post(f"{page}later/")
    later = invitation_of(oak)
    day = timezone.now().date() + timedelta(days=90)
    assert (later.state, later.ask_again_on) == ("later", day)
    assert Work.objects.filter(kind=LATER, subject_id=later.pk).exists()
    assert verbs(oak)[-1] == "influencer.connect_postponed"
    assert "asks you again on" in text(client.get(page))

    with organization_scope(oak):
        ask_postponed([later.pk])
        assert len(sent_mail()) == 1
        ConnectInvitation.objects.update(ask_again_on=timezone.now().date())
        Message.objects.update(created_at=timezone.now() - timedelta(days=90))
        ask_postponed([later.pk])
    assert len(sent_mail()) == 2
    assert "Reminder: " in sent_mail()[1].subject
    assert invitation_of(oak).state == ConnectState.ASKED


def test_who_takes_no_mail_is_not_asked_on_their_day_either(oak, page) -> None:
    Client().post(f"{page}later/")
    with organization_scope(oak):
        ConnectInvitation.objects.update(ask_again_on=timezone.now().date())
        Message.objects.update(created_at=timezone.now() - timedelta(days=90))
        mark(LENA, "unsubscribed_at")
        ask_postponed([ConnectInvitation.objects.get().pk])
    assert len(sent_mail()) == 1


def test_no_more_mail_holds_for_all_mail_of_this_organization_and_can_be_taken_back(
    oak, page
) -> None:
    client = Client()
    assert "Other organizations are not affected." in text(client.get(f"{page}mail/"))
    for _ in range(2):
        client.post(f"{page}mail/")
    assert "Oak sends you no more mail" in plain(client.get(f"{page}mail/"))
    with organization_scope(oak):
        assert Address.objects.get(address=LENA).unsubscribed_at is not None
    assert verbs(oak).count("influencer.mail_refused") == 1
    client.post(f"{page}mail/", {"undo": "1"})
    with organization_scope(oak):
        assert Address.objects.get(address=LENA).unsubscribed_at is None
    assert verbs(oak)[-1] == "influencer.mail_welcomed"


def test_a_report_goes_to_operations_and_counts_as_a_no(oak, page, client) -> None:
    visitor = Client()
    assert "tell the people who run Influence" in text(visitor.get(f"{page}report/"))
    for _ in range(2):
        visitor.post(f"{page}report/")
    assert "You have reported it." in text(visitor.get(f"{page}report/"))
    reported = invitation_of(oak)
    assert (reported.state, reported.reported_at is None) == ("declined", False)
    assert verbs(oak)[-3:] == [
        "influencer.connect_declined",
        "influencer.connect_reported",
        "influencer.mail_refused",
    ]


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        ("no", ConnectState.DECLINED, "Oak sees that you said no"),
        ("later", ConnectState.LATER, "Oak asks you again on"),
    ],
)
def test_an_answer_to_a_wider_text_is_kept_and_what_was_shared_goes_on(
    tiktok, oak, page, answer: str, state: str, says: str
) -> None:
    connect(tiktok, User.objects.get(email=LENA), oak, "maya.bakes")
    with organization_scope(oak):
        set_purpose("To sell shoes.", is_wider=True, actor=User.objects.get(email=LENA))
    client = Client()
    client.post(f"{page}{answer}/")
    assert invitation_of(oak).state == state
    said = plain(client.get(page))
    assert says in said
    assert "goes on. Take it back on your page" in said
    assert "Nothing was connected" not in said
    refused = client.post(f"{page}no/", {"reason": "nonsense"})
    assert "goes on. Take it back on your page" in plain(refused)


def test_an_answer_after_the_permission_has_ended_is_kept(tiktok, oak, page) -> None:
    connect(tiktok, User.objects.get(email=LENA), oak, "maya.bakes")
    with organization_scope(oak):
        Consent.objects.update(withdrawn_at=timezone.now())
    client = Client()
    client.post(f"{page}no/")
    assert invitation_of(oak).state == ConnectState.DECLINED
    assert "Nothing was connected." in plain(client.get(page))


def test_after_connecting_a_no_changes_nothing(tiktok, oak, page) -> None:
    connect(tiktok, User.objects.get(email=LENA), oak, "maya.bakes")
    for answer in ("no", "later", "reopen"):
        Client().post(f"{page}{answer}/", {"reason": "private"})
    assert invitation_of(oak).state == ConnectState.CONNECTED


# --- the account changes its handle ------------------------------------------------------------------------------
def called_cakes_meanwhile(tiktok: Any, oak: Organization) -> Creator:
    """Lena's account, known as @maya.cakes and asked for under that handle, is called @maya.bakes at TikTok."""
    connect(tiktok, a_person(LENA, oak), oak, "maya.bakes")
    with organization_scope(oak):
        creator = Creator.objects.get()
        follow_handle(creator, "maya.cakes")
        set_purpose("To sell shoes.", is_wider=True, actor=User.objects.get(email=LENA))
        ask_handle_to_connect("maya.cakes", email=LENA, actor=None)
    return creator


def test_an_invitation_goes_with_an_account_that_is_renamed(tiktok, oak) -> None:
    creator = called_cakes_meanwhile(tiktok, oak)
    path = path_of(invitation_of(oak))
    with organization_scope(oak):
        follow_handle(creator, "maya.bakes")
        assert AwaitedAccount.objects.get().handle == "maya.bakes"
    assert invitation_of(oak).handle == "maya.bakes"
    client = Client()
    client.force_login(User.objects.get(email=LENA))
    assert "You have agreed to an earlier text." in text(client.get(path))
    client.post(f"{path}agree/", {"text": f"{CONSENT_VERSION}.1"})
    assert invitation_of(oak).state == ConnectState.CONNECTED


def test_a_trip_that_asked_for_the_earlier_handle_ends_connected(tiktok, oak) -> None:
    creator = called_cakes_meanwhile(tiktok, oak)
    lena = User.objects.get(email=LENA)
    answer = consent(tiktok, lena, oak, "maya.bakes", expected_handle="maya.cakes")
    with organization_scope(oak):
        follow_handle(creator, "maya.bakes")
    assert finish(answer, lena).handle == "maya.bakes"
    assert invitation_of(oak).state == ConnectState.CONNECTED


def test_a_no_holds_for_the_new_handle_whichever_invitation_was_answered(tiktok, oak) -> None:
    creator = called_cakes_meanwhile(tiktok, oak)
    with organization_scope(oak):
        [cakes] = ConnectInvitation.objects.all()
        answers.decline(cakes)
        ask_handle_to_connect("maya.bakes", email=LENA, actor=None)
        bakes = ConnectInvitation.objects.get(handle="maya.bakes")
        follow_handle(creator, "maya.bakes")
        with pytest.raises(NotToBeAsked):
            ask_handle_to_connect("maya.bakes", email=LENA, actor=None)
        assert AwaitedAccount.objects.get().handle == "maya.bakes"
    assert invitation_of(oak) == cakes
    for path in (path_of(cakes), path_of(bakes)):
        assert "You said no" in text(Client().get(path))


def test_a_stop_ends_the_links_of_joined_invitations_too(tiktok, oak) -> None:
    creator = called_cakes_meanwhile(tiktok, oak)
    with organization_scope(oak):
        answers.postpone(ConnectInvitation.objects.get())
        ask_handle_to_connect("maya.bakes", email=LENA, actor=None)
        paths = [path_of(each) for each in ConnectInvitation.objects.all()]
        follow_handle(creator, "maya.bakes")
    assert {Client().get(path).status_code for path in paths} == {200}
    with organization_scope(oak):
        assert stop(ConnectInvitation.objects.get(), actor=None)  # type: ignore[arg-type]  # nobody, as an event may have it
    assert {Client().get(path).status_code for path in paths} == {404}


def test_who_has_connected_meanwhile_is_not_asked_on_their_day(tiktok, oak, page) -> None:
    Client().post(f"{page}later/")
    with organization_scope(oak):
        ConnectInvitation.objects.update(ask_again_on=timezone.now().date())
        Message.objects.update(created_at=timezone.now() - timedelta(days=90))
    connect(tiktok, User.objects.get(email=LENA), oak, "maya.bakes")
    with organization_scope(oak):
        ConnectInvitation.objects.update(state=ConnectState.LATER, ask_again_on=timezone.now())
        ask_postponed([ConnectInvitation.objects.get().pk])
    assert len(sent_mail()) == 1
    assert invitation_of(oak).state == ConnectState.CONNECTED
