"""Each language of creators' pages knows every text of them, with the same gaps to fill; another language is another file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings

from tests.words_of_creators import all_texts

FOLDER = Path(settings.LOCALE_PATHS[0])
GAP = re.compile(r"%\(\w+\)s|<[^>]+>")


def untranslated(language: str) -> list[str]:
    """The texts that a catalog lacks, or gives with other gaps."""
    with (FOLDER / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalog = read_po(file)
    wrong = []
    for text in all_texts():
        message = catalog.get(text)
        forms = (
            [message.string]
            if message and isinstance(message.string, str)
            else list(message.string)
            if message
            else []
        )
        gaps = set(GAP.findall(text if isinstance(text, str) else text[1]))
        if not forms or not all(forms) or set(GAP.findall(forms[-1])) != gaps:
            wrong.append(str(text))
    return wrong


@pytest.mark.parametrize("language", sorted(set(settings.PAGE_LANGUAGES) - {"en"}))
def test_a_language_is_complete_and_compiled(language: str) -> None:
    assert untranslated(language) == []
    place = FOLDER / language / "LC_MESSAGES"
    with (place / "django.po").open("rb") as po, (place / "django.mo").open("rb") as mo:
        assert texts(read_po(po)) == texts(read_mo(mo))


def texts(catalog: Catalog) -> list[str]:
    return sorted(f"{list((m.pluralizable and m.string) or [m.string])}" for m in catalog if m.id)


def test_there_are_texts_to_translate() -> None:
    assert len(all_texts()) > 100
