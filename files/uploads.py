"""Django's upload handler that stops what is far too large before any of it is read."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from files.limits import MEGABYTE

# More than any kind takes, so that a photograph straight from a phone still gets a sentence that says its limit.
MOST = 32 * MEGABYTE


class LimitedUploads(FileUploadHandler):
    """Stands first of the handlers, for every form of the site: the parser runs before anybody is signed in."""

    def handle_raw_input(self, input_data: Any, meta: Any, content_length: int, *_: Any) -> None:
        if content_length > MOST:
            raise RequestDataTooBig(f"A form of {content_length} bytes was refused unread.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
