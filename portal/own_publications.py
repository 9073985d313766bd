"""Publications of an order as its creator sees them: how far each is, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from campaigns.enums import PublicationState
from campaigns.models import Order, Post, Publication
from campaigns.policies.posts import GONE
from campaigns.policies.publications import hashtags
from campaigns.queries.orders import publication_sync
from tiktok.enums import PollKind, PostponedReason
from tiktok.queries import SyncTimes, polls_at
from ui.live import Live, live_rows
from ui.richtext import words_of

DONE, CURRENT, NEXT, FAILED = "done", "current", "next", "failed"
STEPS = (_("Uploaded"), _("Sent to TikTok"), _("Checked by TikTok"), _("Published"))
LIMITED = _("TikTok takes only some videos at a time, and at most 15 a day of an account. Yours is kept, and is sent by itself at %(moment)s UTC.")  # fmt: skip
UNREACHED = _("Your video could not be sent to TikTok yet. It is kept, and that is tried again by itself at %(moment)s UTC.")  # fmt: skip
OVER = {PublicationState.UPLOADED: 1, PublicationState.SENDING: 1, PublicationState.PROCESSING: 2}


@dataclass(frozen=True)
class Step:
    """A step of a publication. `kind`: done, current, failed or next."""

    label: str
    kind: str


@dataclass(frozen=True)
class OwnPublication:
    """A publication with the post that came of it, if TikTok has told of it already, and the work on it."""

    publication: Publication
    post: Post | None
    work: SyncTimes

    @property
    def is_published(self) -> bool:
        return self.post is not None and self.post.published_since is not None

    @property
    def is_rejected(self) -> bool:
        return self.post is not None and self.post.is_rejected

    @property
    def is_gone(self) -> bool:
        """Has the creator deleted the video at TikTok?"""
        return self.post is not None and self.post.review_reason == GONE

    @property
    def is_failed(self) -> bool:
        """Was nothing published, so that the video may be sent again?"""
        return self.publication.state in PublicationState.over()

    @property
    def is_unsure(self) -> bool:
        return self.publication.state == PublicationState.UNSURE

    @property
    def is_moving(self) -> bool:
        """Does more come of it by itself?"""
        if self.publication.state == PublicationState.DONE:
            return not (self.is_published or self.is_rejected or self.is_gone)
        return self.publication.is_under_way and self.publication.settled_at is None

    @property
    def words(self) -> str:
        """The caption, as it was sent."""
        return self.publication.caption

    @property
    def problem(self) -> str:
        return gettext(self.publication.problem) if self.publication.problem else ""

    @property
    def waits(self) -> str:
        """The reason why it was not sent yet, with the time of the next try; empty while nothing is in its way."""
        at, work = self.work.next_at, self.work.poll
        is_waiting = self.publication.state == PublicationState.UPLOADED
        if not is_waiting or at is None or work is None or not work.postponed_reason:
            return ""
        is_limit = work.postponed_reason == PostponedReason.LIMIT_REACHED
        said = gettext(LIMITED if is_limit else UNREACHED)
        return said % {"moment": date_format(at, "SHORT_DATETIME_FORMAT")}

    @property
    def steps(self) -> list[Step]:
        """The way of a video that is not lost: what is over, what is under way, what comes."""
        over = OVER.get(PublicationState(self.publication.state), 2)
        if self.is_published:
            over = len(STEPS)
        kinds = [DONE] * over + [FAILED if self.is_rejected else CURRENT] + [NEXT] * len(STEPS)
        return [Step(gettext(label), kind) for label, kind in zip(STEPS, kinds, strict=False)]


def own_publications(order: Order) -> list[OwnPublication]:
    """The publications of an order, the latest first."""
    works = polls_at("pk", PollKind.PUBLICATION)
    rows = list(order.publications.annotate(polls=works).order_by("-pk"))
    videos = [row.tiktok_video_id for row in rows if row.tiktok_video_id]
    posts = Post.objects.filter(order=order, network_post_id__in=videos)
    by_video = {post.network_post_id: post for post in posts}
    return [
        OwnPublication(row, by_video.get(row.tiktok_video_id), publication_sync(row))
        for row in rows
    ]


def publications_live(order: Order, shown: list[OwnPublication]) -> Live:
    """The version of the page, which brings itself up to date while a video is on its way."""
    own = Order.objects.filter(pk=order.pk)
    return live_rows(
        own,
        own,
        Publication.objects.filter(order=order),
        Post.objects.filter(order=order),
        facts=tuple(each.waits for each in shown),
        is_under_way=any(each.is_moving for each in shown),
    )


def first_caption(order: Order) -> str:
    """The caption to begin with: the hashtags that the brand asks for."""
    return hashtags(order.request.description, words_of(order.campaign.brief or ""))
