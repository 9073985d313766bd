"""Operations: which files are stored. Their contents, and the keys that lead to them, are on no page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from files.models import File
from tenancy.admin import ReadOnlyAdmin


@admin.register(File)
class FileAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "name", "content_type", "size", "removed_at"]
    list_filter = ["kind", ("removed_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "sha256"]
    ordering = ["-pk"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name != "key"]
