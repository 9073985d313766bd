"""Merge fields in the texts of e-mails: found, refused where they are not right, and filled for one creator.

A text is plain: `{{ salutation }}` is the only thing in it that is more than its words. No template engine reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from ui.bidi import isolated

FIELDS = {
    "salutation": "How the e-mail begins, such as “Dear Maya”; “Hello” and the name where none is known",
    "influencer": "The creator's name",
    "display_name": "The name the creator is shown by; their name where none is known",
    "handle": "The handle of the creator's account, with @",
    "organization": "The name of your organization",
    "sender": "The name of the member who sends it",
}
FIELD = re.compile(r"\{\{[ \t]*(\w+)[ \t]*\}\}")
# Everything that seems to be meant as a field, or as a tag of a template engine.
MARK = re.compile(r"\{\{[^{}\n]*\}\}|\{\{|\}\}|\{%|%\}")
IN_LINK = re.compile(r"(?:https?://|www\.)\S*\{\{")
PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


def problems(text: str) -> list[str]:
    """Sentences about what is no field in a text, each with its line and character; none for a text that is right."""
    found = [(mark.start(), _problem(mark[0])) for mark in MARK.finditer(text)]
    found += [
        (link.start(), "a field cannot be part of a link.") for link in IN_LINK.finditer(text)
    ]
    return [f"{_place(text, at)}: {said}" for at, said in sorted(found) if said]


def _problem(mark: str) -> str:
    field = FIELD.fullmatch(mark)
    if field is None:
        return f"“{mark}” is not a whole field. Write it as “{{{{ influencer }}}}”."
    return "" if field[1] in FIELDS else f"there is no field “{field[1]}”."


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"Line {line}, character {at - text.rfind(chr(10), 0, at)}"


def fields_in(*texts: str) -> set[str]:
    """The names of the fields that these texts use."""
    return {name for text in texts for name in FIELD.findall(text)}


def spoken(text: str) -> str:
    """The text for people who look at a list: each field as its name in brackets."""
    return FIELD.sub(lambda field: f"[{field[1].replace('_', ' ')}]", text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values of its fields."""
    return FIELD.sub(lambda field: isolated(values[field[1]]), text)


def filled_paragraphs(text: str, values: Mapping[str, str]) -> list[SafeString]:
    """The same as HTML, by paragraphs. Addresses of the text become links; nothing that stands in a value does."""
    return [_as_html(each, values) for each in PARAGRAPHS.split(text.strip())]


def _as_html(paragraph: str, values: Mapping[str, str]) -> SafeString:
    parts = FIELD.split(paragraph)  # words, field, words, field, …
    html = [
        escape(isolated(values[part])) if nth % 2 else urlize(part, autoescape=True)
        for nth, part in enumerate(parts)
    ]
    return mark_safe("".join(html).replace("\n", "<br>"))  # noqa: S308 -- each part is escaped
