"""Webhooks as TikTok sends them, signed by hand: not with the code under test."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.sandbox_process import APP_ID, BRAND_TOKEN, SECRET, TTO_ACCOUNT_ID
from tiktok.services.brands.accounts import connect_marketplace_account

HOOK, LOGIN_KIT_HOOK = "/hooks/tiktok/", "/hooks/tiktok/login-kit/"
CAMPAIGN, VIDEO = "7460000000000000101", "7455000000000000012"


def hold(organization: Organization) -> None:
    """The organization has connected the sandbox's account of TikTok One."""
    with organization_scope(organization):
        connect_marketplace_account(
            "TikTok One", tiktok_account_id=TTO_ACCOUNT_ID, token=BRAND_TOKEN, actor=None
        )


def mac(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def delivery(kind: int, *entries: Any, sent_at: float | None = None) -> bytes:
    """A body of the Subscription API in ASCII, so that its signature is simply over its bytes."""
    sent = int(time.time() if sent_at is None else sent_at)
    body = {"request_id": "R1", "object": kind, "time": sent, "entry": list(entries)}
    return json.dumps(body).encode()


def linked(event: str = "tto_video_uploaded", **values: Any) -> dict[str, Any]:
    """An entry of `TCM_VIDEOS`."""
    return {
        "event_type": "tto_campaign_webhook",
        "tto_campaign_event_type": event,
        "video_id": VIDEO,
        "campaign_id": CAMPAIGN,
        "tto_tcm_account_id": TTO_ACCOUNT_ID,
        "handle_name": "maya.bakes",
        "event_time": "2026-01-06T09:01:58.120000Z",
        "log_id": "20260106090158AA",
    } | values


def incident(event: str, **values: Any) -> dict[str, Any]:
    """An entry of `API_SERVICE_STATUS`."""
    return {
        "incident_id": "5",
        "incident_title": "Slow answers",
        "incident_products": ["TIKTOK_ONE_API"],
        "incident_event_type": event,
        "incident_level": "MAJOR_DISRUPTION",
        "incident_start_time": "2026-01-06 08:00:00",
    } | values


def removed(open_id: str, *, at: float, reason: int = 1) -> bytes:
    """A body of Login Kit's `authorization.removed`."""
    body = {
        "client_key": APP_ID,
        "event": "authorization.removed",
        "create_time": int(at),
        "user_openid": open_id,
        "content": json.dumps({"reason": reason}),
    }
    return json.dumps(body).encode()


def post(body: bytes, **headers: str) -> HttpResponse:
    """Post to the Subscription API's address, rightly signed unless told otherwise."""
    headers = headers or {"HTTP_X_OPEN_SIGNATURE": mac(body)}
    return Client().post(HOOK, body, content_type="application/json", **headers)


def post_notice(body: bytes, *, stamp: int | None = None) -> HttpResponse:
    """Post to Login Kit's address, signed now or at `stamp`."""
    stamp = int(time.time()) if stamp is None else stamp
    header = f"t={stamp},s={mac(b'%d.' % stamp + body)}"
    return Client().post(
        LOGIN_KIT_HOOK, body, content_type="application/json", HTTP_TIKTOK_SIGNATURE=header
    )
