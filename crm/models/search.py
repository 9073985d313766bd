"""The words by which influencers are found, kept so that an index can find them.

Plain tables and plain comparisons, because row-level security lets an index be used for those alone
(`docs/decisions/0010`). The database writes the words itself, whichever way a row is written: `crm_folded()`,
`crm_words()`, `crm_parts()`, `crm_text_words()` and the triggers that use them stand in the migrations `names`,
`search_words`, `search_parts_and_texts` and `display_names_searched`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Concat, Left
from django.db.models.lookups import Exact

from tenancy.models import OrganizationModel
from tenancy.scope import current_organization_id
from ui.letters import PART_LENGTH

WORD_LENGTH = 60
SEARCHED_WORDS = 6
# One influencer in so many tells how many a word finds.
SAMPLED = 64
# Stands behind every word that begins alike.
LAST_CHARACTER = "\U0010ffff"
# Letters of scripts that put no spaces between words: a word may begin with each of them.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u115f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3400-\u9fff"
    "\U00020000-\U0003ffff]"
)
UNCOUNTED = frozenset({"Mn", "Me", "Cf", "Lm"})
BLANKS = re.compile(r"[ \t-\r\x85\u1680\u2028\u2029]+")


def folded(text: models.Expression | models.F) -> models.Func:
    """A text as names are compared: lower case, without accents, one apostrophe and one hyphen."""
    return models.Func(text, function="crm_folded", output_field=models.TextField())


def sample(name: str, subject: str = "influencer_id") -> models.Index:
    """An index over the entries of a few rows."""
    few = Exact(models.F(subject) % models.Value(SAMPLED), models.Value(0))
    return models.Index(fields=["organization", "word"], condition=models.Q(few), name=name)


class Entry(OrganizationModel):
    """A word by which a row is found: the one whose id stands in the column `subject`. Written by triggers alone."""

    subject: ClassVar[str] = "influencer_id"

    word = models.CharField(max_length=WORD_LENGTH, db_collation="C")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.word


class SearchWord(Entry):
    """A word an influencer is found by: of the names or e-mail, or of an account's handle."""

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

    class Meta:
        indexes = [
            models.Index(fields=["organization", "word", "influencer"], name="influencer_by_word"),
            models.Index(fields=["influencer", "word", "organization"], name="words_of_influencer"),
            sample("sample_of_words"),
        ]


class OwnKeyEntry(Entry):
    """An entry that is its own key. Its foreign keys are those that include the organization (`tenancy.isolation`)."""

    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.CASCADE,
        default=current_organization_id,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True


class _OfInfluencer(OwnKeyEntry):
    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )

    class Meta:
        abstract = True


class SearchPart(_OfInfluencer):
    """An end of a word of a name, an e-mail address or a handle, three characters at least: what begins it is a part of the word."""

    pk = models.CompositePrimaryKey("organization_id", "word", "influencer_id")

    class Meta:
        indexes = [sample("sample_of_parts")]


class BioWord(_OfInfluencer):
    """A word of what a TikTok account says of itself."""

    pk = models.CompositePrimaryKey("organization_id", "word", "influencer_id", "account_id")
    account = models.ForeignKey(
        "crm.SocialAccount", on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )

    class Meta:
        indexes = [sample("sample_of_bio_words")]


class NoteWord(_OfInfluencer):
    """A word of a note, for those who may read notes."""

    pk = models.CompositePrimaryKey("organization_id", "word", "influencer_id", "note_id")
    note = models.ForeignKey(
        "crm.Note", on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )

    class Meta:
        indexes = [sample("sample_of_note_words")]


# The tables in which a word is looked up.
Tables = Callable[[str], tuple[type[Entry], ...]]
# All that triggers write for the search of influencers.
SEARCHED: tuple[type[SearchWord | _OfInfluencer], ...] = (SearchWord, SearchPart, BioWord, NoteWord)


def has_parts(start: str) -> bool:
    """Is this enough of a word to look for it within words? Accents and invisible characters do not count: they are folded."""
    letters = [each for each in start if unicodedata.category(each) not in UNCOUNTED]
    return len(letters) >= PART_LENGTH or bool(letters and UNSPACED.match(letters[0]))


def names(start: str) -> tuple[type[Entry], ...]:
    """The table in which the beginnings of names and addresses are looked up."""
    return (SearchWord,)


def names_and_bios(start: str) -> tuple[type[Entry], ...]:
    """The tables in which a word is looked up for a reader who may not read notes. Parts include the beginnings."""
    return (SearchPart if has_parts(start) else SearchWord, BioWord)


def all_texts(start: str) -> tuple[type[Entry], ...]:
    """The tables in which a word is looked up for a member."""
    return (*names_and_bios(start), NoteWord)


def beginnings(search: str) -> list[str]:
    """The words that somebody typed, not folded yet; an @ before a handle is decoration."""
    # An acute accent that stands for an apostrophe would become a space.
    plain = search.replace("\x00", " ").replace("\u00b4", "'")
    words = BLANKS.split(unicodedata.normalize("NFKD", plain))
    return [start for word in words if (start := word.removeprefix("@"))][:SEARCHED_WORDS]


def having_word(start: str, entries: type[Entry] = SearchWord) -> models.QuerySet[Any]:
    """Entries that begin so. PostgreSQL folds `start` once, while it plans."""
    first = Left(folded(models.Value(start)), WORD_LENGTH)
    behind = Concat(first, models.Value(LAST_CHARACTER))
    return entries.objects.filter(word__gte=first, word__lt=behind)


def having_address(email: str) -> models.QuerySet[SearchWord]:
    """Kept words that are this address, or a name or handle spelt like it."""
    return SearchWord.objects.filter(word=Left(folded(models.Value(email)), WORD_LENGTH))
