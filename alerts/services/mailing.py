"""E-mails of alerts: one at once for what has come together, and one a day. Each alert is in one e-mail at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from alerts.enums import Delivery
from alerts.models import Alert, Preferences
from alerts.policies import until_digest
from alerts.queries.lines import Line, lines_of
from alerts.services.preferences import off_url, preferences_of
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind, wake
from mail.errors import MailProblem
from mail.services.outbox import queue_message
from tenancy.models import GroupMember, Membership
from tenancy.scope import groups_scope, required_organization_id

AT_ONCE, DIGEST = "alerts.at_once", "alerts.digest"  # kinds of work; their subject is the person
MOST_LINES = 50
TEMPLATE = "alerts_news"


def plan_mail(delivery: Delivery, people: Iterable[int]) -> None:
    """Let these people of the organization in scope be written to."""
    if delivery == Delivery.AT_ONCE:
        make_due(AT_ONCE, *people)
        return
    now = timezone.now()
    for person in people:
        wake(DIGEST, person, after=until_digest(now, preferences_of(person).time_zone))


def plan_digest(preferences: Preferences) -> None:
    """Write the day's e-mail in the time zone that the person has now."""
    make_due(
        DIGEST, preferences.person_id, after=until_digest(timezone.now(), preferences.time_zone)
    )


def mail_at_once(people: Sequence[int]) -> Mapping[int, timedelta | None]:
    """Write to each of them what is to be told at once."""
    for person in people:
        _write(person, Delivery.AT_ONCE)
    return {}


def mail_digest(people: Sequence[int]) -> Mapping[int, timedelta | None]:
    """Write the day's e-mail to each of them, and say when the next one is due; never for who is a member no more."""
    now = timezone.now()
    return {
        person: until_digest(now, preferences_of(person).time_zone)
        if _write(person, Delivery.DIGEST)
        else None
        for person in people
    }


@transaction.atomic
def _write(person_id: int, delivery: Delivery) -> bool:
    """Write what waits for this person in one e-mail. Returns whether they are a member."""
    member = _member(person_id)
    waiting = Alert.objects.filter(
        person=person_id, delivery=delivery, mailed_at=None, read_at=None
    )
    alerts = list(waiting.select_for_update().order_by("pk"))
    if member is None or not alerts:
        return member is not None
    if _is_settled(member, alerts, delivery):
        pks = [alert.pk for alert in alerts]
        Alert.objects.filter(pk__in=pks).update(mailed_at=timezone.now())
    return True


def _member(person_id: int) -> Membership | None:
    rows = Membership.objects.filter(organization=required_organization_id(), user=person_id)
    return rows.filter(user__is_active=True).select_related("user", "organization").first()


def _is_settled(member: Membership, alerts: list[Alert], delivery: Delivery) -> bool:
    """Queue the e-mail, unless nothing of it is wanted or there any more. False: today's has gone already; it waits."""
    preferences = preferences_of(member.user_id)
    lines = [line for line in _lines(member, alerts) if not line.is_gone]
    if not lines or not preferences.is_mailed:
        return True
    now = timezone.now().astimezone(ZoneInfo(preferences.time_zone))
    names = {Delivery.DIGEST: f"digest:{now.date()}", Delivery.AT_ONCE: f"once:{alerts[-1].pk}"}
    day = now if delivery == Delivery.DIGEST else None
    news = News(member, lines, day, preferences.time_zone)
    try:
        _, is_new = queue_message(
            TEMPLATE,
            to=member.user.email,
            subject=news.subject,
            values={"news": news, "off_url": off_url(member.user_id)},
            intent=f"alerts:{member.user_id}:{names[delivery]}",
            is_secret=True,  # it names creators, who may be erased: its text goes once it is sent
        )
    except MailProblem:  # the address is dead; what it missed stands on screen
        return True
    return is_new


def _lines(member: Membership, alerts: list[Alert]) -> list[Line]:
    """The alerts in words, with the rights that the member has now."""
    groups = None
    if member.is_limited:
        groups = GroupMember.objects.filter(user=member.user_id).values_list("group", flat=True)
    with groups_scope(groups):
        return lines_of([alert.pk for alert in alerts], member.organization.slug)


@dataclass(frozen=True)
class News:
    """The contents of an e-mail, of all `lines`; the last ones are written out. `day`: of a day's e-mail, in the person's time
    zone."""

    member: Membership
    lines: list[Line]
    day: datetime | None
    time_zone: str

    @property
    def subject(self) -> str:
        if len(self.lines) == 1:
            return self.lines[0].sentence
        count = sum(line.is_urgent for line in self.lines)
        if not count:
            return ngettext("%d piece of news", "%d pieces of news", len(self.lines)) % len(
                self.lines
            )
        return ngettext("%d thing needs attention", "%d things need attention", count) % count

    @property
    def shown(self) -> list[Line]:
        return self.lines[-MOST_LINES:]

    @property
    def more(self) -> int:
        """How many are told of on the page alone."""
        return len(self.lines) - len(self.shown)

    @property
    def url(self) -> str:
        return self.address("alerts:list")

    @property
    def settings_url(self) -> str:
        return self.address("alerts:settings")

    def address(self, name: str) -> str:
        """The absolute address of a page of the organization."""
        return f"{settings.PUBLIC_URL}{reverse(name, args=[self.member.organization.slug])}"


register_kind(WorkKind(AT_ONCE, Lane.MAIL, mail_at_once))
register_kind(WorkKind(DIGEST, Lane.MAIL, mail_digest))
