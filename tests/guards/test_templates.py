"""Every template compiles, names its page, and keeps to the content policy: nothing inline, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Template, engines

ROOT = Path(settings.BASE_DIR) / "templates"
BASES = {
    "base.html",
    "base_staff.html",
    "base_portal.html",
    "base_public.html",
    "base_creator.html",
}
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
COMMENT = re.compile(r"\{% comment.*?endcomment %\}", re.DOTALL)
ASSETS = {"src", "srcset", "data", "poster"}
FILLED_TITLE = re.compile(r"\{% block (?:head_)?title %\}\s*(?!\{% endblock)\S")
EXTENDS = re.compile(r"""\{% extends ["']([^"']+)["']""")


STYLE_SHEETS = sorted((Path(settings.BASE_DIR) / "static" / "css").glob("*.css"))
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def selectors(path: Path) -> list[str]:
    """Selectors of the rules outside of media queries."""
    rules = re.findall(r"^([^\s@}][^{}]*)\{", CSS_COMMENT.sub("", path.read_text()), re.MULTILINE)
    return [" ".join(rule.split()) for rule in rules]


def names() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))


def pages() -> list[str]:
    """All but e-mails: those are read by mail programs, which know neither our style sheets nor a content policy."""
    return [name for name in names() if not name.startswith("emails/")]


def source(name: str) -> str:
    return COMMENT.sub("", (ROOT / name).read_text())


def compiled(name: str) -> Template:
    return engines["django"].get_template(name).template


def names_its_page(name: str) -> bool:
    """The template, or one it extends short of the bases, fills a title block."""
    while name not in BASES and not name.startswith("allauth/layouts/"):
        text = COMMENT.sub("", compiled(name).source)
        if FILLED_TITLE.search(text):
            return True
        parent = EXTENDS.search(text)
        if parent is None:
            return False
        name = parent[1]
    return False


class Inline(HTMLParser):
    """Collects what the content policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "style":
            self.found.append("<style>")
        if tag == "script" and "src" not in values and values.get("type") != "application/json":
            self.found.append("inline <script>")
        for key, value in values.items():
            if key == "style" or key.startswith(("on", "hx-on")):
                self.found.append(f"{key}= on <{tag}>")
            is_asset = key in ASSETS or (key == "href" and tag in {"link", "use", "image"})
            if is_asset and (value or "").startswith(("http:", "https:", "//")):
                self.found.append(f"{key}={value} on <{tag}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{key}={value}")


@pytest.mark.parametrize("name", names())
def test_template_compiles(name: str) -> None:
    compiled(name)


def titled() -> list[str]:
    """Pages that must name themselves."""
    return [
        name
        for name in pages()
        if name not in BASES
        and not name.startswith(("allauth/", "components/", "admin/"))
        and "{% extends" in source(name)
    ]


class Buttons(HTMLParser):
    """Collects the buttons below each form: their classes, from left to right."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag == "div" and (self.depth or "form-actions" in classes):
            self.depth += 1
            if self.depth == 1:
                self.rows.append([])
        if self.depth and tag in {"a", "button"}:
            main = {"btn-primary", "btn-danger"} & set(classes)
            self.rows[-1].append("main" if main else "other")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self.depth:
            self.depth -= 1


@pytest.mark.parametrize("name", pages())
def test_the_button_that_acts_stands_last(name: str) -> None:
    """In dialogs and below forms alike: what leads back stands before it."""
    buttons = Buttons()
    buttons.feed(TAG.sub("", source(name)))
    assert [row for row in buttons.rows if "main" in row[:-1]] == [], name


@pytest.mark.parametrize("name", titled())
def test_page_fills_its_title(name: str) -> None:
    assert names_its_page(name), f"{name} has no {{% block title %}}"


@pytest.mark.parametrize("name", pages())
def test_template_has_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    parser = Inline()
    parser.feed(TAG.sub("", source(name)))
    assert parser.found == [], name


@pytest.mark.parametrize("path", STYLE_SHEETS, ids=lambda path: path.name)
def test_a_class_is_styled_in_one_place(path: Path) -> None:
    """Two components that share a name change each other's looks."""
    twice = [name for name, count in Counter(selectors(path)).items() if count > 1]
    assert twice == [], path.name


def test_every_named_icon_is_vendored() -> None:
    vendored = set(
        json.loads(Path(settings.BASE_DIR, "package.json").read_text())["vendor"]["icons"]
    )
    named = re.compile(r"""(?:\{% icon |icon=)["']([\w-]+)["']""")
    used = {icon: name for name in names() for icon in named.findall(source(name))}
    assert {icon: name for icon, name in used.items() if icon not in vendored} == {}
