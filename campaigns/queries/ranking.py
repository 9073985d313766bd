"""The creators of a campaign, ranked: each person once, with the accounts that have posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Sum

from campaigns.enums import GoalNumber
from campaigns.models import NUMBERS, Campaign, CampaignResult, Order, Participant
from campaigns.policies.campaigns import RATE_NUMBERS
from campaigns.policies.participants import AGREED_STATES
from campaigns.queries.accounts import names_of
from campaigns.queries.ordered import videos_ordered
from campaigns.queries.overview import value_of
from crm.models import Influencer, SocialAccount
from ui.paging import is_among

RANKED = 6
# Accounts among which people are looked for, the best first; and people who are compared once their accounts are added up.
MOST_ACCOUNTS, MOST_PEOPLE = 1_000, 50


@dataclass(frozen=True)
class Ranked:
    """A creator in the ranking: their sums, the accounts these are of, how many of the posts are on TikTok and how many videos
    were ordered there, the numbers in the order of `columns`, and the first one's share of the best creator's."""

    influencer: Influencer
    accounts: list[SocialAccount]
    states: list[str]
    posts: int
    videos: int
    ordered: int
    values: list[tuple[GoalNumber, float | None]]
    share: float = 0

    @property
    def names(self) -> str:
        return names_of(self.accounts)


def ranking(campaign: Campaign, numbers: Sequence[GoalNumber]) -> list[Ranked]:
    """The creators that have reached most of the first of these numbers."""
    results = CampaignResult.objects.filter(campaign=campaign)
    by_score = F("score").desc(nulls_last=True)
    best = results.filter(account__isnull=False).order_by(by_score, "pk")[:MOST_ACCOUNTS]
    add_up = Max if numbers[0] in RATE_NUMBERS else Sum
    among: Any = CampaignResult.objects.filter(is_among(best.values("pk"))).order_by()
    people = among.values("account__influencer").annotate(best=add_up("score"))
    people = people.order_by(F("best").desc(nulls_last=True), "account__influencer")[:MOST_PEOPLE]
    theirs = SocialAccount.objects.filter(
        is_among(people.values("account__influencer"), "influencer_id")
    )
    found = with_account(campaign, results.filter(is_among(theirs.values("pk"), "account_id")))
    in_order: Any = found.order_by(by_score, "pk")
    of_person: dict[int, list[Any]] = defaultdict(list)
    for row in in_order:
        of_person[row.account.influencer_id].append(row)
    ranked = [_ranked(rows, numbers) for rows in of_person.values()]
    ranked.sort(key=lambda each: (_first(each) is not None, _first(each) or 0), reverse=True)
    return _with_shares(ranked[:RANKED])


def with_account(campaign: Campaign, results: QuerySet[CampaignResult]) -> QuerySet[CampaignResult]:
    """Sums of accounts with the state and agreed fee of the participant, and how many videos were ordered."""
    mine = {"campaign": campaign, "account": OuterRef("account")}
    participant = Participant.objects.filter(**mine)
    ordered = Order.objects.filter(**mine).order_by().values("account")
    return results.select_related("account__influencer", "account__creator").annotate(
        state=Subquery(participant.values("state")[:1]),
        fee=Subquery(participant.filter(state__in=AGREED_STATES).values("fee")[:1]),
        ordered=Subquery(ordered.annotate(n=Sum(videos_ordered())).values("n")),
    )


def _ranked(rows: Sequence[Any], numbers: Sequence[GoalNumber]) -> Ranked:
    """One person of the results of their accounts."""
    sums = CampaignResult(**{name: sum(getattr(row, name) for row in rows) for name in NUMBERS})
    fees = [float(row.fee) for row in rows if row.fee is not None]
    accounts = [row.account for row in rows]
    return Ranked(
        accounts[0].influencer,
        accounts,
        list(dict.fromkeys(row.state for row in rows if row.state)),
        sums.posts,
        sums.posts - sums.other_posts,
        sum(row.ordered or 0 for row in rows),
        [(number, value_of(number, sums, sum(fees) if fees else None)) for number in numbers],
    )


def _first(ranked: Ranked) -> float | None:
    return ranked.values[0][1]


def _with_shares(ranked: Sequence[Ranked]) -> list[Ranked]:
    most = max((_first(each) or 0 for each in ranked), default=0)
    return [replace(each, share=(_first(each) or 0) / most if most > 0 else 0) for each in ranked]
