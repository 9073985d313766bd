"""Broken and hostile files: refused with row and column, or their rows are; nothing is written."""

from __future__ import annotations

import io
import zipfile

import pytest

from crm.errors import TableRefused
from crm.models import Import, Influencer
from crm.services.imports.reading import workbooks
from files.errors import FileRefused
from tests.crm.imports.conftest import previewed, reasons, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
HEAD = "Name,E-mail,Country\n"


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The same workbook with other parts."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(output, "w", 8) as new:
        for name in old.namelist():
            new.writestr(
                name, parts.get(name.rpartition("/")[2].removesuffix(".xml"), old.read(name))
            )
    return output.getvalue()


def with_cells(cells: str) -> bytes:
    """A workbook whose sheet is written by hand."""
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    )
    return repacked(workbook(["Name"], ["Maya"]), sheet1=sheet.encode())


def bomb() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (workbooks.MOST_BYTES + 1))
    return output.getvalue()


def lying_bomb() -> bytes:
    """A part that claims to be small and is not."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    content = output.getvalue()
    return content.replace((5_000_000).to_bytes(4, "little"), (500).to_bytes(4, "little"))


GOOD = workbook(["Name", "E-mail"], ["Maya", "maya@example.com"])
INLINE = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
WHOLE = {  # by what is wrong: the file, and words of the refusal
    "empty": (b"", "This file is empty"),
    "blank lines only": (b"\n\n\n", "no rows"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00\x01" * 200, "neither a workbook"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old workbook"),
    "a PDF": (b"%PDF-1.7\n\x00\xff\xfe\x00", "neither a workbook"),
    "a ZIP that is no workbook": (b"PK\x03\x04" + b"x" * 80, "can be read"),
    "a cut workbook": (GOOD[:-200], "can be read"),
    "a damaged workbook": (GOOD.replace(b"xl/workbook.xml", b"xl/workbonk.xml"), "no visible sheet"),
    "a workbook with broken XML": (repacked(GOOD, sheet1=b"<worksheet><sheetData><row"), "can be read"),
    "a workbook without a sheet": (repacked(GOOD, workbook=b"<workbook/>"), "visible sheet"),
    "a ZIP bomb": (bomb(), "unpacks to more than 250 MB"),
    "a ZIP bomb that lies": (lying_bomb(), "can be read"),
    "a cell far to the right": (with_cells(INLINE + '<row r="2"><c r="XFD2"><v>1</v></c></row>'), "column XFD"),
    "a cell far down": (with_cells(INLINE + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "Row 1,048,576"),
    "a formula": (with_cells(INLINE + '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>'), "Row 2, column A holds a formula"),
    "an error cell": (with_cells(INLINE + '<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>'), "Row 2, column A shows an error"),
    "too many columns": (("x," * 5_000).encode() + b"\n1\n", "Row 1"),
    "five million columns": (b"," * 5_000_000, "Row 1"),
    "a header alone": (HEAD.encode(), "a header and no rows"),
    "a row too long": (HEAD.encode() + b'"' + b"x" * 1_100_000 + b'"\n', "Row 2"),
    "an open quotation mark": (HEAD.encode() + b'"Maya,maya@example.com,AT\n', "Row 2"),
    "an open mark over many rows": (HEAD.encode() + b'Ole,,\n"Maya\n' + b"x,y,z\n" * 300_000, "Row 3"),
    "a mark inside a cell": (HEAD.encode() + b'"Maya" F,maya@example.com,AT\n', "Row 2"),
    "a NUL": (HEAD.encode() + b"Ma\0ya,,\n", ""),
    "a late NUL": (HEAD.encode() + b"Maya,,\n" * 50_000 + b"Ma\0ya,,\n", "Row 50002, column 1"),
    "half a UTF-8 character": (HEAD.encode() + "Zoë,,\nJosé,,\nRenée,,\n".encode() + b"Ol\xc3,,\n", "Row 5, column 1"),
    "a cut UTF-16 file": ("﻿Name,E-mail\nMaya,maya@example.com\n".encode("utf-16")[:-1], "Row 2, column 2"),
    "a cell too long": (HEAD.encode() + b"x" * 10_001 + b",,\n", "Row 2, column 1"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WHOLE)
def test_a_file_that_is_no_table_is_refused_as_a_whole(ada, wrong: str) -> None:
    content, words = WHOLE[wrong]
    try:
        parent = previewed(content, ada)
    except (FileRefused, TableRefused) as refused:
        said = str(refused)
    else:
        assert parent.job is not None
        assert parent.job.state == "failed", (parent.counts, reasons(parent))
        said = parent.job.problem
    assert words in said, said
    assert not Influencer.objects.exists()
    assert not Import.objects.filter(rows__isnull=False).exists()


CELLS = {  # by what is wrong: header, row, column and words of the reason
    "half a row": ("Name,E-mail,City", "Maya,maya@example.com", "", "has 2 of 3 columns"),
    "a row too wide": ("Name,E-mail", "Maya,maya@example.com,Graz", "", "has 3 columns, the header only 2"),
    "nobody": ("Name,City", ",Graz", "", "neither a name"),
    "no e-mail": ("Name,E-mail", "Maya,maya@", "E-mail", "no e-mail address"),
    "two @": ("Name,E-mail", "Maya,a@b@example.com", "E-mail", "no e-mail address"),
    "an invisible name": ("Name,E-mail", "\u200b\u2060,maya@example.com", "Name", "invisible"),
    "a formula": ("Name,E-mail", "=cmd|' /C calc'!A0,maya@example.com", "Name", "a formula"),
    "a long name": ("Name,E-mail", "x" * 201 + ",maya@example.com", "Name", "longer than 200"),
    "no country": ("Name,Country", "Maya,Atlantis", "Country", "No country"),
    "no language": ("Name,Language", "Maya,Klingon", "Language", "No language"),
    "no time zone": ("Name,Time zone", "Maya,Mars/Olympus", "Time zone", "no time zone"),
    "no phone": ("Name,Phone", "Maya,12", "Phone", "phone number"),
    "a phone without its country": ("Name,Phone", "Maya,030 5550188", "Phone", "country code"),
    "a spaced handle": ("Name,TikTok", "Maya,@ma ya", "TikTok", "not a TikTok handle"),
    "a short link": ("Name,TikTok", "Maya,https://vm.tiktok.com/ZMabc/", "TikTok", "does not name the account"),
    "a handle of Instagram": ("Name,Instagram", "Maya,ma-ya!", "Instagram", "not an Instagram handle"),
    "another network's address": ("Name,YouTube", "Maya,https://instagram.com/maya", "YouTube", "an account on Instagram"),
    "no owner": ("Name,Owner", "Maya,nobody@oak.example", "Owner", "no member"),
    "no group": ("Name,Group", "Maya,north", "Group", "no group"),
    "no birthday": ("Name,Birthday", "Maya,1990-02-30", "Birthday", "no date"),
    "a birthday to come": ("Name,Birthday", "Maya,2190-02-03", "Birthday", "Is the year 2190 right"),
    "an uncertain day": ("Name,Birthday", "Maya,03/04/1990", "Birthday", "Day or month first"),
    "words for a number": ("Name,Instagram,Instagram followers", "Maya,maya,many", "Instagram followers", "not a count"),
    "half a follower": ("Name,Instagram,Instagram followers", "Maya,maya,12.5", "Instagram followers", "not a whole number"),
    "fewer than none": ("Name,Instagram,Instagram followers", "Maya,maya,-5", "Instagram followers", "not a count"),
    "a uncertain number": ("Name,Instagram,Instagram followers", "Maya,maya,1.234", "Instagram followers", "can be read as 1.234 or 1,234"),
    "an uncertain million": ("Name,Instagram,Instagram followers", "Maya,maya,1.234M", "Instagram followers", "can be read as"),
    "a huge number": ("Name,Instagram,Instagram followers", "Maya,maya,9999999999999999", "Instagram followers", "too large"),
    "a rate without a sign": ("Name,Instagram,Instagram engagement rate", "Maya,maya,1.39", "Instagram engagement rate", "not a percentage"),
    "numbers of no account": ("Name,Instagram followers", "Maya,1200", "", "names no account"),
    "money without a currency": ("Name,TikTok rate per video", "Maya,1150", "TikTok rate per video", "names no currency"),
    "money below nothing": ("Name,TikTok rate per video", "Maya,-5 EUR", "TikTok rate per video", "no amount of money"),
    "too many tags": ("Name,Tags", "Maya,\"" + ",".join(f"t{n}" for n in range(51)) + '"', "Tags", "more than 50"),
    "a long tag": ("Name,Tags", "Maya," + "x" * 61, "Tags", "longer than 60"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", CELLS)
def test_a_wrong_cell_is_named_with_its_row_column_and_reason(ada, wrong: str) -> None:
    header, row, column, words = CELLS[wrong]
    width = header.count(",")
    parent = previewed(f"{header}\nOle{',' * width}\n{row}\n", ada)
    assert parent.counts == {"new": 1, "error": 1}
    [(named, reason)] = reasons(parent)
    assert named == column
    assert words in reason
    assert parent.rows.get(fate="error").number == 3
    assert not Influencer.objects.exists()


def test_sixty_broken_files_are_tried() -> None:
    assert len(WHOLE) + len(CELLS) >= 60
