"""Comments on versions of drafts, and versions that the team removes. Both come back while they are kept."""

from __future__ import annotations

from django.db import transaction

from campaigns.errors import DraftNotTaken, DraftSettled
from campaigns.models import ReviewComment, ReviewVersion
from campaigns.services.reviews.drafts import locked_order, say
from campaigns.services.reviews.telling import tell_soon
from crm.models import Removal
from crm.services.removals.keeping import Kind, register_removable, remove
from tenancy.enums import Verb
from tenancy.models import User

MOST_COMMENTS = 200  # on one version


@transaction.atomic
def write_comment(
    version: ReviewVersion, text: str, second: int | None = None, *, actor: User
) -> ReviewComment:
    """Say something to a version, at this second of its video or to all of it. Raises DraftSettled, DraftNotTaken."""
    order = locked_order(version.review.order)
    locked = ReviewVersion.objects.select_related("review").filter(pk=version.pk).first()
    if locked is None:
        raise DraftSettled
    locked.review.order = order
    if not locked.review.is_open:
        raise DraftSettled
    if locked.comments.count() >= MOST_COMMENTS:
        raise DraftNotTaken("This version has as many comments as can be kept.")
    comment = locked.comments.create(author=actor, text=text, second=second)
    at = {} if second is None else {"second": second}
    tell_soon(locked.review)
    say(Verb.DRAFT_COMMENTED, locked, actor=actor, texts={"comment": text}, **at)
    return comment


def remove_comment(comment: ReviewComment, *, actor: User) -> Removal:
    """Delete a comment; it is kept for a while, so that this can be undone."""
    return remove(comment, actor=actor)


@transaction.atomic
def remove_version(version: ReviewVersion, *, actor: User) -> Removal:
    """Delete a version with its comments; they and its file are kept for a while, so that this can be undone."""
    locked_order(version.review.order)
    return remove(version, actor=actor, hanging=list(version.comments.order_by("pk")))


def register_removables() -> None:
    """Make known what comes back."""
    comment = Kind(
        Verb.DRAFT_COMMENT_REMOVED, Verb.DRAFT_COMMENT_RESTORED, "comment", is_named=False
    )
    register_removable(ReviewComment, comment)
    register_removable(ReviewVersion, Kind(Verb.DRAFT_REMOVED, Verb.DRAFT_RESTORED, "version"))
