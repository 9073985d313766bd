"""Operations: how far each organization's events are read."""

from __future__ import annotations

from django.contrib import admin

from alerts.models import ReadUpTo
from tenancy.admin import ReadOnlyAdmin


@admin.register(ReadUpTo)
class ReadUpToAdmin(ReadOnlyAdmin):
    list_display = ["organization", "transaction_id", "event_id"]
