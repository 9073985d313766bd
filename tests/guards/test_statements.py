"""Statements written by hand name the organization by a column, never by a number.

Of a number that its statistics do not know yet, PostgreSQL expects one row: it then walks the whole organization for each
value that it looks for, and an import of 100,000 does not end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.guards import sources
from tests.personas import OURS

BY_NUMBER = re.compile(r"organization_id\s*=\s*%")


def numbered() -> Iterator[str]:
    for package in OURS:
        for path in (sources.ROOT / package).rglob("*"):
            if path.suffix in {".py", ".sql"} and BY_NUMBER.search(path.read_text()):
                yield sources.where(path)


def test_no_statement_names_the_organization_by_a_number() -> None:
    assert list(numbered()) == []
