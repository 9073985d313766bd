"""Posts of a campaign on other networks than TikTok: listed, narrowed, sorted, as lines of a file; and the queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from campaigns.enums import PlaceState
from campaigns.models import POST_NUMBERS, Campaign, NetworkPost, PostPlace
from campaigns.queries.post_layouts import NETWORK_COLUMNS
from campaigns.queries.published import PostsAsked
from campaigns.queries.search import address_in, holding
from crm.models.search import folded
from ui.paging import PAGE_SIZE, KeysetPage, in_pieces, keyset_page
from ui.sheets import Cell

NETWORK_SORTABLE = {
    "published": "published_at",
    **{name: f"post__{name}" for name in POST_NUMBERS},
}
MOST_COUNTED = 1_000
HEAD = ("Post ID", "Address", "Caption", "Creator", "Handle")


def listed_places(campaign: Campaign) -> QuerySet[PostPlace]:
    """The posts of other networks that stand in a campaign."""
    return PostPlace.objects.filter(campaign=campaign, state=PlaceState.LISTED)


def found_places(campaign: Campaign, asked: PostsAsked) -> QuerySet[PostPlace]:
    """The posts of other networks in a campaign that the wish names, in no order."""
    rows = listed_places(campaign)
    if asked.search:
        rows = _searched(rows, asked.search)
    wanted = {
        "post__network": asked.network,
        "account": asked.creator,
        "origin": asked.origin,
        "account__influencer__country": asked.market,
        "published_at__gte": asked.since and datetime.combine(asked.since, time.min, UTC),
        "published_at__lte": asked.until and datetime.combine(asked.until, time.max, UTC),
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def _searched(rows: QuerySet[PostPlace], search: str) -> QuerySet[PostPlace]:
    """The rows at this address; else those with all these words in caption, handle or name."""
    if read := address_in(search):
        return rows.filter(post__network=read.network, post__network_post_id=read.post_id)
    blank, of = Value(" "), "account"
    words = Concat("post__caption", blank, f"{of}__handle", blank, f"{of}__influencer__name")
    return holding(rows.alias(plain=folded(words)), search)


def _with_post(rows: QuerySet[PostPlace]) -> QuerySet[PostPlace]:
    return rows.select_related("post", "account__influencer", "account__creator")


def places_page(
    campaign: Campaign, cursor: str | None = "", *, asked: PostsAsked, size: int = PAGE_SIZE
) -> KeysetPage[PostPlace]:
    """A page of the posts that the wish names, in its order; what is not known is last."""
    name = asked.sort.removeprefix("-")
    sign, column = asked.sort[: -len(name)], NETWORK_SORTABLE[name]
    ranks = {f"rank_{name}": F(column)} if "__" in column else {}
    return keyset_page(
        found_places(campaign, asked).annotate(**ranks),
        f"{sign}{next(iter(ranks), column)}",
        f"{sign}id",
        facts=lambda rows: _with_post(rows).annotate(**ranks),
        cursor=cursor,
        size=size,
        has_unknown=True,
    )


def place_of(campaign: Campaign, pk: int) -> PostPlace | None:
    """One post's place, whatever its state; None for an absent and a foreign one."""
    return _with_post(PostPlace.objects.filter(campaign=campaign, pk=pk)).first()


# --- the queue ---
def queue_page(
    campaign: Campaign, cursor: str | None = "", *, state: PlaceState
) -> KeysetPage[PostPlace]:
    """Posts to decide about, or left out, latest published first."""
    rows = PostPlace.objects.filter(campaign=campaign, state=state)
    return keyset_page(
        rows, "-published_at", "-id", facts=_with_post, cursor=cursor, has_unknown=True
    )


def counted(campaign: Campaign, state: PlaceState) -> int:
    """How many posts of the campaign are in this state, at most MOST_COUNTED."""
    return PostPlace.objects.filter(campaign=campaign, state=state)[:MOST_COUNTED].count()


# --- everything that the accounts published ---
def account_posts_page(
    campaign: Campaign, cursor: str | None = "", *, network: str = "", is_undated: bool = False
) -> KeysetPage[NetworkPost]:
    """Posts that the campaign's accounts published on other networks in its window, as far as they are known, each with the
    `state` of its place in the campaign; latest first. `is_undated`: those of which nobody has said when, latest brought
    first."""
    begins = datetime.combine(campaign.starts_on, time.min, UTC)
    ends = datetime.combine(campaign.ends_on, time.max, UTC)
    in_window = Q(published_at__gte=begins, published_at__lte=ends)
    rows = NetworkPost.objects.filter(account__in=campaign.participants.values("account"))
    rows = rows.filter(Q(published_at=None) if is_undated else in_window)
    if network:
        rows = rows.filter(network=network)
    places = PostPlace.objects.filter(campaign=campaign, post=OuterRef("pk"))

    def with_place(posts: QuerySet[NetworkPost]) -> QuerySet[NetworkPost]:
        state = Subquery(places.values("state")[:1])
        return posts.select_related("account__influencer").annotate(state=state)

    keys = ("-id",) if is_undated else ("-published_at", "-id")
    return keyset_page(rows, *keys, facts=with_place, cursor=cursor)


# --- files ---
def network_head(keys: Sequence[str]) -> list[str]:
    """The headings of a file with these columns; `Numbers from` is two of them."""
    labels = [NETWORK_COLUMNS[key] for key in keys if key != "updated"]
    return [*HEAD, *labels, *(("Source", "Updated") if "updated" in keys else ())]


def network_lines(
    campaign: Campaign, asked: PostsAsked, keys: Sequence[str]
) -> Iterator[list[Cell]]:
    """A line for each post that the wish names, in its order, read in pieces."""
    places = in_pieces(lambda cursor: places_page(campaign, cursor, asked=asked, size=500))
    yield from (_line(place, keys) for place in places)


def _line(place: PostPlace, keys: Sequence[str]) -> list[Cell]:
    post = place.post
    cells: dict[str, Cell] = {
        "network": post.get_network_display(),
        "published": post.published_at,
        "origin": place.get_origin_display(),
        **post.counts,
    }
    line: list[Cell] = [
        post.network_post_id, post.url, post.caption, place.account.influencer.name, place.account.handle,
    ]  # fmt: skip
    line += [cells[key] for key in keys if key != "updated"]
    if "updated" in keys:
        line += [post.get_numbers_source_display(), post.numbers_at]
    return line
