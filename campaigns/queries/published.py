"""Published Posts: found, narrowed, sorted, summed, and the choices that they can be narrowed by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from django.db.models import Aggregate, Case, Count, F, FloatField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Concat

from campaigns.enums import LINK_STATES, NETWORK_ORIGINS, PostOrigin
from campaigns.models import OTHER_NETWORKS, Campaign, Order, Post
from campaigns.queries.post_layouts import NUMBERS
from campaigns.queries.posts import PostRow, is_visible, post_row, with_post_numbers
from campaigns.queries.search import holding
from crm.countries import COUNTRIES
from crm.enums import Network
from crm.models import SocialAccount
from crm.models.search import folded
from crm.policies.addresses import account_name
from tenancy.composed import ROW, ComposedPages
from tiktok.availability import POST_MATRIX, POST_UNITS
from tiktok.enums import LIVE_CONNECTION_STATES, PostMetric, PostTie, Unit
from ui.paging import KeysetPage, keyset_page
from ui.templatetags.charts import readable

NEWEST = "-published"
SORTABLE = {
    "published": "published_at",
    **{m.value: f"rank_{m.value}" for m in NUMBERS if m != PostMetric.VIDEO_VIEW_RETENTION},
}
FILTERS = ("network", "creator", "order", "origin", "market", "since", "until")
MOST_CHOICES = 200
TIED = Q(order__isnull=False) & ~Q(review_state__in=LINK_STATES)
AUTHENTICATED = Q(account__creator__grant_state__in=LIVE_CONNECTION_STATES)


@dataclass(frozen=True)
class PostsAsked:
    """The wish of a reader of a list of posts, as its address says it; empty: not narrowed by that."""

    search: str = ""
    network: str = ""  # of posts of other networks than TikTok
    creator: int | None = None  # the account's key
    order: int | None = None
    origin: str = ""
    market: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = NEWEST

    @property
    def is_narrowed(self) -> bool:
        return self != PostsAsked(sort=self.sort)

    @property
    def is_usual(self) -> bool:
        return self == PostsAsked()

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The search and the filters in force, as an address says them."""
        names = {"q": "search"} | {name: name for name in FILTERS}
        return [(name, str(value)) for name, of in names.items() if (value := getattr(self, of))]

    def without(self, *names: str) -> PostsAsked:
        return replace(self, **{name: getattr(PostsAsked(), name) for name in names})


def published_posts(campaign: Campaign) -> QuerySet[Post]:
    """Posts under Published Posts, latest published first."""
    return _published(campaign.pk).order_by("-published_at", "-id")


def _published(campaign_id: int) -> QuerySet[Post]:
    return Post.objects.filter(is_visible(), campaign_id=campaign_id)


_PUBLISHED = ComposedPages(Post, _published, ("-published_at", "-id"), with_post_numbers, [ROW])


def published_posts_page(
    campaign: Campaign,
    cursor: str | None = "",
    *,
    asked: PostsAsked | None = None,
) -> KeysetPage[PostRow]:
    """Published Posts with their numbers, the latest first unless another order is asked for; what is not known is last."""
    wish = asked or PostsAsked()
    if wish.is_usual:
        return _PUBLISHED.page(campaign.pk, cursor=cursor).of(post_row)
    name = wish.sort.removeprefix("-")
    sign, key = wish.sort[: -len(name)], SORTABLE[name]

    return keyset_page(
        _ranked(found_posts(campaign, wish), name),
        f"{sign}{key}",
        f"{sign}id",
        facts=lambda rows: _ranked(with_post_numbers(rows), name),
        cursor=cursor,
        has_unknown=True,
    ).of(post_row)


def found_posts(campaign: Campaign, asked: PostsAsked) -> QuerySet[Post]:
    """The published posts that the wish names, in no order."""
    rows = _published(campaign.pk)
    if asked.search:
        words = Concat(
            "video__caption",
            Value(" "),
            "account__handle",
            Value(" "),
            "account__influencer__name",
        )
        rows = holding(rows.alias(plain=folded(words)), asked.search)
    wanted = {
        "account": asked.creator,
        "order": asked.order,
        "origin": asked.origin,
        "account__influencer__country": asked.market,
        "published_at__gte": asked.since and datetime.combine(asked.since, time.min, UTC),
        "published_at__lte": asked.until and datetime.combine(asked.until, time.max, UTC),
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def in_order(rows: QuerySet[Post], asked: PostsAsked) -> QuerySet[Post]:
    """The same posts, all of them, in the order of the wish; what is not known is last."""
    name = asked.sort.removeprefix("-")
    key = F(SORTABLE[name])
    is_falling = name != asked.sort
    order = key.desc(nulls_last=True) if is_falling else key.asc(nulls_last=True)
    return _ranked(rows, name).order_by(order, "-id" if is_falling else "id")


def _ranked(rows: QuerySet[Post], name: str) -> QuerySet[Post]:
    """Posts that know what the list is sorted by."""
    is_number = name in PostMetric.values
    return rows.annotate(**{SORTABLE[name]: shown_number(PostMetric(name))}) if is_number else rows


def shown_number(metric: PostMetric, column_name: str = "") -> Case | F:
    """The number of a post as its page may show it, by the availability matrix; else NULL. `column_name`: the video's, where
    it has another name."""
    column = F(f"video__{column_name or metric.value}")
    row = POST_MATRIX[metric]
    if row[PostTie.NOT_AUTHENTICATED].is_shown:
        return column
    return Case(
        When(TIED | AUTHENTICATED if row[PostTie.AUTHENTICATED].is_shown else TIED, then=column)
    )


# --- sums ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Total:
    """A number over several posts: a sum, or a rate weighted by views. `posts`: how many it is of."""

    metric: PostMetric
    value: float | None
    posts: int
    is_sum: bool

    @property
    def unit(self) -> Unit:
        return POST_UNITS[self.metric]


@dataclass(frozen=True)
class PostTotals:
    """The sums over the posts that a wish names."""

    posts: int
    of: dict[str, Total]

    @property
    def fewest(self) -> int:
        """How many of the posts have all numbers that are summed."""
        return min((total.posts for total in self.of.values()), default=0)


AVERAGED = (
    PostMetric.ENGAGEMENT_RATE,
    PostMetric.AVERAGE_PLAY_TIME,
    PostMetric.VIDEO_COMPLETION_RATE,
)
SUMMED = tuple(
    metric
    for metric in NUMBERS
    if metric not in AVERAGED and metric != PostMetric.VIDEO_VIEW_RETENTION
)


def post_totals(campaign: Campaign, asked: PostsAsked) -> PostTotals:
    """The sums over the posts that the wish names; missing numbers are missing, never 0. One query."""
    views = F("video__video_views")
    wanted: dict[str, Aggregate] = {"posts": Count("pk")}
    for metric in (*SUMMED, *AVERAGED):
        rank = SORTABLE[metric.value]
        known = Q(**{f"{rank}__isnull": False})
        if metric in AVERAGED:
            known &= Q(video__video_views__gt=0)
            wanted[f"by_{metric}"] = Sum(views, filter=known)
            wanted[f"all_{metric}"] = Sum(F(rank) * views, filter=known, output_field=FloatField())
        else:
            wanted[f"all_{metric}"] = Sum(rank)
        wanted[f"n_{metric}"] = Count(rank, filter=known)
    rows = found_posts(campaign, asked).annotate(
        **{SORTABLE[metric.value]: shown_number(metric) for metric in (*SUMMED, *AVERAGED)}
    )
    found = rows.aggregate(**wanted)
    totals = {
        metric.value: Total(
            metric, _total(metric, found), found[f"n_{metric}"], is_sum=metric in SUMMED
        )
        for metric in (*SUMMED, *AVERAGED)
    }
    return PostTotals(found["posts"], totals)


def _total(metric: PostMetric, found: dict[str, float | None]) -> float | None:
    total = found[f"all_{metric}"]
    if total is None or metric not in AVERAGED:
        return total
    weight = found[f"by_{metric}"]
    return total / weight if weight else None


# --- what a list is narrowed by -------------------------------------------------------------------------------------
def post_choices(
    campaign: Campaign, field: str, *, of_networks: bool = False
) -> list[tuple[str, str]]:
    """Values of a filter with their names, at most MOST_CHOICES: creators by handle, orders, the newest first, origins,
    markets, networks. `of_networks`: of posts of other networks than TikTok."""
    accounts = SocialAccount.objects.filter(participations__campaign=campaign)
    if of_networks:
        accounts = accounts.exclude(network=Network.TIKTOK)
    if field == "creator":
        found = accounts.order_by("handle", "pk").values_list("pk", "network", "handle")
        return [(str(pk), account_name(net, handle)) for pk, net, handle in found[:MOST_CHOICES]]
    if field == "network":
        return [(network.value, str(network.label)) for network in OTHER_NETWORKS]
    if field == "order":
        orders = Order.objects.filter(campaign=campaign).select_related("account").order_by("-pk")
        return [(str(order.pk), order_name(order)) for order in orders[:MOST_CHOICES]]
    if field == "market":
        codes = accounts.order_by().values_list("influencer__country", flat=True).distinct()
        named = [(code, COUNTRIES[code]) for code in codes if code in COUNTRIES]
        return sorted(named, key=lambda each: each[1])
    origins = NETWORK_ORIGINS if of_networks else TIKTOK_ORIGINS
    return [(origin.value, str(origin.label)) for origin in origins]


TIKTOK_ORIGINS = (PostOrigin.ORDER, PostOrigin.LINK_REQUEST, PostOrigin.BY_HAND, PostOrigin.LEGACY)


def order_name(order: Order) -> str:
    """An order as one choice among others: whose, and of which day."""
    return f"@{order.account.handle}, {readable(order.created_at.date())}"


def chosen_name(field: str, value: int | str) -> str:
    """The name of the value that a list is narrowed by; empty where there is none such."""
    if field == "creator":
        account = SocialAccount.objects.filter(pk=value).first()
        return str(account) if account else ""
    if field == "network":
        return str(Network(str(value)).label)
    if field == "order":
        order = Order.objects.filter(pk=value).select_related("account").first()
        return order_name(order) if order else ""
    return COUNTRIES[str(value)] if field == "market" else str(PostOrigin(str(value)).label)
