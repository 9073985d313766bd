"""The words of a form that was refused before anything was done with it, to be sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

SECRET = ("password", "code", "otp")
PLUMBING = ("csrfmiddlewaretoken", "token", "version", "next", "undo", "move")


class UntilFile(FileUploadHandler):
    """Reads a form as far as its first file."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing comes here."""

    def file_complete(self, file_size: int) -> None:
        """Nothing comes here."""


@dataclass(frozen=True)
class Sent:
    """The fields of a form; `shown` names those that somebody has written."""

    fields: list[tuple[str, str]]
    shown: frozenset[str]


def sent_words(request: HttpRequest) -> Sent:
    """The fields of a sent form as far as its first file, without passwords and codes."""
    if not hasattr(request, "_files"):
        request.upload_handlers = [UntilFile(request)]
    try:
        given = list(request.POST.lists())
    except (BadRequest, MultiPartParserError, RequestDataTooBig, UnreadablePostError):
        given = []
    fields = [
        (name, value)
        for name, values in given
        if not any(secret in name for secret in SECRET)
        for value in values
    ]
    shown = frozenset(name for name, value in fields if value and name not in PLUMBING)
    return Sent(fields, shown)
