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
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


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


def part_asked(header: str, size: int) -> range | None:
    """The bytes that a Range header asks for of so many; None: all, as where it names several parts. Empty: there are none
    such."""
    found = RANGE.fullmatch(header.strip())
    first, last = found.groups() if found else ("", "")
    if not first and not last:
        return None
    if not first:
        return range(max(size - int(last), 0), size)
    return range(int(first), min(int(last) + 1, size) if last else size)


def film_type(head: bytes) -> str:
    """The type of a film by its first bytes; empty for anything else. Pictures of phones (HEIC, AVIF) begin as films do."""
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return "video/webm"
    if head[4:8] != b"ftyp" or head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"}:
        return ""
    return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
