"""The effects of TikTok's events. All of it may be repeated and may come in any order: the same rows stand afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_noop as _

from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope
from tiktok.client import webhooks
from tiktok.enums import AccountState, ConnectionState
from tiktok.models import (
    AccountHolder,
    Connection,
    LinkedVideo,
    MarketplaceAccount,
    ServiceIncident,
)
from tiktok.queries import OPEN_INCIDENTS
from tiktok.services.creators.handles import LONGEST_HANDLE
from tiktok.services.grants.grants import check_soon, end_grant
from tiktok.services.grants.tokens import CONSENT_REVOKED

log = structlog.get_logger()

LinkedVideoHandler = Callable[[str, str], None]
PublicationHandler = Callable[[str], None]
# `tto_campaign_event_type` → what it dates.
DATES = {"tto_video_uploaded": "uploaded_at", "tto_video_published": "published_at"}
RESOLVE = "RESOLVE"
# `reason` of Login Kit's `authorization.removed`; 0 is unknown.
REASONS = {
    1: _("The creator withdrew the permission at TikTok."),
    2: _("The TikTok account was deleted."),
    3: _("TikTok ended the permission: the age of the account's owner has changed."),
    4: _("TikTok has banned the account."),
    5: _("The permission was ended at TikTok on our behalf."),
}
# TikTok dates the removal by its clock and to the second, we the connection by ours.
CLOCKS_DIFFER = timedelta(minutes=1)
CONNECTED_SINCE = "The creator may have connected again since; TikTok is asked."
MOST_ID = 40  # signs that a column of ids holds
_linked_video_handlers: list[LinkedVideoHandler] = []
_publication_handlers: list[PublicationHandler] = []
NOT_CONNECTED = "Nobody has connected this TikTok account here."


def on_linked_video(handler: LinkedVideoHandler) -> None:
    """Have `handler(campaign_id, handle)` called for each video that was linked to a campaign, or passed review.

    Once for each organization that hears of it, in its scope and inside the transaction that keeps the video. The handle
    is lower-case, and empty where TikTok could not tell it.
    """
    _linked_video_handlers.append(handler)


def on_publication(handler: PublicationHandler) -> None:
    """Have `handler(share_id)` called when TikTok has news of a publication, in the scope of each organization that works with
    the person who has connected the account."""
    _publication_handlers.append(handler)


def apply_delivery(delivery: webhooks.Delivery, received_at: datetime) -> str:
    """Keep the events of the Subscription API; the answer says what was left aside."""
    heard_at = delivery.sent_at or received_at
    videos, incidents, unknown = [], [], 0
    for event in delivery.events:
        if isinstance(event, webhooks.LinkedVideo) and _is_ours(event):
            videos.append(event)
        elif isinstance(event, webhooks.ServiceIncident) and len(event.incident_id) <= MOST_ID:
            incidents.append(event)
        else:
            unknown += 1
    for incident in incidents:
        _keep_incident(incident, heard_at)
    unknown_accounts = _keep_linked_videos(videos, heard_at)
    return _note(unknown, len(delivery.events), unknown_accounts)


def _is_ours(event: webhooks.LinkedVideo) -> bool:
    ids = (event.account_id or "", event.campaign_id, event.video_id)
    return event.event in DATES and all(0 < len(each) <= MOST_ID for each in ids)


def _note(unknown: int, total: int, unknown_accounts: Sequence[str]) -> str:
    notes = [f"{unknown} of {total} events are unknown to us."] if unknown else []
    if unknown_accounts:
        log.warning("webhook.of_unknown_account", accounts=unknown_accounts)
        notes.append(f"No organization has connected account {', '.join(unknown_accounts)}.")
    return " ".join(notes)


def _keep_linked_videos(events: Sequence[webhooks.LinkedVideo], heard_at: datetime) -> list[str]:
    """Keep the videos in every organization that has connected the account; return the accounts nobody has.

    One organization's trouble keeps no other from its news; it is raised at the end.
    """
    by_account: dict[str, list[webhooks.LinkedVideo]] = defaultdict(list)
    for event in events:
        by_account[str(event.account_id)].append(event)
    held: set[str] = set()
    problem: Exception | None = None
    for organization_id in _holders(by_account):
        try:
            with organization_scope(organization_id):
                held |= _keep_in_scope(by_account, heard_at)
        except Exception as defect:
            log.exception("webhook.broken_for_organization", organization=organization_id)
            problem = defect
    if problem is not None:
        raise problem
    return sorted(by_account.keys() - held)


def _holders(account_ids: Iterable[str]) -> list[int]:
    """The organizations that have, or once had, any of these accounts."""
    found = AccountHolder.objects.filter(tiktok_account_id__in=account_ids)
    return sorted(set(found.values_list("organization", flat=True)))


@transaction.atomic
def _keep_in_scope(
    by_account: Mapping[str, Sequence[webhooks.LinkedVideo]], heard_at: datetime
) -> set[str]:
    """Keep what concerns the organization in scope. Returns which of the accounts it has connected."""
    accounts = MarketplaceAccount.objects.filter(
        tiktok_account_id__in=by_account, state=AccountState.CONNECTED
    )
    for account in accounts:
        news = _keep_videos(account, by_account[account.tiktok_account_id], heard_at)
        for campaign_id, handle in sorted({(v.tiktok_campaign_id, v.handle) for v in news}):
            for handler in _linked_video_handlers:
                handler(campaign_id, handle)
    return {account.tiktok_account_id for account in accounts}


def _keep_videos(
    account: MarketplaceAccount, events: Sequence[webhooks.LinkedVideo], heard_at: datetime
) -> list[LinkedVideo]:
    """Returns those of which something new was heard."""
    keys = sorted({(event.campaign_id, event.video_id) for event in events})
    LinkedVideo.objects.bulk_create(
        [
            LinkedVideo(
                marketplace_account=account, tiktok_campaign_id=campaign, tiktok_video_id=video
            )
            for campaign, video in keys
        ],
        ignore_conflicts=True,
    )
    locked = LinkedVideo.objects.select_for_update().order_by("pk")
    locked = locked.filter(tiktok_video_id__in={video for _, video in keys})
    videos = {(video.tiktok_campaign_id, video.tiktok_video_id): video for video in locked}
    news = {}
    for event in events:
        video = videos[event.campaign_id, event.video_id]
        if _learn(video, event, heard_at):
            news[video.pk] = video
    LinkedVideo.objects.bulk_update(news.values(), ["handle", *DATES.values()])
    return list(news.values())


def _learn(video: LinkedVideo, event: webhooks.LinkedVideo, heard_at: datetime) -> bool:
    """The earliest moment wins, whatever the order of arrival. Says whether anything changed."""
    name = DATES[event.event]
    known = (getattr(video, name), video.handle)
    moment = event.happened_at or heard_at
    setattr(video, name, min(known[0] or moment, moment))
    video.handle = video.handle or _storable_handle(event)
    return known != (getattr(video, name), video.handle)


def _storable_handle(event: webhooks.LinkedVideo) -> str:
    """Part of a handle would be somebody else's."""
    handle = (event.handle or "").lower()
    return handle if len(handle) <= LONGEST_HANDLE else ""


@transaction.atomic
def _keep_incident(said: webhooks.ServiceIncident, heard_at: datetime) -> None:
    """The latest word counts, an earlier one fills gaps; what is resolved stays resolved."""
    incident, _ = ServiceIncident.objects.select_for_update().get_or_create(
        tiktok_incident_id=said.incident_id, defaults={"updated_at": heard_at}
    )
    is_latest = heard_at >= incident.updated_at
    for name, value in _words(said).items():
        known = getattr(incident, name)
        setattr(incident, name, (value or known) if is_latest else (known or value))
    if said.event == RESOLVE:
        incident.resolved_at = incident.resolved_at or said.resolved_at or heard_at
    incident.updated_at = max(incident.updated_at, heard_at)
    incident.save()
    # A banner that is a minute late is no reason to do the delivery again.
    transaction.on_commit(lambda: cache.delete(OPEN_INCIDENTS), robust=True)


def _words(said: webhooks.ServiceIncident) -> dict[str, object]:
    return {
        "title": (said.title or "")[:200],
        "products": [product[:60] for product in said.products],
        "level": (said.level or "")[:40],
        "detail": said.detail or "",
        "started_at": said.started_at,
    }


def apply_notice(
    notice: webhooks.AuthorizationRemoved | webhooks.PublishNotice | webhooks.UnknownNotice,
    received_at: datetime,
) -> str:
    """Do what Login Kit, or the Accounts API, says; the answer says what was left aside."""
    if isinstance(notice, webhooks.PublishNotice):
        return _tell_of_publication(notice)
    if isinstance(notice, webhooks.UnknownNotice):
        return f"The event {notice.event} is unknown to us."
    return _end_removed_grant(notice, notice.happened_at or received_at)


def _tell_of_publication(notice: webhooks.PublishNotice) -> str:
    """Ask TikTok how the publication stands: the notice is not taken for the truth. So it may come twice, late and in any order."""
    connection = Connection.objects.filter(open_id=notice.open_id).select_related("person").first()
    if connection is None:
        return NOT_CONNECTED
    for organization in influencer_organizations(connection.person):
        with organization_scope(organization):
            for handler in _publication_handlers:
                handler(notice.share_id)
    return ""


@transaction.atomic
def _end_removed_grant(removed: webhooks.AuthorizationRemoved, removed_at: datetime) -> str:
    """The grant ends and what came only through it goes, unless the creator has connected again since.

    In doubt it stands and TikTok itself is asked next (`checks`): a dead grant does not outlive that.
    """
    found = Connection.objects.select_for_update().filter(open_id=removed.open_id)
    connection = found.first()
    if connection is None:
        return NOT_CONNECTED
    if not connection.is_live:
        return "The connection had ended already."
    if connection.connected_at >= removed_at - CLOCKS_DIFFER:
        check_soon(connection)
        return CONNECTED_SINCE
    reason = REASONS.get(removed.reason, CONSENT_REVOKED)
    end_grant(connection, state=ConnectionState.REVOKED, reason=reason)
    return ""
