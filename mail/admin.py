"""Operations: what happened to each mail. What it says, codes and links among it, is on no page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from jobs.admin import TellsWork
from mail.models import Message
from mail.services.outbox import WORK_KIND

BODIES = frozenset({"html", "text"})


@admin.register(Message)
class MessageAdmin(TellsWork):
    work_kind = WORK_KIND
    list_display = ["created_at", "template", "recipient", "subject", "state", "reason", "state_at"]
    list_filter = ["template", "state"]
    search_fields = ["recipient", "subject", "reason", "message_id", "provider_id"]
    ordering = ["-pk"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name not in BODIES]
