"""Alerts become read when what they are about was acted upon, or when its page was opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.policies import SETTLED_BY
from alerts.services.finding import plan_alerts
from alerts.services.reading import READ, read_on
from campaigns.enums import GoalNumber, OrderState, ReplyKind
from campaigns.models import Campaign, Order, Review
from campaigns.services.orders.cancelling import cancel_order
from campaigns.services.orders.contact.replies import allow_mail, say, settle, take_back
from campaigns.services.orders.due_dates import change_due
from campaigns.services.reviews.drafts import Draft, submit_draft
from campaigns.services.reviews.verdicts import approve, ask_for_changes
from crm.models import Import
from jobs.models import Work
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tests.alerts.conftest import browser, heard
from tests.factories.campaigns import an_account, an_order

pytestmark = pytest.mark.django_db
COUNT = "/o/oaks/alerts/count/"


@pytest.fixture
def olivia(member) -> User:
    return member("Olivia")


@pytest.fixture
def order(campaign: Campaign, olivia: User) -> Order:
    return an_order(campaign, an_account("maya", email="maya@example.com"))


def unread(person: User | None = None) -> list[str]:
    """The kinds that are unread once everything is read from the stream."""
    heard()
    rows = Alert.objects.filter(read_at=None).order_by("pk")
    if person is not None:
        rows = rows.filter(person=person)
    return list(rows.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("kind", "alert"),
    [(ReplyKind.QUESTION, "question"), (ReplyKind.CANNOT, "cannot"), (ReplyKind.NEW_DATE, "new_date")],
)  # fmt: skip
def test_an_answer_settles_what_it_answers_for_everybody(
    order: Order, olivia: User, member: Any, kind: ReplyKind, alert: str
) -> None:
    member("Adam")
    for each in (ReplyKind.QUESTION, ReplyKind.CANNOT, ReplyKind.NEW_DATE):
        day = timezone.now().date() if each == ReplyKind.NEW_DATE else None
        say(order, each, text="…", wished_on=day)
    assert sorted(unread(olivia)) == sorted(["question", "cannot", "new_date"])
    settle(order.replies.get(kind=kind), actor=olivia)
    assert unread().count(alert) == 0
    assert len(unread()) == 4


def test_what_the_creator_takes_back_needs_no_look(order: Order, olivia: User) -> None:
    say(order, ReplyKind.CANNOT)
    assert unread() == ["cannot"]
    take_back(order, ReplyKind.CANNOT)
    assert unread() == []


@pytest.mark.parametrize("verdict", ["approved", "changes"])
def test_a_verdict_settles_the_draft_and_the_next_version_is_news(
    order: Order, olivia: User, member: Any, verdict: str
) -> None:
    adam = member("Adam")
    version = submit_draft(order, 1, Draft("I bake at night."))
    assert unread() == ["draft", "draft"]
    if verdict == "approved":
        approve(version, actor=olivia)
    else:
        ask_for_changes(version, "Shorter.", actor=olivia)
        assert unread() == []
        submit_draft(order, 1, Draft("I bake."))
        assert unread(adam) == ["draft"]
        return
    assert unread() == []


def test_a_verdict_on_one_draft_says_nothing_of_another_of_the_order(
    order: Order, olivia: User
) -> None:
    first = submit_draft(order, 1, Draft("I bake at night."))
    submit_draft(order, 2, Draft("I bake in the morning."))
    approve(first, actor=olivia)
    assert unread() == ["draft"]
    assert Alert.objects.get(read_at=None).event.detail["draft"] == 2


def test_what_the_rule_reminds_of_is_overdue_still(order: Order, olivia: User) -> None:
    record(Verb.ORDER_OVERDUE, order, actor=None)
    record(Verb.ORDER_REMINDED, order, actor=None)
    assert unread() == ["overdue"]
    record(Verb.ORDER_REMINDED, order, actor=olivia)
    assert unread() == []


def test_a_new_date_settles_that_it_is_overdue_and_a_cancelling_settles_all(
    order: Order, olivia: User
) -> None:
    record(Verb.ORDER_OVERDUE, order, actor=None)
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    assert unread() == ["overdue", "accepted"]
    change_due(order, timezone.now().date(), actor=olivia)
    assert unread() == ["accepted"]
    Order.objects.update(state=OrderState.ACCEPTED)
    order.refresh_from_db()
    cancel_order(order, actor=olivia)
    assert unread() == []


def test_a_video_that_is_gone_is_news_until_one_is_there_again(order: Order) -> None:
    for verb in (Verb.ORDER_POSTING, Verb.ORDER_IN_REVIEW, Verb.ORDER_FULFILLED):
        record(Verb.ORDER_VIDEO_GONE, order, actor=None)
        assert unread() == ["video_gone"]
        record(verb, order, actor=None)
        assert unread() == []


def test_a_video_that_was_not_published_is_news_until_the_creator_sends_one_or_one_is_there(
    order: Order,
) -> None:
    for verb in (Verb.PUBLICATION_ASKED, Verb.ORDER_POSTING, Verb.ORDER_IN_REVIEW, Verb.ORDER_FULFILLED):  # fmt: skip
        record(Verb.PUBLICATION_FAILED, order, actor=None)
        assert unread() == ["not_published"]
        record(verb, order, actor=None)
        assert unread() == []


def test_mail_that_is_allowed_again_settles_that_the_creator_cannot(
    order: Order, olivia: User
) -> None:
    reply = say(order, ReplyKind.CANNOT)
    assert unread() == ["cannot"]
    allow_mail(reply, actor=olivia)
    assert unread() == []


def test_another_order_and_later_news_stay(order: Order, campaign: Campaign, olivia: User) -> None:
    other = an_order(campaign, an_account("rio"), tiktok_order_id="9")
    for each in (order, other):
        record(Verb.ORDER_OVERDUE, each, actor=None)
    record(Verb.ORDER_REMINDED, order, actor=olivia)
    record(Verb.ORDER_OVERDUE, order, actor=None)
    assert unread() == ["overdue", "overdue"]


def test_a_member_who_looks_lets_what_settles_be_read(order: Order, olivia: User) -> None:
    plan_alerts()
    heard()
    Work.objects.filter(kind=READ).update(due_at=timezone.now() + timedelta(minutes=5))
    record(Verb.ORDER_REMINDED, order, actor=olivia)
    read_on()
    assert Work.objects.get(kind=READ).due_at <= timezone.now()


def test_what_settles_settles_something_that_is_told() -> None:
    assert set().union(*SETTLED_BY.values()) <= set(AlertKind)
    assert all(SETTLED_BY.values())


# --- pages ---------------------------------------------------------------------------------------------------------
def open_page(person: User, path: str, **more: Any) -> None:
    """Open a page in a browser, whose bell asks for the count."""
    page = f"http://testserver{path}"
    browser(person).get(COUNT, headers={"HX-Request": "true", "HX-Current-URL": page, **more})


def test_opening_the_page_of_what_it_is_about_reads_an_alert_of_this_member_alone(
    order: Order, campaign: Campaign, olivia: User, member: Any
) -> None:
    adam = member("Adam")
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    record(Verb.CAMPAIGN_BELOW_PLAN, campaign, actor=None, number=GoalNumber.VIEWS, percent=50)
    assert unread(olivia) == ["accepted", "below_plan"]
    root = f"/o/oaks/campaigns/{campaign.pk}/"
    for path in (f"{root}orders/", "/o/oaks/", "/nowhere/", f"{root}orders/{order.pk + 1}/"):
        open_page(olivia, path)
    open_page(olivia, f"{root}orders/{order.pk}/", **{"X-Seen": "an earlier version"})
    assert unread(olivia) == ["accepted", "below_plan"]
    open_page(olivia, f"{root}orders/{order.pk}/?from=mail")
    assert unread(olivia) == ["below_plan"]
    open_page(olivia, root)
    assert unread(olivia) == []
    assert unread(adam) == ["accepted", "below_plan"]


def test_an_order_that_is_opened_on_top_of_its_list_is_open(
    order: Order, campaign: Campaign, olivia: User
) -> None:
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    assert unread(olivia) == ["accepted"]
    url = f"/o/oaks/campaigns/{campaign.pk}/orders/{order.pk}/"
    drawer = browser(olivia).get(url, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{COUNT}?opened={url}"' in drawer
    browser(olivia).get(f"{COUNT}?opened={url}", headers={"HX-Request": "true"})
    assert unread(olivia) == []


def test_drafts_permissions_and_imports_have_pages_too(
    order: Order, campaign: Campaign, olivia: User
) -> None:
    review = Review.objects.create(campaign=campaign, order=order)
    record(Verb.DRAFT_SUBMITTED, order, actor=None, draft=1, version=1)
    record(Verb.DRAFT_SUBMITTED, order, actor=None, draft=2, version=1)
    record(Verb.ORDER_QUESTION_ASKED, order, actor=None)
    record(Verb.CONNECTION_ENDING, order.account, actor=None, ends_at=timezone.now())
    roster = Import.objects.create(name="Roster", started_by=olivia)
    record(Verb.IMPORT_FINISHED, roster, actor=olivia, rows=1)
    assert unread(olivia) == ["draft", "draft", "question", "ending", "imported"]
    open_page(olivia, f"/o/oaks/campaigns/{campaign.pk}/review/{review.pk}/")
    open_page(olivia, f"/o/oaks/influencers/{order.account.influencer_id}/")
    open_page(olivia, f"/o/oaks/influencers/import/{roster.pk}/")
    assert unread(olivia) == ["draft", "question"]  # this draft's page shows neither
    posts = Import.objects.create(name="Posts", started_by=olivia)
    record(Verb.IMPORT_FINISHED, posts, actor=olivia, rows=1)
    assert unread(olivia) == ["draft", "question", "imported"]
    open_page(olivia, f"/o/oaks/campaigns/{campaign.pk}/networks/import/{posts.pk}/")
    assert unread(olivia) == ["draft", "question"]


def test_an_address_of_another_organization_reads_nothing_here(
    order: Order, campaign: Campaign, olivia: User
) -> None:
    record(Verb.ORDER_ACCEPTED, order, actor=None)
    assert unread(olivia) == ["accepted"]
    open_page(olivia, f"/o/elms/campaigns/{campaign.pk}/orders/{order.pk}/")
    assert unread(olivia) == ["accepted"]
