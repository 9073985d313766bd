"""The subjects of events, as far as they say whom to tell; and the members who may be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from alerts.models import Preferences
from alerts.policies import Reader, Subject, Wishes
from campaigns.models import Campaign, Order
from crm.models import Application, Import, SocialAccount
from tenancy.enums import Verb
from tenancy.models import Event, GroupMember, Membership
from tenancy.scope import required_organization_id

Subjects = dict[int, Subject]


def readers() -> list[Reader]:
    """The members of the organization in scope, with their wishes."""
    organization = required_organization_id()
    members = Membership.objects.filter(organization=organization, user__is_active=True)
    wishes = {each.person_id: each.wishes for each in Preferences.objects.all()}
    groups = defaultdict(set)
    for person, group in GroupMember.objects.values_list("user", "group"):
        groups[person].add(group)
    return [
        Reader(
            each.user_id,
            each.role,
            frozenset(groups[each.user_id]) if each.is_limited else None,
            wishes.get(each.user_id, Wishes()),
        )
        for each in members.order_by("pk")
    ]


def subjects(events: Iterable[Event]) -> dict[tuple[str, int], Subject]:
    """The subjects of events by type and id; one that is gone is not among them."""
    ids = defaultdict(list)
    for event in events:
        ids[event.object_type].append(event.object_id)
    return {
        (object_type, pk): subject
        for object_type, pks in ids.items()
        if object_type in LOADERS
        for pk, subject in LOADERS[object_type](pks).items()
    }


def _orders(ids: Sequence[int]) -> Subjects:
    """The work of who sold the campaign, who sent the order and who looks after the creator."""
    senders = defaultdict(set)
    sent = Event.objects.filter(
        object_type=_label(Order), object_id__in=ids, verb=Verb.ORDER_CREATING
    )
    for order, actor in sent.exclude(actor=None).values_list("object_id", "actor"):
        senders[order].add(actor)
    columns = (
        "pk", "account__influencer__group", "campaign__salesperson", "account__influencer__owner",
    )  # fmt: skip
    rows = Order.objects.filter(pk__in=ids).values_list(*columns)
    return {
        pk: Subject(group, responsible=_people(salesperson, owner, *senders[pk]))
        for pk, group, salesperson, owner in rows
    }


def _accounts(ids: Sequence[int]) -> Subjects:
    rows = SocialAccount.objects.filter(pk__in=ids)
    columns = ("pk", "influencer__group", "influencer__owner")
    return {
        pk: Subject(group, responsible=_people(owner))
        for pk, group, owner in rows.values_list(*columns)
    }


def _campaigns(ids: Sequence[int]) -> Subjects:
    rows = Campaign.objects.filter(pk__in=ids).values_list("pk", "salesperson")
    return {pk: Subject(is_whole=True, responsible=_people(person)) for pk, person in rows}


def _imports(ids: Sequence[int]) -> Subjects:
    """An import is the business of who started it alone."""
    rows = Import.objects.filter(pk__in=ids).values_list("pk", "started_by")
    return {
        pk: Subject(is_whole=True, responsible=_people(person), is_theirs=True)
        for pk, person in rows
    }


def _applications(ids: Sequence[int]) -> Subjects:
    """An application is nobody's own: all hear of it who see its program and may decide."""
    rows = Application.objects.filter(pk__in=ids).values_list("pk", "program__group")
    return {pk: Subject(group) for pk, group in rows}


def _people(*ids: int | None) -> frozenset[int]:
    return frozenset(pk for pk in ids if pk is not None)


def _label(model: type[Order | SocialAccount | Campaign | Import | Application]) -> str:
    return str(model._meta.label_lower)


LOADERS: dict[str, Callable[[Sequence[int]], Subjects]] = {
    _label(Order): _orders,
    _label(SocialAccount): _accounts,
    _label(Campaign): _campaigns,
    _label(Import): _imports,
    _label(Application): _applications,
}
