"""The ZIP of a person's copy: `index.html`, a page and a JSON file for each table, and the files as they were uploaded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone

from files.models import File
from files.store import contents
from portal.copying.content import Part, Table
from tenancy.models import User
from tenancy.scope import organization_scope

PIECE = 1024 * 1024  # bytes


def write_archive(person: User, parts: Iterable[Part], content: IO[bytes]) -> int:
    """Write the copy. How many rows are in it."""
    linked, count = [], 0
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for part in parts:
            folder = part.organization.slug if part.organization else "you"
            pages = [(_write_table(archive, folder, n, t), t) for n, t in enumerate(part.tables, 1)]
            files = _write_files(archive, folder, part)
            linked.append((part, pages, files))
            count += sum(len(table.rows) for table in part.tables)
        values = {"person": person, "parts": linked, "made_at": timezone.now()}
        archive.writestr("index.html", render_to_string("portal/copy/index.html", values))
    return count


def _write_table(archive: ZipFile, folder: str, number: int, table: Table) -> str:
    """The path of its page; the JSON file stands beside it."""
    path = f"{folder}/{number:02}-{table.name}"
    document = json.dumps(table.rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    archive.writestr(f"{path}.json", document)
    lines = [[row[name] for name in table.columns] for row in table.rows]
    values = {"table": table, "lines": lines, "index_path": "../index.html"}
    page = render_to_string("portal/copy/table.html", values)
    archive.writestr(f"{path}.html", page)
    return f"{path}.html"


def _write_files(archive: ZipFile, folder: str, part: Part) -> list[str]:
    if part.organization is None:
        return []
    with organization_scope(part.organization):
        return [path for file in part.files if (path := _write_file(archive, folder, file))]


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
