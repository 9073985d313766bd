"""Influencers: made, edited, archived and deleted, and who signs in as one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.errors import AddressTaken, GroupNeeded
from crm.models import Application, CustomField, Influencer, OtherAddress, Rate
from crm.policies.fields import Typed
from crm.queries import with_address
from crm.services.erasure.texts import start_search
from crm.services.erasure.traces import forget_event_texts, traces_of
from crm.services.fields import set_values
from crm.services.merging.finding import check_for_duplicates
from crm.signals import deleting
from jobs.models import Job
from tenancy.addresses import one_spelling
from tenancy.enums import Verb
from tenancy.models import Group, User
from tenancy.scope import current_groups, groups_scope, required_organization_id
from tenancy.services.events import record, record_each
from tenancy.services.organizations import let_influencer_in
from tiktok.models import Connection, Video
from tiktok.queries import active_consents
from tiktok.services.creators.removal import remove_creators

PLACES = ("owner_id", "group_id")


@dataclass(frozen=True)
class Price:
    """The price of one kind of post on one network."""

    network: str
    kind: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Details:
    """Checked details: columns of the influencer, further addresses, rates, and values of custom fields."""

    columns: Mapping[str, Any]
    emails: Sequence[str]
    prices: Sequence[Price]
    values: Mapping[CustomField, Typed | None]


@dataclass(frozen=True)
class Deleted:
    """The rows that have gone with an influencer, counted by model, the number of posts that stay without them, and the jobs
    that delete the rest: `readings` of their accounts over time, and `searches` of texts that name them."""

    rows: Mapping[str, int]
    kept: int
    readings: list[Job]
    searches: list[Job]


@transaction.atomic
def save_details(influencer: Influencer | None, details: Details, *, actor: User) -> Influencer:
    """Keep these details of an influencer, of a new one for None."""
    if influencer is None:
        influencer = create_influencer(actor=actor, **details.columns)
    else:
        edit_influencer(influencer, actor=actor, **details.columns)
        influencer.email = details.columns["email"]
    set_other_addresses(influencer, details.emails, actor=actor)
    set_rates(influencer, details.prices, actor=actor)
    set_values(influencer, details.values, actor=actor)
    return influencer


@transaction.atomic
def create_influencer(*, actor: User | None, **details: Any) -> Influencer:
    """A new influencer, without an account. `details` are checked columns: name, email, country …"""
    influencer = Influencer.objects.create(**details)
    record(Verb.INFLUENCER_CREATED, influencer, actor=actor)
    check_for_duplicates(influencer.pk)
    return influencer


def group_of_new() -> int | None:
    """The group of an influencer for whom nobody chooses one: of a member who sees some groups only the first by name, or
    they would not see whom they add. Raises GroupNeeded."""
    if current_groups() is None:
        return None
    groups = Group.objects.order_by("name", "pk").values_list("pk", flat=True)
    if (first := groups.first()) is None:
        raise GroupNeeded
    return first


@transaction.atomic
def edit_influencer(influencer: Influencer, *, actor: User | None, **changes: Any) -> None:
    """Change checked columns: name, email, country … A new address takes the dashboard away from an old one that never
    connected anything (it was a slip)."""
    locked = Influencer.objects.select_for_update().get(pk=influencer.pk)
    changed = [name for name, value in changes.items() if getattr(locked, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(locked, name, changes[name])
    if "email" in changed and _is_another_unused_person(locked):
        locked.person = None
    locked.save()
    texts = {"fields": _words(changed)}
    record(Verb.INFLUENCER_EDITED, locked, actor=actor, texts=texts, **_placed(changed))
    check_for_duplicates(locked.pk)


def _placed(columns: Iterable[str]) -> dict[str, Any]:
    """The detail of an event that changes an owner or a group, so that an undo sees whether somebody has changed it since."""
    return {column: True for column in PLACES if column in columns}


def _words(columns: Sequence[str]) -> list[str]:
    """Names of columns as people read them: `time_zone` is the time zone, `owner_id` the owner."""
    return sorted(name.removesuffix("_id").replace("_", " ") for name in columns)


@transaction.atomic
def add_address(influencer: Influencer, email: str, *, actor: User | None) -> None:
    """Save the address of an influencer who has none; one that is known meanwhile stays. Raises AddressTaken."""
    locked = Influencer.objects.select_for_update().get(pk=influencer.pk)
    if locked.email:
        return
    if other := with_address(Influencer.objects.exclude(pk=locked.pk), email).first():
        raise AddressTaken(other.name)
    edit_influencer(locked, actor=actor, email=one_spelling(email))


def _is_another_unused_person(influencer: Influencer) -> bool:
    person = influencer.person
    if person is None or person.email == one_spelling(influencer.email):
        return False
    return not Connection.objects.filter(person=person).exists()


@transaction.atomic
def set_other_addresses(
    influencer: Influencer, emails: Iterable[str], *, actor: User | None
) -> None:
    """Keep exactly these further addresses; the one that mail goes to is none of them."""
    wanted = {one_spelling(email) for email in emails} - {"", one_spelling(influencer.email)}
    kept = set(influencer.other_addresses.values_list("email", flat=True))
    if wanted == kept:
        return
    influencer.other_addresses.exclude(email__in=wanted).delete()
    OtherAddress.objects.bulk_create(
        [OtherAddress(influencer=influencer, email=email) for email in sorted(wanted - kept)]
    )
    record(Verb.INFLUENCER_EDITED, influencer, actor=actor, texts={"fields": ["further addresses"]})
    check_for_duplicates(influencer.pk)


@transaction.atomic
def set_rates(influencer: Influencer, prices: Sequence[Price], *, actor: User | None) -> None:
    """Keep exactly these rates. Raises IntegrityError for two of the same network and kind."""
    kept = {Price(r.network, r.kind, r.amount, r.currency) for r in influencer.rates.all()}
    if set(prices) == kept:
        return
    influencer.rates.all().delete()
    Rate.objects.bulk_create([Rate(influencer=influencer, **vars(price)) for price in prices])
    record(Verb.INFLUENCER_EDITED, influencer, actor=actor, texts={"fields": ["rates"]})


@transaction.atomic
def assign_influencers(
    influencers: Sequence[Influencer], column: str, value: int | None, *, actor: User | None
) -> dict[Influencer, tuple[int | None, int]]:
    """Give influencers an owner or a group (`column`: `owner_id`, `group_id`), or none. Return those who had another one: which,
    and the id of the event that says so."""
    ids = [influencer.pk for influencer in influencers]
    locked = Influencer.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    before = dict(locked.values_list("pk", column))
    done = [each for each in influencers if before.get(each.pk, value) != value]
    Influencer.objects.filter(pk__in=[each.pk for each in done]).update(**{column: value})
    texts = {"fields": _words([column])}
    said = record_each(Verb.INFLUENCER_EDITED, done, actor=actor, texts=texts, **_placed([column]))
    return {each: (before[each.pk], event.pk) for each, event in zip(done, said, strict=True)}


@transaction.atomic
def archive_influencers(
    influencers: Sequence[Influencer], *, actor: User | None
) -> list[Influencer]:
    """Take influencers out of lists, search and choices. Nothing is deleted, tracking goes on. Return those who were not."""
    return _set_archived(influencers, is_archived=True, verb=Verb.INFLUENCER_ARCHIVED, actor=actor)


@transaction.atomic
def restore_influencers(
    influencers: Sequence[Influencer], *, actor: User | None
) -> list[Influencer]:
    """Bring archived influencers back; an applicant is taken in by that. Return those who were archived."""
    return _set_archived(influencers, is_archived=False, verb=Verb.INFLUENCER_RESTORED, actor=actor)


def _set_archived(
    influencers: Sequence[Influencer], *, is_archived: bool, verb: Verb, actor: User | None
) -> list[Influencer]:
    ids = [influencer.pk for influencer in influencers]
    rows = Influencer.objects.select_for_update().filter(
        pk__in=ids, archived_at__isnull=is_archived
    )
    changed = set(rows.values_list("pk", flat=True))
    Influencer.objects.filter(pk__in=changed).update(
        archived_at=timezone.now() if is_archived else None
    )
    with groups_scope(
        None
    ):  # whoever stands in the lists, or stood there, is no mere applicant, in whatever group
        Application.objects.filter(influencer__in=changed, is_new=True).update(is_new=False)
    done = [influencer for influencer in influencers if influencer.pk in changed]
    record_each(verb, done, actor=actor)
    return done


@transaction.atomic
def delete_influencer(
    influencer: Influencer,
    *,
    actor: User | None,
    verb: Verb = Verb.INFLUENCER_DELETED,
    was_known: bool = True,
) -> Deleted:
    """Delete an influencer with everything that hangs on them, for good, and what was read of their accounts unless they
    let the organization see it still. Of their work in campaigns the numbers of orders stay, without them (decision 25).
    The readings over time, and texts of others that name them, go by the jobs of what is returned. `was_known`: not of one who
    only applied: nobody wrote of them, and a stranger does not choose which words go."""
    # Whoever writes something about them at this moment waits, and then learns that they are gone.
    if not Influencer.objects.select_for_update(of=("self",)).filter(pk=influencer.pk):
        return Deleted({}, 0, [], [])
    traces = traces_of(influencer)
    creators = set(influencer.accounts.exclude(creator=None).values_list("creator_id", flat=True))
    kept = sum(int(posts or 0) for _, posts in deleting.send(Influencer, influencer=influencer))
    record(verb, influencer, actor=actor)
    forget_event_texts(traces.subjects)
    read = creators - set(
        active_consents().filter(creator__in=creators).values_list("creator_id", flat=True)
    )
    videos = Video.objects.filter(creator__in=read).count()
    rows = {**influencer.delete()[1], Video._meta.label: videos}
    searches = [start_search(traces.sought, actor=actor)] if was_known and traces.sought else []
    return Deleted(rows, kept, remove_creators(list(read), actor=actor), searches)


def open_dashboard(influencer: Influencer, person: User) -> None:
    """Save the row as this person's: they find the organization in the influencers' dashboard from now on."""
    influencer.person = person
    influencer.save()
    let_influencer_in(required_organization_id(), person)


def name_in_mail(influencer: Influencer, handle: str) -> str:
    """How an e-mail addresses them: who is still named after the handle, by the handle."""
    return influencer.name if influencer.name != handle else f"@{handle}"
