"""What influencers are found by: the words of their names and addresses, kept so that an index can find them.

A plain table and plain comparisons, because row-level security lets an index be used for those alone
(`docs/decisions/0010`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from tenancy.models import OrganizationModel

if TYPE_CHECKING:
    from crm.models.influencers import Influencer, SocialAccount

WORD_LENGTH = 60
SEARCHED_WORDS = 6
# Stands behind every word that begins alike.
LAST_CHARACTER = "\U0010ffff"
# A letter or digit behind a sign: `bakes` in `maya.bakes`.
LATER_PART = re.compile(r"(?<=[\W_])[^\W_]")


def searchable(*texts: str) -> str:
    """Lower case, without accents: what is searched and sorted, and what is searched for."""
    folded = unicodedata.normalize("NFKD", " ".join(text for text in texts if text).casefold())
    return "".join(char for char in folded if not unicodedata.combining(char))


def words_in(*texts: str) -> set[str]:
    """The words of the texts, each whole and from every later part on: `maya.bakes` and `bakes`."""
    return {
        word[start : start + WORD_LENGTH]
        for word in searchable(*texts).split()
        for start in (0, *(part.start() for part in LATER_PART.finditer(word)))
    }


class SearchWord(OrganizationModel):
    """A word an influencer is found by: of the name or e-mail, or of an account's handle."""

    influencer = models.ForeignKey(
        "crm.Influencer",
        on_delete=models.CASCADE,
        related_name="search_words",
        db_index=False,  # `words_of_influencer` begins with it
    )
    account = models.ForeignKey(
        "crm.SocialAccount",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="search_words",
    )
    word = models.CharField(max_length=WORD_LENGTH, db_collation="C")

    class Meta:
        indexes = [
            models.Index(fields=["organization", "word", "influencer"], name="influencer_by_word"),
            models.Index(fields=["influencer", "word", "organization"], name="words_of_influencer"),
        ]

    def __str__(self) -> str:
        return self.word


def words_of_influencer(influencer: Influencer) -> list[SearchWord]:
    """Unsaved, for an influencer that is saved."""
    words = sorted(words_in(influencer.name, influencer.email))
    return [SearchWord(influencer_id=influencer.pk, word=word) for word in words]


def words_of_account(account: SocialAccount) -> list[SearchWord]:
    """Unsaved, for an account that is saved."""
    ids = {"influencer_id": account.influencer_id, "account_id": account.pk}
    return [SearchWord(**ids, word=word) for word in sorted(words_in(account.handle))]


def replace_words(kept: models.QuerySet[SearchWord], wanted: Iterable[SearchWord]) -> None:
    """Make `wanted` out of `kept`; mostly they are the same."""
    fresh = {(word.influencer_id, word.word): word for word in wanted}
    if set(kept.values_list("influencer_id", "word")) != fresh.keys():
        kept.delete()
        SearchWord.objects.bulk_create(fresh.values())


def beginnings(search: str) -> list[str]:
    """What somebody typed, as words are kept; an @ before a handle is decoration."""
    words = searchable(search.replace("\x00", " ")).split()[:SEARCHED_WORDS]
    return [start for word in words if (start := word.removeprefix("@")[:WORD_LENGTH])]


def having_word(start: str) -> models.QuerySet[SearchWord]:
    """Kept words that begin so."""
    return SearchWord.objects.filter(word__gte=start, word__lt=start + LAST_CHARACTER)
