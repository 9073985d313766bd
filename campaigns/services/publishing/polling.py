"""Publications as due work: sent, followed until they have come to their end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from campaigns.models import Publication
from campaigns.policies.publications import due_again_in
from campaigns.services.publishing.sending import settle_publication
from jobs.services.queue import make_due, stop
from tiktok.enums import PollKind
from tiktok.services.polls.kinds import register_poll
from tiktok.services.webhooks.events import on_publication

OVER = "The publication has come to its end."


def sync_due_publications(ids: Sequence[int]) -> dict[int, timedelta]:
    """The pump's step of publications. Says when each that is under way is due again."""
    rows = Publication.objects.filter(pk__in=ids, settled_at=None)
    for publication in rows.select_related(
        "order__account__creator", "order__request", "order__campaign"
    ):
        settle_publication(publication)
    due_in = {}
    for publication in rows.all():
        began_at = publication.sending_at or publication.created_at
        due_in[publication.pk] = due_again_in(timezone.now() - began_at)
    if over := [pk for pk in ids if pk not in due_in]:
        stop(PollKind.PUBLICATION, *over, reason=OVER)
    return due_in


def hear_of_publication(share_id: str) -> None:
    """TikTok has news of a publication: ask now."""
    known = Publication.objects.filter(share_id=share_id, settled_at=None)
    make_due(PollKind.PUBLICATION, *known.values_list("pk", flat=True))


def register_work() -> None:
    """Make the poll of publications known, and hear TikTok's news of them."""
    register_poll(PollKind.PUBLICATION, sync_due_publications)
    on_publication(hear_of_publication)
