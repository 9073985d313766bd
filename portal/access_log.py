"""The access log of a person: who read their data, what and when, in all organizations, the latest first.

Reads are rows of `AccessEntry`; exports are events. Of members the role is shown, never the name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Participant
from crm.enums import AccessKind
from crm.models import AccessEntry, Influencer
from portal.access import in_each_organization
from tenancy.enums import Role, Verb
from tenancy.models import Event, Membership, Organization, User

PAGE = 20
EXPORTED = (Verb.POSTS_EXPORTED, Verb.REPORT_EXPORTED, Verb.TABLE_EXPORTED)


@dataclass(frozen=True)
class Access:
    """One line: somebody of `organization` in this role (`who`) did this (`what`), for the first time that day `at`."""

    organization: Organization
    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class AccessPage:
    """Some lines, and the moment before which the next ones are; empty at the end."""

    lines: list[Access]
    before: str


def access_page(person: User, before: str = "") -> AccessPage:
    """The latest lines before this moment (ISO 8601); from now on where it is none."""
    limit = parse_datetime(before) if before else None
    found = in_each_organization(
        person, lambda organization, influencer: list(_lines(organization, influencer, limit))
    )
    lines = sorted(
        (line for each in found for line in each), key=lambda line: line.at, reverse=True
    )
    is_more = len(lines) > PAGE
    lines = lines[:PAGE]
    return AccessPage(lines, lines[-1].at.isoformat() if is_more else "")


def _lines(
    organization: Organization, influencer: Influencer, before: datetime | None
) -> Iterator[Access]:
    is_before = Q(at__lt=before) if before else Q()
    is_since = Q(at__gte=influencer.created_at)
    mine = Participant.objects.filter(account__influencer=influencer).values("campaign")
    campaigns = dict(Campaign.objects.filter(pk__in=mine).values_list("pk", "client"))
    concerns_me = Q(influencer=influencer) | Q(influencer=None, campaign_id=None) | Q(campaign_id__in=campaigns)  # fmt: skip
    entries = AccessEntry.objects.filter(concerns_me, is_before, is_since).order_by("-at")
    for entry in entries[: PAGE + 1]:
        yield Access(organization, entry.at, _reader(entry), _read(entry, campaigns))
    exported = Q(verb=Verb.INFLUENCERS_EXPORTED) | Q(verb__in=EXPORTED, object_id__in=campaigns)
    events = list(Event.objects.filter(exported, is_before, is_since).order_by("-at")[: PAGE + 1])
    roles = _roles(organization, events)
    for event in events:
        who = roles.get(event.actor_id, _("A former member"))
        yield Access(organization, event.at, who, _taken(event, campaigns))


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
        AccessKind.PROFILE: _("Opened your profile and your numbers"),
        AccessKind.API: _("Read your profile or your numbers"),
        AccessKind.API_LIST: _("Read lists or single rows in which you may stand"),
    }[AccessKind(entry.kind)]


def _taken(event: Event, campaigns: dict[int, str]) -> str:
    if event.verb == Verb.INFLUENCERS_EXPORTED:
        return _("Exported a list of creators in which you may stand")
    brand = campaigns[event.object_id]
    return _("Exported the numbers of a campaign with your work for %(brand)s") % {"brand": brand}
