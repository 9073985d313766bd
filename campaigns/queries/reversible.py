"""The ways back in the timeline of an influencer: from being added to a campaign, removed from it, and from a cancelled order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Max

from campaigns.models import Campaign, Order, Participant, Post
from campaigns.policies.orders import may_restore
from campaigns.policies.participants import PARTICIPANT_STEPS
from crm.models import Influencer, SocialAccount
from crm.queries.reversible import Reversal
from tenancy.enums import Verb
from tenancy.models import Event

# What changes somebody's place in a campaign, or the terms of it: the latest alone is undone.
VERBS = {
    Verb.PARTICIPANT_ADDED, Verb.PARTICIPANT_REMOVED, Verb.PARTICIPANT_CHANGED, *PARTICIPANT_STEPS.values(),
}  # fmt: skip
Place = tuple[int, int]  # an account, a campaign


def participant_reversals(
    influencer: Influencer, events: Sequence[Event], is_newest: bool
) -> dict[int, Reversal]:
    """The ways back by the ids of events. Whoever has orders or posts in the campaign stays in it, and what was changed
    again since, on another page of the timeline, has no way back there."""
    latest: dict[Place, Event] = {}
    for event in events:
        if event.verb in VERBS:
            latest.setdefault((event.object_id, event.detail["campaign"]), event)
    if latest and not is_newest:
        overtaken = _later(latest)
        latest = {place: e for place, e in latest.items() if overtaken.get(place, e.pk) == e.pk}
    if not latest:
        return {}
    present, busy = _places(Participant, latest), _places(Order, latest) | _places(Post, latest)
    there = set(Campaign.objects.filter(pk__in={c for _, c in latest}).values_list("pk", flat=True))
    found = {}
    for place, event in latest.items():
        account, campaign = place
        fields: dict[str, str | int] = {"account": account, "back": "profile"}
        if event.verb == Verb.PARTICIPANT_ADDED and place in present - busy:
            found[event.pk] = Reversal("campaigns:participant_remove", campaign, fields)
        elif event.verb == Verb.PARTICIPANT_REMOVED and campaign in there and place not in present:
            found[event.pk] = Reversal("campaigns:participant_restore", campaign, fields)
    return found


def order_reversals(
    influencer: Influencer, events: Sequence[Event], is_newest: bool
) -> dict[int, Reversal]:
    """The ways back from cancelled orders by the ids of events: of each order the latest cancelling, while it stands."""
    latest: dict[int, int] = {}
    for event in events:
        if event.verb == Verb.ORDER_CANCELLED:
            latest.setdefault(event.object_id, event.pk)
    if latest and not is_newest:
        overtaken = _cancelled_later(latest)
        latest = {order: pk for order, pk in latest.items() if overtaken[order] == pk}
    if not latest:
        return {}
    orders = Order.objects.filter(pk__in=latest).only("state", "invite_link")
    return {
        latest[order.pk]: Reversal("campaigns:order_restore_of", order.pk)
        for order in orders
        if may_restore(order.state, order.invite_link)
    }


def _cancelled_later(orders: Iterable[int]) -> dict[int, int]:
    """The ids of the latest cancellings of these orders."""
    about = {"object_type": Order._meta.label_lower, "object_id__in": list(orders)}
    rows = Event.objects.filter(**about, verb=Verb.ORDER_CANCELLED).order_by()
    return dict(rows.values_list("object_id").annotate(latest=Max("pk")))


def _later(latest: Mapping[Place, Event]) -> dict[Place, int]:
    """The ids of the latest changes of these places."""
    changes = Event.objects.filter(
        object_type=SocialAccount._meta.label_lower,
        object_id__in={account for account, _ in latest},
        detail__campaign__in=[campaign for _, campaign in latest],
        verb__in=VERBS,
    )
    rows = changes.order_by().values_list("object_id", "detail__campaign")
    return {(account, campaign): pk for account, campaign, pk in rows.annotate(latest=Max("pk"))}


def _places(
    model: type[Participant] | type[Order] | type[Post], latest: Mapping[Place, Event]
) -> set[Place]:
    rows = model._default_manager.filter(
        account__in={account for account, _ in latest},
        campaign__in={campaign for _, campaign in latest},
    )
    return set(rows.values_list("account_id", "campaign_id"))
