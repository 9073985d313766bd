"""Influencers found by words of their names and addresses."""

from __future__ import annotations

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from crm.models import Influencer
from crm.models.search import beginnings, having_address, having_word
from tenancy.composed import Composed
from ui.paging import is_among, with_facts

# So many that a word finds are looked up and sorted in a tenth of a second.
GATHERED = 100_000
SUGGESTED = 6


def gathered(rows: models.QuerySet[Influencer], start: str) -> models.QuerySet[Influencer]:
    """Select the influencers found by one word, which finds few (see `found`)."""
    return rows.filter(is_among(having_word(start).values("influencer_id")))


def rare_word(search: str) -> str:
    """The word of a search that is one word and finds few; empty for any other."""
    words = beginnings(search)
    return words[0] if len(words) == 1 and not _MANY.rows(words[0]) else ""


_MANY = Composed(lambda start: having_word(start)[GATHERED : GATHERED + 1], ["stand-in"])


def found(rows: models.QuerySet[Influencer], search: str) -> models.QuerySet[Influencer]:
    """Select the influencers of whom each word of `search` begins a word of the name, the e-mail or a handle, whatever case and accents.

    A word begins behind any sign, too: `bakes` finds `maya.bakes`, `example.com` everybody with a mailbox there.
    Costs one query: if the longest word finds few, they are gathered by its index; if it finds many, a page is soon
    full of those met on the way through the list. PostgreSQL left alone picks the wrong way.
    """
    longest, *others = sorted(beginnings(search), key=len, reverse=True) or [""]
    if not longest:
        return rows
    if _MANY.rows(longest):
        others.append(longest)
    else:
        rows = gathered(rows, longest)
    for start in others:
        met = having_word(start).filter(influencer=OuterRef("pk")).values(met=models.Value(True))
        rows = rows.filter(Coalesce(Subquery(met[:1]), False))
    return rows


def suggested(search: str) -> models.QuerySet[Influencer]:
    """The first few influencers found, by name, each with their accounts."""
    order = ("sort_name", "pk")
    first = found(Influencer.objects.filter(archived_at=None), search).order_by(*order)[:SUGGESTED]
    return with_facts(first, lambda rows: rows.prefetch_related("accounts")).order_by(*order)


def with_address(rows: models.QuerySet[Influencer], email: str) -> models.QuerySet[Influencer]:
    """Select the influencers with this e-mail address, in whatever case; found by its words, for `iexact` has no index."""
    return rows.filter(is_among(having_address(email).values("influencer_id")), email__iexact=email)
