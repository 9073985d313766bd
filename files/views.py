"""The only way to a file's content: through its owner's scope, by a key that nobody can guess."""

from __future__ import annotations

import uuid

import structlog
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from files.models import File
from files.store import contents
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission

log = structlog.get_logger()
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
    return _content(file, as_attachment=True, cache_control="private, no-store")


@staff_page(Permission.READ)
@require_safe
def picture(request: OrganizationRequest, file_key: uuid.UUID) -> FileResponse:
    """A picture for a page. It was drawn anew when it came, so its type is ours; its address never shows another one."""
    file = get_object_or_404(File, key=file_key)
    if not file.limit.picture:
        raise Http404("This file is not a picture that pages show.")
    return _content(file, as_attachment=False, cache_control="private, max-age=86400, immutable")


def _content(file: File, *, as_attachment: bool, cache_control: str) -> FileResponse:
    try:
        opened = contents().open(file.path)
    except FileNotFoundError as missing:
        log.error("file.content_missing", file=file.pk)
        raise Http404("This file's content is missing.") from missing
    return FileResponse(
        opened,
        as_attachment=as_attachment,
        filename=file.name,
        content_type=file.content_type,
        headers={**HEADERS, "Cache-Control": cache_control},
    )
