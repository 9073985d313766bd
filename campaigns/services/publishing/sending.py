"""Publications brought up to what TikTok says: sent once, followed, and looked for where an answer was lost.

TikTok has no idempotency here, so a call whose answer was lost is never made again. Whether it came about is found out by
what TikTok shows; that it did not is sure only where nobody has fetched the film and nobody can any more.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from campaigns.enums import PublicationState
from campaigns.models import Publication
from campaigns.policies.publications import (
    CLOCKS_DIFFER,
    ENDED,
    FOLLOWED_FOR,
    SURE_AFTER,
    UNSURE_FOR,
    is_same_caption,
    reason_in_words,
)
from campaigns.services.publishing.addresses import film_url
from campaigns.services.publishing.asking import forget_film, settle
from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.services.events import record
from tiktok.enums import PollKind
from tiktok.errors import (
    ConnectionEnded,
    OutcomeUnknown,
    TikTokBusy,
    TikTokProblem,
    TikTokUnavailable,
)
from tiktok.models import Connection
from tiktok.queries.publishing import publishing_over
from tiktok.services.orders.publishing import (
    find_published,
    join_campaign,
    publication_status,
    publish_film,
)

UNSURE = _("TikTok did not answer, so it is not known yet whether the video is published. TikTok is looked at; do not publish it again.")  # fmt: skip
NOT_SURE = _("It could not be found out whether TikTok has published this video. Look in the TikTok app before you publish it there.")  # fmt: skip
SURELY_NOT = _("TikTok did not take the video, so nothing was published. You can send it again.")
NOT_ALLOWED = _("You have not allowed publishing from here any more, so nothing was sent to TikTok.")  # fmt: skip
FAILED, COMPLETE = "FAILED", "PUBLISH_COMPLETE"


def settle_publication(publication: Publication) -> None:
    """Take the next step, for whoever has claimed it. Raises TikTok's problems, and then nothing has changed."""
    if publication.state == PublicationState.UPLOADED:
        _send(publication)
    elif publication.state == PublicationState.PROCESSING:
        _follow(publication)
    elif publication.is_under_way:  # an earlier sender never came back, or its answer was lost
        _reconcile(publication)


def _connection(publication: Publication) -> Connection | None:
    creator = publication.order.account.creator
    return publishing_over(creator) if creator else None


def _send(publication: Publication) -> None:
    connection = _connection(publication)
    if connection is None:
        _end(publication, PublicationState.STOPPED, NOT_ALLOWED)
        return
    join_campaign(connection, publication.order.invite_link)
    now = timezone.now()
    waiting = Publication.objects.filter(pk=publication.pk, state=PublicationState.UPLOADED)
    if not waiting.update(state=PublicationState.SENDING, sending_at=now):
        return  # the creator was faster
    publication.sending_at = now
    try:
        share_id = publish_film(
            connection,
            publication.order.invite_link,
            video_url=film_url(publication),
            caption=publication.caption,
        )
    except OutcomeUnknown:
        _doubt(publication)
    except (TikTokBusy, TikTokUnavailable):
        _move(publication, PublicationState.UPLOADED)
        raise
    except ConnectionEnded:
        _end(publication, PublicationState.FAILED, ENDED)
    except TikTokProblem as problem:
        _end(publication, PublicationState.FAILED, str(problem))
    else:
        _move(publication, PublicationState.PROCESSING, share_id=share_id)


def _follow(publication: Publication) -> None:
    connection = _connection(publication)
    if connection is None:
        _doubt(publication)
        return
    found = publication_status(connection, publication.share_id)
    if found.status == FAILED:
        _end(publication, PublicationState.FAILED, reason_in_words(found.reason))
    elif found.post_ids:
        _keep_video(publication, found.post_ids[0])
    elif _age(publication) > FOLLOWED_FOR:
        _give_up(publication)
    elif found.status == COMPLETE:
        forget_film(publication)


def _reconcile(publication: Publication) -> None:
    if publication.state == PublicationState.SENDING:
        _doubt(publication)
    connection = _connection(publication)
    since = (publication.sending_at or publication.created_at) - CLOCKS_DIFFER
    if connection is not None:
        videos = list(find_published(connection, since=since))
        known = Publication.objects.filter(tiktok_video_id__in=[v.video_id for v in videos])
        taken = set(known.values_list("tiktok_video_id", flat=True))
        for video in videos:
            is_free = video.video_id not in taken
            if is_free and is_same_caption(publication.caption, video.caption):
                _keep_video(publication, video.video_id)
                return
    if _age(publication) > SURE_AFTER and _close(publication):
        _end(publication, PublicationState.FAILED, SURELY_NOT)
    elif _age(publication) > UNSURE_FOR:
        _give_up(publication)


def _close(publication: Publication) -> bool:
    """Let nobody fetch the film any more. False where somebody has: then TikTok may have it."""
    rows = Publication.objects.filter(pk=publication.pk, fetched_at=None)
    return bool(rows.update(closed_at=timezone.now()))


def _keep_video(publication: Publication, video_id: str) -> None:
    with transaction.atomic():
        settle(publication, PublicationState.DONE, video_id=video_id)
        make_due(PollKind.ORDER, publication.order_id)


@transaction.atomic
def _doubt(publication: Publication) -> None:
    _move(publication, PublicationState.UNSURE, problem=UNSURE)
    record(Verb.PUBLICATION_UNSURE, publication.order, actor=None, publication=publication.pk)


@transaction.atomic
def _give_up(publication: Publication) -> None:
    """Nothing is found out any more. The film goes, and the same one is not sent again."""
    now = timezone.now()
    _move(publication, PublicationState.UNSURE, problem=NOT_SURE, closed_at=now, settled_at=now)
    forget_film(publication)


@transaction.atomic
def _end(publication: Publication, state: PublicationState, problem: str) -> None:
    settle(publication, state, problem)


def _move(publication: Publication, state: PublicationState, **fields: object) -> None:
    """A step that is not the last one; what was settled meanwhile stays as it is."""
    rows = Publication.objects.filter(pk=publication.pk, settled_at=None)
    rows.update(state=state, **{"problem": "", **fields})
    publication.refresh_from_db()


def _age(publication: Publication) -> timedelta:
    return timezone.now() - (publication.sending_at or publication.created_at)
