"""The list in the order of how well a search matches, which a large organization's list is read in as fast as a small one's.

Names, e-mail addresses and handles come first, then bios, then notes; within each, entries in the order of their words: the
very word stands before longer ones that begin with it. An influencer stands where their first entry does. A page is read
off the index of the entries, whatever the word finds; in the order of names all that it finds would have to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet

from crm.models import Influencer
from crm.models.search import Entry, Tables, beginnings, having_word
from crm.queries.fields import probe
from crm.queries.search import Rows, all_found
from ui.paging import Facts, KeysetPage, is_one_of, page_of, section_rows

KEYS = ("match_table", "match_word", "id")
Place = tuple[int, str, int]  # the table, the word and the influencer


@dataclass(frozen=True)
class BestMatch:
    """The order of `rows` by the entries of the word `start` in `tables`. `others`: what else must hold of `influencer_id`."""

    rows: Rows
    start: str
    tables: tuple[type[Entry], ...]
    others: Q

    def page(self, facts: Facts[Influencer], *, cursor: str, size: int) -> KeysetPage[Influencer]:
        """A page, as `keyset_page` makes it."""

        def read(is_backward: bool, start: Sequence[Any], most: int) -> list[Influencer]:
            found: list[Place] = []
            for at, begin in self._parts(is_backward, start):
                places = self._places(at, is_backward, begin, most - len(found))
                found += [(at, word, pk) for word, pk in places]
                if len(found) == most:
                    break
            return _placed(found, facts)

        return page_of(Influencer, KEYS, read, cursor=cursor, size=size)

    def _parts(
        self, is_backward: bool, start: Sequence[Any]
    ) -> Iterator[tuple[int, Sequence[Any]]]:
        """The tables that are still to be read, in reading direction, each with the place in it that reading begins behind."""
        order = [*range(len(self.tables))]
        if is_backward:
            order.reverse()
        for at in order[order.index(start[0]) :] if start else order:
            yield at, start[1:] if start and at == start[0] else ()

    def _places(
        self, at: int, is_backward: bool, begin: Sequence[Any], most: int
    ) -> QuerySet[Any, tuple[str, int]]:
        """The word and the influencer of the next entries that are the first of their influencer."""
        table = self.tables[at]
        of_same = {"influencer": OuterRef("influencer_id")}
        earlier = having_word(self.start, table).filter(word__lt=OuterRef("word"), **of_same)
        entries = having_word(self.start, table).filter(
            self.others, ~probe(earlier), probe(self.rows.filter(pk=OuterRef("influencer_id")))
        )
        for before in self.tables[:at]:
            entries = entries.filter(~probe(having_word(self.start, before).filter(**of_same)))
        places = entries.values_list("word", "influencer_id").distinct()
        return section_rows(places, ("word", "influencer_id"), begin, is_backward, most, None)


def _placed(places: Sequence[Place], facts: Facts[Influencer]) -> list[Influencer]:
    """The influencers of these places, without anybody deleted meanwhile."""
    if not places:
        return []
    of_places = Influencer.objects.filter(is_one_of("pk", [pk for _, _, pk in places]))
    people = {each.pk: each for each in facts(of_places)}
    found = [(people[pk], at, word) for at, word, pk in places if pk in people]
    for person, at, word in found:
        person.__dict__ |= {"match_table": at, "match_word": word}
    return [person for person, _, _ in found]


def best_match(rows: Rows, search: str, tables: Tables) -> BestMatch | None:
    """The order by the longest word of a search, of those among `rows` whom the others find, too; None without a word."""
    starts = beginnings(search)
    if not starts:
        return None
    longest = max(starts, key=len)
    starts.remove(longest)
    return BestMatch(rows, longest, tables(longest), all_found("influencer_id", starts, tables))
