"""Limits of stored files, by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from files.enums import FileKind

MEGABYTE = 1024 * 1024
TEXT = "text/csv"
ARCHIVE = "application/zip"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class PictureLimit:
    """Pixels of the longer side: the most that is read, and the most that is kept."""

    taken_side: int
    kept_side: int


@dataclass(frozen=True)
class Limit:
    """Most bytes; the sniffed types that are taken, each with the ending a stored name gets.

    A kind with a `picture` limit is kept as a PNG, whichever of the types came. A `table` is a workbook by its first
    bytes, else taken for text: whether it is, its reader finds out. `is_guarded`: not every member may read it, so it leaves through a view of the app that knows who may.
    """

    size: int
    endings: Mapping[str, str]
    picture: PictureLimit | None = None
    is_table: bool = False
    is_guarded: bool = False


_PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
_LOGO = Limit(
    size=2 * MEGABYTE,
    endings=_PICTURES,
    picture=PictureLimit(taken_side=4096, kept_side=512),
)
OFFICE = "application/vnd.openxmlformats-officedocument."
# The folder that tells an office file from any other ZIP archive, and its type.
OFFICE_FOLDERS = {
    "word/": f"{OFFICE}wordprocessingml.document",
    "xl/": f"{OFFICE}spreadsheetml.sheet",
    "ppt/": f"{OFFICE}presentationml.presentation",
}
_PAPERS = {"application/pdf": ".pdf", **_PICTURES}
_OFFICE = dict(zip(OFFICE_FOLDERS.values(), (".docx", ".xlsx", ".pptx"), strict=True))
LIMITS: dict[str, Limit] = {
    FileKind.INFLUENCER_IMPORT: Limit(
        size=25 * MEGABYTE, endings={TEXT: ".csv", WORKBOOK: ".xlsx"}, is_table=True
    ),
    FileKind.INFLUENCER_EXPORT: Limit(
        size=1024 * MEGABYTE, endings={TEXT: ".csv", WORKBOOK: ".xlsx"}, is_guarded=True
    ),
    FileKind.OWN_COPY: Limit(size=4096 * MEGABYTE, endings={ARCHIVE: ".zip"}, is_guarded=True),
    FileKind.ORGANIZATION_LOGO: _LOGO,
    FileKind.GROUP_LOGO: _LOGO,
    FileKind.REPORT_LOGO: _LOGO,
    FileKind.INFLUENCER_FILE: Limit(
        size=20 * MEGABYTE,
        endings={**_PAPERS, **_OFFICE},
        is_guarded=True,
    ),
    FileKind.BRIEF_FILE: Limit(
        size=25 * MEGABYTE,
        endings={
            **_PAPERS,
            "video/mp4": ".mp4",
            "video/quicktime": ".mov",
            **_OFFICE,
        },
        is_guarded=True,
    ),
    FileKind.DRAFT: Limit(
        size=500 * MEGABYTE,
        endings={
            "video/mp4": ".mp4",
            "video/quicktime": ".mov",
            "video/webm": ".webm",
            **_PICTURES,
            "application/pdf": ".pdf",
        },
        is_guarded=True,
    ),
    FileKind.PUBLICATION: Limit(
        size=1024 * MEGABYTE,
        endings={"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm"},
        is_guarded=True,
    ),
    FileKind.LEGACY_IMPORT: Limit(
        size=4096 * MEGABYTE,
        endings={TEXT: ".csv", WORKBOOK: ".xlsx"},
        is_table=True,
        is_guarded=True,
    ),
    FileKind.LEGACY_PICTURE: Limit(
        size=10 * MEGABYTE,
        endings=_PICTURES,
        picture=PictureLimit(taken_side=8192, kept_side=720),
    ),
    FileKind.APPLICATION_FILE: Limit(size=10 * MEGABYTE, endings=_PAPERS, is_guarded=True),
}
# What a browser shows inside a page of ours; anything else is saved.
SHOWN = ("video/", "image/")
