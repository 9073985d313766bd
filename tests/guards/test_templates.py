"""Every template compiles, names its page, and keeps to the content policy: nothing inline, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError, engines

ROOT = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
BASES = {"base.html", "base_staff.html", "base_portal.html", "base_public.html"}
# E-mails are read by mail programs, which know neither style sheets of ours nor a content policy.
PAGES = [name for name in NAMES if not name.startswith("emails/")]
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
COMMENT = re.compile(r"\{% comment.*?endcomment %\}", re.DOTALL)
ASSETS = {"src", "srcset", "data", "poster"}
FILLED_TITLE = re.compile(r"\{% block (?:head_)?title %\}\s*(?!\{% endblock)\S")
EXTENDS = re.compile(r"""\{% extends ["']([^"']+)["']""")


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


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    compiled(name)


def pages() -> list[str]:
    return [
        name
        for name in PAGES
        if name not in BASES
        and not name.startswith(("allauth/", "components/", "admin/"))
        and "{% extends" in source(name)
    ]


@pytest.mark.parametrize("name", pages())
def test_page_fills_its_title(name: str) -> None:
    assert names_its_page(name), f"{name} has no {{% block title %}}"


@pytest.mark.parametrize("name", PAGES)
def test_template_has_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    parser = Inline()
    parser.feed(TAG.sub("", source(name)))
    assert parser.found == [], name


@pytest.mark.parametrize(
    "tag",
    [
        '{% page_header title="T" kind="x" %}{% endpage_header %}',
        '{% card colour="red" %}{% endcard %}',
        '{% data_table caption="C" striped=True %}{% enddata_table %}',
        '{% sort_header label="L" field="f" width=3 %}',
        "{% keyset_pager page=page size=3 %}",
        '{% badge "x" colour="red" %}',
        "{% tabs items=items style=1 %}",
        '{% dialog id="d" title="T" modal=True %}{% enddialog %}',
        '{% dialog_panel title="T" id="d" %}{% enddialog_panel %}',
        "{% form_field field class=1 %}",
        "{% form_errors form class=1 %}",
        '{% empty_state title="T" picture="p" %}{% endempty_state %}',
        "{% loading_state colour=1 %}",
        '{% error_state title="T" code=1 %}{% enderror_state %}',
        '{% toast text="T" level="x" %}',
        '{% stat label="L" value=1 colour="red" %}',
        '{% chart id="c" kind="line" data=d label="L" height=3 %}',
        '{% icon "x" class="y" %}',
        '{% avatar name="N" alt="y" %}',
    ],
)
def test_component_refuses_an_unknown_attribute(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="unexpected keyword argument"):
        Template(tag)


@pytest.mark.parametrize(
    "tag",
    [
        '{% badge "x" kind="purple" %}',
        '{% toast text="x" kind="purple" %}',
        '{% stat label="L" value=1 format="roman" %}',
        '{% chart id="c" kind="pie" data=data label="L" %}',
    ],
)
def test_component_refuses_an_unknown_kind(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="is not one of"):
        Template(tag).render(Context({"data": []}))


def test_every_named_icon_is_vendored() -> None:
    vendored = set(json.loads((ROOT.parent / "package.json").read_text())["vendor"]["icons"])
    named = re.compile(r"""(?:\{% icon |icon=)["']([\w-]+)["']""")
    used = {icon: name for name in NAMES for icon in named.findall(source(name))}
    assert {icon: name for icon, name in used.items() if icon not in vendored} == {}


def test_missing_number_is_a_dash_with_reason_and_remedy_never_zero() -> None:
    shown = Template(
        '{% stat label="Reach" value=None reason="Only by order." remedy_label="Send an order" remedy_href="/o/" %}'
        "{{ nothing|compact }}{{ nothing|percent }}{{ nothing|duration }}{{ nothing|number }}"
    ).render(Context({"nothing": None}))
    assert "Only by order." in shown
    assert '<a class="stat-remedy" href="/o/">Send an order</a>' in shown
    assert shown.endswith("————")
    assert "0" not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 1234567|number }}", "1,234,567"),
        ("{{ 541213|compact }}", '<span title="541,213">541.2K</span>'),
        ("{{ 999960|compact }}", '<span title="999,960">1M</span>'),
        ("{{ 0|compact }}", "0"),
        ("{{ 0.031|percent }}", "3.1\N{NO-BREAK SPACE}%"),
        ("{{ 12.4|duration }}", "12.4\N{NO-BREAK SPACE}s"),
        ("{{ 200|duration }}", "3\N{NO-BREAK SPACE}min 20\N{NO-BREAK SPACE}s"),
        ('{{ 1200|money:"EUR" }}', "1,200.00\N{NO-BREAK SPACE}EUR"),
    ],
)
def test_numbers_read_as_people_write_them(text: str, expected: str) -> None:
    assert Template(text).render(Context()) == expected
