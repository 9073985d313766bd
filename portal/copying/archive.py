"""The ZIP of a person's copy: `index.html`, a page and a JSON file for each table, and the files as they were uploaded.

Rows are written while they are read, in the scope they belong to, so that a copy of years takes no more memory than one of a day.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format

from files.models import File
from files.store import contents
from portal.copying.content import Part, Table
from tenancy.models import User
from tenancy.scope import organization_scope, person_scope

PIECE = 1024 * 1024  # bytes
END_OF_ROWS = "</tbody>"


@dataclass(frozen=True)
class Written:
    """A table in the archive: its title, the path of its page, and how many rows it has."""

    title: str
    path: str
    count: int


def write_archive(person: User, parts: Iterable[Part], content: IO[bytes]) -> int:
    """Write the copy. How many rows are in it."""
    linked, count = [], 0
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for part in parts:
            folder = part.organization.slug if part.organization else "you"
            with _scope(part, person):
                pages = _write_tables(archive, folder, part)
                files = [path for file in part.files if (path := _write_file(archive, folder, file))]  # fmt: skip
            linked.append((part, pages, files))
            count += sum(page.count for page in pages)
        values = {"person": person, "parts": linked, "made_at": timezone.now()}
        archive.writestr("index.html", render_to_string("portal/copy/index.html", values))
    return count


def _scope(part: Part, person: User) -> AbstractContextManager[None]:
    return organization_scope(part.organization) if part.organization else person_scope(person)


def _write_tables(archive: ZipFile, folder: str, part: Part) -> list[Written]:
    found: list[Written] = []
    for table in part.tables:
        with transaction.atomic():  # what is counted is what is written
            columns, count = table.filled()
            if count or part.organization is None:
                path = f"{folder}/{len(found) + 1:02}-{table.name}"
                _write_table(archive, path, table, columns)
                found.append(Written(table.title, f"{path}.html", count))
    return found


def _write_table(archive: ZipFile, path: str, table: Table, columns: list[str]) -> None:
    """The JSON file, and the page that stands beside it."""
    headings = [column.replace("_", " ").capitalize() for column in columns]
    values = {"table": table, "columns": headings, "index_path": "../index.html"}
    head, end, foot = render_to_string("portal/copy/table.html", values).partition(END_OF_ROWS)
    with TemporaryFile() as page:
        page.write(head.encode())
        with archive.open(f"{path}.json", "w", force_zip64=True) as target:
            before = "[\n"
            for rows in table.pieces(columns):
                lines = [map(_shown, row.values()) for row in rows]
                page.write(render_to_string("portal/copy/rows.html", {"lines": lines}).encode())
                for row in rows:
                    line = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
                    target.write(f"{before}{line}".encode())
                    before = ",\n"
            target.write(b"\n]" if before != "[\n" else b"[]")
        page.write(f"{end}{foot}".encode())
        page.seek(0)
        with archive.open(f"{path}.html", "w", force_zip64=True) as target:
            shutil.copyfileobj(page, target, PIECE)


def _write_file(archive: ZipFile, folder: str, file: File) -> str:
    """The path of a file in the archive; empty where its content has gone meanwhile."""
    path = f"{folder}/files/{file.pk}-{file.name}"
    try:
        with contents().open(file.path) as source, archive.open(path, "w") as target:
            while piece := source.read(PIECE):
                target.write(piece)
    except FileNotFoundError:
        return ""
    return path


def _shown(value: Any) -> Any:
    """A moment as the person's language writes days; all else as it is."""
    return f"{date_format(value)}, {value:%H:%M} UTC" if isinstance(value, datetime) else value
