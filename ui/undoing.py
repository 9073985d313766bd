"""Messages that offer to undo what they say: the toast has a button that posts.

    say_done(request, "Maya is archived.", address(request, "restore_influencer", pk))

The button posts `fields` to `undo`, which does the opposite; and `of`, the id of the event that it undoes, so that what
somebody changed since is kept:

    if not is_overtaken(request, latest_change(…)): restore(…)

Toasts about failures have no button and stay until they are closed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

from ui.bidi import isolated

PREFIX = "undo:"
OF = "of"  # the field with the id of the event that is undone
GONE = "Nothing was undone: it is no longer there."


@dataclass(frozen=True)
class Undo:
    """The button of a message: its address and what it posts."""

    url: str
    fields: dict[str, str] = field(default_factory=dict)


def say_done(
    request: HttpRequest, text: str, undo: str, *, of: Any = None, **fields: object
) -> None:
    """Say that something was done, beside a button that undoes it. `of`: the event that says so."""
    if of is not None:
        fields[OF] = of.pk
    messages.success(request, text, extra_tags=undo_button(undo, **fields))


def say_undone_later(request: HttpRequest, text: str, undo: str) -> None:
    """Say why nothing was undone yet, beside a button that tries again."""
    messages.warning(request, text, extra_tags=undo_button(undo))


def undo_button(undo: str, **fields: object) -> str:
    """The tags of a message that let its toast have a button, which posts these fields to `undo`."""
    posted = {name: str(value) for name, value in fields.items()}
    return PREFIX + json.dumps([undo, posted])


def is_overtaken(request: HttpRequest, latest: Any) -> bool:
    """Does the request undo something that somebody changed again since? Then nothing is to be done, and the person is told.
    `latest`: the latest event of that change."""
    of = request.POST.get(OF, "")
    if not of or latest is None or of == str(latest.pk):
        return False
    by = "You have" if latest.actor == request.user else f"{_name(latest.actor)} has"
    messages.warning(request, f"Nothing was undone. {by} changed this since, and that is kept.")
    return True


def _name(actor: Any) -> str:
    return isolated(actor) if actor else "Somebody"


def undo_of(message: Message) -> Undo | None:
    """The button of a message; None where it has none."""
    tags = message.extra_tags or ""
    if not tags.startswith(PREFIX):
        return None
    url, fields = json.loads(tags.removeprefix(PREFIX))
    return Undo(url, fields)
