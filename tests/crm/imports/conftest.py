"""Files on their way into Oak, and the work that an import leaves to a worker."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Import, ImportRow, Influencer
from crm.services.imports.runs import begin_import, check_import, roll_back, start_import
from jobs.enums import Lane
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.working import pump


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """A real private folder for contents."""
    location = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": location}},
    }
    return location


@pytest.fixture
def _in_oak(oak: Organization) -> Iterator[None]:
    with organization_scope(oak):
        yield


@pytest.fixture
def ada(oak: Organization) -> User:
    person = User.objects.create_user("ada@oak.example", "secret", name="Ada")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    return person


def finish() -> None:
    """Let the worker do what is due of long work."""
    while pump(Lane.BULK):
        pass


def upload(content: str | bytes, name: str = "roster.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def previewed(content: str | bytes, actor: User, name: str = "roster.csv") -> Import:
    """An import whose preview is ready."""
    parent = start_import(upload(content, name), actor=actor)
    finish()
    return fresh(parent)


def fresh(parent: Import) -> Import:
    return Import.objects.select_related("job", "lookup_job", "file").get(pk=parent.pk)


def imported(content: str | bytes, actor: User, name: str = "roster.csv") -> Import:
    """An import that is written as its preview says."""
    parent = previewed(content, actor, name)
    begin_import(parent, actor=actor)
    finish()
    return fresh(parent)


def rolled_back(parent: Import, actor: User) -> Import:
    check_import(parent, actor=actor)
    finish()
    roll_back(parent, actor=actor)
    finish()
    return fresh(parent)


def fates(parent: Import) -> list[tuple[int, str]]:
    return [(row.number, row.fate) for row in parent.rows.order_by("number")]


def reasons(parent: Import) -> list[list[str]]:
    """[column, reason] of every wrong cell, in the order of the rows."""
    return [reason[:2] for row in parent.rows.order_by("number") for reason in row.reasons]


def the_row(parent: Import, number: int) -> ImportRow:
    return parent.rows.get(number=number)


def everybody() -> dict[str, Influencer]:
    return {each.name: each for each in Influencer.objects.all()}


def workbook(*rows: Sequence[Any], formats: dict[int, str] | None = None) -> bytes:
    """An XLSX file with these rows. `formats`: number formats by the place of their column."""
    output = io.BytesIO()
    with xlsxwriter.Workbook(output) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        shown = {at: book.add_format({"num_format": text}) for at, text in (formats or {}).items()}
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if hasattr(cell, "year"):
                    sheet.write_datetime(number, place, cell, day)
                else:
                    sheet.write(number, place, cell, shown.get(place))
    return output.getvalue()
