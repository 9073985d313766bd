"""Influencers found by words and parts of their names and addresses, and by words of their bios and notes; and the ways to
find rows by entries of their words, whatever rows these are of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from crm.models import Influencer
from crm.models.search import (
    LAST_CHARACTER,
    SAMPLED,
    WORD_LENGTH,
    Entry,
    Tables,
    all_texts,
    beginnings,
    has_parts,
    having_address,
    having_word,
    names,
    names_and_bios,
)
from tenancy.scope import groups_scope
from ui.paging import is_among, with_facts

# So many that a word finds are looked up and sorted in a tenth of a second.
GATHERED = 100_000
# From so many on a list by name is full sooner when it is walked and each row compared with those found.
WALKED = 2_000
# From so many on it is full before they are even counted.
MANY = 50_000
# Looking up the words of one influencer takes as long as reading so many entries of an index.
PROBE = 100
SUGGESTED = 6

ModelT = TypeVar("ModelT", bound=models.Model)
Rows = models.QuerySet[Influencer]
EVERYBODY = Q()
# A word that is searched for, behind about how many entries it finds.
Counted = tuple[int, str]
# A way to select who is found by a word in some tables.
Narrow = Callable[[Rows, str, Tables], Rows]


class Selected(NamedTuple):
    """Rows that a search or filters have selected. `has_few`: an index has gathered them, so they are few."""

    rows: models.QuerySet[Any]
    has_few: bool


# The policy keeps to the organization. What it counts is shown to nobody, so it needs no look at the reader's groups.
SAMPLE = f"""(SELECT count(*) FROM (
    SELECT FROM {{table}} WHERE {{subject}} %% {SAMPLED} = 0
    AND word >= left(crm_folded(%s), {WORD_LENGTH}) AND word < left(crm_folded(%s), {WORD_LENGTH}) || %s LIMIT {{most}}
) AS sample)"""  # noqa: S608 -- names and numbers of ours


def gathered(
    rows: models.QuerySet[ModelT], start: str, tables: Tables, others: Q = EVERYBODY
) -> models.QuerySet[ModelT]:
    """Select the rows found by one word, which finds few (see `found`). `others`: what must hold of the entries' subject,
    looked at before a row is."""
    arrays = [ArraySubquery(ids.filter(others)) for ids in _ids(start, tables)]
    together = models.Func(*arrays, template="%(expressions)s", arg_joiner=" || ")
    return rows.filter(
        models.Func(
            models.F("pk"),
            together,
            template="%(expressions)s)",
            arg_joiner=" = ANY(",
            output_field=models.BooleanField(),
        )
    )


def walked(rows: Rows, start: str, tables: Tables) -> Rows:
    """The same where it finds some thousands: each row of a list, in its order, is looked for among those found."""
    return rows.filter(_is_among_found("pk", start, tables))


def _is_among_found(path: str, start: str, tables: Tables) -> Q:
    is_met = Q()
    for ids in _ids(start, tables):
        # COALESCE keeps it a condition of each row; by the limit the planner knows that all found fit into memory.
        within = models.Func(
            models.F(path),
            Subquery(ids[:GATHERED]),
            template="%(expressions)s",
            arg_joiner=" IN ",
            output_field=models.BooleanField(),
        )
        is_met |= Q(Coalesce(within, False))
    return is_met


def probed(rows: models.QuerySet[ModelT], start: str, tables: Tables) -> models.QuerySet[ModelT]:
    """The same where it finds very many: of each row of a list, in its order, the words are looked at."""
    return rows.filter(_has_word("pk", start, tables))


def _has_word(path: str, start: str, tables: Tables) -> Q:
    is_met = Q()
    for entries in tables(start):
        met = _entries(start, entries).filter(**{entries.subject: OuterRef(path)})
        is_met |= Q(Coalesce(Subquery(met.values(met=models.Value(True))[:1]), False))
    return is_met


def all_found(path: str, starts: Sequence[str], tables: Tables) -> Q:
    """The condition that each word finds the influencer whose id stands at `path`; one query, if there are any."""
    is_met = Q()
    for start, count in zip(starts, estimates(starts, tables) if starts else (), strict=True):
        by = _is_among_found if count < MANY else _has_word
        is_met &= by(path, start, tables)
    return is_met


def _ids(start: str, tables: Tables) -> list[models.QuerySet[Any, Any]]:
    return [_entries(start, entries).values(entries.subject) for entries in tables(start)]


def _entries(start: str, entries: type[Entry]) -> models.QuerySet[Any]:
    """Past the reader's groups: the rows that are selected are of these, and to join them here once more takes seconds."""
    with groups_scope(None):
        return having_word(start, entries)


def estimates(starts: Sequence[str], tables: Tables) -> list[int]:
    """About how many entries each word finds, as one row in `SAMPLED` tells; counted to `GATHERED` and no further."""
    most = GATHERED // SAMPLED + 1
    columns: list[str] = []
    parameters: list[object] = []
    for start in starts:
        named = [(entries._meta.db_table, entries.subject) for entries in tables(start)]
        counts = (
            SAMPLE.format(table=table, subject=subject, most=most) for table, subject in named
        )
        columns.append(" + ".join(counts))
        parameters += [start, start, LAST_CHARACTER] * len(named)
    database: Any = connections[DEFAULT_DB_ALIAS]  # of tenancy.postgresql
    with database.prepared_cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}", parameters)
        return [count * SAMPLED for count in cursor.fetchone()]


def lone_word(search: str, tables: Tables) -> tuple[str, Narrow] | None:
    """The word of a search that is one word of three characters or more, and the way to those it finds, if these are not very many."""
    words = beginnings(search)
    if len(words) != 1 or not has_parts(words[0]):
        return None
    (count,) = estimates(words, tables)
    if count >= MANY:
        return None
    return words[0], walked if count >= WALKED else gathered


def found(rows: Rows, search: str, tables: Tables = names_and_bios) -> Rows:
    """Select the influencers of whom each word of `search` is found, whatever case and accents: as part of a word of the
    name, an e-mail address or a handle, from three characters on, or as the beginning of a word.

    Of a TikTok account's bio, and of notes for those who may read them, it is the beginning of a word. A word begins behind
    any sign, too: `bakes` finds `maya.bakes`. Costs one query: if the rarest word finds few, they are gathered by its index;
    if it finds many, a page is soon full of those met on the way through the list. PostgreSQL left alone picks the wrong way.
    """
    return searched(rows, search, tables).rows


def searched(rows: Rows, search: str, tables: Tables) -> Selected:
    """The same, and whether the rarest word finds few."""
    words = counted(beginnings(search), tables)
    return holding(rows, words, tables) if words else Selected(rows, has_few=False)


def counted(starts: Sequence[str], tables: Tables) -> list[Counted]:
    """The words, each behind about how many entries it finds in these tables; one query, if there are any."""
    return list(zip(estimates(starts, tables), starts, strict=True)) if starts else []


def holding(
    rows: models.QuerySet[Any], words: Sequence[Counted], tables: Tables, most: float | None = None
) -> Selected:
    """Select the rows found by all of these words, one at least, in tables whose entries are of such rows. They are gathered
    where the rarest word finds fewer than `most`, else `GATHERED`."""
    (fewest, rarest), *others = sorted(words)
    if fewest >= (GATHERED if most is None else most):
        for start in (rarest, *(start for _, start in others)):
            rows = probed(rows, start, tables)
        return Selected(rows, has_few=False)
    # Only far below where the count ends is it the true one, and nobody is left out.
    bound = min(MANY, max(fewest, SAMPLED) * PROBE)
    subject = tables(rarest)[0].subject
    too = EVERYBODY
    for count, start in others:
        if count < bound:
            too &= _is_among_found(subject, start, tables)
        else:
            rows = probed(rows, start, tables)
    return Selected(gathered(rows, rarest, tables, too), has_few=True)


def suggested(search: str) -> list[Influencer]:
    """The first few influencers found, each with their accounts: those of whom words begin so by name, then the others."""
    everybody = Influencer.objects.filter(archived_at=None)
    first = _first(found(everybody, search, names), SUGGESTED)
    room = SUGGESTED - len(first)
    if not room:
        return first
    others = everybody.exclude(pk__in=[each.pk for each in first])
    return first + _first(found(others, search, all_texts), room)


def _first(rows: Rows, size: int) -> list[Influencer]:
    order = ("sort_name", "pk")
    first = rows.order_by(*order)[:size]
    facts = with_facts(first, lambda found: found.prefetch_related("accounts"))
    return list(facts.order_by(*order))


def with_address(rows: Rows, email: str) -> Rows:
    """Select the influencers with this e-mail address, in whatever case; found by its words, for `iexact` has no index."""
    return rows.filter(is_among(having_address(email).values("influencer_id")), email__iexact=email)
