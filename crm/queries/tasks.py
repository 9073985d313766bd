"""One member's open tasks, and the notes that mention them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.models import Mention, Task
from tenancy.models import User
from ui.paging import KeysetPage, keyset_page

SHOWN_MENTIONS = 20


def task_page(assignee: User, *, cursor: str = "") -> KeysetPage[Task]:
    """A page of a member's open tasks, the most urgent first, those without a date last."""
    # A day that comes after every other.
    day = Coalesce("due_on", models.Value(date.max), output_field=models.DateField())
    mine = Task.objects.filter(assignee=assignee, done_at=None, influencer__archived_at=None)
    rows = mine.select_related("influencer").annotate(day=day)
    return keyset_page(rows, "day", "id", cursor=cursor)


def unread_mentions(reader: User) -> list[Mention]:
    """The latest notes that mention the reader, who has not opened their influencer's page since."""
    rows = Mention.objects.filter(user=reader, read_at=None)
    return list(
        rows.select_related("note__influencer", "note__author").order_by("-pk")[:SHOWN_MENTIONS]
    )


def waiting_count(reader: User) -> int:
    """How many due tasks and unread mentions wait for the reader, in one query."""
    today = timezone.now().date()
    due = Task.objects.filter(
        assignee=reader, done_at=None, due_on__lte=today, influencer__archived_at=None
    )
    mentions = Mention.objects.filter(user=reader, read_at=None)
    return due.values("pk").union(mentions.values("pk"), all=True).count()
