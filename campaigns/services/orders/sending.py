"""Sending of order requests to TikTok: each by whoever claims it, outside any transaction, its result written after.

A request whose answer was lost is `uncertain`: TikTok is read before anything is asked again (`reconciling`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from campaigns.enums import OrderState, RequestState
from campaigns.models import Order, OrderRequest
from campaigns.services.orders import transitions
from campaigns.services.orders.contact.invitations import invite_creators
from jobs.enums import Lane
from jobs.services.queue import WorkKind, claim_now, make_due, register_kind
from tiktok.enums import PollKind
from tiktok.errors import OutcomeUnknown, TikTokBusy, TikTokProblem, TikTokUnavailable
from tiktok.services.orders.dialects import place_orders
from tiktok.services.orders.orders import OrderAsk, PlacedOrders

log = structlog.get_logger()
WORK_KIND = "order_request"
GROUP_FIELDS = ["campaign_code", "tiktok_campaign_id", "invite_link"]
RELATED = (
    "account__influencer",
    "request",
    "organization",
)  # of an order that is sent or invited to
LOST_AFTER = timedelta(minutes=5)  # far beyond the client's time-out
LOST = "The connection broke while TikTok was being asked, so it is not known whether the orders exist."
UNCERTAIN = "TikTok did not answer in time, so it is not known whether the orders exist."
POSTPONED = "TikTok could not take the request just now. Nothing was created; it is tried again automatically."
NOT_ACCEPTED = "TikTok did not accept this creator for the order and gave no reason."


def send_submission(first: OrderRequest) -> None:
    """Ask TikTok for the orders of a submission, market by market: trouble in one leaves the others alone."""
    for request in (first, *first.elsewhere.filter(continues=None).order_by("pk")):
        send_order_request(request)


def send_order_request(request: OrderRequest) -> OrderRequest:
    """Ask TikTok for the orders of a due request and of those that continue it, and invite the creators.

    Who claims a request sends it; anybody else's call does nothing. The result stands on request and orders. Raises
    nothing that TikTok says: an order's page shows it.
    """
    for part in _parts(request):
        with claim_now(WORK_KIND, part.pk) as is_mine:
            if is_mine:
                _send_or_give_up(part)
        part.refresh_from_db()
        if part.state not in {RequestState.DONE, RequestState.FAILED}:
            break  # what follows needs this one's code
    request.refresh_from_db()
    return request


def _parts(request: OrderRequest) -> Iterator[OrderRequest]:
    first = request.continues or request
    yield first
    yield from first.continuations.order_by("pk")


def send_due_requests(request_ids: Sequence[int]) -> None:
    """Settle requests whose sender was killed or broken."""
    for request in OrderRequest.objects.filter(pk__in=request_ids):
        _send_or_give_up(request)


def _send_or_give_up(request: OrderRequest) -> None:
    """A request whose earlier sender never came back is uncertain, not due: the call may have been made."""
    if _begin(request):
        _send(request)
    else:
        _settle(request, RequestState.UNCERTAIN, LOST)


def _begin(request: OrderRequest) -> bool:
    """Is it to be sent? Committed before TikTok is asked."""
    return bool(
        OrderRequest.objects.filter(pk=request.pk, state=RequestState.DUE).update(
            state=RequestState.SENDING, sending_at=timezone.now(), problem=""
        )
    )


def _send(request: OrderRequest) -> None:
    asked = {order.pk: order.account.handle for order in open_orders(request)}
    try:
        answer = place_orders(request.marketplace_account, _ask(request), list(asked.values()))
    except OutcomeUnknown:
        _settle(request, RequestState.UNCERTAIN, UNCERTAIN)
    except (TikTokUnavailable, TikTokBusy):
        _settle(request, RequestState.DUE, POSTPONED)
    except TikTokProblem as problem:
        _fail(request, str(problem))
    else:
        log.info("orders.created", request=request.pk, orders=len(answer.orders))
        _keep_answer(request, answer, asked)
        invite_creators(loaded_orders(request))


def _ask(request: OrderRequest) -> OrderAsk:
    return OrderAsk(
        name=request.campaign.name,
        brand_name=request.brand_name,
        description=request.description,
        video_count=request.video_count,
        reference=request.reference,
        group=known_group(request),
        notifies=not request.was_uncertain,
        spark_days=request.spark_days,
    )


def known_group(request: OrderRequest) -> str:
    """The id at TikTok of the orders of this request, of the one it continues or adds to, or of one that continues it."""
    return next((part.group for part in _parts(request) if part.group), request.origin.group)


def loaded_orders(request: OrderRequest) -> list[Order]:
    """The request's orders with all that sending and inviting need."""
    return list(request.orders.select_related(*RELATED).order_by("pk"))


def open_orders(request: OrderRequest) -> list[Order]:
    """The orders that TikTok has neither made nor refused."""
    return [order for order in loaded_orders(request) if order.state == OrderState.CREATING]


def _settle(request: OrderRequest, state: RequestState, problem: str) -> None:
    """Leave the sending state, in which only its claimer is, or who finds it lost."""
    with transaction.atomic():
        is_uncertain = {"was_uncertain": True} if state == RequestState.UNCERTAIN else {}
        sending = OrderRequest.objects.filter(pk=request.pk, state=RequestState.SENDING)
        if sending.update(state=state, problem=problem, **is_uncertain):
            request.orders.filter(state=OrderState.CREATING).update(problem=problem)


@transaction.atomic
def _fail(request: OrderRequest, reason: str) -> None:
    OrderRequest.objects.filter(pk=request.pk).update(
        state=RequestState.FAILED, problem=reason[: transitions.EVIDENCE_LENGTH]
    )
    for order in request.orders.select_for_update().filter(state=OrderState.CREATING):
        transitions.mark_failed(order, reason=reason)


@transaction.atomic
def _keep_answer(request: OrderRequest, answer: PlacedOrders, asked: Mapping[int, str]) -> None:
    """`asked`: the handles that TikTok was given, by order; a creator may have been renamed since."""
    request.state, request.problem = RequestState.DONE, ""
    keep_group(request, answer)
    request.save(update_fields=["state", "problem", *GROUP_FIELDS])
    accepted = {order.handle.lower(): order.order_id for order in answer.orders}
    waiting = request.orders.select_for_update().filter(pk__in=asked)
    for order in waiting.filter(state=OrderState.CREATING):
        order_id = accepted.get(asked[order.pk].lower())
        if order_id is None:
            transitions.mark_failed(order, reason=NOT_ACCEPTED)
            continue
        keep_created(order, order_id, answer, evidence=f"TikTok created the order{under(answer)}.")


def keep_group(request: OrderRequest, answer: PlacedOrders) -> None:
    """Keep the ids that the request's orders share at TikTok (not saved: `GROUP_FIELDS`)."""
    request.campaign_code, request.invite_link = answer.campaign_code, answer.invite_link
    request.tiktok_campaign_id = "" if answer.campaign_code else answer.group


def keep_created(order: Order, order_id: str, answer: PlacedOrders, *, evidence: str) -> None:
    """Keep that TikTok has this order; it is synced from now on. Inside the caller's transaction."""
    transitions.mark_created(
        order,
        order_id=order_id,
        campaign_code=answer.campaign_code,
        invite_link=answer.invite_link,
        evidence=evidence,
    )
    make_due(PollKind.ORDER, order.pk)


def under(answer: PlacedOrders) -> str:
    """The code of the orders as the end of a sentence; empty where TikTok has no codes."""
    return f" under code {answer.campaign_code}" if answer.campaign_code else ""


register_kind(WorkKind(WORK_KIND, Lane.PERSON, send_due_requests, lease=LOST_AFTER))
