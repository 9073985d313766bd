"""The access log of a person: who read their data, what and when, in all organizations, the latest first.

Reads are rows of `AccessEntry`; exports are events. Of members the role is shown, never the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Order, Participant
from crm.enums import AccessKind
from crm.models import AccessEntry, Influencer, SocialAccount
from portal.access import in_each_organization
from tenancy.enums import Role, Verb
from tenancy.models import Event, Membership, Organization, User

PAGE = 20
ENTRIES, EVENTS = 1, 0  # of the same moment, entries stand before events
PLACE = re.compile(r"(?P<at>[^~]+)(?:~(?P<table>[01])-(?P<pk>[0-9]{1,18}))?")
EXPORTED = (Verb.POSTS_EXPORTED, Verb.REPORT_EXPORTED, Verb.TABLE_EXPORTED)


class Place(NamedTuple):
    """The place of a line: no two lines have the same. `table`: ENTRIES or EVENTS; below both, before all of its moment."""

    at: datetime
    table: int = -1
    pk: int = 0

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.table}-{self.pk}"


@dataclass(frozen=True)
class Spell:
    """A time in which they took part in a campaign. `since` None: from the first; `until` None: still."""

    campaign: int
    since: datetime | None
    until: datetime | None

    @property
    def within(self) -> Q:
        """The rows of that time."""
        begun = Q(at__gte=self.since) if self.since else Q()
        return begun & Q(at__lt=self.until) if self.until else begun


@dataclass(frozen=True)
class Access:
    """One line: somebody of `organization` in this role (`who`) did this (`what`), for the first time that day `at`."""

    organization: Organization
    place: Place
    who: str
    what: str

    @property
    def at(self) -> datetime:
        """The moment at which it was read or taken out."""
        return self.place.at


@dataclass(frozen=True)
class AccessPage:
    """Some lines, and the place of the last one, behind which the next ones are; empty at the end."""

    lines: list[Access]
    before: str


def access_page(person: User, before: str = "") -> AccessPage:
    """The latest lines behind this place of one, or before this moment (ISO 8601); from now on where it is neither."""
    limit = _place(before)
    found = in_each_organization(
        person, lambda organization, influencer: list(_lines(organization, influencer, limit))
    )
    lines = sorted(
        (line for each in found for line in each), key=lambda line: line.place, reverse=True
    )
    is_more = len(lines) > PAGE
    lines = lines[:PAGE]
    return AccessPage(lines, str(lines[-1].place) if is_more else "")


def _place(text: str) -> Place | None:
    found = PLACE.fullmatch(text)
    if found is None:
        return None
    try:
        given = parse_datetime(found["at"])
        at = given.astimezone(UTC) if given and given.tzinfo else None
    except (ValueError, OverflowError):  # such as a month 13, or beyond the last year
        return None
    if at is None:
        return None
    return Place(at, int(found["table"]), int(found["pk"])) if found["table"] else Place(at)


def _behind(place: Place | None, table: int) -> Q:
    """The rows of this table that stand behind the place."""
    if place is None:
        return Q()
    if table < place.table:
        return Q(at__lte=place.at)
    same = Q(at=place.at, pk__lt=place.pk) if table == place.table else Q()
    return Q(at__lt=place.at) | same


def _lines(
    organization: Organization, influencer: Influencer, limit: Place | None
) -> Iterator[Access]:
    is_since = Q(at__gte=influencer.created_at)
    applied = influencer.applications.filter(submitted_at__isnull=False)
    sent = list(applied.values_list("program", "program__name", "submitted_at"))
    programs = {program: name for program, name, _at in sent}
    applied_to = Q(pk__in=[])
    for program, _name, at in sent:  # a file from before has nothing of theirs
        applied_to |= Q(verb=Verb.APPLICATIONS_EXPORTED, object_id=program, at__gte=at)
    spells = _spells(influencer)
    mine = {spell.campaign for spell in spells}
    campaigns = dict(Campaign.objects.filter(pk__in=mine).values_list("pk", "client"))
    concerns_me = Q(influencer=influencer) | Q(influencer=None, campaign_id=None)
    exported = Q(verb=Verb.INFLUENCERS_EXPORTED)
    for spell in spells:
        if spell.campaign in campaigns:
            concerns_me |= Q(spell.within, campaign_id=spell.campaign)
            exported |= Q(spell.within, verb__in=EXPORTED, object_id=spell.campaign)
    entries = AccessEntry.objects.filter(concerns_me, _behind(limit, ENTRIES), is_since)
    for entry in entries.order_by("-at", "-pk")[: PAGE + 1]:
        place = Place(entry.at, ENTRIES, entry.pk)
        yield Access(organization, place, _reader(entry), _read(entry, campaigns))
    orders = Order.objects.filter(account__influencer=influencer)
    clients = dict(orders.values_list("pk", "request__brand_name"))
    published = Q(verb=Verb.PUBLICATION_DONE, object_id__in=clients)
    rows = Event.objects.filter(exported | applied_to | published, _behind(limit, EVENTS), is_since)
    events = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    roles = _roles(organization, events)
    for event in events:
        place = Place(event.at, EVENTS, event.pk)
        if event.verb == Verb.PUBLICATION_DONE:
            brand = {"brand": clients[event.object_id]}
            said = _("Published a video that you uploaded, for %(brand)s") % brand
            yield Access(organization, place, _("This service, for you"), said)
            continue
        who = roles.get(event.actor_id, _("A former member"))
        yield Access(organization, place, who, _taken(event, campaigns, programs))


def _spells(influencer: Influencer) -> list[Spell]:
    """The times in which an account of theirs took part in a campaign, as the events say it; without them, from the row."""
    accounts = list(influencer.accounts.values_list("pk", flat=True))
    about = Event.objects.filter(
        object_type=SocialAccount._meta.label_lower, object_id__in=accounts,
        verb__in=(Verb.PARTICIPANT_ADDED, Verb.PARTICIPANT_REMOVED),
    )  # fmt: skip
    found: list[Spell] = []
    since: dict[tuple[int, int], datetime] = {}
    for account, verb, campaign, at in about.order_by("pk").values_list(
        "object_id", "verb", "detail__campaign", "at"
    ):
        begun = since.pop((account, campaign), None)
        if verb == Verb.PARTICIPANT_ADDED:
            since[account, campaign] = begun or at
        else:
            found.append(Spell(campaign, begun, at))
    rows = Participant.objects.filter(account__in=accounts)
    for account, campaign, at in rows.values_list("account", "campaign", "added_at"):
        found.append(Spell(campaign, since.get((account, campaign), at), None))
    return found


def _roles(organization: Organization, events: list[Event]) -> dict[int | None, str]:
    actors = [event.actor_id for event in events if event.actor_id]
    rows = Membership.objects.filter(organization=organization, user__in=actors)
    return {user: _role(role) for user, role in rows.values_list("user_id", "role")}


def _role(role: str) -> str:
    return {
        Role.OWNER: _("An owner"),
        Role.ADMIN: _("An administrator"),
        Role.MANAGER: _("A manager"),
        Role.VIEWER: _("A viewer"),
    }[Role(role)]


def _reader(entry: AccessEntry) -> str:
    if entry.role:
        return _role(entry.role)
    return _("A client, by a link") if entry.kind == AccessKind.SHARED else _("A program of theirs")


def _read(entry: AccessEntry, campaigns: dict[int, str]) -> str:
    if entry.kind in {AccessKind.REPORT, AccessKind.SHARED}:
        brand = campaigns[entry.campaign_id or 0]
        return _("Opened the report with your work for %(brand)s") % {"brand": brand}
    return {
        AccessKind.DASHBOARD: _("Opened your dashboard as you see it, without changing anything"),
        AccessKind.PROFILE: _("Opened your profile and your numbers"),
        AccessKind.API: _("Read your profile or your numbers"),
        AccessKind.API_LIST: _("Read lists or single rows in which you may stand"),
    }[AccessKind(entry.kind)]


def _taken(event: Event, campaigns: dict[int, str], programs: dict[int, str]) -> str:
    if event.verb == Verb.INFLUENCERS_EXPORTED:
        return _("Exported a list of creators in which you may stand")
    if event.verb == Verb.APPLICATIONS_EXPORTED:
        name = programs[event.object_id]
        return _("Exported applications to %(program)s, in which yours may stand") % {
            "program": name
        }
    brand = campaigns[event.object_id]
    return _("Exported the numbers of a campaign with your work for %(brand)s") % {"brand": brand}
