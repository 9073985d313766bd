"""Predicates and rules over names and files at hand."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

NAME_BYTES = 200  # file systems take 255; browsers add " (1)" and the like
# Joiners shape words of Persian and of Indian scripts; all other invisible characters only deceive.
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
# What some file system or shell reads as something else than a name.
SPECIAL = re.compile(r'[<>:"|?*]')


def clean_name(name: str, ending: str) -> str:
    """A name that any system can save, in any script, with the ending of what the file really is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    words = " ".join(last.split())
    seen = "".join(c for c in words if c in JOINERS or not unicodedata.category(c).startswith("C"))
    plain = SPECIAL.sub("_", " ".join(seen.split())).strip(". ")
    stem = PurePosixPath(plain).stem.strip(". ") if plain else ""
    return f"{_shortened(stem, NAME_BYTES - len(ending)) or 'file'}{ending}"


def _shortened(text: str, size: int) -> str:
    """The beginning of a text that fits into so many bytes, cut between characters."""
    return text.encode()[:size].decode(errors="ignore").rstrip(". ")
