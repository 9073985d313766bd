"""P4: what a page of a list costs in a large organization, against the same page in a small one beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from benchmarks.data import Filled
from benchmarks.measure import Figure, Run, multiple_of_time, seconds_of
from benchmarks.requests import api_key, getter
from benchmarks.world import World
from campaigns import queries as campaigns
from campaigns.models import Campaign, Order, Participant, Post
from campaigns.queries.participant_list import ParticipantsAsked, participants_page
from campaigns.queries.search import caption_words, posts_about
from crm.models import Influencer, SocialAccount
from crm.queries import MATCH, influencer_page
from crm.queries.filters import read_address
from crm.queries.influencers import PARTLY
from tenancy.scope import organization_scope
from tiktok.enums import AccountKind
from tiktok.models import Video
from ui.paging import keyset_page

BAR = 1.5
Work = Callable[[], object]
# Makes ready what is measured, for one organization.
Prepare = Callable[[Filled], Work]
NEWEST, LATEST, BY_NAME = ("-id",), ("-published_at", "-id"), ("sort_name", "id")


def figures(world: World) -> Iterator[Figure]:
    small, large = world.small_and_large()
    for what, prepare in LISTS.items():
        few, many = prepare(small), prepare(large)
        figure = multiple_of_time(
            "P4",
            what,
            measured=_run(many),
            baseline=_run(few),
            repeat=world.page_turns,
            bar=BAR,
        )
        yield replace(figure, queries=_queries(many))


def _run(work: Work) -> Run:
    work()  # warm
    return lambda turn: seconds_of(work)


def _queries(work: Work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    control = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(control) for query in captured.captured_queries)


def influencers(*, deep: bool = False, **options: Any) -> Prepare:
    """A page of the CRM's list of influencers."""

    def prepare(to: Filled) -> Work:
        cursor = inside(to, Influencer.objects.all, BY_NAME) if deep else ""
        return _scoped(to, lambda: influencer_page(cursor=cursor, **options))

    return prepare


def filtered(part: str) -> Prepare:
    """A page of the list that is filtered so; `TAG` stands for a tag of the organization."""

    def prepare(to: Filled) -> Work:
        def work() -> object:
            written = part.replace("TAG", str(to.first + 7))
            return influencer_page(reading=read_address([written], sees_money=True))

        return _scoped(to, work)

    return prepare


def page(
    asked: Callable[[Filled, str], object],
    model: type[models.Model],
    keys: tuple[str, ...],
    *,
    deep: bool = False,
) -> Prepare:
    """A page of a campaign's list, or of the list of campaigns."""

    def prepare(to: Filled) -> Work:
        cursor = inside(to, model._default_manager.all, keys) if deep else ""
        return _scoped(to, lambda: asked(to, cursor))

    return prepare


def api(name: str, model: type[models.Model], keys: tuple[str, ...], **parameters: str) -> Prepare:
    """A page of the API, authentication and rendering included; `cursor="deep"` for one further in."""

    def prepare(to: Filled) -> Work:
        asked = dict(parameters)
        if "cursor" in asked:
            asked["cursor"] = inside(to, model._default_manager.all, keys)
        return getter(f"/api/v1/{name}/", asked, api_key(to.organization_id))

    return prepare


def _scoped(to: Filled, work: Work) -> Work:
    def scoped() -> object:
        with organization_scope(to.organization_id):
            return work()

    return scoped


def inside(to: Filled, rows: Callable[[], models.QuerySet[Any]], keys: tuple[str, ...]) -> str:
    """A cursor to the middle of a list."""
    name, value = {
        "sort_name": ("sort_name__gte", "milo"),
        "-id": ("id__lte", to.first + to.size // 2),
        "-published_at": ("published_at__lte", to.published_at(to.size // 2)),
    }[keys[0]]
    with organization_scope(to.organization_id):
        cursor = keyset_page(rows().filter(**{name: value}), *keys, size=1).next_cursor
    assert cursor, "the list is too short for a deep page"
    return cursor


def _first_campaign(to: Filled) -> Campaign:
    return Campaign.objects.get(pk=to.first)


def _orders(to: Filled, cursor: str) -> object:
    return campaigns.orders_page(_first_campaign(to), cursor)


def _participants(to: Filled, cursor: str) -> object:
    return participants_page(_first_campaign(to), ParticipantsAsked(), cursor, released=True)


def _published_posts(to: Filled, cursor: str) -> object:
    return campaigns.published_posts_page(_first_campaign(to), cursor)


def _all_posts(to: Filled, cursor: str) -> object:
    return campaigns.all_posts_page(_first_campaign(to), cursor, released=True)


def _last_campaign(to: Filled) -> Campaign:
    return Campaign.objects.get(pk=to.campaigns[-1])


def captioned(search: str) -> Prepare:
    """The posts that the palette finds by words of their captions."""
    return lambda to: _scoped(to, lambda: list(posts_about(search, caption_words(search))))


# One of each way to filter: by what few, many and half of all have, of the influencer, an account, and what hangs on them.
FILTERS = (
    "country:DE,FR", "network:instagram", "tag:TAG", "followers:880000..", "followers:..450000,unknown",
    "engagement:..0.01", "views:1000..", "posted:-30d..", "active:..-300d", "grant:today..+30d", "city:berlin", "address:ator577@", "address:people.example",
    "rate:tiktok,video,EUR,..200", "rate:tiktok,video,EUR,3000..", "order:rejected", "kind:unsupported|country:DE",
)  # fmt: skip
LISTS: dict[str, Prepare] = {
    "influencers, first page": influencers(),
    "influencers, deep page": influencers(deep=True),
    "influencers, newest first": influencers(sort="-id"),
    "influencers, search of a name": influencers(search="kern", sort=MATCH),
    "influencers, search of a handle": influencers(search="@creator57", sort=MATCH),
    "influencers, search of a part": influencers(search="reator57", sort=MATCH),
    "influencers, search of a bio": influencers(search="brotkern", sort=MATCH),
    "influencers, search of a note": influencers(search="teekern", sort=MATCH),
    "influencers, search of two words": influencers(search="maël ker", sort=MATCH),
    "influencers, search of a name, by name": influencers(search="kern"),
    "influencers, search in vain": influencers(search="nobody", sort=MATCH),
    **{
        f"influencers, {kind.label.lower()}": influencers(kind=kind)
        for kind in (AccountKind.AUTHENTICATED_TTCM, AccountKind.UNSUPPORTED)
    },
    **{f"influencers, by {word}": influencers(sort=f"-{word}") for word in PARTLY},
    **{f"influencers, {part}": filtered(part) for part in FILTERS},
    "campaigns, first page": page(
        lambda to, cursor: campaigns.campaigns_page(cursor), Campaign, ("-starts_on", "-id")
    ),
    "campaign with its counts": lambda to: _scoped(
        to, lambda: campaigns.campaign_with_counts(to.campaigns[-1])
    ),
    **{
        f"{what}, {where} page": page(asked, model, keys, deep=where == "deep")
        for what, asked, model, keys in (
            ("orders", _orders, Order, NEWEST),
            ("participants", _participants, Participant, NEWEST),
            ("published posts", _published_posts, Post, LATEST),
            ("all posts", _all_posts, Video, LATEST),
        )
        for where in ("first", "deep")
    },
    "all posts of a small campaign": page(
        lambda to, cursor: campaigns.all_posts_page(_last_campaign(to), cursor, released=True),
        Video,
        LATEST,
    ),
    "palette, a word of all captions": captioned("clip"),
    "palette, a word of some captions": captioned("brotkern"),
    "palette, a word of the oldest captions": captioned("#season39"),
    "palette, two words of captions": captioned("clip brotkern"),
    "API influencers, first page": api("influencers", Influencer, BY_NAME),
    "API influencers, deep page": api("influencers", Influencer, BY_NAME, cursor="deep"),
    "API accounts, first page": api("social-accounts", SocialAccount, NEWEST),
    "API accounts, deep page": api("social-accounts", SocialAccount, NEWEST, cursor="deep"),
    "API accounts, one network": api("social-accounts", SocialAccount, NEWEST, network="instagram"),
    "API orders, first page": api("orders", Order, NEWEST),
    "API orders, deep page": api("orders", Order, NEWEST, cursor="deep"),
    "API orders, one state": api("orders", Order, NEWEST, state="rejected"),
    "API posts, first page": api("posts", Post, NEWEST),
    "API posts, deep page": api("posts", Post, NEWEST, cursor="deep"),
    "API posts, one origin": api("posts", Post, NEWEST, origin="by_hand"),
}
