"""Take in a file: check it, clean it, write its content."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import IO

import puremagic
import structlog
from django.core.files.base import ContentFile
from django.core.files.base import File as Upload
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from files.errors import FileRefused, NoRoom
from files.limits import LIMITS, OFFICE_FOLDERS, TEXT, WORKBOOK, Limit
from files.models import File
from files.policies import clean_name, film_type
from files.services.pictures import KEPT_ENDING, KEPT_TYPE, redraw
from files.store import contents

PIECE = 1024 * 1024  # bytes
HEAD = 64 * 1024  # bytes, which show the type of a content
ZIP = b"PK\x03\x04"

log = structlog.get_logger()


def store_content(kind: str, upload: Upload[bytes]) -> File:
    """Write an uploaded file's content for the owner in scope and return its row, not saved yet. Raises FileRefused.

    Call it before the transaction that saves the row, so that no lock waits for the storage. Whatever happens between the
    two leaves content without a row, which is collected later (`files.purge`), never a row without content.
    """
    limit = LIMITS[kind]
    content = _read(upload, limit)
    content_type = _sniffed(content, limit)
    ending = limit.endings[content_type]
    if limit.picture:
        content = redraw(content, content_type, limit.picture)
        content_type, ending = KEPT_TYPE, KEPT_ENDING
    file = File(
        kind=kind,
        name=clean_name(upload.name or "", ending),
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    _write(file, ContentFile(content))
    return file


def store_large(kind: str, upload: Upload[bytes]) -> File:
    """Write an uploaded file's content as it came, in pieces, and return its row, not saved yet. Raises FileRefused.

    As with `store_content`, call it before the transaction that saves the row.
    """
    limit = LIMITS[kind]
    _refuse_size(upload.size, limit)
    content_type = _sniffed(upload.read(HEAD), limit)
    return store_made(kind, upload.name or "", content_type, upload)


def store_made(kind: str, name: str, content_type: str, content: IO[bytes] | Upload[bytes]) -> File:
    """Write the content of a file that we have made for the owner in scope and return its row, not saved yet.

    It is read in pieces, however large it is. As with `store_content`, call it before the transaction that saves the row.
    Raises NoRoom.
    """
    content.seek(0)
    digest = hashlib.sha256()
    while piece := content.read(PIECE):
        digest.update(piece)
    file = File(
        kind=kind,
        name=clean_name(name, LIMITS[kind].endings[content_type]),
        content_type=content_type,
        size=content.tell(),
        sha256=digest.hexdigest(),
    )
    _write(file, Upload(content))
    return file


def _write(file: File, content: Upload[bytes]) -> None:
    try:
        contents().save(file.path, content)
    except OSError as error:
        log.exception("file.not_kept", kind=file.kind, size=file.size)
        raise NoRoom from error


def store_copy(file: File) -> File:
    """Write the content of a stored file once more and return the copy's row, not saved yet. Raises FileNotFoundError."""
    with contents().open(file.path) as content:
        return store_made(file.kind, file.name, file.content_type, content)


def set_aside(file: File) -> None:
    """Take a file out of use; it can be restored for an hour, then `files.purge` deletes it."""
    file.removed_at = timezone.now()
    file.save(update_fields=["removed_at"])


def _read(upload: Upload[bytes], limit: Limit) -> bytes:
    """The whole content, never more than the limit and one byte of it."""
    content = upload.read(limit.size + 1)
    _refuse_size(len(content), limit)
    return content


def _refuse_size(size: int, limit: Limit) -> None:
    if size > limit.size:
        raise FileRefused(
            f"This file is too large: at most {filesizeformat(limit.size)} are accepted."
        )
    if not size:
        raise FileRefused("This file is empty. Choose another one.")


def _sniffed(content: bytes, limit: Limit) -> str:
    """The type that the content itself shows; name and declared type are not asked."""
    if limit.is_table:
        return WORKBOOK if content.startswith(ZIP) else TEXT
    content_type = _office_type(content) if content.startswith(ZIP) else _type(content)
    if content_type not in limit.endings:
        taken = ", ".join(ending[1:].upper() for ending in limit.endings.values())
        raise FileRefused(f"This type of file is not accepted. Accepted types: {taken}.")
    return content_type


def _type(content: bytes) -> str:
    if film := film_type(content):
        return film
    try:
        found = str(puremagic.from_string(content, mime=True))
    except puremagic.PureError:
        return ""
    return "" if found.startswith("video/") else found  # which films are taken is said above


def _office_type(content: bytes) -> str:
    """The type of a ZIP archive by the folder of an office file in it, empty without one. Only its list of contents is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return ""
    if "[Content_Types].xml" not in names:
        return ""
    types = [t for folder, t in OFFICE_FOLDERS.items() if any(n.startswith(folder) for n in names)]
    return types[0] if len(types) == 1 else ""
