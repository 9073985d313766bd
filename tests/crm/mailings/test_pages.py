"""Pages of mailings: written, previewed, tried, sent and followed, by those who may."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.models import Influencer, Mailing, MailingRecipient
from crm.services.collections.lists import add_to_list, create_list
from crm.services.collections.segments import create_segment
from crm.services.collections.tags import create_tag, tag_influencers
from crm.services.mailings.templates import create_template
from crm.views.mailings import compose
from jobs.services.jobs import cancel_job
from mail.models import Message
from mail.services.marks import mark
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.crm.mailings.conftest import (
    a_creator,
    a_mailing,
    fresh,
    heard,
    the_recipient,
    work_on,
)
from tests.crm.test_details_pages import undo_button
from tests.mailing import sent_mail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]
NEW, LIST = "/o/oak/mailings/new/", "/o/oak/mailings/"


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def typed(creators: list[Influencer], **more: str) -> dict[str, str]:
    return {
        "ids": ",".join(str(each.pk) for each in creators),
        "key": str(uuid.uuid4()),
        "subject": "For {{ influencer }}",
        "body": "{{ salutation }}, hello.",
        "when": "now",
        "step": "send",
        **more,
    }


def page_of(mailing: Mailing) -> str:
    return f"{LIST}{mailing.pk}/"


# --- who it goes to -----------------------------------------------------------------------------------------------
def by_filter(manager: Client, filters: str, **more: str) -> dict[str, str]:
    """The fields of a mailing to all whom a filter finds, as the page holds them."""
    page = manager.get(f"{NEW}?f={filters}").content.decode()
    [shown] = re.findall(r'name="mark" value="(\w+)"', page)
    given = typed([], mark=shown, f=filters, **more)
    del given["ids"]
    return given


def test_a_mailing_goes_to_those_who_were_shown(two: list[Influencer], manager: Client) -> None:
    Influencer.objects.update(country="AT")
    given = by_filter(manager, "country:AT")
    late = a_creator("Late", country="AT")
    page = words(manager.post(NEW, given))
    assert "Other creators match now than were shown." in page
    assert not Mailing.objects.exists()
    late.delete()
    manager.post(NEW, given)
    assert Mailing.objects.get().recipient_count == len(two)


def test_a_filter_that_is_gone_lets_a_mailing_go_to_nobody(
    two: list[Influencer], manager: Client
) -> None:
    tag = create_tag("vegan", actor=None)
    tag_influencers(tag, two, actor=None)
    given = by_filter(manager, f"tag:{tag.pk}")
    tag.delete()
    page = words(manager.post(NEW, given))
    assert "A filter of the selection names something that is not here any more." in page
    assert "0 get it" in page
    assert "Nobody is chosen" in words(manager.get(f"{NEW}?f=tag:{tag.pk}"))
    assert not Mailing.objects.exists()


# --- writing ------------------------------------------------------------------------------------------------------
def test_the_page_says_who_gets_it_and_who_does_not(two: list[Influencer], manager: Client) -> None:
    mark("noor@example.com", "unsubscribed_at")
    nobody, twin = a_creator("Nameless", email=""), a_creator("Twin", email="maya@example.com")
    chosen = f"{two[0].pk},{two[1].pk}&ids={nobody.pk},{twin.pk},x,²"
    page = words(manager.get(f"{NEW}?ids={chosen}"))
    assert "1 gets it" in page
    assert "1 gets none: Another recipient has the same address" in page
    assert "1 gets none: Unsubscribed from your e-mail" in page
    assert "1 gets none: No e-mail address is known" in page
    assert "No preview yet" in page


def test_each_creator_s_mail_is_previewed_in_turn_and_nothing_is_sent(
    two: list[Influencer], manager: Client
) -> None:
    given = typed(two, step="preview")
    page = words(manager.post(NEW, given))
    assert "E-mail to Maya" in page
    assert "For Maya" in page
    assert "Dear Maya, hello." in page
    assert "1 of 2" in page
    assert "/u/" in manager.post(NEW, given).content.decode()  # the way to unsubscribe
    page = words(manager.post(NEW, given | {"show": "1"}))
    assert "Hello Noor, hello." in page
    assert "← Previous" in page
    assert "Next →" not in page
    assert "E-mail to Noor" in words(manager.post(NEW, given | {"shown": "1"}))
    assert "E-mail to Noor" in words(manager.post(NEW, given | {"show": "99"}))
    assert "E-mail to Maya" in words(manager.post(NEW, given | {"show": "-1"}))
    assert heard() == []


def test_a_wrong_field_is_refused_with_its_place(two: list[Influencer], manager: Client) -> None:
    answer = manager.post(NEW, typed(two, subject="{{ nmae }}", body="a\r\n{% if %}"))
    assert answer.status_code == 422
    page = words(answer)
    assert "Line 1, character 1: there is no field “nmae”." in page
    assert "Line 2, character 1: “{%” is not a whole field." in page
    assert not Mailing.objects.exists()


def test_a_template_replaces_subject_and_text_and_keeps_the_rest(
    two: list[Influencer], manager: Client, owner: User
) -> None:
    template = create_template("News", subject="Our news", body="Read this.", actor=owner)
    given = typed(two, step="template", template=str(template.pk), reminder_days="4")
    page = words(manager.post(NEW, given))
    assert 'value="Our news"' in page
    assert "Read this.</textarea>" in page
    assert f'value="{given["key"]}"' in page
    assert 'value="4"' in page
    assert "E-mail to Maya" in page
    page = words(manager.post(NEW, given | {"template": "0"}))
    assert 'value="For {{ influencer }}"' in page


def test_a_test_goes_to_the_writer_once_and_to_nobody_else(
    two: list[Influencer], manager: Client
) -> None:
    given = typed(two, step="test", show="1")
    for _ in range(2):
        page = words(manager.post(NEW, given))
    assert "The test is on its way to manager@oak.example." in page
    assert heard() == [("manager@oak.example", "Test: For Noor")]
    assert sent_mail()[0].body.startswith("Hello Noor, hello.")
    assert "List-Unsubscribe" not in sent_mail()[0].extra_headers


def test_there_is_no_test_without_a_recipient_or_to_an_address_that_bounced(
    two: list[Influencer], manager: Client
) -> None:
    assert "there is no test" in words(manager.post(NEW, typed([], step="test")))
    mark("manager@oak.example", "bounced_at")
    page = words(manager.post(NEW, typed(two, step="test")))
    assert "E-mail to manager@oak.example came back" in page
    manager.post(NEW, typed(two, step="test", body=""))
    assert heard() == []


# --- sending ------------------------------------------------------------------------------------------------------
def test_a_mailing_is_sent_once_however_often_the_button_is_pressed(
    two: list[Influencer], manager: Client
) -> None:
    given = typed(two)
    for _ in range(2):
        answer = manager.post(NEW, given)
        assert answer.headers["Location"] == page_of(Mailing.objects.get())
    work_on()
    assert heard() == [("maya@example.com", "For Maya"), ("noor@example.com", "For Noor")]


def test_the_filters_of_a_list_choose_whom_it_goes_to(manager: Client) -> None:
    a_creator("Maya", country="DE")
    a_creator("Noor", country="FR")
    a_creator("Old", country="DE", archived_at=timezone.now())
    assert "1 gets it" in words(manager.get(f"{NEW}?f=country:DE"))
    assert "1 gets it" in words(manager.get(f"{NEW}?q=noor"))
    assert "2 get it" in words(manager.get(f"{NEW}?all=1"))
    manager.post(NEW, by_filter(manager, "country:DE"))
    work_on()
    assert [to for to, _ in heard()] == ["maya@example.com"]


def test_nobody_chosen_and_too_many_are_said(
    two: list[Influencer], manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = words(manager.get(f"{NEW}?ids="))
    assert "0 get it" in page
    assert manager.post(NEW, typed([])).status_code == 422
    monkeypatch.setattr(compose, "MOST_RECIPIENTS", 1)
    assert "Too many creators are chosen" in words(manager.get(f"{NEW}?all=1"))


@time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False)
def test_a_time_is_one_of_the_zone_that_was_entered(two: list[Influencer], manager: Client) -> None:
    later = typed(two, when="later", at="2026-12-01T09:30", zone="Europe/Berlin")
    answer = manager.post(NEW, later, follow=True)
    said = "The mailing to 2 creators is scheduled for 1 Dec 2026, 09:30 (Europe/Berlin)."
    assert said in words(answer)
    mailing = Mailing.objects.get()
    assert mailing.scheduled_at == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    page = words(manager.get(page_of(mailing)))
    assert "Scheduled" in page
    assert 'datetime="2026-12-01T08:30:00+00:00"' in page
    assert "data-own-time>1 Dec 2026, 08:30 UTC</time>" in page
    for wrong, said in (
        ({"at": ""}, "Choose a date and a time."),
        ({"at": "soon"}, "Enter a date and a time, such as 2026-12-24 09:30."),
        ({"at": "2026-11-29T12:30"}, "Choose a time that is to come"),
        ({"at": "2027-11-30T12:30"}, "Choose a time that is to come"),
        ({"zone": "Mars"}, "Select a valid choice. Mars is not one of the available choices."),
    ):
        answer = manager.post(NEW, later | wrong | {"key": str(uuid.uuid4())})
        assert answer.status_code == 422
        assert said in words(answer)
    assert Mailing.objects.count() == 1


def test_without_a_zone_a_time_is_one_of_utc(two: list[Influencer], manager: Client) -> None:
    at = timezone.now().replace(second=0, microsecond=0) + timedelta(days=2)
    manager.post(NEW, typed(two, when="later", at=f"{at:%Y-%m-%dT%H:%M}"))
    assert Mailing.objects.get().scheduled_at == at


def test_the_browser_proposes_its_zone_until_one_is_chosen(
    two: list[Influencer], manager: Client
) -> None:
    assert "data-own-zone" in manager.get(f"{NEW}?all=1").content.decode()
    page = manager.post(NEW, typed(two, step="template", zone="UTC")).content.decode()
    assert "data-own-zone" not in page
    assert '<option value="UTC" selected>' in page


def test_the_address_keeps_whom_it_was_opened_for(two: list[Influencer], manager: Client) -> None:
    address = f"{NEW}?ids={two[0].pk}"
    page = words(manager.post(address, typed(two[:1], step="preview")))
    assert f'action="{address}"' in page
    assert "1 gets it" in words(manager.get(address))


def test_an_address_that_names_nobody_lets_one_choose(
    two: list[Influencer], manager: Client, viewer: Client
) -> None:
    for page in (LIST, "/o/oak/mail/"):
        assert f'href="{NEW}"' in manager.get(page).content.decode()
    assert f'href="{NEW}"' not in viewer.get(LIST).content.decode()
    assert "No lists yet" in words(manager.get(NEW))
    me = User.objects.get(email="manager@oak.example")
    bakers = create_list("Bakers", actor=me)
    add_to_list(bakers, two[:1], actor=me)
    create_segment("Germans", filters=["country:DE"], sort="", is_shared=False, actor=me)
    create_segment("Everybody", filters=[], sort="", is_shared=False, actor=me)
    page = words(manager.get(NEW))
    assert f'href="{NEW}?f=list:{bakers.pk}"' in page
    assert f'href="{NEW}?f=country%3ADE"' in page
    assert f'href="{NEW}?all=1"' in page
    assert "Everybody" not in page
    assert "1 gets it" in words(manager.get(f"{NEW}?f=list:{bakers.pk}"))


def test_lists_to_choose_cost_the_same_however_many_there_are(
    two: list[Influencer], manager: Client
) -> None:
    create_list("One", actor=None)
    one = queries_in(manager, NEW)
    create_list("Two", actor=None)
    create_list("Three", actor=None)
    assert queries_in(manager, NEW) == one <= 10


def test_a_reminder_needs_its_words(two: list[Influencer], manager: Client) -> None:
    answer = manager.post(NEW, typed(two, reminder_days="3", reminder_body=" "))
    assert answer.status_code == 422
    assert "Write what the reminder says." in words(answer)
    answer = manager.post(NEW, typed(two, reminder_days="3", reminder_body="{{ x }}"))
    assert "there is no field “x”" in words(answer)
    manager.post(NEW, typed(two, reminder_days="3", reminder_body="Seen?"))
    mailing = Mailing.objects.get()
    assert (mailing.reminder_days, mailing.reminder_body) == (3, "Seen?")
    assert "Seen?" in words(manager.get(page_of(mailing)))


def test_the_profile_leads_to_a_mail_to_this_creator(
    two: list[Influencer], manager: Client, viewer: Client
) -> None:
    url = f"/o/oak/influencers/{two[0].pk}/"
    link = f'href="{NEW}?ids={two[0].pk}"'
    assert link in manager.get(url).content.decode()
    assert link not in viewer.get(url).content.decode()
    Influencer.objects.update(archived_at=timezone.now())
    assert link not in manager.get(url).content.decode()


def test_a_selection_of_the_list_leads_to_a_mail_to_it(
    two: list[Influencer], manager: Client
) -> None:
    chosen = {"action": "mail", "ids": [each.pk for each in two]}
    page = words(manager.post("/o/oak/influencers/bulk/", chosen, follow=True))
    assert "New e-mail" in page
    assert "2 get it" in page


# --- following ----------------------------------------------------------------------------------------------------
def test_the_page_follows_a_mailing_and_filters_its_creators(
    two: list[Influencer], owner: User, viewer: Client
) -> None:
    assert "No mailings yet" in words(viewer.get(LIST))
    nobody = a_creator("Nameless", email="")
    mailing = a_mailing([*two, nobody], owner)
    page = words(viewer.get(page_of(mailing)))
    assert "Sending" in page
    assert "0 of 3 written" in page
    assert "data-live" in page
    work_on()
    page = words(viewer.get(page_of(mailing)))
    assert "Sent" in page
    assert "No e-mail address is known" in page
    version = re.search(r'data-live="([^"]+)"', page)
    assert version is not None  # two are still queued
    assert viewer.get(page_of(mailing), headers={"X-Seen": version[1]}).status_code == 204
    heard()
    assert 'data-live="' not in words(viewer.get(page_of(mailing)))
    names = {
        state: re.findall(
            r"(Maya|Nameless|Noor) ?</a> </th>",
            words(viewer.get(f"{page_of(mailing)}?state={state}")),
        )
        for state in ("", "sent", "skipped", "answered", "nonsense")
    }
    assert names == {
        "": ["Maya", "Noor", "Nameless"],
        "sent": ["Maya", "Noor"],
        "skipped": ["Nameless"],
        "answered": [],
        "nonsense": ["Maya", "Noor", "Nameless"],
    }
    assert "News for [influencer]" in words(viewer.get(LIST))
    assert "{{" not in words(viewer.get(LIST))
    assert "<title>News for [influencer]" in words(viewer.get(page_of(mailing)))


def test_the_page_says_whose_mail_was_opened_first_by_e_mail_or_reminder(
    two: list[Influencer], owner: User, viewer: Client
) -> None:
    mailing = a_mailing(two, owner)
    work_on()
    heard()
    assert "opened <time" not in words(viewer.get(page_of(mailing)))
    recipient = the_recipient("Maya")
    Message.objects.filter(pk=recipient.message_id).update(opened_at=timezone.now())
    page = words(viewer.get(page_of(mailing)))
    assert page.count("opened <time") == 1
    assert "Perhaps by the mail program alone" in page


def test_an_answer_is_marked_and_undone(
    two: list[Influencer], owner: User, manager: Client
) -> None:
    mailing = a_mailing(two, owner)
    work_on()
    url = f"{page_of(mailing)}recipients/{the_recipient('Maya').pk}/answered/"
    page = manager.post(url, follow=True).content.decode()
    assert "Maya is marked as answered." in page
    assert the_recipient("Maya").answered_at is not None
    assert "Maya" in words(manager.get(f"{page_of(mailing)}?state=answered"))
    undo = undo_button(page)
    page = manager.post(undo, follow=True).content.decode()
    assert the_recipient("Maya").answered_at is None
    assert undo_button(page) == url
    assert manager.post(f"{page_of(mailing)}recipients/0/answered/").status_code == 404


def test_whoever_marks_answers_stays_in_the_tab(
    two: list[Influencer], owner: User, manager: Client
) -> None:
    mailing = a_mailing(two, owner)
    work_on()
    sent_mail()
    tab = f"{page_of(mailing)}?state=sent"
    urls = [
        f"{page_of(mailing)}recipients/{the_recipient(name).pk}/answered/"
        for name in ("Maya", "Noor")
    ]
    assert [f'action="{url}?state=sent"' in manager.get(tab).content.decode() for url in urls] == [
        True,
        True,
    ]
    answer = manager.post(f"{urls[0]}?state=sent", follow=True)
    assert answer.redirect_chain == [(tab, 302)]
    assert undo_button(answer.content.decode()).endswith("/not-answered/?state=sent")
    assert "Noor" in words(answer)
    answer = manager.post(f"{urls[1]}?state=sent", follow=True)
    assert "Nobody is in this state now" in words(answer)


def test_one_that_stopped_goes_on_and_is_cancelled(
    two: list[Influencer], owner: User, manager: Client
) -> None:
    mailing = a_mailing(two, owner)
    cancel_job(mailing.job)
    work_on()
    page = words(manager.get(page_of(mailing)))
    assert "Stopped" in page
    assert "Send the rest" in page
    manager.post(f"{page_of(mailing)}continue/")
    assert fresh(mailing).is_under_way
    page = words(manager.post(f"{page_of(mailing)}cancel/", follow=True))
    assert "Cancelled. Nobody gets the e-mail." in page
    work_on()
    assert heard() == []


def test_the_activity_leads_to_the_mailing(two: list[Influencer], owner: User) -> None:
    mailing = a_mailing(two, owner)
    work_on()
    client = Client()
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(f"/o/oak/activity/{mailing.job_id}/")
    assert answer.headers["Location"] == page_of(mailing)
    activity = client.get("/o/oak/activity/")
    assert "2 get the e-mail" in words(activity)
    assert f'<a href="/o/oak/mailings/{mailing.pk}/">' in activity.content.decode()


def test_a_planned_reminder_is_said_and_may_be_cancelled(
    two: list[Influencer], manager: Client
) -> None:
    manager.post(NEW, typed(two, reminder_days="3", reminder_body="Seen?"))
    work_on()
    heard()
    mailing = Mailing.objects.get()
    page = words(manager.get(page_of(mailing)))
    assert "Reminder planned" in page
    assert "Cancel reminder" in page
    MailingRecipient.objects.update(reminder=MailingRecipient.objects.first().message)
    assert "reminded" in words(manager.get(page_of(mailing)))
    page = words(manager.post(f"{page_of(mailing)}cancel/", follow=True))
    assert "Cancelled. What was sent before cannot be taken back." in page


def test_the_outcome_says_the_number_that_the_page_has_shown(
    two: list[Influencer], manager: Client
) -> None:
    chosen = [*two, a_creator("Nameless", email="")]
    assert "2 get it" in words(manager.get(f"{NEW}?ids={typed(chosen)['ids']}"))
    page = words(manager.post(NEW, typed(chosen), follow=True))
    assert "The mailing to 2 creators is being sent." in page


@time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False)
def test_a_mailing_that_was_cancelled_before_its_time_is_not_said_to_be_sent(
    two: list[Influencer], manager: Client
) -> None:
    later = typed(two, when="later", at="2026-12-01T09:30", zone="UTC")
    page = words(manager.post(NEW, later, follow=True))
    assert "To be sent" in page
    page = words(manager.post(f"{page_of(Mailing.objects.get())}cancel/", follow=True))
    assert "Was to be sent" in page
    assert "Sent at" not in page


# --- who may ------------------------------------------------------------------------------------------------------
def test_a_viewer_reads_and_sends_nothing(
    two: list[Influencer], owner: User, viewer: Client
) -> None:
    mailing = a_mailing(two, owner)
    recipient = f"{page_of(mailing)}recipients/{the_recipient('Maya').pk}/"
    assert viewer.get(LIST).status_code == 200
    page = words(viewer.get(page_of(mailing)))
    assert "Cancel mailing" not in page
    for url in (
        f"{page_of(mailing)}cancel/", f"{page_of(mailing)}continue/",
        f"{recipient}answered/", f"{recipient}not-answered/", NEW,
    ):  # fmt: skip
        assert viewer.post(url, typed(two)).status_code == 403
    assert viewer.get(NEW).status_code == 403
    assert Mailing.objects.count() == 1


@pytest.fixture
def limited(oak: Organization) -> Client:
    """A browser of a manager who works with Maya's group only."""
    food = Group.objects.create(name="Food", key="food")
    Influencer.objects.filter(name="Maya").update(group=food)
    person = User.objects.create_user("limited@oak.example")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    GroupMember.objects.create(group=food, user=person)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_limited_member_writes_to_their_groups_and_sees_their_own_mailings(
    two: list[Influencer], owner: User, limited: Client
) -> None:
    other = a_mailing(two, owner)
    assert limited.get(page_of(other)).status_code == 404
    assert "No mailings yet" in words(limited.get(LIST))
    limited.post(NEW, typed(two))
    own = Mailing.objects.latest("pk")
    assert (own.recipient_count, own.recipients.get().influencer.name) == (1, "Maya")
    assert "Maya" in words(limited.get(page_of(own)))
    assert "All e-mail" not in words(limited.get(LIST))
    Influencer.objects.update(group=None)
    assert "Nobody to show" in words(limited.get(page_of(own)))


def test_another_organization_s_mailing_is_absent(elm: Organization, manager: Client) -> None:
    with organization_scope(elm):
        person = User.objects.create_user("eve@elm.example")
        mailing = a_mailing([a_creator("Foreign")], person)
    assert manager.get(page_of(mailing)).status_code == 404


# --- budgets ------------------------------------------------------------------------------------------------------
def test_the_pages_ask_the_database_so_often_however_many_there_are(
    two: list[Influencer], owner: User, manager: Client
) -> None:
    create_template("News", subject="Our news", body="Read this.", actor=owner)
    first = a_mailing(two[:1], owner)
    work_on()
    few = [queries_in(manager, url) for url in (LIST, page_of(first), f"{NEW}?ids={two[0].pk}")]
    more = [*two, *(a_creator(f"C{n}") for n in range(3))]
    second = a_mailing(more, owner)
    work_on()
    heard()
    ids = ",".join(str(each.pk) for each in more)
    many = [queries_in(manager, url) for url in (LIST, page_of(second), f"{NEW}?ids={ids}")]
    assert few == many
    assert max(many) <= 8
    assert second.created_at - first.created_at < timedelta(minutes=1)
