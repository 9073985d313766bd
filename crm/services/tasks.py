"""Tasks about influencers: who does what until when."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from crm.models import Influencer, Removal, Task
from crm.services.removals.keeping import remove
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record


@transaction.atomic
def create_task(
    influencer: Influencer,
    title: str,
    *,
    due_on: date | None = None,
    assignee_id: int | None = None,
    actor: User | None,
) -> Task:
    """A task to be done. `assignee_id`: a member of the organization, or nobody yet."""
    task = Task.objects.create(
        influencer=influencer,
        title=title,
        due_on=due_on,
        assignee_id=assignee_id,
        created_by=actor,
    )
    record(Verb.TASK_CREATED, influencer, actor=actor, texts={"task": title}, task=task.pk)
    return task


@transaction.atomic
def edit_task(
    task: Task, *, title: str, due_on: date | None, assignee_id: int | None, actor: User | None
) -> None:
    """Change what is to be done, until when, or by whom."""
    task.title, task.due_on, task.assignee_id = title, due_on, assignee_id
    task.save()
    record(Verb.TASK_CHANGED, task.influencer, actor=actor, texts={"task": title}, task=task.pk)


@transaction.atomic
def finish_task(task: Task, *, actor: User) -> None:
    """Note that a task is done. Repeating it changes nothing."""
    changed = Task.objects.filter(pk=task.pk, done_at=None).update(
        done_at=timezone.now(), done_by=actor
    )
    if changed:
        record(
            Verb.TASK_DONE, task.influencer, actor=actor, texts={"task": task.title}, task=task.pk
        )


@transaction.atomic
def reopen_task(task: Task, *, actor: User) -> None:
    """Note that a task is not done after all."""
    changed = Task.objects.filter(pk=task.pk, done_at__isnull=False).update(
        done_at=None, done_by=None
    )
    if changed:
        record(
            Verb.TASK_REOPENED,
            task.influencer,
            actor=actor,
            texts={"task": task.title},
            task=task.pk,
        )


def delete_task(task: Task, *, actor: User) -> Removal:
    """Delete a task."""
    return remove(task, actor=actor)
