"""Pasted accounts: lines of text made into a table that an import reads, row for row, with its preview and its roll-back.

TikTok is asked about them for the preview. Those in the marketplace are added; the others can be kept without an account, to
be invited or asked to connect.
"""

from __future__ import annotations

import csv
import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from crm.enums import ImportFate, ImportStage, Network
from crm.errors import HandleNotReadable, TableRefused
from crm.models import Import
from crm.policies.addresses import account_address, profile_address
from crm.queries.pasted import rows_to_keep
from crm.services.imports.kinds import settle
from crm.services.imports.lookups import keep_answers, let_present_be, noted_answers
from crm.services.imports.reading.layouts import Layout
from crm.services.imports.runs import locked, start_import
from crm.services.imports.writing import write_rows
from tenancy.models import User

MOST_LINES, LONGEST_LINE = 1_000, 1_000
HEADERS = [*(network.label for network in Network), "E-mail"]
PLACES = {network: place for place, network in enumerate(Network)}
EMAIL = re.compile(r"(?<![\w./@+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def paste_accounts(text: str, usual: Network, *, actor: User) -> Import:
    """Start the preview of an import of these lines, an account in each. Raises TableRefused.

    A handle alone is of the `usual` network. An e-mail address in a line goes with a new influencer.
    """
    lines = text.splitlines()
    count = sum(bool(line.strip()) for line in lines)
    if not count:
        raise TableRefused("Paste at least one account.")
    if count > MOST_LINES:
        raise TableRefused(
            f"These are {count:,} accounts. Paste at most {MOST_LINES:,} at once, or import a file."
        )
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(HEADERS)
    for line in lines:  # an empty one keeps its place, so that numbers of lines are right
        writer.writerow(_cells(line, usual) if line.strip() else [])
    name = f"{count:,} pasted account{'s' * (count > 1)}.csv"
    upload = SimpleUploadedFile(name, table.getvalue().encode(), "text/csv")
    return start_import(upload, actor=actor, pasted=Layout("utf-8-sig", ","))


@transaction.atomic
def keep_without_account(parent: Import, *, mailed: bool, actor: User) -> None:
    """Keep who is not in the marketplace as a creator without an account, to be invited or asked. Raises TableRefused.

    `mailed`: by e-mail, so that only those are kept who have an address.
    """
    parent = locked(parent)
    if parent.is_running or parent.stage not in {ImportStage.PREVIEW, ImportStage.IMPORT}:
        raise TableRefused("Nobody can be invited or asked from here now.")
    rows = list(rows_to_keep(parent, mailed=mailed).select_related("influencer"))
    if not rows:
        return
    let_present_be(rows)
    outside = [row for row in rows if row.tiktok_handle]
    counts = write_rows(parent, outside, actor=actor)
    kept = [row for row in outside if row.fate != ImportFate.ERROR]
    keep_answers(kept, noted_answers(kept), actor=actor)
    for fate, count in counts.items():
        parent.written[fate] = parent.written.get(fate, 0) + count
    parent.stage = ImportStage.IMPORT
    settle(parent)
    parent.save()


def _cells(line: str, usual: Network) -> list[str]:
    """The cells of a line; what cannot be read stands as it is, for the import to say why."""
    shown = "".join(char if char.isprintable() else " " for char in line)[:LONGEST_LINE]
    emails = EMAIL.findall(shown)
    cells = [""] * len(HEADERS)
    try:
        address = account_address(EMAIL.sub(" ", shown), usual)
    except HandleNotReadable:
        cells[PLACES[usual]] = shown.strip()
        return cells
    cells[PLACES[address.network]] = profile_address(address.network, address.handle)
    cells[-1] = emails[0] if emails else ""
    return cells
