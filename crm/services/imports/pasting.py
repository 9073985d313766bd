"""Pasted accounts: lines of text made into a table that an import reads, row for row, with its preview and its roll-back."""

from __future__ import annotations

import csv
import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.enums import Network
from crm.errors import HandleNotReadable, TableRefused
from crm.models import Import
from crm.policies.addresses import account_address, profile_address
from crm.services.imports.reading.layouts import Layout
from crm.services.imports.runs import start_import
from tenancy.models import User

MOST_LINES, LONGEST_LINE = 1_000, 1_000
NAME = "Pasted accounts.csv"
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
    upload = SimpleUploadedFile(NAME, table.getvalue().encode(), "text/csv")
    return start_import(upload, actor=actor, pasted=Layout("utf-8-sig", ","))


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
