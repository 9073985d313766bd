"""Shapes of what is uploaded."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from files.enums import FileKind
from files.limits import LIMITS, MEGABYTE
from files.uploads import found_no_room, is_busy, is_too_large

BUSY = _("Too many files are being sent at the moment. What you have typed is kept. Choose the file again in a minute, and send it.")  # fmt: skip
NO_ROOM = _("This file could not be kept at the moment. What you have typed is kept; send it again later.")  # fmt: skip


class LogoForm(forms.Form):
    """A picture; what it may be is `files.limits`'s to say."""

    logo = forms.FileField(
        label="Picture",
        allow_empty_file=True,  # refused with the other wrong contents
        max_length=None,
        help_text="PNG, JPEG or WebP of at most 2 MB. It is shown in the navigation and in your e-mails, at most 512 × 512 pixels large.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"required": "Choose a picture first."},
    )


def large_file_input(kind: FileKind) -> forms.FileInput:
    """The field of a file that may take minutes: the page shows how far it is, and says before it is sent that it is too large."""
    limit = LIMITS[kind]
    return forms.FileInput(
        attrs={"accept": ",".join((*limit.endings, ".mov")), "data-most": limit.size}
    )


class LargeFileForm(forms.Form):
    """A form with a large `file`, which is its last field: what is typed has come before it, and is kept whatever becomes of it.

    `refusal` says what files are taken; its `%(most)s` are the megabytes that one of `file_kind` may have.
    """

    file_kind: ClassVar[FileKind]
    refusal: ClassVar[Any]

    def was_dropped(self, request: HttpRequest) -> bool:
        """Was the file dropped on its way in? Then the form says why."""
        if is_busy(request):
            self._say(BUSY)
        elif found_no_room(request):
            self.say_no_room()
        elif is_too_large(request):
            self.refuse_file()
        else:
            return False
        return True

    def refuse_file(self) -> None:
        """Say what files are taken."""
        self._say(self.refusal % {"most": LIMITS[self.file_kind].size // MEGABYTE})

    def say_no_room(self) -> None:
        """Say that the file was not kept, though nothing is wrong with it."""
        self._say(NO_ROOM)

    def _say(self, text: Any) -> None:
        self.errors.pop("file", None)
        self.add_error("file", text)
