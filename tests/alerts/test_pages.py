"""The bell, the page of all alerts, and a member's own notifications."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind
from alerts.models import Alert, Preferences
from alerts.services.mailing import DIGEST
from campaigns.enums import GoalNumber, ReplyKind
from campaigns.models import Campaign, Order, Review
from campaigns.services.orders.contact.replies import say
from crm.models import Import, Influencer
from jobs.models import Work
from tenancy.enums import Role, Verb
from tenancy.models import Group, GroupMember, Membership, User
from tenancy.services.events import record
from tests.alerts.conftest import browser, heard
from tests.factories.campaigns import an_account, an_order
from tests.factories.programs import a_program, an_application

pytestmark = pytest.mark.django_db
PAGE, COUNT = "/o/oaks/alerts/", "/o/oaks/alerts/count/"
SETTINGS = "/o/oaks/settings/notifications/"


@pytest.fixture
def olivia(member) -> User:
    return member("Olivia")


@pytest.fixture
def client(olivia: User) -> Any:
    return browser(olivia)


def order_of(campaign: Campaign, handle: str = "maya") -> Order:
    return an_order(campaign, an_account(handle))


def text(answer: Any) -> str:
    """The words of a page without tags, and without the mark of unread alerts."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode()).replace(">unread<", "><")
    return " ".join(words.replace(" unread ", " ").split())


def one(kind: str) -> Alert:
    return Alert.objects.get(kind=kind)


def test_each_kind_says_what_happened_and_leads_to_it(client, campaign, olivia) -> None:
    order = order_of(campaign)
    say(order, ReplyKind.QUESTION, text="May I film at night?")
    for verb in (
        Verb.ORDER_ACCEPTED, Verb.ORDER_VIDEO_PUBLISHED, Verb.ORDER_DECLINED, Verb.ORDER_REJECTED, Verb.ORDER_FAILED,
        Verb.ORDER_VIDEO_GONE, Verb.PUBLICATION_FAILED,
    ):  # fmt: skip
        record(verb, order, actor=None)
    draft = Review.objects.create(campaign=campaign, order=order, state="submitted")
    record(Verb.DRAFT_SUBMITTED, order, actor=None, draft=draft.number, version=2)
    Order.objects.update(problem="Not disclosed.")
    day = {"due_on": campaign.ends_on}
    record(Verb.ORDER_OVERDUE, order, actor=None, **day)
    record(Verb.ORDER_DATE_ASKED, order, actor=None, wished_on=campaign.ends_on)
    record(Verb.CAMPAIGN_BELOW_PLAN, campaign, actor=None, number=GoalNumber.VIEWS, percent=43)
    record(Verb.CAMPAIGN_CREATOR_LEFT, campaign, actor=None, orders=2)
    record(Verb.CONNECTION_ENDING, order.account, actor=None, ends_at=campaign.ends_on)
    roster = Import.objects.create(name="roster.csv", started_by=olivia)
    record(Verb.IMPORT_FINISHED, roster, actor=olivia, rows=1)
    application = an_application(a_program())
    record(Verb.APPLICATION_SUBMITTED, application, actor=None)
    heard()
    page = text(client.get(PAGE))
    for sentence in (
        "Mira.Bakes applies to a program Spring bakers",
        "Maya asks a question Autumn · “May I film at night?”", "Maya has accepted the order Autumn",
        "A video of Maya is published Autumn", "Maya has sent a draft Autumn · Version 2", "Maya cannot do the order Autumn",
        "The video of Maya is gone Autumn · TikTok no longer lists a video for the order",
        "TikTok rejected a video of Maya Autumn · Not disclosed.",
        "TikTok did not take the order for Maya Autumn · Not disclosed.",
        "A video of Maya was not published from here Autumn",
        "The order of Maya is overdue Autumn · Due on 30 Nov 2026", "Maya asks for a new date Autumn · Asks for 30 Nov 2026",
        "Autumn is below its plan Video views: 43 % of what is due by",
        "A creator of Autumn was deleted 2 open orders ended",
        "The TikTok permission of Maya ends on 30 Nov 2026 @maya", "Import finished roster.csv · 1 row",
    ):  # fmt: skip
        assert sentence in page, sentence
    of_order = f"/o/oaks/campaigns/{campaign.pk}/orders/{order.pk}/"
    leads = dict.fromkeys(AlertKind.values, of_order) | {
        "draft": f"/o/oaks/campaigns/{campaign.pk}/review/{draft.pk}/",
        "below_plan": f"/o/oaks/campaigns/{campaign.pk}/",
        "left": f"/o/oaks/campaigns/{campaign.pk}/orders/",
        "ending": f"/o/oaks/influencers/{order.account.influencer_id}/",
        "imported": f"/o/oaks/influencers/import/{roster.pk}/",
        "applied": f"/o/oaks/programs/{application.program_id}/?application={application.pk}",
    }
    for kind, path in leads.items():
        assert client.get(f"{PAGE}{one(kind).pk}/")["Location"] == path
        assert client.get(path).status_code == 200
    assert not Alert.objects.filter(read_at=None).exists()


def test_of_a_draft_that_was_taken_back_the_alert_leads_to_the_others(client, campaign) -> None:
    record(Verb.DRAFT_SUBMITTED, order_of(campaign), actor=None, draft=1, version=1)
    heard()
    answer = client.get(f"{PAGE}{one('draft').pk}/")
    assert answer["Location"] == f"/o/oaks/campaigns/{campaign.pk}/review/"


def test_the_bell_counts_what_is_unread_and_brings_itself_up_to_date(client, campaign) -> None:
    empty = client.get(COUNT)
    assert "nav-count" not in empty.content.decode()
    version = re.search(r'data-live="([^"]+)"', empty.content.decode())[1]
    seen = {"headers": {"X-Seen": version}}
    assert client.get(COUNT, **seen).status_code == 204
    record(Verb.ORDER_ACCEPTED, order_of(campaign), actor=None)
    heard()
    answer = client.get(COUNT, **seen)
    assert text(answer).startswith("1")
    assert 'href="/o/oaks/alerts/"' in client.get("/o/oaks/").content.decode()


def test_of_very_many_the_bell_says_so(client, campaign, monkeypatch) -> None:
    monkeypatch.setattr("alerts.queries.listing.MOST_COUNTED", 1)
    monkeypatch.setattr("alerts.views.alerts.MOST_COUNTED", 1)
    order = order_of(campaign)
    for _ in range(3):
        record(Verb.ORDER_OVERDUE, order, actor=None)
    heard()
    assert text(client.get(COUNT)).startswith("1+")


def test_alerts_are_marked_one_by_one_and_all_at_once(client, campaign) -> None:
    order = order_of(campaign)
    record(Verb.ORDER_OVERDUE, order, actor=None)
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    heard()
    overdue, accepted = one("overdue"), one("accepted")
    client.post(f"{PAGE}{overdue.pk}/read/")
    assert one("overdue").read_at
    client.post(f"{PAGE}{overdue.pk}/read/", {"unread": "1"})
    assert one("overdue").read_at is None
    client.post(f"{PAGE}read/?kind=accepted", {"newest": accepted.pk})
    assert (one("overdue").read_at, bool(one("accepted").read_at)) == (None, True)
    client.post(f"{PAGE}read/", {"newest": overdue.pk - 1})
    assert one("overdue").read_at is None  # newer than what the page showed
    answer = client.post(f"{PAGE}read/", {"newest": accepted.pk}, follow=True)
    assert "1 alert marked as read." in text(answer)
    client.post(f"{PAGE}read/", {"newest": "nonsense"})
    assert not Alert.objects.filter(read_at=None).exists()


def test_the_page_is_narrowed_by_kind_and_to_unread_ones(client, campaign) -> None:
    order = order_of(campaign)
    record(Verb.ORDER_OVERDUE, order, actor=None)
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    heard()
    client.get(f"{PAGE}{one('accepted').pk}/")

    def shown(query: str) -> list[str]:
        return [line.alert.kind for line in client.get(f"{PAGE}{query}").context["page"].rows]

    assert shown("") == ["accepted", "overdue"]
    assert shown("?kind=accepted") == ["accepted"]
    assert shown("?show=unread") == ["overdue"]
    assert shown("?kind=nonsense&show=nonsense") == ["accepted", "overdue"]
    assert "No such alerts" in text(client.get(f"{PAGE}?kind=failed&show=unread"))
    Alert.objects.all().delete()
    assert "No alerts yet" in text(client.get(PAGE))


def test_what_was_deleted_is_said_calmly(client, campaign) -> None:
    order = order_of(campaign)
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    heard()
    Influencer.objects.all().delete()
    page = text(client.get(PAGE))
    assert "Order accepted It was deleted since, or is not yours to see any more." in page
    assert "Maya" not in page
    assert client.get(f"{PAGE}{one('accepted').pk}/")["Location"] == PAGE


def test_what_the_creator_took_back_is_not_quoted(client, campaign) -> None:
    record(Verb.ORDER_QUESTION_ASKED, order_of(campaign), actor=None)
    record(Verb.ORDER_OVERDUE, Order.objects.get(), actor=None)
    record(Verb.ORDER_DATE_ASKED, Order.objects.get(), actor=None)
    heard()
    page = text(client.get(PAGE))
    assert "Maya asks a question Autumn ·" in page
    assert "“" not in page


def test_a_member_of_other_groups_since_sees_no_name(client, campaign, olivia) -> None:
    record(Verb.ORDER_ACCEPTED, order_of(campaign), actor=None)
    heard()
    Membership.objects.filter(user=olivia).update(is_limited=True)
    GroupMember.objects.create(group=Group.objects.create(name="Food"), user=olivia)
    page = client.get(PAGE).content.decode()
    assert "Maya" not in page
    assert "not yours to see" in page


def test_nobody_sees_or_marks_another_members_alerts(client, campaign, member) -> None:
    record(Verb.ORDER_ACCEPTED, order_of(campaign), actor=None)
    heard()
    vera = browser(member("Vera", Role.VIEWER))
    assert "No alerts yet" in text(vera.get(PAGE))
    for path in (f"{PAGE}{one('accepted').pk}/", f"{PAGE}{one('accepted').pk}/read/"):
        assert vera.get(path).status_code in {404, 405}
        assert vera.post(path).status_code in {404, 405}
    vera.post(f"{PAGE}read/", {"newest": 2**40})
    assert one("accepted").read_at is None


def test_the_page_costs_the_same_few_queries_whatever_it_shows(client, campaign) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(PAGE)
        return len(queries)

    record(Verb.ORDER_ACCEPTED, order_of(campaign), actor=None)
    heard()
    client.get(PAGE)
    few = cost()
    for n in range(3):
        record(Verb.ORDER_ACCEPTED, order_of(campaign, f"rio{n}"), actor=None)
    heard()
    assert cost() == few <= 14


# --- my notifications -----------------------------------------------------------------------------------------------
def given(**changes: str) -> dict[str, str]:
    ways = {f"kind-{kind}": "screen" for kind in AlertKind.values}
    return {"of_everybody": "0", "is_mailed": "on", "time_zone": "Europe/Berlin", **ways, **changes}


def test_a_member_says_how_they_are_told(client, olivia) -> None:
    page = client.get(SETTINGS)
    assert page.context["form"].initial["kind-accepted"] == "screen"
    assert page.context["form"].initial["kind-overdue"] == "digest"
    assert "data-own-zone" in page.content.decode()
    choice = {"kind-accepted": "off", "kind-overdue": "digest", "kind-failed": "at_once"}
    answer = client.post(SETTINGS, given(**choice, of_everybody="1"), follow=True)
    assert "Your notifications are saved." in text(answer)
    kept = Preferences.objects.get(person=olivia)
    assert (kept.of_everybody, kept.is_mailed, kept.time_zone) == (True, True, "Europe/Berlin")
    assert kept.deliveries["accepted"] == "off"
    assert kept.deliveries["failed"] == "at_once"
    assert "overdue" not in kept.deliveries  # as usual
    assert 'value="Europe/Berlin" selected' in answer.content.decode()
    assert "data-own-zone" not in answer.content.decode()
    assert Work.objects.filter(kind=DIGEST, subject_id=olivia.pk).exists()


def test_e_mail_is_turned_off_as_a_whole_and_the_choices_stay(client, olivia) -> None:
    without = given(**{"kind-failed": "at_once"})
    del without["is_mailed"]
    client.post(SETTINGS, without)
    assert Preferences.objects.get().wishes.delivery("failed") == "screen"
    assert client.get(SETTINGS).context["form"].initial["kind-failed"] == "at_once"


def test_what_is_no_choice_is_refused(client) -> None:
    answer = client.post(SETTINGS, given(time_zone="Europe/Atlantis"))
    assert answer.status_code == 422
    assert not Preferences.objects.exists()


def test_viewers_choose_too(member) -> None:
    vera = browser(member("Vera", Role.VIEWER))
    assert vera.post(SETTINGS, given()).status_code == 302


def test_an_application_that_was_sent_again_says_so_to_who_sees_its_program(olivia, client) -> None:
    application = an_application(a_program())
    record(Verb.APPLICATION_ANSWERED, application, actor=None)
    assert heard(olivia) == ["applied"]
    assert "Mira.Bakes has answered your question" in text(client.get(PAGE))
    record(Verb.APPLICATION_DECLINED, application, actor=None)
    heard()
    assert one("applied").read_at is not None
