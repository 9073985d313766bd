"""The drafts of a campaign, and one draft with its versions and comments."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from campaigns.enums import WITH_CREATOR, DraftState
from campaigns.models import Campaign, Order, Review, ReviewComment, ReviewVersion
from campaigns.policies.orders import REVIEWABLE
from campaigns.queries.search import holding
from crm.models.search import folded
from ui.live import Live, live_rows
from ui.paging import KeysetPage, keyset_page

OVERDUE, OVER = "overdue", "over"
SEARCH_LENGTH = 100


@dataclass(frozen=True)
class ReviewsAsked:
    """The list as its address asks for it. `state`: of `DraftState`, overdue, or over: of orders that are."""

    state: str = ""
    search: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> ReviewsAsked:
        """The part of the address that is known; the rest is left out."""
        state, search = given.get("state", ""), given.get("q", "")
        known = {OVERDUE, OVER, *DraftState.values}
        return cls(
            state if state in known else "", search.replace("\0", "").strip()[:SEARCH_LENGTH]
        )

    @property
    def query(self) -> str:
        """The same as a part of an address."""
        asked = {"state": self.state, "q": self.search}
        return urlencode({name: value for name, value in asked.items() if value})


def narrowed_reviews(campaign: Campaign, asked: ReviewsAsked) -> QuerySet[Review]:
    """The campaign's drafts that the list asks for."""
    rows = Review.objects.filter(campaign=campaign)
    if asked.state == OVERDUE:
        rows = rows.filter(is_late(), order__state__in=REVIEWABLE)
    elif asked.state == OVER:
        rows = rows.exclude(order__state__in=REVIEWABLE)
    elif asked.state:
        rows = rows.filter(state=asked.state, order__state__in=REVIEWABLE)
    if asked.search:
        of = "order__account"
        words = Concat(f"{of}__handle", Value(" "), f"{of}__influencer__name")
        rows = holding(rows.alias(plain=folded(words)), asked.search)
    return rows


def is_late() -> Q:
    """Condition: the day has passed by which the creator was to send it."""
    return Q(due_on__lt=timezone.now().date(), state__in=WITH_CREATOR)


def reviews_page(
    campaign: Campaign, asked: ReviewsAsked, cursor: str | None = ""
) -> KeysetPage[Review]:
    """A page of them, those first in which something happened last; each with `latest`, the number of its latest version."""
    rows = narrowed_reviews(campaign, asked)
    return keyset_page(rows, "-state_at", "-id", facts=_with_facts, cursor=cursor)


def _with_facts(rows: QuerySet[Review]) -> QuerySet[Review]:
    latest = ReviewVersion.objects.filter(review=OuterRef("pk")).order_by("-number")
    related = ("order__account__influencer", "order__account__creator")
    return rows.select_related(*related).annotate(latest=Subquery(latest.values("number")[:1]))


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
