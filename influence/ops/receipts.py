"""Receipts of purges for operations, of the organization that is chosen in the administration."""

from __future__ import annotations

from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse

from tiktok.models import PurgeReceipt
from tiktok.queries.purge_receipts import paper_of
from tiktok.services.legacy.receipts import receipt_document


def receipt_pages(site: AdminSite) -> list[URLPattern]:
    """The addresses of a receipt below the administration: to print, and as JSON."""
    return [
        path("receipts/<int:pk>/", site.admin_view(_show), name="purge_receipt"),
        path("receipts/<int:pk>/json/", site.admin_view(_download), name="purge_receipt_json"),
    ]


def _show(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = _receipt_or_404(request, pk)
    context = {
        "paper": paper_of(receipt),
        "receipt": receipt,
        "back": reverse("admin:tiktok_purgereceipt_changelist"),
        "back_label": "Receipts",
        "json_url": reverse("admin:purge_receipt_json", args=[pk]),
    }
    return render(request, "admin/purge_receipt.html", context)


def _download(request: HttpRequest, pk: int) -> HttpResponse:
    return receipt_file(_receipt_or_404(request, pk))


def receipt_file(receipt: PurgeReceipt) -> JsonResponse:
    """A receipt with its hash and signature, to keep."""
    return JsonResponse(receipt_document(receipt), json_dumps_params={"indent": 2})


def _receipt_or_404(request: HttpRequest, pk: int) -> PurgeReceipt:
    if not request.user.has_perm("tiktok.view_purgereceipt"):
        raise PermissionDenied
    if getattr(request, "organization", None) is None:
        raise Http404
    return get_object_or_404(PurgeReceipt, pk=pk)
