"""The report of a campaign: seen as it is sent, set up, exported, shared."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from campaigns.forms import ReportCampaignsForm, ReportForm, ShareForm, market_names, stored_report
from campaigns.models import Campaign, Report
from campaigns.queries.report import ReportContent, report_of
from campaigns.queries.report_campaigns import more_of, offered_campaigns
from campaigns.queries.report_tables import main_head, main_rows, sheets
from campaigns.services.report import (
    change_report,
    note_export,
    remove_report_logo,
    report_to_change,
    report_url,
    revoke_link,
    set_report_logo,
    share_report,
)
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page, sees_money
from crm.enums import AccessKind
from crm.services.access.recording import note_access
from crm.services.exports.tables import CONTENT_TYPES, CSV, XLSX
from files.errors import FileRefused
from files.forms import LogoForm
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from ui.csv_rows import csv_lines
from ui.dialogs import form_answer
from ui.editing import editing
from ui.redirects import go_to
from ui.sheets import write_sheets

SHARED = "This report is shared by a link that shows more than you may see. Ask a colleague who sees all of the campaign."


@staff_page(Permission.READ)
@require_safe
def report_page(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    note_access(AccessKind.REPORT, role=request.membership.role, campaign_id=campaign.pk)
    return _page(request, campaign, report_of(campaign))


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def report_edit(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Save what the report shows, and in which order."""
    campaign = campaign_or_404(pk)
    with editing(request, report_to_change(campaign)) as report:
        _demand_set_up(request, report)
        form = _form(request, report, data=request.POST)
        if form.is_valid():
            change_report(report, **form.facts, actor=request.user)
            messages.success(request, "The report is saved.")
            return _back(request, campaign)
    return _page(request, campaign, report, form=form, status=REFUSED)


@staff_page(Permission.EDIT_CAMPAIGNS)
def report_campaigns(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Choose the campaigns that are counted with this one."""
    campaign = campaign_or_404(pk)
    report = report_to_change(campaign) if request.method == "POST" else report_of(campaign)
    with editing(request, report) as stored:
        _demand_set_up(request, stored)
        more = more_of(stored)
        offered = offered_campaigns(campaign, besides=more)
        data = request.POST if request.method == "POST" else None
        form = ReportCampaignsForm(data, initial={"more": more}, offered=offered)
        if form.is_valid():
            chosen = [int(each) for each in form.cleaned_data["more"]]
            change_report(stored, more=chosen, actor=request.user)
            messages.success(request, "The report is saved.")
            return go_to(request, address(request, "report", campaign.pk))
    context: dict[str, Any] = {
        "form": form,
        "title": "Campaigns of this report",
        "body": "staff/campaigns/report/campaigns.html",
        "action": address(request, "report_campaigns", campaign.pk),
        "back": address(request, "report", campaign.pk),
    }
    return form_answer(request, **context)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def report_logo(request: OrganizationRequest, pk: int) -> HttpResponse:
    """A first logo of the client, or another one."""
    campaign, form = campaign_or_404(pk), LogoForm(request.POST, request.FILES)
    report = report_to_change(campaign)
    _demand_set_up(request, report)
    if form.is_valid():
        try:
            set_report_logo(report, form.cleaned_data["logo"], actor=request.user)
        except FileRefused as refused:
            form.add_error("logo", str(refused))
        else:
            messages.success(request, "The logo is saved.")
            return _back(request, campaign)
    return _page(request, campaign, report, logo_form=form, status=REFUSED)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def report_logo_remove(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    report = report_to_change(campaign)
    _demand_set_up(request, report)
    remove_report_logo(report, actor=request.user)
    messages.success(request, "The logo is removed.")
    return _back(request, campaign)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def report_share(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Make the link of the report, or change how long it works and what it asks for."""
    campaign = campaign_or_404(pk)
    with editing(request, report_to_change(campaign)) as report:
        if not _may_share(request, report):
            messages.error(
                request,
                "This link shows more than you may see. Ask a colleague who sees all of the campaign.",
            )
            return _back(request, campaign)
        form = _share_form(report, data=request.POST)
        if form.is_valid():
            share_report(campaign, **form.facts, actor=request.user)
            messages.success(
                request, "The share link works. Whoever has it sees this report as it stands here."
            )
            return _back(request, campaign)
    return _page(request, campaign, report, share_form=form, status=REFUSED)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def report_revoke(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    revoke_link(campaign, actor=request.user)
    messages.success(request, "The link is revoked: it opens nothing any more.")
    return _back(request, campaign)


@staff_page(Permission.READ)
@require_POST
def report_export(request: OrganizationRequest, pk: int) -> HttpResponseBase:
    """The tables of the report as a workbook, or its main table as CSV; amounts as on the page."""
    campaign = campaign_or_404(pk)
    report = report_of(campaign)
    content = _content(request, campaign, report)
    note_export(campaign, has_money=content.has_money, actor=request.user)
    kind = XLSX if request.POST.get("format") == XLSX else CSV
    name = f"report-{slugify(campaign.name) or campaign.pk}-{content.day:%Y-%m-%d}.{kind}"
    if kind == XLSX:
        book = TemporaryFile()  # noqa: SIM115 -- the response closes it
        write_sheets(book, sheets(content))
        book.seek(0)
        return FileResponse(
            book, as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind]
        )
    return StreamingHttpResponse(
        csv_lines(main_head(content), main_rows(content)),
        content_type=f"{CONTENT_TYPES[kind]}; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


def _back(request: OrganizationRequest, campaign: Campaign) -> HttpResponse:
    return redirect(address(request, "report", campaign.pk))


def _content(request: OrganizationRequest, campaign: Campaign, report: Report) -> ReportContent:
    today = timezone.now().date()
    return ReportContent(campaign, report, sees_money=sees_money(request), today=today)


def _form(request: OrganizationRequest, report: Report, *, data: Any = None) -> ReportForm:
    return ReportForm(data, initial=stored_report(report), sees_money=sees_money(request))


def _share_form(report: Report, *, data: Any = None) -> ShareForm:
    return ShareForm(data, initial={"expires_on": report.expires_on})


def _may_share(request: OrganizationRequest, report: Report) -> bool:
    """May the member give away what the link shows: all creators of the campaign, and costs where the report has them?"""
    return not request.membership.is_limited and (sees_money(request) or not report.shows_money)


def _may_set_up(request: OrganizationRequest, report: Report) -> bool:
    """May the member change what the report shows? While it is shared, those alone who may give that away."""
    return not report.is_shared or _may_share(request, report)


def _demand_set_up(request: OrganizationRequest, report: Report) -> None:
    if not _may_set_up(request, report):
        raise PermissionDenied(SHARED)


def _page(
    request: OrganizationRequest,
    campaign: Campaign,
    report: Report,
    *,
    form: ReportForm | None = None,
    share_form: ShareForm | None = None,
    logo_form: LogoForm | None = None,
    status: int = 200,
) -> HttpResponse:
    may_edit = can(request.membership, Permission.EDIT_CAMPAIGNS)
    may_share = may_edit and _may_share(request, report)
    may_set_up = may_edit and _may_set_up(request, report)
    content = _content(request, campaign, report)
    logo = (request.organization.slug, report.logo.key) if report.logo else None
    context = {
        "report": report,
        "content": content,
        "markets": market_names(content.campaign.markets),
        "logo_url": reverse("file_picture", args=logo) if logo else "",
        "organization_name": request.organization.name,
        "form": (form or _form(request, report)) if may_set_up else None,
        "logo_form": logo_form or LogoForm(),
        "may_share": may_share,
        "share_form": share_form or _share_form(report),
        "share_url": report_url(report) if may_share and report.is_shared else "",
    }
    return campaign_page(request, campaign, "report/report.html", context, status=status)
