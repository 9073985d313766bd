"""How a text file is written: its encoding, and what separates its columns."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

from charset_normalizer import from_bytes

from crm.errors import TableRefused
from crm.services.imports.reading.workbooks import MOST_COLUMNS, check_workbook
from files.limits import WORKBOOK

DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Western (Windows-1252)",
    "iso8859-15": "Western (ISO 8859-15)",
    "mac_roman": "Western (Mac)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp874": "Thai (Windows-874)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "cp949": "Korean (Windows-949)",
}
# What the detector says, and the one of ours that reads the same and more.
WIDER = {
    "ascii": "utf-8-sig",
    "utf_8": "utf-8-sig",
    "latin_1": "cp1252",
    "iso8859_15": "iso8859-15",
}
WIDER |= {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "johab": "cp949",
    "cp932": "shift_jis",
}
SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 60
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
NO_TEXT = "This is neither a workbook (XLSX) nor a table as text (CSV, TSV). Nothing was imported."


@dataclass(frozen=True)
class Layout:
    """How a file is read. A workbook has neither encoding nor delimiter."""

    encoding: str = ""
    delimiter: str = ""

    @property
    def is_workbook(self) -> bool:
        return not self.encoding


def layout_of(content: bytes, content_type: str) -> Layout:
    """How this file is written, as far as it says so. Raises TableRefused."""
    if content_type == WORKBOOK:
        check_workbook(content)
        return Layout()
    if content.startswith(OLD_WORKBOOK):
        raise TableRefused(
            "This is an old workbook (XLS). Save it as XLSX or CSV and choose it again."
        )
    encoding = encoding_of(content)
    return Layout(encoding, delimiter_of(_sample(content, encoding)))


def encoding_of(content: bytes) -> str:
    """The encoding by its mark, UTF-8 if it is, else the likeliest. Raises TableRefused for what is no text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in content[:SAMPLE_BYTES]:
        raise TableRefused(NO_TEXT)
    if content.startswith(codecs.BOM_UTF8) or _is_mostly_utf8(content):
        return "utf-8-sig"
    best = from_bytes(content[:SAMPLE_BYTES], cp_isolation=list(ENCODINGS)[1:] + list(WIDER)).best()
    found = best.encoding if best else ""
    name = WIDER.get(found, found)
    if name not in ENCODINGS:
        raise TableRefused(NO_TEXT)
    text = _sample(content, name)
    return next(each for each in ENCODINGS if _sample(content, each) == text)


def _is_mostly_utf8(content: bytes) -> bool:
    """UTF-8, or UTF-8 with a few broken places, which is refused at the first of them and not read as another encoding."""
    try:
        content.decode()
    except UnicodeDecodeError:
        text = content.decode(errors="replace")
        broken = text.count("\ufffd")
        return sum(char > "\x7f" for char in text) - broken > 2 * broken
    return True


def _sample(content: bytes, encoding: str) -> str:
    return content[:SAMPLE_BYTES].decode(encoding, errors="replace")


def announced_delimiter(line: str) -> str:
    """Excel's first line `sep=;` names the delimiter; empty for any other line."""
    plain = line.strip("\r\n\ufeff")
    return plain[4] if len(plain) == 5 and plain.lower().startswith("sep=") else ""


def delimiter_of(sample: str) -> str:
    """The delimiter that parts most rows into equally many columns, more than one; a comma if there is none."""
    if announced := announced_delimiter(sample.partition("\n")[0]):
        return announced if announced in DELIMITERS else ","
    return max(DELIMITERS, key=lambda delimiter: _rating(sample, delimiter))


def _rating(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of the rows that have the commonest number of columns (the larger one of two), and that number. So a title in
    a row of its own above the table counts for one row."""
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths = []
    try:
        for cells in rows:
            if cells:
                widths.append(len(cells))
            if len(widths) == SAMPLE_ROWS:
                break
    except csv.Error:
        return 0, 0
    count, columns = max(((widths.count(each), each) for each in {*widths}), default=(0, 0))
    if columns < 2:
        return 0, 0
    return count / len(widths), min(columns, MOST_COLUMNS)
