"""Messages that offer to undo what they say: the toast has a button that posts.

    say_done(request, "Maya is archived.", address(request, "restore_influencer", pk))

The button posts `fields` to `undo`, which does the opposite. Toasts about failures have no button and stay until they are closed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

PREFIX = "undo:"


@dataclass(frozen=True)
class Undo:
    """The button of a message: its address and what it posts."""

    url: str
    fields: dict[str, str] = field(default_factory=dict)


def say_done(request: HttpRequest, text: str, undo: str, **fields: object) -> None:
    """Say that something was done, beside a button that undoes it."""
    posted = {name: str(value) for name, value in fields.items()}
    extra = PREFIX + json.dumps([undo, posted])
    messages.success(request, text, extra_tags=extra)


def undo_of(message: Message) -> Undo | None:
    """The button of a message; None where it has none."""
    tags = message.extra_tags or ""
    if not tags.startswith(PREFIX):
        return None
    url, fields = json.loads(tags.removeprefix(PREFIX))
    return Undo(url, fields)
