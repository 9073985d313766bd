"""The addresses that TikTok posts its webhooks to."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from tenancy.access import machine_hook
from tiktok.enums import DeliveryKind
from tiktok.errors import DeliveryRefused
from tiktok.services.webhooks.receive import receive_delivery


@machine_hook
def subscription_hook(request: HttpRequest) -> HttpResponse:
    """The Subscription API: linked videos, TikTok's own incidents."""
    return _receive(request, DeliveryKind.SUBSCRIPTION, "X-Open-Signature")


@machine_hook
def login_kit_hook(request: HttpRequest) -> HttpResponse:
    """Login Kit: a creator has withdrawn the permission."""
    return _receive(request, DeliveryKind.LOGIN_KIT, "TikTok-Signature")


def _receive(request: HttpRequest, kind: DeliveryKind, header: str) -> HttpResponse:
    """200: kept. 401: whatever was wrong. 413: announced as too large (DATA_UPLOAD_MAX_MEMORY_SIZE), not read."""
    try:
        receive_delivery(kind, request.body, signature=request.headers.get(header, ""))
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except DeliveryRefused:
        return HttpResponse(status=401)
    return HttpResponse()
