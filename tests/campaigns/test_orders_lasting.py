"""A creator who cannot do an order, or wants no reminders, gets no later mail until that is taken back or lifted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import CampaignState, DraftState, ParticipantState, ReplyKind
from campaigns.errors import DraftNotTaken, NotToBeMailed
from campaigns.models import Campaign, Order, OrderReply, Participant
from campaigns.queries.order_checks import diagnose
from campaigns.queries.order_list import Asked, narrowed_page, next_step
from campaigns.queries.order_page import order_page
from campaigns.queries.orders import order_with_posts
from campaigns.services.order_bulk import preview
from campaigns.services.orders.contact.reminders import due_for_reminder, remind, send_again
from campaigns.services.orders.contact.replies import allow_mail, say, settle, take_back
from campaigns.services.reviews.drafts import Draft, ask_for_draft, submit_draft
from campaigns.services.reviews.verdicts import approve
from mail.models import Message
from tenancy.enums import Verb
from tenancy.models import Event, Organization, User
from tests.campaigns.test_campaigns_pages import base
from tests.connecting import a_person
from tests.factories.campaigns import a_campaign, an_account, an_order

pytestmark = pytest.mark.django_db
LASTING = [ReplyKind.CANNOT, ReplyKind.QUIET]
REASONS = {
    ReplyKind.CANNOT: "Nothing is mailed about this order until",
    ReplyKind.QUIET: "No reminder is mailed about this order until",
}


@pytest.fixture
def olivia(organization: Organization) -> User:
    return a_person("olivia@example.com")


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign(state=CampaignState.ACTIVE)


@pytest.fixture
def order(campaign: Campaign) -> Order:
    account = an_account("maya.bakes", email="maya@example.com")
    Participant.objects.create(campaign=campaign, account=account, state=ParticipantState.BRIEFED)
    return an_order(campaign, account, due_on=timezone.now().date())


def settled(order: Order, kind: ReplyKind, olivia: User, **answer: Any) -> OrderReply:
    reply = say(order, kind)
    settle(reply, actor=olivia, **answer)
    return reply


def said_on_page(order: Order) -> set[str]:
    page = order_page(order.pk, order.page_version)
    assert page is not None
    return set(page.said)


@pytest.mark.parametrize("kind", LASTING)
@pytest.mark.parametrize("answer", [{}, {"answer": "Thank you for telling us."}])
def test_an_answer_of_the_team_lets_it_hold(
    order: Order, olivia: User, kind: ReplyKind, answer: dict[str, str]
) -> None:
    assert list(due_for_reminder(timezone.now().date())) == [order]
    settled(order, kind, olivia, **answer)
    mails = Message.objects.count()
    for act in (remind, send_again):
        with pytest.raises(NotToBeMailed):
            act(order, actor=olivia)
    assert not due_for_reminder(timezone.now().date()).exists()
    with pytest.raises(DraftNotTaken, match="so nothing was sent"):
        ask_for_draft(order, None, actor=olivia)
    assert preview([order], "draft")[0].refusal
    assert Message.objects.count() == mails


@pytest.mark.parametrize("kind", [ReplyKind.QUESTION, ReplyKind.NEW_DATE, ReplyKind.PUBLISHED])
def test_anything_else_is_over_with_the_answer(order: Order, olivia: User, kind: ReplyKind) -> None:
    reply = settled(order, kind, olivia, answer="Yes.")
    remind(order, actor=olivia)
    assert not allow_mail(reply, actor=olivia)


@pytest.mark.parametrize("kind", LASTING)
def test_the_creator_takes_it_back_though_it_was_answered(
    order: Order, olivia: User, kind: ReplyKind
) -> None:
    settled(order, kind, olivia)
    assert kind in said_on_page(order)
    assert take_back(order, kind)
    assert kind not in said_on_page(order)
    assert not take_back(order, kind)
    remind(order, actor=olivia)
    assert Participant.objects.get().state == ParticipantState.BRIEFED


@pytest.mark.parametrize("kind", LASTING)
def test_the_team_allows_mail_again_in_so_many_words(
    manager: Client, order: Order, olivia: User, kind: ReplyKind
) -> None:
    reply = settled(order, kind, olivia)
    page = f"{base(order.campaign)}orders/{order.pk}/"
    assert "Allow mail again" in manager.get(page).content.decode()
    url = f"{page}replies/{reply.pk}/allow/"
    answer = manager.post(url, follow=True).content.decode()
    assert "The creator may be mailed about this order again." in answer
    assert "Allow mail again" not in answer
    event = Event.objects.get(verb=Verb.ORDER_MAIL_ALLOWED)
    assert event.detail == {"kind": kind}
    assert Participant.objects.get().state == ParticipantState.BRIEFED
    remind(order, actor=olivia)
    assert "was allowed already" in manager.post(url, follow=True).content.decode()
    assert manager.post(f"{page}replies/987/allow/").status_code == 404


def test_what_is_open_is_settled_with_it_and_a_viewer_may_not(
    viewer: Client, order: Order, olivia: User
) -> None:
    reply = say(order, ReplyKind.CANNOT)
    page = f"{base(order.campaign)}orders/{order.pk}/"
    assert "Allow mail again" not in viewer.get(page).content.decode()
    assert viewer.post(f"{page}replies/{reply.pk}/allow/").status_code == 403
    assert allow_mail(reply, actor=olivia)
    reply.refresh_from_db()
    assert (reply.settled_by, reply.is_held) == (olivia, False)


def test_who_holds_to_it_is_found_and_no_step_leads_to_a_mail(order: Order, olivia: User) -> None:
    def row(**asked: str) -> Any:
        return narrowed_page(order.campaign, Asked.of(asked), "").rows[0]

    assert next_step(row()).action == "again"
    settled(order, ReplyKind.QUIET, olivia)
    assert next_step(row()).action == "check"  # they have opened the page
    Order.objects.update(state="accepted")
    assert next_step(row()).text == "The creator wants no reminders, so none is sent"
    settled(order, ReplyKind.CANNOT, olivia)
    step = next_step(row(said="cannot"))
    assert step.text == "The creator cannot do it. Cancel the order, or allow mail again"
    assert row(said="quiet") == order
    assert narrowed_page(order.campaign, Asked.of({"said": "anything"}), "").rows == []
    found = order_with_posts(order.campaign, order.pk)
    assert found is not None
    assert diagnose(found).cause == "cannot"


@pytest.mark.parametrize("is_settled", [False, True])
@pytest.mark.parametrize(("kind", "why"), REASONS.items())
def test_no_page_offers_a_mail_that_would_be_refused(
    manager: Client, order: Order, olivia: User, kind: ReplyKind, why: str, *, is_settled: bool
) -> None:
    orders = f"{base(order.campaign)}orders/"
    page, bulk = f"{orders}{order.pk}/", f"{orders}bulk/"
    Order.objects.update(state="accepted")

    def offered() -> list[tuple[int, ...]]:
        shown = [manager.get(url).content.decode() for url in (page, orders)]
        acts = (f'action="{page}remind/"', f'action="{page}again/"', why, "Allow mail again")
        return [tuple(each.count(act) for act in acts) for each in shown]

    assert offered() == [(1, 1, 0, 0), (1, 0, 0, 0)]
    reply = settled(order, kind, olivia) if is_settled else say(order, kind)
    on_page, in_list = offered()
    assert on_page == (0, 0, 1, 1)
    assert in_list[:2] == (0, 0)
    for action in ("remind", "again"):
        shown = manager.get(bulk, {"ids": order.pk, "do": action}).content.decode()
        assert "0 of 1 order" in shown
        assert "Left as it is. The creator " in shown
        assert 'class="btn btn-primary"' not in shown.partition("foot-bar")[2]
    assert allow_mail(reply, actor=olivia)
    assert offered() == [(1, 1, 0, 0), (1, 0, 0, 0)]


@pytest.mark.parametrize(("kind", "mails"), [(ReplyKind.QUIET, 1), (ReplyKind.CANNOT, 0)])
def test_a_verdict_is_told_to_who_wants_no_reminders_and_not_to_who_cannot(
    order: Order, olivia: User, kind: ReplyKind, mails: int
) -> None:
    version = submit_draft(order, 1, Draft(text="A recipe"))
    settled(order, kind, olivia)
    judged = approve(version, actor=olivia)
    assert Message.objects.count() == mails
    assert bool(judged.mail_problem) == (not mails)
    assert order.reviews.get().state == DraftState.APPROVED
