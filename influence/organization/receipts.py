"""Receipts of the purge of the old source: to read, to print, to download, and to hold against a new search."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.models import PurgeReceipt
from tiktok.queries.purge_receipts import paper_of
from tiktok.services.legacy.receipts import receipt_document
from tiktok.services.legacy.verifying import start_verification


@staff_page(Permission.RUN_MIGRATION)
@require_safe
def latest(request: OrganizationRequest) -> HttpResponse:
    """Redirect to the receipt of the organization's latest purge."""
    receipt = PurgeReceipt.objects.order_by("issued_at").last()
    if receipt is None:
        raise Http404
    return redirect("purge_receipt", request.organization.slug, receipt.number)


@never_cache
@staff_page(Permission.RUN_MIGRATION)
@require_safe
def show(request: OrganizationRequest, receipt_number: str) -> HttpResponse:
    """The receipt as a page that prints on A4."""
    receipt = get_object_or_404(PurgeReceipt, number=receipt_number)
    others = PurgeReceipt.objects.exclude(pk=receipt.pk).order_by("-issued_at")
    context = {"paper": paper_of(receipt), "receipt": receipt, "others": others}
    return render(request, "staff/organization/receipt.html", context)


@never_cache
@staff_page(Permission.RUN_MIGRATION)
@require_safe
def download(request: OrganizationRequest, receipt_number: str) -> JsonResponse:
    """The receipt with its hash and signature, as JSON to keep."""
    receipt = get_object_or_404(PurgeReceipt, number=receipt_number)
    file_name = f'attachment; filename="{receipt.number}.json"'
    return JsonResponse(
        receipt_document(receipt),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": file_name},
    )


@staff_page(Permission.RUN_MIGRATION)
@require_POST
def verify(request: OrganizationRequest, receipt_number: str) -> HttpResponse:
    """Search every table and store again, and say whether the receipt still holds."""
    receipt = get_object_or_404(PurgeReceipt, number=receipt_number)
    return follow(request, start_verification(receipt, actor=request.user))
