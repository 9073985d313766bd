"""Statements name what PostgreSQL needs in order to find a row at once, whatever it knows of the table.

Those written by hand name the organization by a column, never by a number: of a number that its statistics do not know yet,
PostgreSQL expects one row; it then walks the whole organization for each value that it looks for, and an import of 100,000
does not end.

A piece of work is found by all columns of its key, its owner whole: without the person a plan that is kept read all work of
the organization for each row of a list, which took 130 ms of 16,000 accounts.
"""

from __future__ import annotations

import ast
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


def half_known() -> Iterator[str]:
    """Filters of work by its subject that leave out whose it is."""
    for path in sources.python_files(*OURS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Work.objects.filter":
                names = {(keyword.arg or "**").removesuffix("_id") for keyword in node.keywords}
                owner = {"**"} & names or names >= {"organization", "person"}
                if any(name.startswith("subject") for name in names) and not owner:
                    yield f"{sources.where(path)}:{node.lineno}"


def test_work_is_found_by_its_whole_key() -> None:
    assert list(half_known()) == []
