"""Names as people type them: of a person, an organization, a campaign, a task."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

# Joiners shape words of Persian and of Indian scripts, and emoji; all other invisible characters only deceive.
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
# Letters by their category that nobody sees.
UNSEEN_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"


def readable_name(text: str, *, longest: int | None = None) -> str:
    """The name in one line, single blanks, without invisible characters. Raises ValidationError if nothing is to be seen, and
    for more than `longest` characters: some letters are written as two of them."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(c for c in words if c in JOINERS or unicodedata.category(c)[0] != "C").strip()
    if not any(_is_seen(char) for char in kept):
        raise ValidationError(
            gettext("Enter a name that can be seen: this one has invisible characters only.")
        )
    if longest is not None and len(kept) > longest:
        raise ValidationError(
            gettext("Enter at most %(longest)d characters.") % {"longest": longest}
        )
    return kept


def _is_seen(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in UNSEEN_LETTERS


class NameField(forms.CharField):
    """The field of a name: what nobody could see is refused, so that no row stands there without one."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        return readable_name(text, longest=self.max_length) if text else ""
