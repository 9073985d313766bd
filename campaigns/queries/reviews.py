"""The drafts of a campaign, and one draft with its versions and comments."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from campaigns.enums import WITH_CREATOR, DraftState
from campaigns.models import Campaign, Order, Review, ReviewComment, ReviewVersion
from campaigns.policies.orders import REVIEWABLE
from campaigns.queries.narrowing import (
    ROWS_AT_ONCE,
    called,
    keys_of,
    query_of,
    search_in,
    sort_in,
)
from ui.live import Live, live_rows
from ui.paging import PAGE_SIZE, KeysetPage, in_pieces, keyset_page
from ui.sheets import Cell

OVERDUE, OVER = "overdue", "over"
LATEST_CHANGE = "-state_at"
SORTS = {
    "creator": "creator_name", "draft": "number", "version": "latest", "state_at": "state_at", "due": "due_on",
}  # fmt: skip
UNKNOWN = {"version", "due"}  # these may be missing


@dataclass(frozen=True)
class ReviewsAsked:
    """The list as its address asks for it. `state`: of `DraftState`, overdue, or over: of orders that are."""

    state: str = ""
    search: str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> ReviewsAsked:
        """The part of the address that is known; the rest is left out."""
        state, known = given.get("state", ""), {OVERDUE, OVER, *DraftState.values}
        return cls(state if state in known else "", search_in(given), sort_in(given, SORTS))

    @property
    def query(self) -> str:
        """The same as a part of an address."""
        return query_of(self)

    @property
    def is_narrowed(self) -> bool:
        return self != ReviewsAsked(sort=self.sort)


def narrowed_reviews(campaign: Campaign, asked: ReviewsAsked) -> QuerySet[Review]:
    """The campaign's drafts that the list asks for."""
    rows = called(Review.objects.filter(campaign=campaign), "order__account", asked.search)
    if asked.state == OVERDUE:
        rows = rows.filter(is_late(), order__state__in=REVIEWABLE)
    elif asked.state == OVER:
        rows = rows.exclude(order__state__in=REVIEWABLE)
    elif asked.state:
        rows = rows.filter(state=asked.state, order__state__in=REVIEWABLE)
    return rows


def is_late() -> Q:
    """Condition: the day has passed by which the creator was to send it."""
    return Q(due_on__lt=timezone.now().date(), state__in=WITH_CREATOR)


def reviews_page(
    campaign: Campaign,
    asked: ReviewsAsked,
    cursor: str | None = "",
    *,
    size: int = PAGE_SIZE,
    is_strict: bool = False,
) -> KeysetPage[Review]:
    """A page of them, those first in which something happened last unless another order is asked for; each with `latest`, the
    number of its latest version. `is_strict`: as in `keyset_page`."""
    sort = asked.sort or LATEST_CHANGE
    rows = narrowed_reviews(campaign, asked)
    return keyset_page(
        _ranked(rows, sort),
        *keys_of(sort, SORTS),
        facts=lambda found: _ranked(_with_facts(found), sort),
        cursor=cursor,
        size=size,
        is_strict=is_strict,
        has_unknown=sort.removeprefix("-") in UNKNOWN,
    )


def _ranked(reviews: QuerySet[Review], sort: str) -> QuerySet[Review]:
    """Drafts that know what they are sorted by."""
    if sort.endswith("version"):
        return reviews.annotate(latest=_latest())
    if sort.endswith("creator"):
        return reviews.annotate(creator_name=F("order__account__influencer__sort_name"))
    return reviews


def _latest() -> Subquery:
    versions = ReviewVersion.objects.filter(review=OuterRef("pk")).order_by("-number")
    return Subquery(versions.values("number")[:1])


def _with_facts(rows: QuerySet[Review]) -> QuerySet[Review]:
    related = ("order__account__influencer", "order__account__creator")
    return rows.select_related(*related).annotate(latest=_latest())


def reviews_live(campaign: Campaign, reviews: list[Review]) -> Live:
    """The list, which brings itself up to date while a draft may come."""
    shown = [review.pk for review in reviews]
    own = Review.objects.filter(campaign=campaign)
    newest = own.order_by("-state_at", "-id").values_list("pk", "state_at").first()
    return live_rows(
        Campaign.objects.filter(pk=campaign.pk),
        Review.objects.filter(pk__in=shown),
        facts=(shown, [review.order.state for review in reviews], newest),
        awaited=(own.filter(state__in=[*WITH_CREATOR, DraftState.SUBMITTED]),),
    )


def reviews_of(order: Order) -> list[Review]:
    """The drafts of an order with their versions, the latest first, and what was said to each."""
    return list(_whole(Review.objects.filter(order=order)).order_by("number"))


def whole_review(campaign: Campaign, pk: int) -> Review | None:
    """One draft of the campaign with its versions, the latest first, and what was said to each."""
    return _whole(Review.objects.filter(campaign=campaign, pk=pk)).first()


def _whole(rows: QuerySet[Review]) -> QuerySet[Review]:
    comments = ReviewComment.objects.select_related("author").order_by("pk")
    versions = (
        ReviewVersion.objects.select_related("file", "judged_by")
        .prefetch_related(Prefetch("comments", comments))
        .order_by("-number")
    )
    related = ("order__account__influencer", "order__account__creator", "order__request")
    return rows.select_related(*related).prefetch_related(Prefetch("versions", versions))


def review_live(review: Review) -> Live:
    """One draft, which brings itself up to date while its order is open."""
    return live_rows(
        Review.objects.filter(pk=review.pk),
        Review.objects.filter(pk=review.pk),
        ReviewVersion.objects.filter(review=review),
        ReviewComment.objects.filter(version__review=review),
        facts=(review.order.state,),
        is_under_way=review.is_open,
    )


@dataclass(frozen=True)
class Words:
    """Words of a text that stayed, came (`is_new`) or went (`is_old`)."""

    text: str
    is_new: bool = False
    is_old: bool = False


def compared(before: str, after: str) -> list[Words]:
    """The later text with what went and what came, word by word."""
    old, new = before.split(), after.split()
    parts: list[Words] = []
    matcher: Any = difflib.SequenceMatcher(None, old, new)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            parts.append(Words(" ".join(new[k:m])))
            continue
        if old[i:j]:
            parts.append(Words(" ".join(old[i:j]), is_old=True))
        if new[k:m]:
            parts.append(Words(" ".join(new[k:m]), is_new=True))
    return parts


# --- files ---------------------------------------------------------------------------------------------------------
HEAD = [
    "Creator", "Handle", "Draft", "Videos ordered", "State", "Overdue", "Version", "Last change", "Due", "Order ID",
]  # fmt: skip


def review_lines(campaign: Campaign, asked: ReviewsAsked) -> Iterator[list[Cell]]:
    """A line for each draft that the list asks for, in its order."""
    pages = in_pieces(
        lambda cursor: reviews_page(campaign, asked, cursor, size=ROWS_AT_ONCE, is_strict=True)
    )
    return map(_line, pages)


def _line(review: Any) -> list[Cell]:
    order = review.order
    return [
        order.account.influencer.name,
        order.account.handle,
        review.number,
        order.video_limit,
        review.get_state_display() if review.is_open else "Order is over",
        "yes" if review.is_overdue else "no",
        review.latest,
        review.state_at,
        review.due_on,
        order.pk,
    ]
