"""Requirements in the reader's language: what is needed, and how the account stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_percent
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from crm.models import Program
from crm.policies.programs import Check, Fact, Result, checks
from ui.templatetags.formats import number

ICONS = {Result.MET: "circle-check", Result.NOT_MET: "circle-x", Result.UNKNOWN: "info-circle"}
TONES = {Result.MET: "is-success", Result.NOT_MET: "is-danger", Result.UNKNOWN: "is-neutral"}


@dataclass(frozen=True)
class Line:
    """One requirement beside the account's number. `word`: met, not met or not known, for who does not see the icon."""

    icon: str
    tone: str
    word: str
    text: str
    note: str


def needed(program: Program) -> list[str]:
    """The requirements of the program, in words."""
    return [_needed(check) for check in checks(program, Fact(), Fact(), Fact())]


def lines(checked: Iterable[Check]) -> list[Line]:
    """Each requirement as the account stands."""
    words = {Result.MET: _("Met"), Result.NOT_MET: _("Not met"), Result.UNKNOWN: _("Not known yet")}
    return [
        Line(ICONS[c.result], TONES[c.result], words[c.result], _seen(c), _note(c)) for c in checked
    ]


def _needed(check: Check) -> str:
    if check.key == "countries":
        return _("Most of your viewers in %(countries)s") % {"countries": _names(check, "or")}
    if check.key == "followers":
        text = ngettext(
            "A TikTok account with %(count)s follower or more",
            "A TikTok account with %(count)s followers or more",
            check.needed,
        )
    else:
        text = ngettext(
            "%(count)s view or more on average", "%(count)s views or more on average", check.needed
        )
    return text % {"count": number(check.needed)}


def _seen(check: Check) -> str:
    if check.result == Result.UNKNOWN:
        return {
            "followers": _("Followers: not known yet"),
            "countries": _("Countries of your viewers: not known yet"),
            "views": _("Average views: not known yet"),
        }[check.key]
    if check.key == "countries":
        share = format_percent(check.value, locale=_locale())
        return _("%(share)s in %(countries)s") % {
            "share": share,
            "countries": _names(check, "standard"),
        }
    if check.key == "followers":
        text = ngettext("%(count)s follower", "%(count)s followers", check.value)
    else:
        text = ngettext(
            "%(count)s view on average", "%(count)s views on average", round(check.value)
        )
    return text % {"count": number(round(check.value))}


def _note(check: Check) -> str:
    if check.result == Result.UNKNOWN:
        return _("TikTok has not given this number. You can go on.")
    if check.key == "countries":
        return _("More than half needed")
    return _("%(count)s needed") % {"count": number(check.needed)}


def _locale() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")


def _names(check: Check, style: Literal["or", "standard"]) -> str:
    locale = _locale()
    names = [locale.territories.get(code, code) for code in check.needed]
    return format_list(names, style=style, locale=locale)
