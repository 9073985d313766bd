"""The only way to a file's content: through its owner's scope, by a key that nobody can guess."""

from __future__ import annotations

import uuid

import structlog
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from files.enums import FileKind
from files.limits import SHOWN
from files.models import File
from files.policies import part_asked
from files.store import open_part
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission

log = structlog.get_logger()
UNKEPT = "private, no-store"
BLOCK = 64 * 1024  # bytes that are sent at a time
# Should a browser ever show it as a page: no script, no request, no form, no opener.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@staff_page(Permission.READ)
@require_safe
def download(request: OrganizationRequest, file_key: uuid.UUID) -> FileResponse:
    """A file to be saved, whatever its type; kept by no cache."""
    file = get_object_or_404(File, key=file_key)
    if file.limit.is_guarded:
        raise Http404("This file has an address of its own.")
    return as_download(file)


def as_download(file: File) -> FileResponse:
    """The answer with a file to be saved, for a view that knows who may read it."""
    return _content(file, as_attachment=True, cache_control=UNKEPT)


def as_shown(request: HttpRequest, file: File) -> HttpResponseBase:
    """A film or picture for a page, or the part of it that is asked for, so that one can seek; anything else is saved. For a
    view that knows who may see it."""
    if "save" in request.GET or not file.content_type.startswith(SHOWN):
        return as_download(file)
    part = part_asked(request.headers.get("Range", ""), file.size)
    if part is not None and not part:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    answer = _content(file, as_attachment=False, cache_control=UNKEPT, part=part)
    answer["Accept-Ranges"] = "bytes"
    if part is not None:
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    return answer


@staff_page(Permission.READ)
@require_safe
def picture(request: OrganizationRequest, file_key: uuid.UUID) -> FileResponse:
    """A picture for a page. It was drawn anew when it came, so its type is ours; its address never shows another one."""
    file = get_object_or_404(File, key=file_key)
    if not file.limit.picture:
        raise Http404("This file is not a picture that pages show.")
    # No browser keeps what the purge of the old source will delete.
    is_old = file.kind == FileKind.LEGACY_PICTURE
    kept = UNKEPT if is_old else "private, max-age=86400, immutable"
    return _content(file, as_attachment=False, cache_control=kept)


def as_picture(file: File, *, name: str) -> FileResponse:
    """The answer with a picture of ours, for a view that knows who may see it; kept by no cache. `name` is told instead of
    that of the uploaded file, which is nobody's outside."""
    file.name = name
    return _content(file, as_attachment=False, cache_control=UNKEPT)


def _content(
    file: File, *, as_attachment: bool, cache_control: str, part: range | None = None
) -> FileResponse:
    wanted = range(file.size) if part is None else part
    try:
        opened = open_part(file.path, wanted)
    except FileNotFoundError as missing:
        log.error("file.content_missing", file=file.pk)
        raise Http404("This file's content is missing.") from missing
    answer = FileResponse(
        opened,
        as_attachment=as_attachment,
        filename=file.name,
        content_type=file.content_type,
        headers={**HEADERS, "Cache-Control": cache_control},
    )
    answer.block_size = BLOCK
    answer["Content-Length"] = str(len(wanted))
    return answer
