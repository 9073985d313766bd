"""Influencers: the list, and one with their TikTok accounts and every number or its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from crm import queries
from crm.forms import InfluencerForm
from crm.models import SocialAccount
from crm.queries.readings import with_numbers
from crm.services.influencers import edit_influencer as edit
from crm.views.frame import (
    INVALID,
    address,
    allowances,
    form_answer,
    found_influencer,
)
from crm.views.remedies import Remedy, remedy_for
from mail.queries import address_mark
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission, Verb
from tenancy.models import Event
from tiktok.enums import AccountKind, AccountMetric, Unit
from tiktok.queries import MetricValue, is_released
from ui.editing import editing
from ui.redirects import go_to

KINDS = [
    (kind.value, kind.label)
    for kind in (
        AccountKind.NOT_AUTHENTICATED_TTCM,
        AccountKind.AUTHENTICATED_TTCM,
        AccountKind.AUTHENTICATED_NON_TTCM,
        AccountKind.UNSUPPORTED,
    )
]
SEARCH_LENGTH = 100
METRICS = AccountMetric.values  # in the order of the page: followers first
NAMED = {AccountMetric.AUDIENCE_COUNTRIES: "region"}  # codes that the browser spells out


@staff_page(Permission.READ)
def influencers(request: OrganizationRequest) -> HttpResponse:
    """Search, filter and page; htmx gets the table only."""
    search = request.GET.get("q", "").replace("\x00", "")[:SEARCH_LENGTH].strip()
    kind, sort = request.GET.get("kind", ""), request.GET.get("sort", "name")
    released = is_released()
    page = queries.influencer_page(
        search=search,
        kind=kind,
        sort=sort,
        cursor=request.GET.get("cursor", ""),
        released=released,
    )
    allowed = allowances(request)
    views = [view for row in page.rows for view in row.accounts]
    may_invite = allowed["may_invite"] and any(view.may_be_invited for view in views)
    may_ask = allowed["may_edit"] and any(view.may_be_asked for view in views)
    context = {
        **allowed,
        "may_invite_selected": may_invite,
        "may_ask_selected": may_ask,
        "may_tick": may_invite or may_ask,
        "page": page,
        "search": search,
        "kind": kind,
        "kinds": KINDS,
        "sort": sort if sort in queries.SORTS else "name",
        "is_released": released,
        "is_narrowed": bool(search or (released and kind)),
        "waiting": [] if request.htmx or search else queries.invitations_without_account(),
    }
    template = (
        "staff/crm/influencers/table.html" if request.htmx else "staff/crm/influencers/list.html"
    )
    response = render(request, template, context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@dataclass(frozen=True)
class ShownMetric:
    """A metric as the page's components take it; a missing one with its reason and remedy."""

    metric: MetricValue
    remedy: Remedy

    @property
    def shares(self) -> list[dict[str, Any]]:
        """The bars; TikTok writes genders in capitals, countries as codes."""
        is_word = self.metric.key == AccountMetric.AUDIENCE_GENDERS
        return [
            {
                "label": row["name"].capitalize() if is_word else row["name"],
                "share": row["fraction"],
                "name_of": NAMED.get(AccountMetric(self.metric.key), ""),
            }
            for row in self.metric.value or ()
        ]


@staff_page(Permission.READ)
def influencer(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The influencer's page; that of one who was merged leads to where they are now."""
    found = queries.influencer_by_id(pk)
    if found is None:
        return _where_merged(request, pk)
    released = is_released()
    row = queries.influencer_row(found, released=released)
    live = queries.influencer_live(found, row)
    if answer := live.answer(request):
        return answer
    panels = [_panel(request, queries.account_panel(view)) for view in row.accounts]
    context = {
        **allowances(request),
        "row": row,
        "live": live,
        "others": with_numbers(row.others),
        "influencer": found,
        "mark": address_mark(found.person.email if found.person else found.email),
        "panels": panels,
        "events": _with_ways_back(request, queries.influencer_timeline(found)),
        "is_released": released,
    }
    return render(request, "staff/crm/influencers/influencer.html", context)


def _where_merged(request: OrganizationRequest, pk: int) -> HttpResponse:
    stayed = queries.merged_into(pk)
    if stayed is None:
        raise Http404
    return redirect("crm:influencer", request.organization.slug, stayed)


def _with_ways_back(request: OrganizationRequest, events: list[Event]) -> list[Event]:
    """The events; those of merges lead to where they can be undone."""
    for event in events:
        if event.verb == Verb.INFLUENCER_MERGED:
            event.href = address(request, "merge", event.detail["merge"])  # type: ignore[attr-defined]
    return events


def _panel(request: OrganizationRequest, panel: queries.AccountPanel) -> dict[str, Any]:
    in_order = sorted(panel.view.metrics, key=lambda metric: METRICS.index(metric.key))
    shown = [_shown(request, metric, panel.view.account) for metric in in_order]
    return {
        "view": panel.view,
        "panel": panel,
        "numbers": [
            each for each in shown if each.metric.unit in (Unit.COUNT, Unit.FRACTION, Unit.MONEY)
        ],
        "audience": [each for each in shown if each.metric.unit == Unit.SHARES],
        "facts": [each for each in shown if each.metric.unit == Unit.TEXT],
        "followers": [{"name": "Followers", "points": panel.followers}] if panel.followers else [],
    }


def _shown(
    request: OrganizationRequest, metric: MetricValue, account: SocialAccount
) -> ShownMetric:
    return ShownMetric(metric, remedy_for(request, metric.reason, account))


@staff_page(Permission.EDIT_INFLUENCERS)
def edit_influencer(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Name, e-mail, country, language."""
    found = found_influencer(pk)
    back = address(request, "influencer", pk)
    with editing(request, found) as stored:
        form = InfluencerForm(request.POST or None, instance=stored)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            edit(found, actor=request.user, **form.cleaned_data)
    if is_saved:
        messages.success(request, "Saved.")
        return go_to(request, back)
    status = INVALID if form.errors else 200
    return form_answer(
        request, "influencers/form", title="Edit influencer", back=back, status=status, form=form
    )
