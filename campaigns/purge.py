"""The purgers of campaigns: posts that point at videos of the old source, what was said of them by their captions, and what their
imports have left.

A post's id and address stay as a tombstone, so that an order can bring it back.
"""

from __future__ import annotations

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce, Now

from campaigns.models import LegacyRemark, Post
from files.enums import FileKind
from files.models import File
from files.purge import delete_with_contents
from jobs.models import Job
from tenancy.models import EventText
from tiktok.enums import Source
from tiktok.models import PurgeRun
from tiktok.services.legacy.purgers import TERMS, RowPurger, delete_rows, register_purger

POST = "campaigns:post"
POST_LINKS = [{"links": [[POST]]}]


def event_texts() -> QuerySet[EventText]:
    """The names that events from before the purge gave to posts, whatever these are now, and all of posts that are the old source's
    still: their captions."""
    begun_at = PurgeRun.objects.order_by("pk").values("started_at")[:1]
    linked = Post.objects.filter(video__source=Source.LEGACY).values("pk")
    is_old = Q(event__at__lt=Coalesce(begun_at, Now())) | Q(event__object_id__in=linked)
    return EventText.objects.filter(is_old, event__object_type=Post._meta.label_lower)


def outcomes() -> QuerySet[Job]:
    """The jobs that ended before the purge and whose outcome links to posts by their captions."""
    begun_at = PurgeRun.objects.order_by("pk").values("started_at")[:1]
    return Job.objects.filter(
        outcome__contains=POST_LINKS, finished_at__lt=Coalesce(begun_at, Now())
    )


def unlink(posts: QuerySet[Post]) -> int:
    """Leave id and address; of one that is shown, because somebody added it by hand, also its day. What was said of them by
    their captions since the purge began goes with the link, by which alone it is known."""
    ids = set(posts.select_for_update(of=("self",)).values_list("pk", flat=True))
    delete_rows(
        EventText.objects.filter(
            event__object_type=Post._meta.label_lower, event__object_id__in=ids
        )
    )
    late = [
        job.pk
        for job in Job.objects.filter(outcome__contains=POST_LINKS)
        if any(link[-1] in ids for row in job.outcome for link in row["links"] if link[0] == POST)
    ]
    Job.objects.filter(pk__in=late).update(outcome=[])
    day = Case(When(hidden_at=None, then=F("published_at")))
    since = Case(When(hidden_at=None, then=F("published_since")))
    return Post.objects.filter(pk__in=ids).update(
        video=None, published_at=day, published_since=since
    )


for purger in (
    RowPurger(
        "post_links",
        "Captions and numbers of campaign posts, whose id and URL stay",
        TERMS,
        lambda: Post.objects.filter(video__source=Source.LEGACY),
        unlink,
    ),
    RowPurger(
        "outcomes",
        "Captions in the results of work on posts",
        TERMS,
        outcomes,
        lambda jobs: jobs.update(outcome=[]),
    ),
    RowPurger(
        "event_texts",
        "Captions in the audit log; that something happened stays",
        TERMS,
        event_texts,
        delete_rows,
    ),
):
    register_purger(purger, first=True)

register_purger(
    RowPurger(
        "pictures",
        "Pictures of posts and accounts, and files that were imported",
        TERMS,
        lambda: File.objects.filter(kind__in=[FileKind.LEGACY_PICTURE, FileKind.LEGACY_IMPORT]),
        delete_with_contents,
        at_once=200,  # each is a call of the storage within the slice
    )
)
register_purger(
    RowPurger(
        "import_remarks",
        "Remarks on lines of imported files",
        TERMS,
        LegacyRemark.objects.all,
        delete_rows,
    )
)
