"""Rich text: headings, bold, italic, lists and links, kept as HTML.

It is cleaned by one list of what is allowed whenever it is written (`RichTextField`), and again when it is shown (the filter
`rich`). The control is a plain text area over the readable text, which works alone; with JavaScript an editor takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any

import nh3
from django import forms
from django.db import models
from django.utils.safestring import SafeString

from ui.bidi import STEERING
from ui.markup import markup

HEADING, ITEM = "h3", "li"
TAGS = {"div", "p", "br", HEADING, "strong", "em", "ul", "ol", ITEM, "a"}
LINKS = ("https://", "http://", "mailto:")
# Cleaning takes a time that grows with the square of how deep tags are nested: so many take milliseconds.
MOST_TAGS = 4_000
HTML = "_html"


def clean_html(html: str) -> str:
    """The HTML without all that rich text does not have; the words stay, but for those of scripts and styles."""
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_allowed,
        link_rel="noopener noreferrer nofollow",
    )
    return cleaned.translate(STEERING) if words_of(cleaned) else ""


def _allowed(_tag: str, name: str, value: str) -> str | None:
    return None if name == "href" and not value.lower().startswith(LINKS) else value


def words_of(html: str) -> str:
    """The characters that a reader sees, by which lengths are limited."""
    return unescape(nh3.clean(html, tags=set())).strip()


def from_plain(text: str) -> str:
    """A plain text as rich text that keeps its lines."""
    lines = text.strip().splitlines()
    return f"<div>{'<br>'.join(escape(line, quote=False) for line in lines)}</div>" if lines else ""


def plain_text(html: str) -> str:
    """Rich text as it is read without formatting: its lines, items with a bullet or number, links with their address."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = "".join(reader.parts).splitlines()
    return "\n".join(line.strip() for line in lines).strip()


def shown(html: str) -> SafeString:
    """Rich text in a page or mail; each paragraph is read in the direction of its own script."""
    cleaned = clean_html(html)
    return SafeString(f'<div class="rich" dir="auto">{cleaned}</div>') if cleaned else SafeString()


def _readable(html: str) -> str | None:
    """The plain text of HTML that somebody has sent: cleaned first, for reading broken tags takes a time that grows with the
    square of their number; None for what has too many."""
    return plain_text(clean_html(html)) if html.count("<") <= MOST_TAGS else None


class _Reader(HTMLParser):
    """Collects the readable text of cleaned HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.lists: list[int | None] = []
        self.link, self.link_at = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"ul", "ol"}:
            self.lists.append(0 if tag == "ol" else None)
        elif tag == ITEM:
            self._begin_line()
            self.parts.append(self._mark())
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "a":
            self.link, self.link_at = dict(attrs).get("href") or "", len(self.parts)
        elif tag in {"div", "p", HEADING}:
            self._begin_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        if tag == "a":
            self._end_link()
        if tag in {"p", HEADING}:
            self.parts.append("\n")
        if tag in {"div", ITEM, "ul", "ol"}:
            self._begin_line()

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def _mark(self) -> str:
        if self.lists and self.lists[-1] is not None:
            self.lists[-1] += 1
            return f"{self.lists[-1]}. "
        return "• "

    def _end_link(self) -> None:
        """Say where a link leads, unless its words say so."""
        address = self.link.removeprefix("mailto:")
        if address and address != "".join(self.parts[self.link_at :]):
            self.parts.append(f" ({address})")
        self.link = ""

    def _begin_line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")


class RichTextarea(forms.Textarea):
    """A text area over the readable text, and beside it the HTML, which the editor changes.

    Sent without the editor, a text that was not touched keeps its formatting; another one is plain.
    """

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        html = str(value or "")
        area = super().render(name, _readable(html) or "", attrs, renderer)
        return area + markup(
            '<input type="hidden" name="{}" value="{}" data-rich-html>', f"{name}{HTML}", html
        )

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        html = str(data.get(f"{name}{HTML}") or "")
        if name not in data:
            return html  # the editor has taken the place of the text area
        typed = "\n".join(line.strip() for line in str(data[name]).splitlines()).strip()
        return html if typed == _readable(html) else from_plain(str(data[name]))


class RichTextFormField(forms.CharField):
    """Rich text of at most `max_length` characters without its formatting."""

    widget = RichTextarea

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = max_length

    def clean(self, value: Any) -> str:
        html = str(value or "")
        if html.count("<") > MOST_TAGS:
            raise forms.ValidationError(
                "This text has too many lines or too much formatting. Shorten it."
            )
        cleaned: str = super().clean(clean_html(html))
        length = len(words_of(cleaned))
        if length > self.most:
            raise forms.ValidationError(
                f"This text has {length:,} characters, and at most {self.most:,} are kept. Shorten it."
            )
        return cleaned


class RichTextField(models.TextField):
    """A column of rich text: whoever writes it, what is not allowed is not kept."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        cleaned = clean_html(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, cleaned)
        return cleaned

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return clean_html(prepared) if isinstance(prepared, str) else prepared
