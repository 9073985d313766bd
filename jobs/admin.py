"""Operations: what is due, what is postponed, what was stopped and why; and people's long work."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest

from jobs.models import Job, Work
from jobs.queries import work_of
from jobs.services.claims import make_rows_due
from jobs.services.jobs import WORK_KIND
from tenancy.admin import ReadOnlyAdmin
from tenancy.enums import Verb
from tenancy.models import OwnedModel


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


class TellsWork(ReadOnlyAdmin):
    """Rows that the queue works on: a row's page says when it is its turn, or why it waits or was stopped."""

    work_kind: str

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_fields(request, obj), "in_the_queue"]

    @admin.display
    def in_the_queue(self, row: OwnedModel) -> str:
        work = work_of(self.work_kind, row)
        if work is None:
            return "Nothing is to be done."
        if work.stopped_reason:
            return f"Stopped: {work.stopped_reason}"
        reason = f", postponed: {work.postponed_reason}" if work.postponed_reason else ""
        return f"Due {work.due_at:%Y-%m-%d %H:%M:%S} UTC{reason}"


@admin.register(Job)
class JobAdmin(TellsWork):
    work_kind = WORK_KIND
    list_display = ["created_at", "kind", "actor", "state", "done_count", "total_count", "problem", "finished_at"]  # fmt: skip
    list_filter = ["kind", "state"]
    list_select_related = ["actor"]
    search_fields = ["kind", "actor__email", "problem"]
    ordering = ["-pk"]
