"""The subjects of imports: influencers, and whatever other apps bring. One importer reads files, previews them, writes them and
takes them back; a subject says which fields there are, the fate of rows, and how they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from crm.models import Import, ImportRow
from crm.services.imports.meaning.catalog import Field
from crm.services.imports.reading.tables import Cells
from jobs.errors import JobFailed
from jobs.models import Job
from tenancy.enums import Permission
from tenancy.models import User

PAGE = "crm:import"


@dataclass(frozen=True)
class Subject:
    """The subject of the rows of files of one kind. Members need its `permission`; whoever is limited to groups sees their own
    imports alone.

    `started_at`, `page_at` and `shown_at`: the name and the keys of the page where a file is chosen, of the import's own page,
    and of the page that shows what was imported. `recognized`: the key of the field that each header names, empty for none. `needed`: the choice that is still to be made,
    by the keys that columns are mapped to; empty if none. `is_news`: does a value of this field take the place of an earlier
    one, unless somebody says otherwise? `is_added`: does it come beside the earlier ones, whatever somebody says? `judge`:
    the rows with their fates, not saved, and how many only the decimal mark would settle. `write`, `take_back` and
    `note_verdicts` work on rows inside the caller's transaction, and count.
    """

    key: str
    noun: str
    permission: Permission
    started_at: Callable[[Import], tuple[str, list[int]]]
    shown_at: Callable[[Import], tuple[str, list[int]]]
    fields: Callable[[], dict[str, Field]]
    recognized: Callable[[Sequence[str], dict[str, Field], str], list[str]]
    needed: Callable[[Collection[str]], str]
    is_news: Callable[[str], bool]
    is_added: Callable[[str], bool]
    judge: Callable[[Import, Sequence[tuple[int, Cells]]], tuple[list[ImportRow], int]]
    write: Callable[[Import, Sequence[ImportRow], User | None], Mapping[str, int]]
    take_back: Callable[[Import, Sequence[ImportRow], User | None], Mapping[str, int]]
    note_verdicts: Callable[[Sequence[ImportRow]], int]
    page_at: Callable[[Import], tuple[str, list[int]]] = lambda parent: (PAGE, [parent.pk])


def import_of(job: Job) -> Import:
    """The import that a job is about, with its file. Raises JobFailed if it is discarded."""
    parent = Import.objects.select_related("file").filter(pk=job.params["import"]).first()
    if parent is None:
        raise JobFailed("This import is no longer there.")
    return parent


_subjects: dict[str, Subject] = {}


def register_subject(subject: Subject) -> None:
    """Make a subject known; once, when the app that owns it is ready."""
    _subjects[subject.key] = subject


def subject_named(key: str) -> Subject:
    """The subject of this key. Raises KeyError for one that no app has registered."""
    return _subjects[key]


def subject_of(parent: Import) -> Subject:
    """The subject of the rows of an import."""
    return _subjects[parent.about]
