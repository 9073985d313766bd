"""The pieces every page is made of. Whatever comes from outside is escaped here."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from html import escape
from urllib.parse import quote

from tiktok.sandbox.clock import utc
from tiktok.sandbox.creators import Creator
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.world import World

# What was typed into a form that was refused, by the id of its field: it stands there still.
typed: ContextVar[Mapping[str, str]] = ContextVar("typed")


def compact(number: float) -> str:
    """1,234 as 1.2K."""
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if number >= limit:
            return f"{number / limit:.1f}{unit}"
    return str(int(number))


def moment(seconds: float) -> str:
    """An instant as people write it."""
    return utc(seconds).strftime("%-d %b %Y, %H:%M UTC")


def day(seconds: float) -> str:
    """The day of an instant."""
    return utc(seconds).strftime("%-d %b %Y")


def _colour(world: World, name: str) -> str:
    hue = Facts(world.seed, "picture", name).whole("hue", 0, 359)
    return f"background:linear-gradient(150deg,hsl({hue} 60% 44%),hsl({(hue + 50) % 360} 62% 30%))"


def face(world: World, person: Creator, *, small: bool = False) -> str:
    """The avatar."""
    size = " small" if small else ""
    letter = escape(person.display_name[:1].upper())
    colour = _colour(world, person.handle)
    return f'<span class="face{size}" style="{colour}" aria-hidden="true">{letter}</span>'


def shot(world: World, video_id: str) -> str:
    """A video's picture."""
    return f'<span class="shot" style="{_colour(world, video_id)}" aria-hidden="true"></span>'


def badge(text: str, tone: str = "") -> str:
    """A state in a word."""
    return f'<span class="badge {tone}">{escape(text)}</span>'


def empty(text: str) -> str:
    """A hint why there is nothing."""
    return f'<p class="empty">{escape(text)}</p>'


def address(handle: str, tab: str = "") -> str:
    """A creator's screen."""
    return f"/@{quote(handle)}" + (f"/{tab}" if tab else "")


def form(action: str, back: str, inside: str, **hidden: str) -> str:
    """A form that does ``action`` and comes back to ``back``."""
    fields = {"action": action, "back": back, **hidden}
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return f'<form method="post" action="/do">{kept}{inside}</form>'


def press(
    label: str,
    action: str,
    back: str,
    hidden: Mapping[str, str],
    *,
    main: bool = False,
    about: str = "",
) -> str:
    """A form that is one button; ``about`` tells it from others of its label."""
    kind = ' class="main"' if main else ""
    name = f' aria-label="{escape(f"{label}: {about}")}"' if about else ""
    return form(action, back, f"<button{kind}{name}>{escape(label)}</button>", **hidden)


def field(label: str, name: str, key: str, *, hint: str = "") -> str:
    """A labelled line of text; ``key`` makes its id unique on the page."""
    place, value = escape(f"{name}-{key}"), typed.get().get(f"{name}-{key}", "")
    return (
        f'<input type="hidden" name="key" value="{escape(key)}">'
        f'<label for="{place}">{escape(label)}</label><input type="text" id="{place}"'
        f' name="{escape(name)}" value="{escape(value)}" placeholder="{escape(hint)}"'
        ' autocomplete="off" autocapitalize="none" spellcheck="false">'
    )


def folded(summary: str, key: str, inside: str) -> str:
    """A section that opens with a press, and is open where fields of this ``key`` were refused."""
    is_open = " open" if any(place.endswith(f"-{key}") for place in typed.get()) else ""
    return f"<details{is_open}><summary>{escape(summary)}</summary>{inside}</details>"


def card(title: str, state: str, text: str, below: str = "") -> str:
    """A thing with its state. ``state``, ``text`` and ``below`` are markup already."""
    return (
        f'<article class="card"><div class="top"><h3>{escape(title)}</h3>{state}</div>'
        f"<p>{text}</p>{below}</article>"
    )
