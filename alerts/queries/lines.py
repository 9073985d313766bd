"""Alerts in words: read from what they are about, with the rights of who reads. What is gone says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import ngettext

from alerts.enums import AlertKind
from alerts.models import Alert
from campaigns.enums import GoalNumber, ReplyKind
from campaigns.models import Campaign, Order
from crm.models import Application, Import, SocialAccount
from tenancy.enums import Verb
from ui.bidi import isolated

GONE = "It was deleted since, or is not yours to see any more."
URGENT = frozenset(
    {
        AlertKind.DRAFT, AlertKind.QUESTION, AlertKind.NEW_DATE, AlertKind.CANNOT, AlertKind.LEFT, AlertKind.VIDEO_GONE, AlertKind.REJECTED,
        AlertKind.FAILED, AlertKind.NOT_PUBLISHED, AlertKind.OVERDUE, AlertKind.BELOW_PLAN, AlertKind.ENDING, AlertKind.APPLIED,
    }
)  # fmt: skip
BADGES: dict[str, tuple[str, str]] = {
    AlertKind.APPLIED: ("Application", "info"),
    AlertKind.ACCEPTED: ("Accepted", "success"),
    AlertKind.PUBLISHED: ("Live", "success"),
    AlertKind.DRAFT: ("Draft", "info"),
    AlertKind.QUESTION: ("Question", "info"),
    AlertKind.NEW_DATE: ("New date", "warning"),
    AlertKind.CANNOT: ("Cannot", "danger"),
    AlertKind.LEFT: ("Left", "danger"),
    AlertKind.VIDEO_GONE: ("Video gone", "danger"),
    AlertKind.REJECTED: ("Rejected", "danger"),
    AlertKind.FAILED: ("Failed", "danger"),
    AlertKind.NOT_PUBLISHED: ("Not published", "danger"),
    AlertKind.OVERDUE: ("Overdue", "danger"),
    AlertKind.BELOW_PLAN: ("Below plan", "warning"),
    AlertKind.ENDING: ("Ends", "warning"),
    AlertKind.IMPORTED: ("Done", "success"),
}


@dataclass(frozen=True)
class Words:
    """The words of an alert: a sentence, what more there is to say, and the path of the page that it leads to."""

    sentence: str
    notes: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True)
class Line:
    """An alert as pages and e-mails show it."""

    alert: Alert
    words: Words
    is_gone: bool = False

    @property
    def sentence(self) -> str:
        return self.words.sentence

    @property
    def note(self) -> str:
        return " · ".join(self.words.notes)

    @property
    def badge(self) -> str:
        return BADGES[self.alert.kind][0]

    @property
    def tone(self) -> str:
        return BADGES[self.alert.kind][1]

    @property
    def is_urgent(self) -> bool:
        return self.alert.kind in URGENT

    @property
    def is_unread(self) -> bool:
        return self.alert.read_at is None

    @property
    def path(self) -> str:
        """The page that it leads to, below the organization's address; empty where there is none."""
        return self.words.path

    @property
    def url(self) -> str:
        """The same with the host, for e-mails."""
        return f"{settings.PUBLIC_URL}{self.path}"


def lines_of(alert_ids: Sequence[int], slug: str) -> list[Line]:
    """Put these alerts into words, in their order."""
    rows = Alert.objects.filter(pk__in=alert_ids).select_related("event")
    known = {alert.pk: alert for alert in rows}
    alerts = [known[pk] for pk in alert_ids if pk in known]
    found = _found(alerts)
    return [_line(alert, found, slug) for alert in alerts]


Found = Mapping[tuple[str, int], models.Model]


def _found(alerts: Iterable[Alert]) -> Found:
    """The rows that the alerts are about, as far as they are there for who reads."""
    ids: dict[str, set[int]] = {}
    for alert in alerts:
        ids.setdefault(alert.event.object_type, set()).add(alert.event.object_id)
    return {
        (name, row.pk): row
        for name, model in ABOUT.items()
        if ids.get(name)
        for row in RELATED.get(name, _as_it_is)(model.objects.filter(pk__in=ids[name]))  # type: ignore[attr-defined]
    }


def _as_it_is(rows: models.QuerySet[models.Model]) -> models.QuerySet[models.Model]:
    return rows


def _line(alert: Alert, found: Found, slug: str) -> Line:
    row = found.get((alert.event.object_type, alert.event.object_id))
    if row is None:
        return Line(alert, Words(str(alert.get_kind_display()), (GONE,)), is_gone=True)
    return Line(alert, WORDS[alert.kind](row, alert, slug))


def _day(day: date | datetime) -> str:
    return f"{day.day} {day:%b %Y}"


def _dated(alert: Alert, name: str) -> str:
    """A day or moment that the event keeps, as a day; empty where it keeps none."""
    kept = alert.event.detail.get(name)
    return _day(datetime.fromisoformat(kept)) if kept else ""


def _of_order(
    sentence: str, note: Callable[[Order, Alert], str], order: Order, alert: Alert, slug: str
) -> Words:
    creator = isolated(order.account.influencer.name)
    path = reverse("campaigns:order", args=[slug, order.campaign_id, order.pk])
    notes = (isolated(order.campaign.name), note(order, alert))
    return Words(sentence.format(creator=creator), tuple(filter(None, notes)), path)


def _nothing(order: Order, alert: Alert) -> str:
    return ""


def _problem(order: Order, alert: Alert) -> str:
    return order.problem


def _gone(order: Order, alert: Alert) -> str:
    return "TikTok no longer lists a video for the order"


def _due(order: Order, alert: Alert) -> str:
    due = _dated(alert, "due_on")
    return f"Due on {due}" if due else ""


def _wished(order: Order, alert: Alert) -> str:
    wished = _dated(alert, "wished_on")
    return f"Asks for {wished}" if wished else ""


def _said(kind: ReplyKind, order: Order, alert: Alert) -> str:
    """The latest of this kind that the creator said; nothing once it was taken back."""
    replies = [reply for reply in order.replies.all() if reply.kind == kind and reply.text]
    return f"“{isolated(replies[-1].text)}”" if replies else ""


def _drafted(order: Order, alert: Alert, slug: str) -> Words:
    words = _of_order("{creator} has sent a draft", _version, order, alert, slug)
    number = alert.event.detail["draft"]
    there = [each.pk for each in order.reviews.all() if each.number == number]
    name = "campaigns:review" if there else "campaigns:reviews"  # one that was taken back is gone
    return replace(words, path=reverse(name, args=[slug, order.campaign_id, *there]))


def _version(order: Order, alert: Alert) -> str:
    return f"Version {alert.event.detail['version']}"


def _below(campaign: Campaign, alert: Alert, slug: str) -> Words:
    detail = alert.event.detail
    number = GoalNumber(detail["number"]).label
    note = f"{number}: {detail['percent']} % of what is due by {_day(alert.event.at)}"
    path = reverse("campaigns:campaign", args=[slug, campaign.pk])
    return Words(f"{isolated(campaign.name)} is below its plan", (note,), path)


def _left(campaign: Campaign, alert: Alert, slug: str) -> Words:
    count = alert.event.detail["orders"]
    note = ngettext("%d open order ended", "%d open orders ended", count) % count
    path = reverse("campaigns:orders", args=[slug, campaign.pk])
    return Words(f"A creator of {isolated(campaign.name)} was deleted", (note,), path)


def _ending(account: SocialAccount, alert: Alert, slug: str) -> Words:
    creator = isolated(account.influencer.name)
    path = reverse("crm:influencer", args=[slug, account.influencer_id])
    sentence = f"The TikTok permission of {creator} ends on {_dated(alert, 'ends_at')}"
    return Words(sentence, (isolated(account),), path)


def _imported(row: Import, alert: Alert, slug: str) -> Words:
    count = alert.event.detail["rows"]
    note = ngettext("%d row", "%d rows", count) % count
    path = reverse("crm:import", args=[slug, row.pk])
    return Words("Import finished", (isolated(row.name), note), path)


def _applied(application: Application, alert: Alert, slug: str) -> Words:
    is_again = alert.event.verb == Verb.APPLICATION_ANSWERED
    said = "has answered your question" if is_again else "applies to a program"
    path = reverse("crm:program", args=[slug, application.program_id])
    return Words(
        f"{isolated(application.name)} {said}",
        (isolated(application.program.name),),
        f"{path}?application={application.pk}",
    )


WORDS: dict[str, Callable[..., Words]] = {
    AlertKind.APPLIED: _applied,
    AlertKind.ACCEPTED: partial(_of_order, "{creator} has accepted the order", _nothing),
    AlertKind.PUBLISHED: partial(_of_order, "A video of {creator} is published", _nothing),
    AlertKind.DRAFT: _drafted,
    AlertKind.QUESTION: partial(
        _of_order, "{creator} asks a question", partial(_said, ReplyKind.QUESTION)
    ),
    AlertKind.NEW_DATE: partial(_of_order, "{creator} asks for a new date", _wished),
    AlertKind.CANNOT: partial(
        _of_order, "{creator} cannot do the order", partial(_said, ReplyKind.CANNOT)
    ),
    AlertKind.LEFT: _left,
    AlertKind.VIDEO_GONE: partial(_of_order, "The video of {creator} is gone", _gone),
    AlertKind.REJECTED: partial(_of_order, "TikTok rejected a video of {creator}", _problem),
    AlertKind.FAILED: partial(_of_order, "TikTok did not take the order for {creator}", _problem),
    AlertKind.NOT_PUBLISHED: partial(
        _of_order, "A video of {creator} was not published from here", _nothing
    ),
    AlertKind.OVERDUE: partial(_of_order, "The order of {creator} is overdue", _due),
    AlertKind.BELOW_PLAN: _below,
    AlertKind.ENDING: _ending,
    AlertKind.IMPORTED: _imported,
}


def _with_creator(rows: models.QuerySet[models.Model]) -> models.QuerySet[models.Model]:
    return rows.select_related("account__influencer", "campaign").prefetch_related(
        "replies", "reviews"
    )


def _with_influencer(rows: models.QuerySet[models.Model]) -> models.QuerySet[models.Model]:
    return rows.select_related("influencer")


def _with_program(rows: models.QuerySet[models.Model]) -> models.QuerySet[models.Model]:
    return rows.select_related("program")


ABOUT: dict[str, type[models.Model]] = {
    model._meta.label_lower: model
    for model in (Order, SocialAccount, Campaign, Import, Application)
}
RELATED: dict[str, Callable[[models.QuerySet[models.Model]], models.QuerySet[models.Model]]] = {
    Order._meta.label_lower: _with_creator,
    SocialAccount._meta.label_lower: _with_influencer,
    Application._meta.label_lower: _with_program,
}
