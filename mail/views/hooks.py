"""The address that the mail provider posts its news to."""

from __future__ import annotations

import base64
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from tenancy.access import machine_hook


def _provider_view(provider: str) -> Callable[..., HttpResponse]:
    """django-anymail's view of this provider alone: all of them would load every provider's library."""
    module = import_module(f"anymail.webhooks.{provider}")
    name = next(name for name in vars(module) if name.endswith("TrackingWebhookView"))
    view: Callable[..., HttpResponse] = getattr(module, name).as_view()
    return view


@machine_hook
def tracking_hook(request: HttpRequest) -> HttpResponse:
    """Delivered, bounced, marked as spam: believed only with the secret, in the format of the provider in use."""
    if not settings.MAIL_PROVIDER or not _knows_secret(request):
        return HttpResponse(status=401)
    return _provider_view(settings.MAIL_PROVIDER)(request)


def _knows_secret(request: HttpRequest) -> bool:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except ValueError:  # no base64, or not even ASCII
        return False
    secret: str = settings.MAIL_WEBHOOK_SECRET
    return bool(secret) and kind == "Basic" and constant_time_compare(given, secret.encode())
