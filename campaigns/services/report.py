"""The report of a campaign: how it is set up, and the link by which a client reads it without signing in.

The link is signed, names organization, report and version, stands nowhere, and opens one report. A new version revokes it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.core.files.base import File as Upload
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from campaigns.enums import BLOCKS_AT_FIRST
from campaigns.models import Campaign, Report, ReportCampaign
from campaigns.queries.report_campaigns import reports
from files.enums import FileKind
from files.services.storing import set_aside, store_content
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tenancy.services.links import SignedLink, read_signed, signed_url

SALT = "campaigns.report"


def report_to_change(campaign: Campaign) -> Report:
    """The report of the campaign as a row, made now if it is not there yet."""
    first = {"client": campaign.client, "blocks": list(BLOCKS_AT_FIRST)}
    report, _ = Report.objects.get_or_create(campaign=campaign, defaults=first)
    return report


@transaction.atomic
def change_report(
    report: Report, *, more: Collection[int] | None = None, actor: User, **values: Any
) -> None:
    """Set columns of the report: blocks, split, words, formula, day. Without a change, no event.

    `more`: the ids of all campaigns that are counted besides its own; None: as they were.
    """
    changed = [name for name, value in values.items() if getattr(report, name) != value]
    for name in changed:
        setattr(report, name, values[name])
    if changed:
        report.save(update_fields=changed)
    if more is not None and _count_with(report, set(more)):
        changed.append("more")
    if not changed:
        return
    record(Verb.REPORT_CHANGED, report, actor=actor, texts={"fields": changed})


def _count_with(report: Report, wanted: set[int]) -> bool:
    """Count these campaigns with the report's own, and no others. Has that changed anything?"""
    counted = set(report.more.values_list("campaign", flat=True))
    report.more.filter(campaign__in=counted - wanted).delete()
    fresh = Campaign.objects.filter(pk__in=wanted - counted - {report.campaign_id})
    made = ReportCampaign.objects.bulk_create(
        ReportCampaign(report=report, campaign=each) for each in fresh
    )
    return bool(made or counted - wanted)


def set_report_logo(report: Report, upload: Upload[Any], *, actor: User) -> None:
    """Make an uploaded picture the client's logo on the report. Raises FileRefused."""
    file = store_content(FileKind.REPORT_LOGO, upload)
    with transaction.atomic():
        locked = _locked(report)
        _take_logo(locked)
        file.save(force_insert=True)
        locked.logo = file
        locked.save(update_fields=["logo"])
        record(Verb.REPORT_CHANGED, report, actor=actor, texts={"fields": ["logo"]})


@transaction.atomic
def remove_report_logo(report: Report, *, actor: User) -> None:
    """Take the client's logo away. Without one, nothing happens."""
    locked = _locked(report)
    if locked.logo is not None:
        _take_logo(locked)
        locked.save(update_fields=["logo"])
        record(Verb.REPORT_CHANGED, report, actor=actor, texts={"fields": ["logo"]})


def _locked(report: Report) -> Report:
    return Report.objects.select_for_update(of=("self",)).select_related("logo").get(pk=report.pk)


def _take_logo(locked: Report) -> None:
    """Set the logo's file aside; it is deleted later (`files.purge`)."""
    if locked.logo is not None:
        set_aside(locked.logo)
        locked.logo = None


@transaction.atomic
def share_report(
    campaign: Campaign, *, expires_on: date | None, password: str | None, actor: User
) -> Report:
    """Let the report's link open it, to the end of that day (UTC; None: until it is revoked).

    `password`: a new one; empty: none; None: as it was. Whoever has come by an earlier password is asked for the new one.
    """
    report = Report.objects.select_for_update().get(pk=report_to_change(campaign).pk)
    report.is_shared, report.expires_on = True, expires_on
    if password is not None:
        report.password = make_password(password) if password else ""
    report.save(update_fields=["is_shared", "expires_on", "password"])
    record(Verb.REPORT_SHARED, report, actor=actor, has_password=bool(report.password))
    return report


@transaction.atomic
def revoke_link(campaign: Campaign, *, actor: User) -> None:
    """Close the link for good; shared again, the report gets another one. Without a link, nothing happens."""
    report = Report.objects.select_for_update().filter(campaign=campaign, is_shared=True).first()
    if report is None:
        return
    report.is_shared, report.link_version = False, report.link_version + 1
    report.expires_on, report.password = None, ""
    report.opened_count, report.opened_at = 0, None
    report.save()
    record(Verb.REPORT_LINK_REVOKED, report, actor=actor)


def note_export(campaign: Campaign, *, has_money: bool, actor: User) -> None:
    """Say in the events of the campaign that somebody has taken its report out, and whether with fees and costs."""
    record(Verb.REPORT_EXPORTED, campaign, actor=actor, has_money=has_money)


def report_url(report: Report) -> str:
    """The address at which the report is shared."""
    return signed_url("report", report, report.link_version, salt=SALT)


def read_link(token: str) -> SignedLink | None:
    """The contents of a link; None for one that we did not sign, or whose organization is gone."""
    return read_signed(token, salt=SALT)


def shared_report(link: SignedLink) -> Report | None:
    """The report that a link names, in its organization's scope; None where the link is revoked or has expired."""
    rows = reports().select_related("campaign", "logo")
    found = rows.filter(pk=link.row_id, link_version=link.version).first()
    return found if found and found.is_open else None


def is_password(report: Report, password: str) -> bool:
    return check_password(password, report.password)


def proof_of(report: Report) -> str:
    """The mark in the session of whoever gave the password; another password makes another one."""
    value = f"{report.pk}:{report.link_version}:{report.password}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()


def is_proof(report: Report, given: object) -> bool:
    return isinstance(given, str) and constant_time_compare(given, proof_of(report))


def note_opening(report: Report) -> None:
    """Count that the shared report was opened."""
    Report.objects.filter(pk=report.pk).update(
        opened_count=F("opened_count") + 1, opened_at=timezone.now()
    )
