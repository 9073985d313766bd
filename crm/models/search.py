"""The words by which influencers are found, kept so that an index can find them.

A plain table and plain comparisons, because row-level security lets an index be used for those alone
(`docs/decisions/0010`). The database writes the words itself, whichever way a row is written: `crm_folded()`,
`crm_words()` and the triggers that use them stand in the migrations `names` and `search_words`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar

from django.db import models
from django.db.models.functions import Concat, Left

from tenancy.models import OrganizationModel

WORD_LENGTH = 60
SEARCHED_WORDS = 6
# Stands behind every word that begins alike.
LAST_CHARACTER = "\U0010ffff"
BLANKS = re.compile(r"[ \t-\r\x85\u1680\u2028\u2029]+")


def folded(text: models.Expression | models.F) -> models.Func:
    """A text as names are compared: lower case, without accents, one apostrophe and one hyphen."""
    return models.Func(text, function="crm_folded", output_field=models.TextField())


class SearchWord(OrganizationModel):
    """A word an influencer is found by: of the name or e-mail, or of an account's handle. Written by triggers alone."""

    group_path: ClassVar[str] = "influencer__group"

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


def beginnings(search: str) -> list[str]:
    """The words that somebody typed, not folded yet; an @ before a handle is decoration."""
    # An acute accent that stands for an apostrophe would become a space.
    plain = search.replace("\x00", " ").replace("\u00b4", "'")
    words = BLANKS.split(unicodedata.normalize("NFKD", plain))
    return [start for word in words if (start := word.removeprefix("@"))][:SEARCHED_WORDS]


def having_word(start: str) -> models.QuerySet[SearchWord]:
    """Kept words that begin so. PostgreSQL folds `start` once, while it plans."""
    first = Left(folded(models.Value(start)), WORD_LENGTH)
    behind = Concat(first, models.Value(LAST_CHARACTER))
    return SearchWord.objects.filter(word__gte=first, word__lt=behind)


def having_address(email: str) -> models.QuerySet[SearchWord]:
    """Kept words that are this address, or a name or handle spelt like it."""
    return SearchWord.objects.filter(word=Left(folded(models.Value(email)), WORD_LENGTH))
