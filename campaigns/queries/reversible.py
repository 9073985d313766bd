"""The ways back from being added to a campaign or removed from it, in the timeline of an influencer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Max

from campaigns.models import Campaign, Order, Participant, Post
from crm.models import Influencer, SocialAccount
from crm.queries.reversible import Reversal
from tenancy.enums import Verb
from tenancy.models import Event

VERBS = {Verb.PARTICIPANT_ADDED, Verb.PARTICIPANT_REMOVED}
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
