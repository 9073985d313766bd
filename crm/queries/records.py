"""All notes, tasks, files or contracts of one influencer, by pages."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F

from crm.models import Contract, Document, Influencer, Note, Task
from crm.queries.about import latest_versions
from crm.queries.packing import name_at
from ui.paging import KeysetPage, keyset_page

KINDS = {"notes": "Notes", "tasks": "Tasks", "files": "Files", "contracts": "Contracts"}


def record_page(influencer: Influencer, kind: str, *, cursor: str = "") -> KeysetPage[Any]:
    """A page of the rows of this kind, the latest first; tasks that are done too."""
    rows = _rows(kind).filter(influencer=influencer)
    if kind == "contracts":
        rows = latest_versions(rows)
    return keyset_page(rows, "-id", facts=lambda found: _with_names(kind, found), cursor=cursor)


def _rows(kind: str) -> models.QuerySet[Any]:
    models_of = {"notes": Note, "tasks": Task, "files": Document, "contracts": Contract}
    rows: models.QuerySet[Any] = models_of[kind]._default_manager.all()
    return rows


def _with_names(kind: str, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The rows with what the profile's lines show beside their own columns."""
    if kind == "notes":
        return rows.annotate(by=name_at("author"))
    if kind == "tasks":
        return rows.annotate(by=name_at("assignee"))
    if kind == "files":
        return rows.annotate(name=F("file__name"), size=F("file__size"))
    return rows
