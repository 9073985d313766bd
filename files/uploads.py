"""Django's upload handlers that stop what is far too large: before any of it is read, or as soon as it is."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    SkipFile,
    StopUpload,
    TemporaryFileUploadHandler,
)
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from files.limits import LIMITS, MEGABYTE

log = structlog.get_logger()
# More than any kind takes, so that a photograph straight from a phone still gets a sentence that says its limit.
MOST = 32 * MEGABYTE
LEFT_AFTER = timedelta(days=1)  # no upload takes as long
# A file that is on its way in holds a thread of its process, of which there are 16: most of them stay free for pages.
AT_ONCE, OF_ONE_SENDER = 4, 1
SMALL = MEGABYTE  # forms of fewer bytes hold no thread for long
READ_ON_SECONDS = 5


def uploads_folder() -> Path:
    """The folder of large files that are on their way in: on the disk, while the temporary folder of a container may be memory."""
    return Path(settings.DATA_DIR) / "uploads"


class LimitedUploads(FileUploadHandler):
    """Stands first of the handlers, for every form of the site: the parser runs before anybody is signed in."""

    def handle_raw_input(self, input_data: Any, meta: Any, content_length: int, *_: Any) -> None:
        if content_length > MOST:
            raise RequestDataTooBig(f"A form of {content_length} bytes was refused unread.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class LargeUploads(FileUploadHandler):
    """Stands first where one kind of large file is taken, behind a link that was looked at. What is beyond its limit is read to
    the end and dropped, so that the rest of the form comes back with a sentence; far beyond it nothing is read."""

    def __init__(self, request: HttpRequest, kind: str) -> None:
        super().__init__(request)
        self.most, self.size = LIMITS[kind].size, 0

    def handle_raw_input(self, input_data: Any, meta: Any, content_length: int, *_: Any) -> None:
        if content_length > 4 * self.most:
            raise RequestDataTooBig(f"A form of {content_length} bytes was refused unread.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.size += len(raw_data)
        if self.size > self.most:
            self.request.upload_is_too_large = True  # type: ignore[union-attr]  # a mark of ours
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class BusyUploads(FileUploadHandler):
    """Stands alone while no more large files are taken. The words of the form are kept; its file is read on for a moment, so
    that the answer arrives, and dropped."""

    began_at = 0.0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.began_at = time.monotonic()
        self.request.upload_is_busy = True  # type: ignore[union-attr]  # a mark of ours

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if time.monotonic() - self.began_at > READ_ON_SECONDS:
            raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:
        return None


class Places:
    """How many large files come in at once, in all and of each sender."""

    def __init__(self) -> None:
        self.lock, self.taken = threading.Lock(), Counter[str]()

    def take(self, sender: str) -> bool:
        with self.lock:
            if self.taken.total() >= AT_ONCE or self.taken[sender] >= OF_ONE_SENDER:
                return False
            self.taken[sender] += 1
            return True

    def leave(self, sender: str) -> None:
        with self.lock:
            self.taken[sender] -= 1
            self.taken += Counter()  # forgets whom nothing comes of any more


places = Places()


class LargeFile(TemporaryUploadedFile):
    """A file on its way in; it is gone when it is closed."""

    def __init__(self, name: str, content_type: str, charset: str | None, extra: Any) -> None:
        folder = uploads_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = NamedTemporaryFile(suffix=".upload", dir=folder)  # noqa: SIM115 -- closed with this one
        UploadedFile.__init__(self, file, name, content_type, 0, charset, extra)

    def close(self) -> None:
        with suppress(OSError):  # what could not be written is not written now either
            super().close()


class DiskUploads(TemporaryFileUploadHandler):
    """Writes each file into that folder as it comes. One that finds no room there is read to the end and dropped."""

    file: TemporaryUploadedFile | None = None  # type: ignore[assignment]  # Django has none before the first

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = LargeFile(
            self.file_name or "", self.content_type or "", self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._drop(error)
            raise SkipFile from error

    def file_complete(self, file_size: int) -> UploadedFile | None:
        try:
            return super().file_complete(file_size)
        except OSError as error:  # its end was not written
            self._drop(error)
            return None

    def _drop(self, error: OSError) -> None:
        log.error("upload.no_room", exc_info=error)
        self.close()
        self.request.upload_found_no_room = True  # type: ignore[union-attr]  # a mark of ours

    def close(self) -> None:
        """Delete what has come of the file."""
        if self.file is not None:
            self.file.close()


@contextmanager
def taking_large(request: HttpRequest, kind: str, *, sender: str) -> Iterator[None]:
    """Let this request bring a large file of this kind, written to the disk as it comes and gone from there afterwards,
    however much of it has come. Begin before the form is read. `sender` has one on its way at a time in each process."""
    is_small = int(request.META.get("CONTENT_LENGTH") or 0) < SMALL
    if not is_small and not places.take(sender):
        request.upload_handlers = [BusyUploads(request)]
        yield
        return
    disk = DiskUploads(request)
    request.upload_handlers = [LargeUploads(request, kind), disk]
    try:
        yield
    finally:
        disk.close()
        if not is_small:
            places.leave(sender)


def is_busy(request: HttpRequest) -> bool:
    """Was a file dropped because enough others are on their way in?"""
    return getattr(request, "upload_is_busy", False)


def form_page(
    request: HttpRequest, form: Form, show: Callable[[int], HttpResponse]
) -> HttpResponse:
    """The page with a form that takes a large file, as `show` makes it with a status. Where the file was dropped because enough
    others are on their way in, it says when to send it again."""
    if not is_busy(request):
        return show(422 if form.errors else 200)
    page = show(503)
    page.headers["Retry-After"] = "60"
    return page


def is_too_large(request: HttpRequest) -> bool:
    """Was a file dropped because it is beyond the limit of its kind?"""
    return getattr(request, "upload_is_too_large", False)


def found_no_room(request: HttpRequest) -> bool:
    """Was a file dropped because it could not be written?"""
    return getattr(request, "upload_found_no_room", False)


def delete_left() -> None:
    """Delete what a killed process has left on its way in."""
    before = datetime.now(UTC) - LEFT_AFTER
    for path in uploads_folder().glob("*.upload"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            path.unlink(missing_ok=True)
