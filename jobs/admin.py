"""Operations: what is due, what is postponed, and what was stopped because its worker was killed again and again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest

from jobs.models import Work
from jobs.services.claims import make_rows_due
from tenancy.admin import ReadOnlyAdmin
from tenancy.enums import Verb


@admin.register(Work)
class WorkAdmin(ReadOnlyAdmin):
    list_display = [
        "kind", "organization", "person", "subject_id", "due_at", "lease_until", "attempts", "postponed_reason",
        "last_finished_at", "lost_leases", "stopped_reason",
    ]  # fmt: skip
    list_filter = ["kind", "postponed_reason", ("stopped_reason", admin.EmptyFieldListFilter)]
    list_select_related = ["organization", "person"]
    search_fields = ["subject_id", "stopped_reason"]
    ordering = ["due_at", "pk"]
    actions = ["make_due_now"]

    def has_hurry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_work")

    @admin.action(description="Make due now", permissions=["hurry"])
    def make_due_now(self, request: HttpRequest, queryset: models.QuerySet[Work]) -> None:
        rows = list(queryset)
        make_rows_due(Work.objects.filter(pk__in=[row.pk for row in rows]))
        for row in rows:
            self.record(request, row, Verb.ADMIN_MADE_DUE)
        messages.success(request, f"{len(rows)} rows are due now.")
