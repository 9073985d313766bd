"""Sums over the posts of other networks than TikTok: of a list, by network, as of now or as of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Aggregate, Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from campaigns.enums import NumbersSource, PlaceState
from campaigns.models import OTHER_NETWORKS, POST_NUMBERS, PostPlace, PostReading
from campaigns.queries.post_layouts import COUNTS

KEPT = (*POST_NUMBERS, "numbers_source", "numbers_at")


@dataclass(frozen=True)
class CountTotal:
    """A number added up over posts; None where none of them has it. `posts`: how many have it."""

    name: str
    value: int | None
    posts: int

    @property
    def label(self) -> str:
        return COUNTS[self.name]


@dataclass(frozen=True)
class NetworkTotals:
    """The sums over posts; a missing number is missing, never 0."""

    posts: int
    of: dict[str, CountTotal]
    imported: int = 0
    by_hand: int = 0
    oldest: datetime | None = None

    @property
    def source(self) -> str:
        """The source of the numbers in words; empty where no post has any."""
        counts = {NumbersSource.IMPORTED: self.imported, NumbersSource.BY_HAND: self.by_hand}
        named = {source.label.lower(): count for source, count in counts.items() if count}
        if len(named) < 2:
            return "".join(named)
        return ", ".join(f"{label}: {count:,}" for label, count in named.items())

    @property
    def fewest(self) -> int:
        """How many of the posts have all numbers at best."""
        return min(total.posts for total in self.of.values())


def network_totals(rows: QuerySet[PostPlace]) -> NetworkTotals:
    """The sums over these posts. One query."""
    return _totals(rows.aggregate(posts=Count("pk"), **_sums("post__")))


def totals_by_network(rows: QuerySet[PostPlace], path: str = "post__") -> dict[str, NetworkTotals]:
    """The sums by network of the numbers at this path. One query."""
    groups = rows.order_by().values("post__network").annotate(posts=Count("pk"), **_sums(path))
    return {group["post__network"]: _totals(group) for group in groups}


def places_known(campaign_ids: Sequence[int], until: date | None) -> QuerySet[Any]:
    """The posts of campaigns, with the latest numbers in `then_views` and so on: those that were known at the end of a day where
    one is given. A post without a date counts from when it came into the campaign."""
    rows = PostPlace.objects.filter(campaign__in=campaign_ids, state=PlaceState.LISTED)
    if until is None:
        return rows.annotate(**{f"then_{name}": F(f"post__{name}") for name in KEPT})
    ends = datetime.combine(until, time.max, UTC)
    rows = rows.alias(began=Coalesce("published_at", "added_at")).filter(began__lte=ends)
    return rows.annotate(**_then(ends))


def networks_of(campaign_ids: Sequence[int], until: date | None) -> list[tuple[str, NetworkTotals]]:
    """The sums over the posts of campaigns on each other network, by its name."""
    found = totals_by_network(places_known(campaign_ids, until), "then_")
    return [
        (str(network.label), found[network.value])
        for network in OTHER_NETWORKS
        if network.value in found
    ]


def _then(until: datetime) -> dict[str, Subquery]:
    """The numbers that posts showed at a moment, by `then_` and their names: see `services.networks.posts.show_latest`."""
    readings = PostReading.objects.filter(post=OuterRef("post"), read_at__lte=until)
    readings = readings.order_by("-read_at", "-pk")
    is_whole = Q(source=NumbersSource.BY_HAND)
    numbers = {
        f"then_{name}": Subquery(
            readings.filter(Q(**{f"{name}__isnull": False}) | is_whole).values(name)[:1]
        )
        for name in POST_NUMBERS
    }
    latest = {"numbers_source": "source", "numbers_at": "read_at"}
    return numbers | {
        f"then_{name}": Subquery(readings.values(of)[:1]) for name, of in latest.items()
    }


def _sums(path: str) -> dict[str, Aggregate]:
    """The sums of the numbers at these paths, and how many posts have each."""
    of_source = {
        source: Count("pk", filter=Q(**{f"{path}numbers_source": source}))
        for source in NumbersSource
    }
    sums: dict[str, Aggregate] = {
        "imported": of_source[NumbersSource.IMPORTED],
        "by_hand": of_source[NumbersSource.BY_HAND],
        "oldest": Min(f"{path}numbers_at"),
    }
    for name in POST_NUMBERS:
        sums[f"all_{name}"], sums[f"n_{name}"] = Sum(f"{path}{name}"), Count(f"{path}{name}")
    return sums


def _totals(found: Mapping[str, Any]) -> NetworkTotals:
    of = {
        name: CountTotal(
            name, None if found[f"all_{name}"] is None else int(found[f"all_{name}"]), found[f"n_{name}"]
        )
        for name in POST_NUMBERS
    }  # fmt: skip
    return NetworkTotals(found["posts"], of, found["imported"], found["by_hand"], found["oldest"])
