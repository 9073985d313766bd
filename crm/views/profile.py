"""One influencer: who they are, what TikTok says of an account of theirs, what to do next, and what happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from crm import queries
from crm.enums import AccessKind
from crm.models import ConnectInvitation
from crm.policies.next_action import next_action
from crm.queries.past import History
from crm.queries.readings import with_numbers
from crm.queries.timeline import CREATOR, INFLUENCE, KINDS
from crm.services.access.recording import note_access
from crm.services.notes import read_mentions
from crm.views.frame import allowances, found_influencer, sees_money
from mail.queries import address_mark
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.queries import people_in_scope
from tenancy.recent import remember
from tiktok.enums import AccountMetric, Unit
from tiktok.queries import MetricValue, audience_bars, is_released, memberships_by_market
from ui.bidi import isolated
from ui.keys import key_in

METRICS = AccountMetric.values  # in the order of the page: followers first
CHARTS = {"follower_count": "Followers", "like_count": "Likes", "average_views": "Views"}
PERIODS = {"7": "7 d", "30": "30 d", "90": "90 d", "365": "1 y", "0": "All"}
CHANGES = ("7", "30", "90")
# Everything that the page's address says; one link changes one of them.
CHOICES = {"chart": "follower_count", "period": "90", "change": "30", "videos": "grid"}


@dataclass(frozen=True)
class ShownMetric:
    """A metric as the page's components take it. `change`: since how it was some days ago, as a share or in points."""

    metric: MetricValue
    change: float | None = None
    is_common: bool = False  # its source and time are those said once for all

    @property
    def change_text(self) -> str:
        """The change in words: `3.1 %`, `0.3 points`."""
        if not self.change:
            return ""
        if self.metric.unit == Unit.FRACTION:
            return f"{abs(self.change) * 100:.1f} points"
        return f"{abs(self.change) * 100:.1f}\N{NO-BREAK SPACE}%"

    @property
    def shares(self) -> list[dict[str, Any]]:
        """The bars of an audience's distribution."""
        return audience_bars(self.metric)


@staff_page(Permission.READ)
def influencer(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The influencer's page, about one of their accounts at a time."""
    about = queries.influencer_about(pk, request.user, sees_money=sees_money(request))
    if about is None:
        return _where_merged(request, pk)
    found, released = about.influencer, is_released()
    if about.has_unread_mentions:
        read_mentions(found, request.user)
    row = queries.influencer_row(found, released=released)
    live = queries.influencer_live(found, row)
    if answer := live.answer(request):
        return answer
    remember(request, "influencer", found.pk)
    note_access(AccessKind.PROFILE, role=request.membership.role, influencer_id=found.pk)
    context = {
        **allowances(request),
        "row": row,
        "live": live,
        "others": with_numbers(row.others),
        "about": about,
        "influencer": found,
        "mark": address_mark(found.person.email if found.person else found.email),
        "is_released": released,
        **_chosen(request, row.accounts, about.invitations),
    }
    return render(request, "staff/crm/influencers/influencer.html", context)


def _where_merged(request: OrganizationRequest, pk: int) -> HttpResponse:
    stayed = queries.merged_into(pk)
    if stayed is None:
        raise Http404
    return redirect("crm:influencer", request.organization.slug, stayed)


def _chosen(
    request: OrganizationRequest,
    views: tuple[queries.AccountView, ...],
    invitations: Sequence[ConnectInvitation],
) -> dict[str, Any]:
    """The context of the chosen account; the first one unless the address says another."""
    if not views:
        return {"view": None}
    wanted = request.GET.get("account", "")
    view = next((each for each in views if str(each.account.pk) == wanted), views[0])
    choices = {name: request.GET.get(name, usual) for name, usual in CHOICES.items()}
    chart = choices["chart"] if choices["chart"] in CHARTS else CHOICES["chart"]
    period = choices["period"] if choices["period"] in PERIODS else CHOICES["period"]
    change = choices["change"] if choices["change"] in CHANGES else CHOICES["change"]
    panel = queries.account_panel(view)
    points = panel.history.points(chart, int(period))
    money = sees_money(request)
    metrics = [each for each in view.metrics if money or each.unit != Unit.MONEY]
    return {
        "view": view,
        "panel": panel,
        "markets": memberships_by_market(view.creator),
        **_metrics(metrics, panel.history, int(change)),
        "action": _action(view, metrics),
        "invitation": next((i for i in invitations if i.handle == view.account.handle), None),
        "chart": chart,
        "chart_label": CHARTS[chart],
        "charts": CHARTS,
        "period": period,
        "periods": PERIODS,
        "change": change,
        "changes": CHANGES,
        "series": [{"name": CHARTS[chart], "points": points}] if points else [],
        "videos_as": choices["videos"],
    }


def _metrics(seen: Sequence[MetricValue], history: History, days: int) -> dict[str, Any]:
    """The metrics by how they are shown, and the source and time that most of them have."""
    metrics = sorted(seen, key=lambda metric: METRICS.index(metric.key))
    origins = [(m.source_label, m.fetched_at) for m in metrics if m.value is not None and m.source]
    common = max(origins, key=origins.count) if origins else ("", None)
    shown = [_shown(metric, history, days, common) for metric in metrics]
    numbers = [m for m in shown if m.metric.unit in (Unit.COUNT, Unit.FRACTION, Unit.MONEY)]
    return {
        "numbers": [m for m in numbers if m.metric.value is not None or m.metric.cell.is_shown],
        **_audience([m for m in shown if m.metric.unit == Unit.SHARES]),
        "facts": [m for m in shown if m.metric.unit == Unit.TEXT],
        "common_source": common[0],
        "common_at": common[1],
    }


def _audience(shown: Sequence[ShownMetric]) -> dict[str, Any]:
    """The known parts of the audience, and the labels of the others by the reason, each said once."""
    missing: dict[str, list[str]] = defaultdict(list)
    for each in shown:
        if each.metric.value is None:
            missing[each.metric.reason].append(each.metric.label)
    known = [each for each in shown if each.metric.value is not None]
    return {"audience": known, "audience_missing": dict(missing)}


def _shown(
    metric: MetricValue, history: History, days: int, common: tuple[str, datetime | None]
) -> ShownMetric:
    before = None if metric.value is None else history.before(metric.key, days)
    is_common = (metric.source_label, metric.fetched_at) == common
    if (not before and metric.unit != Unit.FRACTION) or before is None:
        return ShownMetric(metric, None, is_common)
    change = metric.value - before
    return ShownMetric(
        metric, change if metric.unit == Unit.FRACTION else change / before, is_common
    )


def _action(view: queries.AccountView, metrics: Sequence[MetricValue]) -> Any:
    missing: dict[str, list[str]] = defaultdict(list)
    for metric in metrics:
        if metric.value is None:
            missing[metric.reason].append(metric.label)
    return next_action(
        missing,
        is_unsupported=view.is_unsupported,
        needs_reconnect=view.needs_reconnect,
        ends_at=view.ends_at if view.is_authenticated else None,
        now=timezone.now(),
    )


def _who(by: str) -> list[tuple[str, str]]:
    """The people by whom the timeline can be filtered, with their names."""
    who = [("", "Everybody"), (CREATOR, "The creator"), (INFLUENCE, "Influence")]
    who += [(str(person.pk), isolated(person)) for person in people_in_scope()]
    return who if by in dict(who) else [*who, (by, "A former member")]


@staff_page(Permission.READ)
def timeline(request: OrganizationRequest, pk: int) -> HttpResponse:
    """A page of the timeline; htmx puts it into the influencer's page, and earlier entries below it."""
    found = found_influencer(pk)
    kind, by, cursor = (request.GET.get(name, "") for name in ("kind", "by", "cursor"))
    by = by if by in {CREATOR, INFLUENCE} or key_in(by) else ""
    context = {
        **allowances(request),
        "influencer": found,
        "timeline": queries.influencer_timeline(found, kind=kind, by=by, cursor=cursor),
        "kind": kind,
        "kinds": KINDS,
        "by": by,
        "who": partial(_who, by),
    }
    part = "entries" if cursor else "timeline"
    name = part if request.htmx else "timeline_page"
    response = render(request, f"staff/crm/influencers/{name}.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response
