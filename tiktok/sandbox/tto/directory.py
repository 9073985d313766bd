"""Finding creators: labels, leaderboards and search. ``/tto/tcm/category/label/``, ``rank``, ``discover``."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tiktok.sandbox import clock, creators
from tiktok.sandbox.answers import invalid, page_info
from tiktok.sandbox.cast import IN, KNOWN
from tiktok.sandbox.clock import DAY
from tiktok.sandbox.creators import Creator
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.http import Request
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.tokens import require_brand, require_tto
from tiktok.sandbox.world import World

from . import shapes
from .filters import search_filters

Data = dict[str, object]

_FIRST = [
    "ada",
    "ben",
    "cleo",
    "dina",
    "elif",
    "finn",
    "gus",
    "hana",
    "ivy",
    "jon",
    "kai",
    "liv",
    "mia",
    "nils",
    "ola",
    "pia",
    "quin",
    "rosa",
    "sol",
    "tara",
]
_SECOND = [
    "bakes",
    "cooks",
    "dances",
    "draws",
    "films",
    "games",
    "hikes",
    "jams",
    "knits",
    "lifts",
    "makes",
    "paints",
    "runs",
    "sews",
    "skis",
    "surfs",
    "talks",
    "travels",
    "tries",
    "walks",
]
_SORTS = ("RELEVANCE", "FOLLOWERS", "MEDIAN_VIEWS", "ENGAGEMENT_RATE")


@lru_cache(maxsize=8)
def _population(seed: int) -> tuple[str, ...]:
    """The handles that search walks through."""
    made = [f"{first}.{second}" for first in _FIRST for second in _SECOND]
    return tuple(
        handle
        for handle in (*KNOWN, *made)
        if creators.creator(seed, handle).membership == IN or handle in KNOWN
    )


def members(world: World, account_id: str) -> list[Creator]:
    """Every creator of the account's market whom search can find."""
    names = dict.fromkeys((*_population(world.seed), *world.memberships))
    people = (world.creator(handle, account_id) for handle in names)
    return [person for person in people if person.membership == IN]


def labels(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/category/label/``."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    given.one_of("label_type", ("RANKING", "SEARCH"))
    require_tto(grant, account_id)
    return {
        "industry_labels": [
            {"label_id": label_id, "label_name": name}
            for label_id, name in shapes.INDUSTRY_LABELS.items()
        ],
        "content_labels": [
            {"label_id": label_id, "label_name": name}
            for label_id, name in shapes.CONTENT_LABELS.values()
        ],
    }


def rank(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/rank/``: the United States only; engagement rates are percent here."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    kind = given.one_of("ranking_type", ("BRANDED_CONTENT", "ORGANIC_CONTENT"))
    period = given.one_of("time_period", ("WEEK", "MONTH"))
    back = given.one_of("time_period_lookback", ("ONE", "TWO", "THREE"))
    label_id = given.text("label_id")
    given.one_of("country_code", ("US",))
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 20, 1, 100)
    branded = kind == "BRANDED_CONTENT"
    _require_label(label_id, branded=branded)
    require_tto(grant, account_id)
    ranked = _ranked(world, account_id, label_id, branded=branded)[:100]
    shown = ranked[(page - 1) * size : page * size]
    board = f"{kind}/{period}/{back}/{label_id}"
    return {
        "creators": [_placed(world, request, each, board, branded=branded) for each in shown],
        "last_updated_at": clock.utc(world.clock.now() // DAY * DAY).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "page_info": page_info(page, size, len(ranked)),
    }


def _require_label(label_id: str, *, branded: bool) -> None:
    known = shapes.INDUSTRY_LABELS if branded else dict(shapes.CONTENT_LABELS.values())
    if label_id not in known:
        raise invalid(f"label_id: Not {'an industry' if branded else 'a content'} label.")


def _ranked(world: World, account_id: str, label_id: str, *, branded: bool) -> list[Creator]:
    def matches(person: Creator) -> bool:
        if not branded:
            return shapes.content_label(person)[0] == label_id
        return (shapes.industry_label(world.seed, person) or ("",))[0] == label_id

    people = [
        person
        for person in members(world, account_id)
        if person.country == "US" and matches(person)
    ]
    return sorted(people, key=lambda person: person.followers, reverse=True)


def _placed(world: World, request: Request, person: Creator, board: str, *, branded: bool) -> Data:
    facts = Facts(world.seed, "rank", board, person.handle)
    change = facts.whole("change", -6, 6)
    figures = shapes.figures(world, person, world.clock.now())
    rate, average = figures["engagement_rate"] or 0.0, figures["average_views"] or 0.0
    counts = shapes.counts(world, person)
    return {
        "ranking_change": "N/A" if facts.unit("new") < 0.1 else f"{change:+d}" if change else "0",
        "handle": person.handle,
        "display_name": person.display_name,
        "profile_image": shapes.profile_image(world, request, person.handle),
        "country": person.country,
        "industry_labels": shapes.labels(shapes.industry_label(world.seed, person)),
        "content_labels": shapes.labels(shapes.content_label(person)),
        "score": round(facts.between("score", 40, 99), 2),
        "number_of_followers": counts["followers_count"],
        "branded_content_video_views": int(average * 0.8) if branded else None,
        "branded_content_engagement_rate": round(rate * 90, 2) if branded else None,
        "total_video_views": int(average * 30),
        "engagement_rate": round(rate * 100, 2),
        "starting_price": person.rate,
        "starting_price_currency": "" if person.rate is None else person.currency,
        "follower_growth": None if branded else int(person.daily_followers * 7),
    }


def discover(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/creator/discover/``: what can be searched by is not returned."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    matches = search_filters(world, given)
    sort = given.one_of("sort_field", _SORTS, "RELEVANCE")
    order = given.one_of("sort_order", ("DESC", "ASC"), "DESC")
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 24, 1, 200)
    require_tto(grant, account_id)
    found = [person for person in members(world, account_id) if matches(person)]
    found.sort(key=_sorting(world, sort), reverse=order == "DESC")
    return {
        "creators": [
            {
                "handle_name": person.handle,
                "display_name": person.display_name,
                "profile_image": shapes.profile_image(world, request, person.handle),
                **shapes.counts(world, person),
            }
            for person in found[(page - 1) * size : page * size]
        ],
        "page_info": page_info(page, size, len(found)),
    }


def _sorting(world: World, sort: str) -> Callable[[Creator], tuple[float, str]]:
    def key(person: Creator) -> tuple[float, str]:
        if sort == "FOLLOWERS":
            return person.followers, person.handle
        if sort == "RELEVANCE":
            return Facts(world.seed, "relevance", person.handle).unit("draw"), person.handle
        return shapes.figures(world, person, world.born_at)[sort.lower()] or 0.0, person.handle

    return key
