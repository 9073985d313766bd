"""The next rows of a file of the old source: first all of them are seen once, then they are read slice by slice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice

from campaigns.services.legacy.pictures import Pictures
from campaigns.services.legacy.reading import Row, Rows, layout_in, opened_rows
from crm.services.imports.reading.layouts import Layout
from crm.services.imports.reading.tables import Place
from files.models import File
from jobs.models import Job
from tiktok.errors import NotALegacyExport
from tiktok.services.legacy.columns import NUMBERS, ColumnMapping, check_fields, fields_of
from tiktok.services.legacy.export import LegacyRow, Reading, RefusedRow, is_percentage
from ui.numbers import proven_decimal_marks

SCANNED_ROWS, READ_ROWS = 20_000, 2_000
MOST_READINGS = 40  # of one post in a slice: each is a statement of its own
MOST_NAMES = 200  # of columns that are told
SCAN, WRITE = "scan", "write"


@dataclass
class Progress:
    """How far an import is, as its job's cursor: what was found out about the file, and where the next slice begins.

    `fields`: the field of each column that has one. `marks`: the decimal marks that each field of numbers proves. `has_percentages`:
    rates without a sign above 1 were seen. `campaigns`: by key, whether it was made for the import.
    """

    encoding: str
    delimiter: str
    step: str = SCAN
    columns: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)
    has_percentages: bool = False
    rows: int = 0
    first: dict[str, int] = field(default_factory=dict)
    place: dict[str, int] = field(default_factory=dict)
    campaigns: dict[str, bool] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        return Layout(self.encoding, self.delimiter)

    def learn(self, names: list[str], mapping: ColumnMapping) -> None:
        """Know the columns of these names, too. Raises NotALegacyExport."""
        known = [*self.fields, *self.unmapped, *names]
        self.fields = fields_of(known, mapping)
        self.unmapped = [name for name in known if name not in self.fields][:MOST_NAMES]


@dataclass
class Slice:
    """The next rows of the file, understood or refused, and how far that is."""

    progress: Progress
    rows: list[LegacyRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    remarks: list[RefusedRow] = field(default_factory=list)
    pictures_left_out: int = 0

    @property
    def size(self) -> int:
        return len(self.rows) + len(self.refused)


def next_slice(job: Job) -> Slice:
    """The slice of the file that is to be scanned or written next. Raises NotALegacyExport."""
    file = File.objects.filter(pk=job.params["file"]).first()
    if file is None:
        raise NotALegacyExport("The file is no longer there. Import it again.")
    said = ("columns", "handles", "collected_at")
    mapping = ColumnMapping(**{name: job.params[name] for name in said if name in job.params})
    if not job.cursor:
        layout = layout_in(file)
        return _scan(file, Progress(layout.encoding, layout.delimiter), mapping)
    progress = Progress(**job.cursor)
    if progress.step == SCAN:
        return _scan(file, progress, mapping)
    return _read(file, progress, job, mapping)


def _scan(file: File, progress: Progress, mapping: ColumnMapping) -> Slice:
    """See whether the file can be read, what its columns mean, and how they write numbers."""
    marks = {key: set(marks) for key, marks in progress.marks.items()}
    place, count = Place(**progress.place), 0
    with opened_rows(file, progress.layout, place, progress.columns) as rows:
        if not progress.place:
            progress.columns = rows.columns = rows.header()
            progress.learn(progress.columns, mapping)
            progress.first = asdict(rows.keep_place())
        for row in islice(rows, SCANNED_ROWS):
            count += 1
            _learn(row, progress, mapping, marks)
        progress.place = asdict(rows.keep_place())
    progress.rows += count
    progress.marks = {key: "".join(sorted(found)) for key, found in marks.items() if found}
    if count < SCANNED_ROWS:
        check_fields([*progress.fields, *progress.unmapped], progress.fields, mapping)
        progress.step, progress.place = WRITE, progress.first
    return Slice(progress)


def _learn(
    row: Row, progress: Progress, mapping: ColumnMapping, marks: dict[str, set[str]]
) -> None:
    if not progress.columns:
        known = {*progress.fields, *progress.unmapped}
        if names := [name for name in row.cells if name not in known]:
            progress.learn(names, mapping)
    for name, key in progress.fields.items():
        text = row.cells.get(name, "")
        if key == "engagement_rate" and text and not progress.has_percentages:
            progress.has_percentages = is_percentage(text)
        if key in NUMBERS and text and not text.isdecimal():
            is_count = key != "engagement_rate"
            marks.setdefault(key, set()).update(
                proven_decimal_marks([text.rstrip("% ")], is_count=is_count)
            )


def _read(file: File, progress: Progress, job: Job, mapping: ColumnMapping) -> Slice:
    """The next rows. Pictures are stored here, before the transaction that names them. Raises FolderElsewhere."""
    pictures = Pictures(job.params["pictures"])
    proven = {key: set(marks) for key, marks in progress.marks.items()}
    reading = Reading(
        job.created_at, proven, mapping.handles, mapping.collected_at, progress.has_percentages
    )
    found = Slice(progress)
    with opened_rows(file, progress.layout, Place(**progress.place), progress.columns) as rows:
        for each in _taken(rows, reading, progress.fields):
            if isinstance(each, RefusedRow):
                found.refused.append(each)
            else:
                found.rows.append(each)
        progress.place = asdict(rows.keep_place())
    found.rows = pictures.stored(found.rows)
    found.remarks, found.pictures_left_out = pictures.remarks, pictures.left_out
    return found


def _taken(
    rows: Rows, reading: Reading, fields: Mapping[str, str]
) -> Iterator[LegacyRow | RefusedRow]:
    of_posts: Counter[str] = Counter()
    for row in islice(rows, READ_ROWS):
        cells = {key: row.cells[name] for name, key in fields.items() if name in row.cells}
        if row.problem:
            yield RefusedRow(row.line, row.problem)
            continue
        yield (each := reading.understand(row.line, cells))
        if isinstance(each, LegacyRow) and each.tiktok_video_id:
            of_posts[each.tiktok_video_id] += 1
            if of_posts[each.tiktok_video_id] == MOST_READINGS:
                return
