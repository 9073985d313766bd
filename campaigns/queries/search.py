"""Campaigns, orders and posts found by what somebody types; a few of each, whatever there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import inf
from typing import TypeVar

from django.db import models
from django.db.models.functions import Concat

from campaigns.enums import PlaceState
from campaigns.models import Campaign, Order, PlaceWord, Post, PostPlace, PostWord
from campaigns.models.captions import words_in
from campaigns.queries.posts import is_visible
from crm.errors import PostNotReadable
from crm.models import SocialAccount
from crm.models.search import LAST_CHARACTER, Entry, beginnings, folded
from crm.policies.post_addresses import PostAddress, post_address
from crm.queries import search as by_words
from crm.queries.search import Counted
from tenancy.scope import groups_scope
from ui.paging import is_among, is_one_of, near_page, with_facts

ModelT = TypeVar("ModelT", bound=models.Model)
SUGGESTED = 5
MOST_BEGIN = 500  # orders, of those whose codes begin alike
# Among so many posts the newest with a word are looked for that very many share.
NEAR = 5_000
NEWEST_FIRST = (models.F("published_at").desc(nulls_last=True), "-pk")
POST_FACTS, PLACE_FACTS = ("campaign", "account", "video"), ("campaign", "account", "post")
BEGINNING = re.compile(r"[\w-]{3,120}")
CODE = re.compile(r"(?=.*\d)[\w-]{5,40}")
VIDEO_ID = re.compile(r"(?:.*/(?:video|photo)/)?(\d{8,20})(?:[/?#].*)?")


def campaigns_called(search: str) -> models.QuerySet[Campaign]:
    """The newest campaigns with all these words in their name or client's name."""
    return holding_words(Campaign.objects.all(), search).order_by("-starts_on", "-pk")[:SUGGESTED]


def holding_words(campaigns: models.QuerySet[Campaign], search: str) -> models.QuerySet[Campaign]:
    """Select the campaigns with all these words in their name or client's name."""
    plain = folded(Concat("name", models.Value(" "), "client"))
    return holding(campaigns.alias(plain=plain), search)


def orders_about(search: str, accounts: Iterable[SocialAccount]) -> models.QuerySet[Order]:
    """The orders whose campaign code begins so, whose TikTok id this is, or of one of these accounts: those with this very code
    or id, then the newest."""
    text, ids = search.strip(), [each.pk for each in accounts]
    starts = sorted({text, text.upper()}) if BEGINNING.fullmatch(text) else []
    exact = models.Q(campaign_code__in=starts) | models.Q(tiktok_order_id__in=starts)
    known = models.Q(is_one_of("account_id", ids)) if ids else models.Q(pk__in=[])
    for start in starts:
        rows = Order.objects.filter(
            campaign_code__gte=start, campaign_code__lt=f"{start}{LAST_CHARACTER}"
        )
        known |= models.Q(is_among(rows.order_by("campaign_code").values("pk")[:MOST_BEGIN]))
    order = (models.Case(models.When(exact, then=0), default=1), "-pk")
    found = Order.objects.filter(exact | known).order_by(*order)[:SUGGESTED]
    facts = with_facts(found, lambda rows: rows.select_related("campaign", "account"))
    return facts.order_by(*order)


def caption_words(search: str) -> list[Counted]:
    """The words of a search as `posts_about` and `network_posts_about` want them; one query, if there are any."""
    return by_words.counted(words_in(search), lambda start: (PostWord, PlaceWord))


def posts_about(search: str, words: Sequence[Counted]) -> Iterable[Post]:
    """Published posts with this id or at this address; else the newest whose captions have words that begin like all of these
    (`caption_words`)."""
    posts = Post.objects.filter(is_visible())
    if named := VIDEO_ID.fullmatch(search.strip()):
        return _newest(posts.filter(network_post_id=named[1]), POST_FACTS)
    return _captioned(posts, words, PostWord, POST_FACTS)


def network_posts_about(search: str, words: Sequence[Counted]) -> Iterable[PostPlace]:
    """Posts of other networks in campaigns, at this address; else the newest whose captions have words that begin like all of
    these (`caption_words`). None for what looks like a campaign code or an id of TikTok."""
    if CODE.fullmatch(search.strip()):
        return []
    places = PostPlace.objects.filter(state=PlaceState.LISTED)
    if read := address_in(search):
        at_address = {"post__network": read.network, "post__network_post_id": read.post_id}
        return _newest(places.filter(**at_address), PLACE_FACTS)
    return _captioned(places, words, PlaceWord, PLACE_FACTS)


def _captioned(
    rows: models.QuerySet[ModelT],
    words: Sequence[Counted],
    entries: type[Entry],
    facts: Sequence[str],
) -> Iterable[ModelT]:
    """The newest rows that all words find. If even the rarest finds very many, the first few are among the newest rows of all;
    unless they are all old: then they are gathered after all."""
    if not words:
        return []

    def tables(_: str) -> tuple[type[Entry]]:
        return (entries,)

    found = by_words.holding(rows, words, tables)
    if not found.has_few:
        with groups_scope(None):  # it is only counted how far away they are
            everything = rows.model._default_manager.all()
        near = near_page(
            found.rows,
            everything,
            "-published_at",
            "-id",
            within=NEAR,
            facts=lambda few: few.select_related(*facts),
            size=SUGGESTED,
            has_unknown=True,
        )
        if near is not None:
            return near.rows
        found = by_words.holding(rows, words, tables, most=inf)
    return _newest(found.rows, facts)


def _newest(rows: models.QuerySet[ModelT], facts: Sequence[str]) -> Iterable[ModelT]:
    first = rows.order_by(*NEWEST_FIRST)[:SUGGESTED]
    return with_facts(first, lambda few: few.select_related(*facts)).order_by(*NEWEST_FIRST)


def address_in(search: str) -> PostAddress | None:
    """The post of another network whose address somebody typed; None if it is none."""
    try:
        return post_address(search)
    except PostNotReadable:
        return None


def holding(rows: models.QuerySet[ModelT], search: str) -> models.QuerySet[ModelT]:
    for word in beginnings(search):
        rows = rows.filter(plain__contains=folded(models.Value(word)))
    return rows
