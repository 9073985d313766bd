"""Small things that a list shows many times: icons, badges, avatars; and toasts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from django import template
from django.contrib.messages.storage.base import Message
from django.template.context import Context
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from ui.bidi import isolated
from ui.components import KINDS, component, one_of
from ui.letters import PART_LENGTH, bare
from ui.markup import breaking, joined, markup
from ui.undoing import undo_of

register = template.Library()

BEGINNING = r"(?<![^\W_])(?:{})"
TOAST_KINDS = {"error": "danger", "debug": "info"}


class Label(Protocol):
    """A short word with its kind of badge, and what it means."""

    @property
    def text(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, *, label: str = "", size: str = "") -> SafeString:
    """An icon of the vendored sprite; decoration unless it has a label. size: "", "sm", "lg"."""
    meaning = markup('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return markup(
        '<svg class="icon{}" {}><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        mark_safe(meaning),  # noqa: S308 - escaped above
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
@lru_cache(maxsize=500)
def badge(text: str, *, kind: str = "neutral", icon: str = "", title: str = "") -> SafeString:
    """A short state or label. kind: success, warning, danger, info, neutral, tiktok."""
    one_of(kind, KINDS, "badge kind")
    return markup(
        '<span class="badge-label is-{}"{}>{}{}</span>',
        kind,
        markup(' title="{}"', title) if title else "",
        globals()["icon"](icon) if icon else "",
        text,
    )


@register.simple_tag
def avatar(
    *, name: str, url: str | None = "", size: str = "md", shape: str = "round"
) -> SafeString:
    """A picture, or the initials where there is none or it does not load. size: sm, md, lg; shape: round, square, logo."""
    words = [word for word in name.replace("@", " ").split() if word]
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
    # Not text: a button's name would have to hold it (WCAG 2.5.3).
    picture = (
        markup(
            '<img src="{}" alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer">',
            url,
        )
        if url
        else ""
    )
    return markup(
        '<span class="face face-{} face-{} tint-{}" data-initials="{}" aria-hidden="true">{}</span>',
        size,
        shape,
        zlib.crc32(name.encode()) % 6,
        initials,
        picture,
    )


@register.simple_tag
def labels(shown: Iterable[Label], other: str = "") -> SafeString:
    """Badges of something in a list; where it has none, one that says `other`."""
    badges = [badge(label.text, kind=label.kind, title=label.title) for label in shown]
    return markup(
        '<span class="cluster labels">{}</span>',
        joined("\n", badges or [badge(other)]),
    )


@register.simple_tag
def person(
    *, name: str, href: str, note: object = "", url: str | None = "", size: str = "md"
) -> SafeString:
    """A person in a list: picture, name as a link, and a note below. url: the picture's; size: sm, md."""
    return markup(
        '<span class="person">{} <span class="person-text"><a class="person-name" href="{}">{}</a>{}</span></span>',
        avatar(name=name, url=url, size=size),
        href,
        isolated(name),
        markup('<span class="person-note">{}</span>', breaking(isolated(note))) if note else "",
    )


@register.simple_tag
def why(reason: str, *, remedy_label: str = "", remedy_href: str = "") -> SafeString:
    """A missing number: a dash that says its reason, with the remedy, when it is pressed, and to screen readers at once."""
    remedy = markup(' data-remedy="{}" data-href="{}"', remedy_label, remedy_href)
    return markup(
        '<button class="why" type="button" popovertarget="why" aria-label="{}"{}>—</button>',
        reason,
        remedy if remedy_href else "",
    )


@register.simple_tag
def remark(text: str, *, word: str = "") -> SafeString:
    """A mark beside a number that says what is special about it when it is pressed: a word, else a sign; without a
    text, nothing."""
    if not text:
        return SafeString("")
    return markup(
        '<button class="why {}" type="button" popovertarget="why" aria-label="{}{}">{}</button>',
        "stat-mark" if word else "flag",
        f"{word}: " if word else "",
        text,
        word or icon("alert-circle", size="sm"),
    )


@register.simple_tag
def cover(*, url: str, size: str = "row", network: str = "") -> SafeString:
    """A post's picture at TikTok's address, or a drawn one where there is none or it does not load. size: row, md. network:
    another one than TikTok, whose posts have no picture here."""
    picture = (
        markup(
            '<img src="{}" alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer">',
            url,
        )
        if url
        else ""
    )
    of = f" of-{network}" if network else ""
    return markup('<span class="cover is-{}{}" aria-hidden="true">{}</span>', size, of, picture)


@register.filter
def marked(text: str, words: Sequence[str]) -> SafeString:
    """The text with a mark around each place where a word of it begins with one of these, whatever case and accents.

    One of three characters or more is marked within words, too.
    """
    plain = [(letter, place) for place, character in enumerate(text) for letter in bare(character)]
    known = [plain_word for word in words if (plain_word := bare(word))]
    wanted = "|".join(
        re.escape(word) if len(word) >= PART_LENGTH else BEGINNING.format(re.escape(word))
        for word in sorted(known, key=len, reverse=True)
    )
    parts, end = [], 0
    for match in re.finditer(wanted or "(?!)", "".join(letter for letter, _ in plain)):
        first, last = plain[match.start()][1], plain[match.end() - 1][1] + 1
        parts += [text[end:first], markup("<mark>{}</mark>", text[first:last])]
        end = last
    return joined("", [*parts, text[end:]])


@register.simple_tag
def toast(*, text: str, kind: str = "info") -> SafeString:
    """A short message; pages get theirs from django.contrib.messages and `HX-Trigger: {"toast": …}`."""
    return _toast(text, one_of(kind, KINDS, "toast kind"), get_language())


@lru_cache(maxsize=50)
def _toast(text: str, kind: str, _language: str | None) -> SafeString:
    return component("toast", text=text, kind=kind)


@register.simple_tag(takes_context=True)
def toast_for(context: Context, message: Message) -> SafeString:
    """The toast of a message; with a button where it offers to undo (`ui.undo`)."""
    level = message.level_tag
    return component(
        "toast",
        text=message.message,
        kind=TOAST_KINDS.get(level, level or "info"),
        undo=undo_of(message),
        csrf_token=context.get("csrf_token", ""),
    )
