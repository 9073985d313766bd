"""Many orders at once: reminded, sent again, given another due date, cancelled, restored, or asked for drafts. What is refused is told before and after, order by order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.enums import OrderState
from campaigns.errors import CampaignProblem, CannotRestore
from campaigns.models import Campaign, Order
from campaigns.policies.orders import CANCELLABLE, may_restore
from campaigns.queries import campaigns_of
from campaigns.services.orders.cancelling import cancel_order, latest_cancelling, restore_order
from campaigns.services.orders.contact.reminders import (
    remind,
    send_again,
    why_not_reminded,
    why_not_sent,
)
from campaigns.services.orders.due_dates import (
    change_due,
    give_back_due,
    latest_due_change,
    why_not_dated,
)
from campaigns.services.reviews.drafts import ask_for_draft, why_not_asked
from jobs.models import Job
from jobs.services.jobs import JobKind, Report, register_job, start_job
from jobs.services.slices import move_on, next_ids
from tenancy.enums import Permission, Verb
from tenancy.models import Event, User

BULK = "campaigns.orders_bulk"
CANCEL, RESTORE, DRAFT = "cancel", "restore", "draft"
DUE, DUE_BACK = "due", "due_back"
UNDONE_BY = {CANCEL: RESTORE, DUE: DUE_BACK}
SLICE = 20


def why_not_cancelled(order: Order) -> str:
    """The reason why an order is not cancelled; empty if it may be."""
    if order.state in CANCELLABLE:
        return ""
    return f"An order that is “{OrderState(order.state).label}” cannot be cancelled."


def why_not_restored(order: Order) -> str:
    """The reason why the cancelling of an order is not undone; empty if it may be."""
    if may_restore(order.state, order.invite_link):
        return ""
    return "The order is not cancelled, or its creator was deleted."


@dataclass(frozen=True)
class Wish:
    """The wish behind an action. `reason`: of a cancelling, for the creators; `due_on`: the day by which drafts are to be there,
    or videos; `job`: the job that does it; `undoes`: the job that it undoes."""

    actor: User
    reason: str
    due_on: date | None
    job: int
    undoes: int | None

    def undone(self, latest: Event | None) -> Event:
        """The latest change of an order, which is undone. Raises CannotRestore where there is none, or it is no longer that of
        the job whose changes are taken back."""
        if latest is None or self.undoes not in (None, latest.detail.get("job")):
            raise CannotRestore
        return latest


@dataclass(frozen=True)
class OrderAction:
    """An action on many orders: its button, what it did, why it leaves an order out, and how it is done with one; False where
    the order was so before."""

    button: str
    did: str
    why_not: Callable[[Order], str]
    act: Callable[[Order, Wish], object]


ACTIONS: dict[str, OrderAction] = {
    "remind": OrderAction(
        "Send reminders", "reminded", why_not_reminded,
        lambda order, wish: remind(order, actor=wish.actor),
    ),
    "again": OrderAction(
        "Send again", "sent again", why_not_sent,
        lambda order, wish: send_again(order, actor=wish.actor),
    ),
    DUE: OrderAction(
        "Change due date", "moved to the new date", why_not_dated,
        lambda order, wish: change_due(order, wish.due_on, actor=wish.actor, job=wish.job) is not None,
    ),
    DUE_BACK: OrderAction(
        "Give back the earlier dates", "moved back to the earlier date", why_not_dated,
        lambda order, wish: give_back_due(
            order, wish.undone(latest_due_change(order)), actor=wish.actor
        ),
    ),
    CANCEL: OrderAction(
        "Cancel orders", "cancelled", why_not_cancelled,
        lambda order, wish: cancel_order(
            order, reason=wish.reason, actor=wish.actor, job=wish.job
        ),
    ),
    RESTORE: OrderAction(
        "Restore orders", "restored", why_not_restored,
        lambda order, wish: restore_order(
            order, wish.undone(latest_cancelling(order)), actor=wish.actor
        ),
    ),
    DRAFT: OrderAction(
        "Ask for drafts", "asked for a draft", why_not_asked,
        lambda order, wish: ask_for_draft(order, wish.due_on, actor=wish.actor),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Previewed:
    """An order of a preview, with the reason why nothing is done with it."""

    order: Order
    refusal: str


def preview(orders: Sequence[Order], action: str) -> list[Previewed]:
    """The orders with what the action will do to each."""
    return [Previewed(order, ACTIONS[action].why_not(order)) for order in orders]


def start_bulk(
    campaign: Campaign,
    orders: Sequence[Order],
    action: str,
    *,
    reason: str = "",
    due_on: date | None = None,
    undoes: Job | None = None,
    actor: User,
) -> Job:
    """Have it done. `reason`: of a cancelling, for the creators; `due_on`: the day by which drafts are to be there, or
    videos; `undoes`: the job whose changes are taken back, where nobody has made another one since."""
    ids = [order.pk for order in orders]
    params = {"campaign": campaign.pk, "ids": ids, "action": action, "reason": reason}
    params["due_on"] = due_on.isoformat() if due_on else ""
    params["undoes"] = undoes.pk if undoes else None
    return start_job(BULK, params, total=len(ids), actor=actor)


def changed_by(job: Job) -> list[Order]:
    """The orders that this job has cancelled, or given another date, and nobody has changed so since."""
    verb = Verb.ORDER_CANCELLED if job.params["action"] == CANCEL else Verb.ORDER_DUE_CHANGED
    about = {"object_type": Order._meta.label_lower, "object_id__in": job.params["ids"]}
    changes = Event.objects.filter(**about, verb=verb).order_by("pk")
    latest = {event.object_id: event.detail.get("job") for event in changes}
    orders = Order.objects.filter(pk__in=[pk for pk, by in latest.items() if by == job.pk])
    why_not = ACTIONS[UNDONE_BY[job.params["action"]]].why_not
    return [order for order in orders.order_by("pk") if not why_not(order)]


def _slice(job: Job, _: None) -> bool:
    found = Order.objects.select_related("account").in_bulk(next_ids(job, SLICE))
    for order in found.values():
        link = ("campaigns:order", str(order), order.campaign_id, order.pk)
        job.count(_done(order, job), 1, link)
    return move_on(job, SLICE)


def _done(order: Order, job: Job) -> str:
    """Do it; returns the key of the outcome."""
    if job.actor is None:
        return "refused"
    action, day = str(job.params["action"]), job.params["due_on"]
    due_on = date.fromisoformat(day) if day else None
    wish = Wish(job.actor, job.params["reason"], due_on, job.pk, job.params["undoes"])
    try:
        is_changed = ACTIONS[action].act(order, wish) is not False
    except CampaignProblem:
        return "refused"
    return action if is_changed else "unchanged"


def _report(job: Job) -> Report:
    action = job.params["action"]
    done = sum(row["count"] for row in job.outcome if row["key"] == action)
    said = [("success", f"{done} of {job.total_count} orders {ACTIONS[action].did}.")]
    if done < job.total_count:
        said = [("warning", f"{said[0][1]} The others were left as they are: see Activity.")]
    campaign = job.params["campaign"]
    undo = ("campaigns:orders_bulk_undo", campaign, job.pk) if done and action in UNDONE_BY else ()
    return Report(("campaigns:orders", campaign), tuple(said), undo)


def register_bulk_jobs() -> None:
    """Make the job known."""
    words = {key: action.did for key, action in ACTIONS.items()}
    words |= {"unchanged": "had this date before", "refused": "left as they are"}
    kind = JobKind(
        BULK, "Change orders", words, _slice,
        report=_report, about=campaigns_of, permission=Permission.SEND_ORDERS,
    )  # fmt: skip
    register_job(kind)
