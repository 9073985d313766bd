"""A name, handle, campaign or caption in a sentence is isolated: it turns no sentence round (`ui.bidi`)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR) / "templates"
# Components print what they are given; whoever composes a sentence for them isolates its names.
COMPONENTS = (ROOT / "components", ROOT / "allauth" / "elements")
TEMPLATES = sorted(
    path for path in ROOT.rglob("*.*") if not any(map(path.is_relative_to, COMPONENTS))
)
PRINTED = re.compile(r"""(?P<field>value=")?\{\{\s*(?P<what>[^}]+?)\s*\}\}""")
TRANSLATED = re.compile(
    r"\{%\s*blocktrans(?:late)?\b(?P<opening>.*?)%\}.*?\{%\s*endblocktrans(?:late)?\s*%\}",
    re.DOTALL,
)
GIVEN = re.compile(r"=(?P<what>[\w.]+(?:\|\w+(?::(?:\"[^\"]*\"|[\w.]+))?)*)")
ADDED = re.compile(r"\|add:(?P<what>[\w.]+)")
NAMES = frozenset(
    [
        "account",
        "brand",
        "brand_name",
        "campaign",
        "caption",
        "client",
        "creator",
        "display_name",
        "handle",
        "influencer",
        "name",
        "organization",
        "person",
        "post",
        "video",
    ]
)


def is_bare_name(what: str) -> bool:
    """Is this variable a name, and not isolated at the end? In an address it is encoded, and nothing else: marks of
    direction would make another name of it."""
    path, *filters = what.split("|")
    if "urlencode" in filters:
        return "isolate" in filters
    return path.split(".")[-1] in NAMES and "isolate" not in filters


def bare_names(text: str) -> list[str]:
    """The values that a template prints as they are, though people choose them; a form's field keeps what was typed."""
    found = []
    for block in TRANSLATED.finditer(text):
        found += [each["what"] for each in GIVEN.finditer(block["opening"])]
    for each in PRINTED.finditer(TRANSLATED.sub("", text)):
        found += [] if each["field"] else [each["what"]]
    found += [each["what"] for each in ADDED.finditer(text)]
    return [what for what in found if is_bare_name(what)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_isolate_names(path: Path) -> None:
    assert bare_names(path.read_text()) == [], (
        "print it as {{ name|isolate }}; {{ name|urlencode }} in an address"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>We e-mail {{ account.influencer.name }} a link.</p>", ["account.influencer.name"]),
        ("{{ video|truncatechars:50 }}", ["video|truncatechars:50"]),
        ("{% blocktranslate with who=person.name %}Hello {{ who }}{% endblocktranslate %}", ["person.name"]),
        ("{% blocktranslate with who=person.name|isolate %}Hello {{ who }}{% endblocktranslate %}", []),
        ("{{ influencer.name|isolate }} {{ influencer.name_count }} {{ order.state }}", []),
        ('{% with title="What "|add:organization.name %}{% endwith %}', ["organization.name"]),
        ('<input value="{{ handle }}">', []),
        ('<a href="/?account={{ handle|urlencode }}">', []),
        ('<a href="/?account={{ handle|urlencode|isolate }}">', ["handle|urlencode|isolate"]),
    ],
)  # fmt: skip
def test_the_guard_sees_a_bare_name(text: str, found: list[str]) -> None:
    assert bare_names(text) == found


# --- sentences that views compose ---
BASE = Path(settings.BASE_DIR)
PATTERNS = (
    "*/views.py",
    "*/views/**/*.py",
    "influence/organization/*.py",
    "influence/ops/*.py",
    "influence/palette.py",
)
SPEAKING = sorted(path for pattern in PATTERNS for path in BASE.glob(pattern))
NAMES_IN_CODE = NAMES - {"handle"} | {"first", "group", "second", "segment", "tag", "user"}


def bare_names_in_sentences(source: str) -> list[str]:
    """The names that f-strings with a blank put between words as they are."""
    sentences = [
        node.values
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.JoinedStr)
        and any(isinstance(part, ast.Constant) and " " in part.value for part in node.values)
    ]
    given = [
        part.value for parts in sentences for part in parts if isinstance(part, ast.FormattedValue)
    ]
    return [ast.unparse(each) for each in given if _last_word(each) in NAMES_IN_CODE]


def _last_word(expression: ast.expr) -> str:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: str(path.relative_to(BASE)))
def test_views_isolate_names(path: Path) -> None:
    assert bare_names_in_sentences(path.read_text()) == [], "say it as {isolated(name)}"


def test_the_guard_sees_a_bare_name_in_a_sentence() -> None:
    source = (
        'f"{pair.first} and {name} are {isolated(tag)}, {count} of {self.kind}"; f"name:{name}"'
    )
    assert bare_names_in_sentences(source) == ["pair.first", "name"]
