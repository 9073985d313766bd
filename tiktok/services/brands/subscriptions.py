"""Subscriptions of our app to TikTok's webhooks. Call these inside `gateway.tiktok_call`.

Making one is not repeated safely: look for a standing one first.
"""

from __future__ import annotations

from django.conf import settings

from tiktok.client import errors, paging
from tiktok.services.gateway import subscriptions

WEBHOOK_PATH = "hooks/tiktok/"
PAGE_SIZE = 1000  # TikTok's most


def webhook_url() -> str:
    """The address that TikTok delivers its events to."""
    return f"{settings.PUBLIC_URL}/{WEBHOOK_PATH}"


def videos_followed(tiktok_account_id: str) -> str:
    """The id of the standing subscription to videos tied to an account's campaigns, empty if there is none."""
    return _active("TCM_VIDEOS", tiktok_account_id)


def follow_videos(tiktok_account_id: str, token: str) -> str:
    """Subscribe to them; the id. It lasts as long as the token."""
    return subscriptions().subscribe_to_videos(
        webhook_url(), account_id=tiktok_account_id, access_token=token
    )


def service_status_followed() -> str:
    """The id of the app's one subscription to trouble at TikTok, empty if there is none."""
    return _active("API_SERVICE_STATUS")


def follow_service_status(token: str) -> None:
    """Subscribe to it, for the whole app."""
    subscriptions().subscribe_to_service_status(webhook_url(), access_token=token)


def unfollow(subscription_id: str) -> None:
    """End one; one that is gone is as good."""
    try:
        subscriptions().unsubscribe(subscription_id)
    except errors.NotFoundError:
        return


def _active(entity: str, tiktok_account_id: str | None = None) -> str:
    """Only one that delivers here counts."""
    reported = subscriptions()
    pages = paging.by_number(
        lambda number: reported.page(entity=entity, page=number, page_size=PAGE_SIZE),
        lambda page: page.subscriptions,
    )
    for page in pages:
        for each in page.subscriptions:
            if (each.account_id, each.callback_url) == (tiktok_account_id, webhook_url()):
                return each.subscription_id
    return ""
