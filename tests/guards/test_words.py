"""A docstring's first line stands alone, and no name uses a word that the glossary has replaced.

As a script (`python -m tests.guards.test_words`) it prints file:line of each sin.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    import django

    django.setup()

from tests.guards import sources
from tests.personas import OURS

# Words with which a line goes on from something that its reader does not see.
MID_THOUGHT = frozenset(
    [
        *("And", "Because", "But", "Hence", "However", "If", "Nor", "Of", "Or", "Otherwise", "So"),
        *(
            "Than",
            "That",
            "Then",
            "Therefore",
            "These",
            "This",
            "Those",
            "Though",
            "Thus",
            "Unless",
        ),
        *(
            "Until",
            "What",
            "Whatever",
            "When",
            "Where",
            "Whether",
            "Which",
            "While",
            "Who",
            "Whoever",
        ),
        *(
            "Whom",
            "Whose",
            "Why",
            "Yet",
            "Also",
            "Else",
            "Even",
            "It",
            "They",
            "Them",
            "Its",
            "Their",
        ),
    ]
)
FORBIDDEN = frozenset(
    [
        *(
            "look",
            "looks",
            "looked",
            "looking",
            "stands",
            "standing",
            "stood",
            "crew",
            "told",
            "hasten",
        ),
        *(
            "hastened",
            "trouble",
            "fit",
            "fits",
            "fitting",
            "patience",
            "recheck",
            "untold",
            "leaving",
        ),
    ]
)
# Two words that are forbidden together only.
TOGETHER = ("put_off", "lost_and_found", "help_out", "looked_at")
# Names that others chose.
THEIRS: dict[str, str] = {}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
CLASSES = re.compile(r"\.(-?[a-zA-Z][\w-]*)(?=[^{}]*\{)")


def is_mid_thought(line: str) -> bool:
    return (first := re.match(r"[A-Za-z]+", line)) is not None and first[0] in MID_THOUGHT


def broken_docstrings() -> Iterator[str]:
    for path in sources.python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                line = (ast.get_docstring(node) or "").partition("\n")[0]
                if is_mid_thought(line):
                    yield f"{sources.where(path)}:{getattr(node, 'lineno', 1)}: {line}"


def is_forbidden(name: str) -> bool:
    words = [word.lower() for word in WORD.findall(name)]
    if name in THEIRS or not words:
        return False
    joined = f"_{'_'.join(words)}_"
    return not FORBIDDEN.isdisjoint(words) or any(f"_{pair}_" in joined for pair in TOGETHER)


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of whatever the module itself names: functions, classes, arguments, variables, keywords' targets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def forbidden_names() -> Iterator[str]:
    """Names in Python but migrations, which are history; and of modules."""
    for path in sources.python_files(*OURS, "tests", "benchmarks"):
        if "migrations" not in path.parts and path != Path(__file__):
            for line, name in names_in(ast.parse(path.read_text())):
                # A test's name is a sentence, and sentences may say "looks".
                if is_forbidden(name) and not name.startswith("test_"):
                    yield f"{sources.where(path)}:{line}: {name}"
            if is_forbidden(path.stem) and not path.stem.startswith("test_"):
                yield f"{sources.where(path)}:1: the module's name"


def forbidden_in_pages() -> Iterator[str]:
    """Names of templates and CSS classes."""
    for path in sorted((sources.ROOT / "templates").rglob("*.*")):
        if is_forbidden(path.stem):
            yield f"{sources.where(path)}:1: the template's name"
    for path in sorted((sources.ROOT / "static").rglob("*.css")):
        if "vendor" not in path.parts:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                yield from (
                    f"{sources.where(path)}:{number}: .{name}"
                    for name in CLASSES.findall(line)
                    if is_forbidden(name)
                )


def test_the_first_line_of_a_docstring_stands_alone() -> None:
    assert list(broken_docstrings()) == []


def test_no_name_uses_a_word_that_was_replaced() -> None:
    assert [*forbidden_names(), *forbidden_in_pages()] == []


if __name__ == "__main__":
    print(*broken_docstrings(), "", *forbidden_names(), *forbidden_in_pages(), sep="\n")  # noqa: T201 -- it is a script here
