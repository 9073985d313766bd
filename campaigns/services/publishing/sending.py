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
    FOLLOWED_FOR,
    SURE_AFTER,
    UNSURE_FOR,
    is_same_caption,
    reason_in_words,
)
from campaigns.services.publishing.addresses import film_url
from campaigns.services.publishing.asking import (
    STOPPED,
    UNWANTED,
    connection_over,
    forget_film,
    is_wanted,
    settle,
)
from campaigns.services.reviews.drafts import locked_order
from jobs.errors import WorkStopped
from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.services.events import record
from tiktok.enums import PollKind
from tiktok.errors import (
    OutcomeUnknown,
    TikTokBusy,
    TikTokProblem,
    TikTokUnavailable,
)
from tiktok.models import Connection
from tiktok.services.orders.publishing import (
    find_published,
    join_campaign,
    publication_status,
    publish_film,
)

UNSURE = _("TikTok did not answer, so it is not known yet whether the video is published. We check at TikTok; do not publish it again.")  # fmt: skip
OUT_OF_SIGHT = _("The permission to publish has ended while TikTok had the video. Look in the TikTok app whether it is published.")  # fmt: skip
NOT_SURE = _("It could not be found out whether TikTok has published this video. Look in the TikTok app before you publish it there.")  # fmt: skip
SURELY_NOT = _("TikTok did not take the video, so nothing was published. You can send it again.")
FAILED, COMPLETE = "FAILED", "PUBLISH_COMPLETE"


def settle_publication(publication: Publication) -> None:
    """Take the next step, for whoever has claimed it. Raises TikTok's problems; then nothing has changed but what age decides."""
    if publication.state == PublicationState.UPLOADED:
        _send(publication)
    else:
        try:
            _sync(publication)
        finally:
            _end_by_age(publication)


def _connection(publication: Publication) -> Connection | None:
    return connection_over(publication.order, person_id=publication.person_id)


# --- once ---------------------------------------------------------------------------------------------------------
def _send(publication: Publication) -> None:
    connection = _connection(publication)
    if connection is None or not is_wanted(publication, publication.order):
        _stop(publication, connection)
        return
    join_campaign(connection, publication.order.invite_link)
    if not _begin(publication):
        return
    try:
        share_id = publish_film(
            connection,
            publication.order.invite_link,
            video_url=film_url(publication),
            caption=publication.caption,
        )
    except OutcomeUnknown:
        _doubt(publication, UNSURE)
    except (TikTokBusy, TikTokUnavailable, WorkStopped):  # TikTok has done nothing
        _move(publication, PublicationState.UPLOADED)
        raise
    except TikTokProblem as problem:
        _end(publication, PublicationState.FAILED, str(problem))
    else:
        _move(publication, PublicationState.PROCESSING, share_id=share_id)


@transaction.atomic
def _begin(publication: Publication) -> bool:
    """Write down that TikTok is asked now. False: the creator or the team was faster."""
    connection = _connection(publication)
    if connection is None or not is_wanted(publication, locked_order(publication.order)):
        _stop(publication, connection)
        return False
    publication.sending_at = timezone.now()
    waiting = Publication.objects.filter(pk=publication.pk, state=PublicationState.UPLOADED)
    return bool(waiting.update(state=PublicationState.SENDING, sending_at=publication.sending_at))


def _stop(publication: Publication, connection: Connection | None) -> None:
    """Stop what its creator does not allow any more, or the order does not take."""
    _end(publication, PublicationState.STOPPED, UNWANTED if connection else STOPPED)


# --- what became of it --------------------------------------------------------------------------------------------
def _sync(publication: Publication) -> None:
    if publication.state == PublicationState.SENDING:  # an earlier sender never came back
        _doubt(publication, UNSURE)
    connection = _connection(publication)
    if connection is None:
        if publication.state == PublicationState.PROCESSING:
            _doubt(publication, OUT_OF_SIGHT)
    elif publication.share_id:
        _follow(publication, connection)
    else:
        _search(publication, connection)


def _follow(publication: Publication, connection: Connection) -> None:
    found = publication_status(connection, publication.share_id)
    if found.status == FAILED:
        _end(publication, PublicationState.FAILED, reason_in_words(found.reason))
    elif found.post_ids:
        _keep_video(publication, found.post_ids[0])
    else:
        _move(publication, PublicationState.PROCESSING)
        if found.status == COMPLETE:
            forget_film(publication)


def _search(publication: Publication, connection: Connection) -> None:
    since = (publication.sending_at or publication.created_at) - CLOCKS_DIFFER
    videos = list(find_published(connection, since=since))
    known = Publication.objects.filter(tiktok_video_id__in=[v.video_id for v in videos])
    taken = set(known.values_list("tiktok_video_id", flat=True))
    for video in videos:
        is_free = video.video_id not in taken
        if is_free and is_same_caption(publication.caption, video.caption):
            _keep_video(publication, video.video_id)
            return


def _end_by_age(publication: Publication) -> None:
    """End a search that has taken long enough, whether TikTok answers or not; what was settled meanwhile stays as it is."""
    age = _age(publication)
    if publication.state == PublicationState.PROCESSING:
        if age > FOLLOWED_FOR:
            _give_up(publication)
    elif age > SURE_AFTER and _close(publication):
        _end(publication, PublicationState.FAILED, SURELY_NOT)
    elif age > UNSURE_FOR:
        _give_up(publication)


def _close(publication: Publication) -> bool:
    """Let nobody fetch the film any more. False where somebody has: then TikTok may have it."""
    rows = Publication.objects.filter(pk=publication.pk, fetched_at=None, settled_at=None)
    return bool(rows.update(closed_at=timezone.now()))


def _keep_video(publication: Publication, video_id: str) -> None:
    with transaction.atomic():
        settle(publication, PublicationState.DONE, video_id=video_id)
        make_due(PollKind.ORDER, publication.order_id)


@transaction.atomic
def _doubt(publication: Publication, problem: str) -> None:
    if _move(publication, PublicationState.UNSURE, problem=problem):
        record(Verb.PUBLICATION_UNSURE, publication.order, actor=None, publication=publication.pk)


@transaction.atomic
def _give_up(publication: Publication) -> None:
    """Nothing is found out any more. The film goes, and the same one is not sent again."""
    now, unsure = timezone.now(), PublicationState.UNSURE
    if _move(publication, unsure, problem=NOT_SURE, closed_at=now, settled_at=now):
        forget_film(publication)


@transaction.atomic
def _end(publication: Publication, state: PublicationState, problem: str) -> None:
    settle(publication, state, problem)


def _move(publication: Publication, state: PublicationState, **fields: object) -> bool:
    """A step that is not the last one. False: it was settled meanwhile, and stays as it is, or is gone with its order."""
    values = {"state": state, "problem": "", **fields}
    if not Publication.objects.filter(pk=publication.pk, settled_at=None).update(**values):
        return False
    for name, value in values.items():
        setattr(publication, name, value)
    return True


def _age(publication: Publication) -> timedelta:
    return timezone.now() - (publication.sending_at or publication.created_at)
