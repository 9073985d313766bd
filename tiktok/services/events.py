"""What TikTok tells us by itself, and where: subscriptions of our app. Call these inside `gateway.tiktok_call`.

They are read before one is made, since making one is not repeated safely.
"""

from __future__ import annotations

from django.conf import settings

from tiktok.client import errors, paging
from tiktok.services.gateway import subscriptions

WEBHOOK_PATH = "hooks/tiktok/"
PAGE_SIZE = 1000  # TikTok's most


def webhook_url() -> str:
    """Where TikTok delivers its events."""
    return f"{settings.PUBLIC_URL}/{WEBHOOK_PATH}"


def follow_videos(tiktok_account_id: str, token: str) -> str:
    """The id of the standing subscription to the videos tied to an account's campaigns; it is made if there is none."""
    return _standing("TCM_VIDEOS", tiktok_account_id) or subscriptions().subscribe_to_videos(
        webhook_url(), account_id=tiktok_account_id, access_token=token
    )


def follow_service_status(token: str) -> str:
    """The same for trouble at TikTok, once for the whole app."""
    return _standing("API_SERVICE_STATUS") or subscriptions().subscribe_to_service_status(
        webhook_url(), access_token=token
    )


def unfollow(subscription_id: str) -> None:
    """End one; one that is gone is as good."""
    try:
        subscriptions().unsubscribe(subscription_id)
    except errors.NotFoundError:
        return


def _standing(entity: str, tiktok_account_id: str | None = None) -> str:
    """The app's subscription that delivers here, empty if there is none."""
    told = subscriptions()
    pages = paging.by_number(
        lambda number: told.page(entity=entity, page=number, page_size=PAGE_SIZE),
        lambda page: page.subscriptions,
    )
    for page in pages:
        for each in page.subscriptions:
            if (each.account_id, each.callback_url) == (tiktok_account_id, webhook_url()):
                return each.subscription_id
    return ""
