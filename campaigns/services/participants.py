"""Terms of those who take part in a campaign: their state, fee and due date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from campaigns.enums import ParticipantState
from campaigns.models import Campaign, Order, Participant
from campaigns.policies.participants import PARTICIPANT_MOVES, PARTICIPANT_STEPS, state_after
from campaigns.services.campaigns import Columns, add_participants
from crm.models import SocialAccount
from tenancy.enums import Verb
from tenancy.models import Event, User
from tenancy.services.events import record_each


@dataclass(frozen=True)
class Terms:
    """The state, fee and due date of a participant."""

    state: str
    fee: Decimal | None
    due_on: date | None


@dataclass(frozen=True)
class Change:
    """A change of participants; what is None stays. `clears` names the columns to be emptied."""

    state: ParticipantState | None = None
    fee: Decimal | None = None
    due_on: date | None = None
    clears: frozenset[str] = frozenset()

    def of(self, terms: Terms) -> Terms | None:
        """The new terms; None if the state does not lead to the wanted one."""
        state = self.state or terms.state
        if state != terms.state and state not in PARTICIPANT_MOVES[terms.state]:
            return None
        fee = None if "fee" in self.clears else self.fee if self.fee is not None else terms.fee
        due_on = None if "due_on" in self.clears else self.due_on or terms.due_on
        return Terms(state, fee, due_on)


@dataclass(frozen=True)
class Changed:
    """The terms of participants before and after, and how many were refused, since their state leads elsewhere."""

    before: dict[int, Terms]
    after: dict[int, Terms]
    refused: int


def change_participants(
    campaign: Campaign, ids: Iterable[int], change: Change, *, actor: User
) -> Changed:
    """Change some participants of a campaign, each as far as their state allows it; one event for each move or change."""
    with transaction.atomic():
        rows = _locked(campaign, ids)
        wanted = {row.pk: change.of(terms_of(row)) for row in rows}
        return _changed(campaign, rows, {pk: t for pk, t in wanted.items() if t}, actor)


def restore_participants(
    campaign: Campaign, before: Mapping[int, Terms], after: Mapping[int, Terms], *, actor: User
) -> int:
    """Give participants back the terms of before, unless somebody has changed them since. Returns how many."""
    with transaction.atomic():
        rows = [row for row in _locked(campaign, before) if terms_of(row) == after.get(row.pk)]
        return len(_changed(campaign, rows, before, actor).after)


def bring_back(campaign: Campaign, accounts: Iterable[SocialAccount], *, actor: User | None) -> int:
    """Let accounts that were removed take part again, with the state, fee and due date of then. Returns how many do."""
    wanted = list(accounts)
    return add_participants(campaign, wanted, actor=actor, terms=_terms_of_then(campaign, wanted))


def _terms_of_then(campaign: Campaign, accounts: Iterable[SocialAccount]) -> dict[int, Columns]:
    """The terms on which these accounts were removed last, by account, as the event says them."""
    removed = Event.objects.filter(
        object_type=SocialAccount._meta.label_lower,
        object_id__in=[each.pk for each in accounts],
        verb=Verb.PARTICIPANT_REMOVED,
        detail__campaign=campaign.pk,
    )
    latest = removed.order_by("object_id", "-pk").distinct("object_id")
    return {event.object_id: _columns(event.detail) for event in latest}


def _columns(detail: Mapping[str, Any]) -> Columns:
    fee, due = detail.get("fee"), detail.get("due")
    return {
        "state": detail.get("was", ParticipantState.PROPOSED),
        "fee": None if fee is None else Decimal(fee) / 100,
        "due_on": date.fromisoformat(due) if due else None,
    }


def _of_order(order: Order) -> Participant | None:
    rows = Participant.objects.select_for_update(of=("self",))
    return rows.filter(campaign=order.campaign_id, account=order.account_id).first()


def move_participant(order: Order, state: ParticipantState) -> None:
    """The creator themselves says where they are, on the page of their order; nothing, if that does not follow. Inside the
    order's transaction."""
    row = _of_order(order)
    if row is not None and state in PARTICIPANT_MOVES[row.state]:
        terms = Terms(state, row.fee, row.due_on)
        _changed(order.campaign, [row], {row.pk: terms}, None)


def follow_order(order: Order, *, leads_back: bool = False) -> None:
    """Bring the participant whose order has moved to where that says they are. Inside the order's transaction. `leads_back`: the
    move begins anew what was over."""
    row = _of_order(order)
    if row is None:
        return
    others = Order.objects.filter(campaign=order.campaign_id, account=order.account_id)
    states = set(others.exclude(pk=order.pk).values_list("state", flat=True))
    state = state_after(row.state, order.state, others=states, leads_back=leads_back)
    if state:
        terms = Terms(state, row.fee, row.due_on)
        _changed(order.campaign, [row], {row.pk: terms}, None)


def terms_of(row: Participant) -> Terms:
    return Terms(row.state, row.fee, row.due_on)


def _locked(campaign: Campaign, ids: Iterable[int]) -> list[Participant]:
    rows = campaign.participants.filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _changed(
    campaign: Campaign, rows: list[Participant], wanted: Mapping[int, Terms], actor: User | None
) -> Changed:
    moved = [row for row in rows if row.pk in wanted and terms_of(row) != wanted[row.pk]]
    before = {row.pk: terms_of(row) for row in moved}
    verbs: dict[Verb, list[int]] = defaultdict(list)
    for row in moved:
        to = wanted[row.pk]
        verb = PARTICIPANT_STEPS[to.state] if to.state != row.state else Verb.PARTICIPANT_CHANGED
        verbs[verb].append(row.account_id)
        row.state, row.fee, row.due_on = to.state, to.fee, to.due_on
    Participant.objects.bulk_update(moved, ["state", "fee", "due_on"])
    accounts = SocialAccount.objects.in_bulk([row.account_id for row in moved])
    for verb, ids in verbs.items():
        record_each(
            verb,
            [accounts[pk] for pk in ids],
            actor=actor,
            texts={"campaign": campaign.name},
            campaign=campaign.pk,
        )
    after = {row.pk: terms_of(row) for row in moved}
    return Changed(before, after, refused=len(rows) - len(wanted))
