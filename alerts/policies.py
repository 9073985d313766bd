"""News that members are told of, to whom, and when the day's e-mail leaves. Over loaded facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.enums import MAILED, AlertKind, Delivery
from tenancy.enums import Role, Verb

KINDS: dict[str, AlertKind] = {
    Verb.APPLICATION_SUBMITTED: AlertKind.APPLIED,
    Verb.APPLICATION_ANSWERED: AlertKind.APPLIED,
    Verb.ORDER_ACCEPTED: AlertKind.ACCEPTED,
    Verb.ORDER_VIDEO_PUBLISHED: AlertKind.PUBLISHED,
    Verb.DRAFT_SUBMITTED: AlertKind.DRAFT,
    Verb.ORDER_QUESTION_ASKED: AlertKind.QUESTION,
    Verb.ORDER_DATE_ASKED: AlertKind.NEW_DATE,
    Verb.ORDER_DECLINED: AlertKind.CANNOT,
    Verb.CAMPAIGN_CREATOR_LEFT: AlertKind.LEFT,
    Verb.ORDER_VIDEO_GONE: AlertKind.VIDEO_GONE,
    Verb.ORDER_REJECTED: AlertKind.REJECTED,
    Verb.ORDER_FAILED: AlertKind.FAILED,
    Verb.PUBLICATION_FAILED: AlertKind.NOT_PUBLISHED,
    Verb.ORDER_OVERDUE: AlertKind.OVERDUE,
    Verb.CAMPAIGN_BELOW_PLAN: AlertKind.BELOW_PLAN,
    Verb.CONNECTION_ENDING: AlertKind.ENDING,
    Verb.IMPORT_FINISHED: AlertKind.IMPORTED,
}
VIDEO_IS_THERE = frozenset(
    {AlertKind.OVERDUE, AlertKind.REJECTED, AlertKind.VIDEO_GONE, AlertKind.NOT_PUBLISHED}
)
# What settles earlier news of the same thing, so that nobody needs to look at it any more. Of an answer to a creator, the kind
# that the event names.
SETTLED_BY: dict[str, frozenset[AlertKind]] = {
    Verb.ORDER_REPLY_SETTLED: frozenset({AlertKind.QUESTION, AlertKind.NEW_DATE, AlertKind.CANNOT}),
    Verb.ORDER_REPLY_TAKEN_BACK: frozenset(
        {AlertKind.QUESTION, AlertKind.NEW_DATE, AlertKind.CANNOT}
    ),
    Verb.ORDER_MAIL_ALLOWED: frozenset({AlertKind.CANNOT}),
    Verb.DRAFT_APPROVED: frozenset({AlertKind.DRAFT}),
    Verb.DRAFT_CHANGES_ASKED: frozenset({AlertKind.DRAFT}),
    Verb.DRAFT_TAKEN_BACK: frozenset({AlertKind.DRAFT}),
    Verb.ORDER_REMINDED: frozenset({AlertKind.OVERDUE}),
    Verb.ORDER_DUE_CHANGED: frozenset({AlertKind.OVERDUE}),
    Verb.ORDER_POSTING: frozenset({AlertKind.VIDEO_GONE, AlertKind.NOT_PUBLISHED}),
    Verb.PUBLICATION_ASKED: frozenset({AlertKind.NOT_PUBLISHED}),
    Verb.ORDER_IN_REVIEW: VIDEO_IS_THERE,
    Verb.ORDER_FULFILLED: VIDEO_IS_THERE,
    Verb.ORDER_CREATING: frozenset({AlertKind.FAILED}),
    Verb.ORDER_CANCELLED: frozenset(AlertKind),
    Verb.CAMPAIGN_ON_PLAN: frozenset({AlertKind.BELOW_PLAN}),
    Verb.APPLICATION_ACCEPTED: frozenset({AlertKind.APPLIED}),
    Verb.APPLICATION_ASKED_BACK: frozenset({AlertKind.APPLIED}),
    Verb.APPLICATION_DECLINED: frozenset({AlertKind.APPLIED}),
}
# Good news stands on screen; what asks for something comes by mail as well, unless the member chose otherwise.
GOOD_NEWS = frozenset({AlertKind.ACCEPTED, AlertKind.PUBLISHED, AlertKind.IMPORTED})
DIGEST_AT = time(8)


def usual_delivery(kind: str) -> Delivery:
    """The delivery of a kind for members who have not chosen."""
    return Delivery.SCREEN if kind in GOOD_NEWS else Delivery.DIGEST


def settled_kinds(
    verb: str, detail: Mapping[str, object], *, is_by_person: bool
) -> frozenset[AlertKind]:
    """The kinds of earlier news that an event settles. A reminder that the rule has sent settles nothing."""
    if verb == Verb.ORDER_REMINDED and not is_by_person:
        return frozenset()
    kinds = SETTLED_BY.get(verb, frozenset())
    return frozenset(each for each in kinds if detail.get("kind", each) == each)


@dataclass(frozen=True)
class Wishes:
    """A member's choice: deliveries by kind where they chose one, news of everybody's work or of their own, mail or none."""

    deliveries: Mapping[str, str] = field(default_factory=dict)
    of_everybody: bool = False
    is_mailed: bool = True

    def delivery(self, kind: str) -> Delivery:
        """The delivery of this kind; without e-mail all that would be mailed stands on screen."""
        chosen = Delivery(self.deliveries.get(kind, usual_delivery(kind)))
        return Delivery.SCREEN if chosen in MAILED and not self.is_mailed else chosen


@dataclass(frozen=True)
class Reader:
    """A member who may be told. `groups`: None, or the ids of those that they are limited to."""

    person_id: int
    role: str
    groups: frozenset[int] | None
    wishes: Wishes


@dataclass(frozen=True)
class Subject:
    """The thing that news is about. `group_id`: of its influencer; `is_whole`: it is about everybody alike, so nobody who is
    limited to groups is told. `responsible`: the people whose work it is; `is_theirs`: nobody else's business."""

    group_id: int | None = None
    is_whole: bool = False
    responsible: frozenset[int] = frozenset()
    is_theirs: bool = False


def deliveries(
    kind: AlertKind, subject: Subject, readers: Collection[Reader], *, actor_id: int | None
) -> dict[int, Delivery]:
    """Choose who hears of news and how, by person. Nobody hears of what they did themselves, but of the end of their own import.

    It goes to those whose work it is, and to those who wish to hear of everybody's. Where it is nobody's, all hear of it who
    could act on it.
    """
    seeing = [reader for reader in readers if _sees(reader, subject)]
    has_owner = any(reader.person_id in subject.responsible for reader in seeing)
    chosen = {
        reader.person_id: reader.wishes.delivery(kind)
        for reader in seeing
        if _is_concerned(reader, subject, has_owner=has_owner)
        and (subject.is_theirs or reader.person_id != actor_id)
    }
    return {person: delivery for person, delivery in chosen.items() if delivery != Delivery.OFF}


def _sees(reader: Reader, subject: Subject) -> bool:
    if reader.groups is None:
        return True
    return not subject.is_whole and subject.group_id in reader.groups


def _is_concerned(reader: Reader, subject: Subject, *, has_owner: bool) -> bool:
    if reader.person_id in subject.responsible:
        return True
    if subject.is_theirs:
        return False
    return reader.wishes.of_everybody or (not has_owner and reader.role != Role.VIEWER)


def until_digest(now: datetime, time_zone: str) -> timedelta:
    """How long until the day's next e-mail of a person in this time zone (a name of the IANA database)."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=n) for n in range(2))
    moments = (datetime.combine(day, DIGEST_AT, tzinfo=zone).astimezone(UTC) for day in days)
    return next(moment for moment in moments if moment > now) - now


# A campaign's first days say nothing of its end.
JUDGED_FROM, BELOW, ON_PLAN = 0.2, 0.7, 1.0


def is_below_plan(of_plan: float, passed: float) -> bool:
    """Is a campaign below 70 % of the part of its plan that is due by today? From the fifth part of its days on."""
    return passed >= JUDGED_FROM and of_plan < BELOW * passed


def is_on_plan(of_plan: float, passed: float) -> bool:
    """Has a campaign reached what is due by today?"""
    return of_plan >= ON_PLAN * passed
