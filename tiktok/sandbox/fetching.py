"""Fetches films over HTTP from the address that an app has named, as TikTok does."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

LARGEST_BYTES = 1024**3
_TIMEOUT_SECONDS = 30.0
_PIECE_BYTES = 1024 * 1024
_OPENER = build_opener(ProxyHandler({}))
PULL, FORMAT = "video_pull_failed", "file_format_check_failed"


def fetch(url: str) -> tuple[str, bool]:
    """Read the film to its end. The reason why it was not taken, empty if it was; and whether another try is of no use."""
    try:
        with _OPENER.open(url, timeout=_TIMEOUT_SECONDS) as answer:
            head = answer.read(64)
            size = len(head)
            while size <= LARGEST_BYTES and (piece := answer.read(_PIECE_BYTES)):
                size += len(piece)
            expected = int(answer.headers.get("Content-Length", size))
    except HTTPError as refused:
        with refused:
            return PULL, refused.code < 500
    except (OSError, ValueError):
        return PULL, False
    if size < expected <= LARGEST_BYTES:
        return PULL, False
    if size > LARGEST_BYTES or not _is_film(head):
        return FORMAT, True
    return "", True


def _is_film(head: bytes) -> bool:
    """MP4 and MOV begin with a box ``ftyp``, WebM with the mark of EBML."""
    return head[4:8] == b"ftyp" or head.startswith(b"\x1aE\xdf\xa3")
