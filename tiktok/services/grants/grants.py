"""The traces of a creator's grant: its tokens, the consents over it, and the data that came only through it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Case, F, Func, OuterRef, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from jobs.services.queue import bring_forward, forget, make_due, stop
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tiktok.client import types
from tiktok.enums import LIVE_CONNECTION_STATES, ConnectionState, PollKind, Source
from tiktok.models import (
    CREATOR_NUMBERS,
    VIDEO_NUMBERS,
    Connection,
    Consent,
    Creator,
    CreatorSnapshot,
    LegacyProfile,
    PublishingConsent,
    Video,
    VideoQuarter,
    VideoReading,
    VideoSnapshot,
    bits_of,
)
from tiktok.queries import publishing
from tiktok.signals import disconnected

REQUESTED_SCOPES = ("user.info.basic", "biz.creator.info", "biz.creator.insights", "video.list")
# Without these there is no profile, no audience, no videos. The creator may untick any of them on TikTok's page.
REQUIRED_SCOPES = {
    "biz.creator.info": _("your profile"),
    "biz.creator.insights": _("your audience"),
    "video.list": _("your videos"),
}
# Asked for besides, once the creator wants to answer a brand's link requests here and not in TikTok's app.
LINKING = "tto.campaign.link"
# Asked for besides only while the creator lets us publish what they upload here.
PUBLISHING = publishing.SCOPE
FURTHER_SCOPES = (LINKING, PUBLISHING)
NOT_GRANTED = _("Not granted: %(parts)s.")
CHECK = "grant"  # the kind of work that checks a live grant (`connect.checks`)
LONGEST_LIFE = timedelta(days=3660)  # no calendar holds all that TikTok may say
EXPIRING_BEFORE = timedelta(days=30)
AUTHORIZATION_ENDED = _("The influencer's authorization has ended.")
INSIGHTS = {
    "average_views": None, "engagement_rate": None, "completion_rate": None, "creator_rate_amount": None,
    "creator_rate_currency": "", "audience_countries": None, "audience_genders": None, "audience_ages": None,
    "audience_locales": None, "insights_fetched_at": None, "calculated_average_views": None,
    "calculated_engagement_rate": None, "calculated_videos": 0, "calculated_at": None,
}  # fmt: skip
PROFILE = {
    "display_name": "", "profile_image": "", "bio": "", "country": "", "tiktok_creator_id": "",
    "follower_count": None, "like_count": None, "video_count": None, "profile_source": "", "profile_fetched_at": None,
    "profile_dialect": "",
}  # fmt: skip
FORGOTTEN = INSIGHTS | PROFILE
VIDEO_TEXTS = {"caption": "", "thumbnail_url": "", "embed_url": ""}
VIDEO_COUNTS = {"video_views": None, "likes": None, "comments": None, "shares": None}
VIDEO_ENGAGEMENT = {"total_engagements": None, "engagement_rate": None}


def _unflagged(numbers: Iterable[str], order: Sequence[str], *flags: str) -> dict[str, Any]:
    """Clear the flags of numbers that are gone."""
    bits = bits_of([name for name in numbers if name in order], order)
    return {flag: F(flag).bitand(~bits) for flag in flags}


class _WithoutBits(Func):
    """An array of flags without those of some numbers."""

    template = "ARRAY(SELECT (flags & %(kept)s)::smallint FROM unnest(%(expressions)s) WITH ORDINALITY AS day (flags, place) ORDER BY place)"


def _unflagged_days(numbers: Iterable[str]) -> dict[str, Any]:
    """The same of days; those without any flag have no array."""
    kept = ~bits_of(numbers, VIDEO_NUMBERS)
    return {
        flag: Case(When(**{f"{flag}__isnull": False}, then=_WithoutBits(F(flag), kept=kept)))
        for flag in ("falling", "absurd")
    }


TOKEN_FIELDS = [
    "scopes", "state", "state_reason", "access_expires_at", "refresh_expires_at", "version",
    "sealed_access_token", "sealed_refresh_token",
]  # fmt: skip

ENDINGS: dict[str, Verb] = {
    ConnectionState.EXPIRED: Verb.CONNECTION_EXPIRED,
    ConnectionState.REVOKED: Verb.CONNECTION_REVOKED,
    ConnectionState.MISSING_SCOPE: Verb.CONNECTION_MISSING_SCOPE,
}


def missing_scopes(scopes: frozenset[str]) -> list[str]:
    """The scopes that were not granted, in the creator's words; empty when everything needed was."""
    return [words for scope, words in REQUIRED_SCOPES.items() if scope not in scopes]


def scopes_to_ask(person: User, *, wanted: Sequence[str]) -> list[str]:
    """The scopes of a person's next trip to TikTok: what everybody is asked for, what they want now, and what they have given
    besides: a grant without it would take its place."""
    live = Connection.objects.filter(person=person, state__in=LIVE_CONNECTION_STATES)
    given = {scope for scopes in live.values_list("scopes", flat=True) for scope in scopes}
    given -= {PUBLISHING}
    given |= {PUBLISHING} if publishing.lets_us_publish(person) else set()
    further = [scope for scope in FURTHER_SCOPES if scope in given or scope in wanted]
    return [*REQUESTED_SCOPES, *further]


def not_granted(missing: list[str]) -> str:
    """The reason of a grant that lacks scopes."""
    return NOT_GRANTED % {"parts": ", ".join(missing)}


def keep_grant(connection: Connection, grant: types.Grant) -> None:
    """Put the newest tokens, scopes, deadlines and state into the row (not saved). The version moves on.

    A grant without the scopes we need is useless: its tokens are not kept.
    """
    now = timezone.now()
    connection.scopes = sorted(grant.scopes)
    connection.access_expires_at = now + _life(grant.expires_in)
    refresh_expires_at = now + _life(grant.refresh_token_expires_in)
    if grant.is_refresh_life_supposed and connection.refresh_expires_at > now:
        refresh_expires_at = min(refresh_expires_at, connection.refresh_expires_at)
    connection.refresh_expires_at = refresh_expires_at
    connection.version += 1
    if missing := missing_scopes(grant.scopes):
        _wipe(connection, ConnectionState.MISSING_SCOPE, not_granted(missing))
        return
    connection.state, connection.state_reason = live_state(connection.refresh_expires_at, now), ""
    connection.seal_tokens(grant.access_token, grant.refresh_token)


def _life(seconds: int) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0), LONGEST_LIFE.total_seconds()))


def check_soon(connection: Connection) -> None:
    """Check this grant now (`checks`), unless that is under way."""
    bring_forward(CHECK, connection.pk)


def live_state(refresh_expires_at: datetime, now: datetime) -> ConnectionState:
    """Active, or expiring when the creator has to consent again within 30 days."""
    is_near = refresh_expires_at - now < EXPIRING_BEFORE
    return ConnectionState.EXPIRING if is_near else ConnectionState.ACTIVE


def _wipe(connection: Connection, state: ConnectionState, reason: str) -> None:
    connection.state, connection.state_reason = state, reason
    connection.sealed_access_token = connection.sealed_refresh_token = ""


@transaction.atomic
def end_grant(
    connection: Connection,
    *,
    state: ConnectionState,
    reason: str,
    actor: User | None = None,
    withdraw: bool = False,
) -> None:
    """The grant is gone: tokens wiped, and in every organization what came only through it.

    The consents stay, so that reconnecting revives them, unless `withdraw`. Ending it twice changes nothing more.
    """
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    _wipe(locked, state, reason)
    locked.version += 1
    locked.save(update_fields=TOKEN_FIELDS)
    forget(CHECK, locked.pk)
    for organization in influencer_organizations(locked.person):
        with organization_scope(organization):
            _close_consents(locked, actor=actor, withdraw=withdraw)
    connection.refresh_from_db()


def _close_consents(connection: Connection, *, actor: User | None, withdraw: bool) -> None:
    active = Consent.objects.filter(connection=connection, withdrawn_at=None)
    for consent in active.select_related("creator"):
        if withdraw:
            consent.withdrawn_at = timezone.now()
            consent.save(update_fields=["withdrawn_at"])
            allowed = PublishingConsent.objects.filter(creator=consent.creator, withdrawn_at=None)
            allowed.update(withdrawn_at=consent.withdrawn_at)
        forget_authorized_data(consent.creator)
        record(
            ENDINGS[connection.state],
            consent.creator,
            actor=actor,
            texts={"reason": connection.state_reason},
        )
        disconnected.send(sender=Creator, creator=consent.creator)


@transaction.atomic
def forget_authorized_data(creator: Creator) -> None:
    """Delete in the organization in scope what only the creator's authorization supplied (product §3), all of it or nothing.

    Of a marketplace account the insights go and the public numbers stay; of any other account everything goes but its
    handle. What an order's report supplied stays with the post. Inside the transaction that ends the consent or the grant:
    where it stops half-way, these stand as they stood, and whoever ends them does so again.
    """
    # Behind this lock a sync that is under way has kept its numbers already, or finds the consent ended.
    creator.refresh_from_db(from_queryset=Creator.objects.select_for_update())
    if gone := _authorized_fields(creator, creator):
        flags = _unflagged(gone, CREATOR_NUMBERS, "absurd")
        Creator.objects.filter(pk=creator.pk).update(**gone, **flags)
        creator.refresh_from_db()
    _forget_kept(creator)
    _forget_facts(creator)
    _forget_videos(creator)
    stop(PollKind.INSIGHTS, creator.pk, reason=AUTHORIZATION_ENDED)
    if creator.is_in_marketplace:
        make_due(PollKind.PROFILE, creator.pk)
        make_due(PollKind.VIDEOS, creator.pk)


def _authorized_fields(numbers: Creator, creator: Creator) -> dict[str, Any]:
    """The fields of a creator's numbers that go. Counts that a public sync brought stay, also of an account that has left since."""
    is_authorized = numbers.profile_source == Source.AUTHORIZED
    if is_authorized and not creator.is_in_marketplace:
        return FORGOTTEN
    return INSIGHTS if is_authorized or numbers.insights_fetched_at else {}


def _forget_kept(creator: Creator) -> None:
    """Take the fields from the profile, too, that a reversal of the cut-over puts back."""
    for kept in LegacyProfile.objects.filter(creator=creator):
        gone = _authorized_fields(Creator(**kept.profile), creator)
        kept.profile = {name: value for name, value in kept.profile.items() if name not in gone}
        kept.profile["absurd"] &= ~bits_of(
            [name for name in gone if name in CREATOR_NUMBERS], CREATOR_NUMBERS
        )
        kept.save(update_fields=["profile"])


def _forget_facts(creator: Creator) -> None:
    facts = CreatorSnapshot.objects.filter(creator_id=creator.pk, source=Source.AUTHORIZED)
    if creator.is_in_marketplace:
        gone = {"average_views": None, "engagement_rate": None, "completion_rate": None}
        facts.update(**gone, details=None, **_unflagged(gone, CREATOR_NUMBERS, "absurd"))
    else:
        facts.delete()


def _forget_videos(creator: Creator) -> None:
    """Id and address stay as the tombstone that a campaign's post points at."""
    videos = Video.objects.filter(creator=creator).exclude(source=Source.LEGACY)
    of_videos = {
        "source": Source.AUTHORIZED,
        "video_id__in": list(videos.values_list("pk", flat=True)),
    }
    facts = VideoSnapshot.objects.filter(**of_videos)
    days = VideoQuarter.objects.filter(**of_videos)
    without_report = videos.filter(report_fetched_at=None, counts_source=Source.AUTHORIZED)
    if creator.is_in_marketplace:
        flags = _unflagged(VIDEO_ENGAGEMENT, VIDEO_NUMBERS, "falling", "absurd")
        facts.update(**VIDEO_ENGAGEMENT, **flags)
        days.update(**VIDEO_ENGAGEMENT, **_unflagged_days(VIDEO_ENGAGEMENT))
        without_report.update(**VIDEO_ENGAGEMENT, **flags)
    else:
        facts.delete()
        days.delete()
        without_report.update(
            **VIDEO_ENGAGEMENT, **VIDEO_COUNTS, **VIDEO_TEXTS, falling=0, absurd=0
        )
        back_to_report(videos.filter(counts_source=Source.AUTHORIZED))


def back_to_report(videos: models.QuerySet[Video]) -> None:
    """Counters as the order's latest report gave them; a report has no caption and no picture."""
    reports = VideoReading.objects.filter(video_id=OuterRef("pk"), source=Source.ORDER_REPORT)
    latest = reports.order_by("-bucket_at")
    flags = {name: Coalesce(Subquery(latest.values(name)[:1]), 0) for name in ("falling", "absurd")}
    videos.filter(report_fetched_at__isnull=False).update(
        **{name: Subquery(latest.values(name)[:1]) for name in VIDEO_COUNTS},
        **flags,
        counts_source=Source.ORDER_REPORT,
        counts_fetched_at=F("report_fetched_at"),
        caption="",
        thumbnail_url="",
    )
