"""Coverage: the statements and branches of the product that tests reach. `pytest -p tests.covering --covered=report.json`.

Before Python 3.14 a tracer (coverage.py, pytest-cov) is called for each line, Django's as well, and keeps CPython from its quick
instructions: the tests take twice their time. Here each statement of the product is loaded with a mark before it, which costs
nothing beside the statement. A multi-line statement counts once, at its first line; a branch is the way from `if`, `for`,
`while` or `match` into a block, or past all of them: `[7, 0]`. As always, what stands under `if TYPE_CHECKING:` is left out.
"""

from __future__ import annotations

import ast
import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["run"]
MARKS = "__reached__"
PAST = 0
HEADS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
CHOICES = (ast.If, ast.For, ast.AsyncFor, ast.While)

_reached: dict[str, bytearray] = {}


class Marked:
    """A module's tree with its marks; `lines` and `branches` name each by its place, None where it is the other kind alone."""

    def __init__(self, source: bytes) -> None:
        self.lines: list[int | None] = []
        self.branches: dict[tuple[int, int], int] = {}
        self.tree = ast.parse(source)
        self._enter(self.tree)

    def _enter(self, node: ast.AST) -> None:
        """Mark the blocks inside a statement, and the way past them."""
        for name, block in ast.iter_fields(node):
            if name in ("handlers", "cases"):
                for each in block:
                    self._enter(each)
            elif name in ("body", "orelse", "finalbody"):
                setattr(node, name, [*self._block(block, is_head=isinstance(node, HEADS))])
        if isinstance(node, ast.Match):
            self._choose(node, *(case.body for case in node.cases))
            if not takes_all(node.cases[-1]):
                node.cases.append(ast.match_case(ast.MatchAs(), None, [self._past(node)]))
        elif isinstance(node, CHOICES) and not is_endless(node):
            self._choose(node, node.body, node.orelse)
            node.orelse = node.orelse or [self._past(node)]

    def _block(self, statements: list[ast.stmt], *, is_head: bool) -> Iterator[ast.stmt]:
        for statement in statements:
            if is_for_types(statement) or (is_head and is_silent(statement)):
                yield statement
                continue
            yield self._mark(statement, statement.lineno)
            self._enter(statement)
            yield statement

    def _choose(self, node: ast.stmt, *blocks: list[ast.stmt]) -> None:
        """Let the first mark of each block stand for the way into it."""
        for mark, statement, *_ in filter(None, blocks):
            self.branches[node.lineno, statement.lineno] = mark.targets[0].slice.value

    def _past(self, node: ast.stmt) -> ast.stmt:
        self.branches[node.lineno, PAST] = len(self.lines)
        return self._mark(node, None)

    def _mark(self, at: ast.stmt, line: int | None) -> ast.stmt:
        place = ast.Subscript(
            ast.Name(MARKS, ast.Load()), ast.Constant(len(self.lines)), ast.Store()
        )
        self.lines.append(line)
        return ast.copy_location(ast.Assign([place], ast.Constant(1)), at)


def is_silent(statement: ast.stmt) -> bool:
    """Does it only tell: a docstring, a stub, names of elsewhere?"""
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return is_text or is_future or isinstance(statement, ast.Global | ast.Nonlocal)


def is_for_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"


def is_endless(node: ast.stmt) -> bool:
    """Is it `while True`?"""
    return isinstance(node, ast.While) and isinstance(node.test, ast.Constant)


def takes_all(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and not case.pattern.pattern


class Loader(SourceFileLoader):
    """Loads a module with its marks, which outlive it: one that is loaded again goes on with them."""

    def exec_module(self, module: ModuleType) -> None:
        marked = Marked(self.get_data(self.path))
        code = compile(ast.fix_missing_locations(marked.tree), self.path, "exec", dont_inherit=True)
        name = str(Path(self.path).relative_to(ROOT))
        vars(module)[MARKS] = _reached.setdefault(name, bytearray(len(marked.lines)))
        exec(code, vars(module))


class Finder(MetaPathFinder):
    """Finds what is measured before anybody else does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in RULES["source"]:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin not in measured():
            return None
        spec.loader = Loader(fullname, spec.origin)
        return spec


@cache
def measured() -> dict[str, str]:
    """The paths of the modules that are measured, each with its name in the report."""
    found = (path for folder in RULES["source"] for path in sorted((ROOT / folder).rglob("*.py")))
    names = {str(path): str(path.relative_to(ROOT)) for path in found}
    return {
        path: name
        for path, name in names.items()
        if not any(fnmatch(name, pattern) for pattern in RULES["omit"])
    }


def pytest_addoption(parser: pytest.Parser) -> None:
    """Begin before anybody loads a module of the product: Django's plugin does so as soon as options are read."""
    sys.meta_path.insert(0, Finder())
    parser.addoption(
        "--covered", type=Path, help="where to write the statements and branches that were reached"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what a worker has reached; write what all have."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["reached"] = {
            name: bytes(marks) for name, marks in _reached.items()
        }
    elif report := session.config.getoption("covered"):
        report.write_text(json.dumps({"files": dict(map(reported, measured().values()))}))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add what a worker has reached; one that was killed tells nothing."""
    for name, marks in getattr(node, "workeroutput", {}).get("reached", {}).items():
        own = _reached.setdefault(name, bytearray(len(marks)))
        own[:] = (int.from_bytes(own) | int.from_bytes(marks)).to_bytes(len(marks))


def reported(name: str) -> tuple[str, dict[str, Any]]:
    """A module and what of it was reached, in the words of coverage.py's own report."""
    marked = Marked((ROOT / name).read_bytes())
    marks = _reached.get(name) or bytearray(len(marked.lines))
    lines = {line for line in marked.lines if line}
    missing = {line for line, mark in zip(marked.lines, marks, strict=True) if line and not mark}
    ways = sorted(way for way, place in marked.branches.items() if not marks[place])
    return name, {
        "missing_lines": sorted(missing),
        "missing_branches": ways,
        "summary": {
            "num_statements": len(lines),
            "covered_lines": len(lines) - len(missing),
            "num_branches": len(marked.branches),
            "covered_branches": len(marked.branches) - len(ways),
        },
    }
