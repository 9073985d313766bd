"""A message that something was done, with a button that undoes it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

MARK = "undo:"


def say_done(request: HttpRequest, text: str, *, undo: str) -> None:
    """Say what was done; the toast's button posts to `undo`, the address of the inverse act."""
    messages.success(request, text, extra_tags=f"{MARK}{undo}")


def undo_address(message: Message) -> str:
    """The address that undoes what the message says; empty where it has none."""
    tags = message.extra_tags or ""
    return tags.removeprefix(MARK) if tags.startswith(MARK) else ""
