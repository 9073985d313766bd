"""Notes that name members, and tasks that somebody does."""

from __future__ import annotations

from datetime import date

import pytest

from crm.models import Influencer, Mention, Note, Task
from crm.services.notes import delete_note, edit_note, pin_note, read_mentions, write_note
from crm.services.tasks import create_task, delete_task, edit_task, finish_task, reopen_task
from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.services.organizations import add_member
from tests.crm.conftest import crm_verbs
from tests.factories.crm import InfluencerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def member(oak: Organization, name: str) -> User:
    person = User.objects.create_user(f"{name.lower().replace(' ', '.')}@oak.example", name=name)
    add_member(oak, person, role=Role.MANAGER, actor=None)
    return person


@pytest.fixture
def maya() -> Influencer:
    return InfluencerFactory.create(name="Maya")


def test_a_note_mentions_the_members_it_names(oak: Organization, maya: Influencer) -> None:
    ann, anna = member(oak, "Ann Lee"), member(oak, "Ann Lee Smith")
    member(oak, "Bo Lee")
    User.objects.create_user("cy@elm.example", name="Cy Elm")
    note = write_note(
        maya, "Ask @ann lee smith, @Bo  Lee and @Cy Elm; mail x@Ann Lees.", author=ann
    )
    assert [mention.user for mention in note.mentions.all()] == [anna]
    edit_note(note, "And @Ann Lee!", actor=ann)
    assert {mention.user for mention in note.mentions.all()} == {ann, anna}
    assert note.edited_at is not None


def test_a_note_without_a_change_is_not_edited(oak: Organization, maya: Influencer) -> None:
    note = write_note(maya, "Left-handed", author=member(oak, "Ann Lee"))
    edit_note(note, "Left-handed", actor=note.author)
    assert (note.edited_at, crm_verbs()) == (None, ["note.written"])


def test_who_opens_the_notes_has_read_what_mentions_them(
    oak: Organization, maya: Influencer
) -> None:
    ann, bo = member(oak, "Ann Lee"), member(oak, "Bo Lee")
    write_note(maya, "@Ann Lee and @Bo Lee", author=bo)
    write_note(InfluencerFactory.create(), "@Ann Lee", author=bo)
    assert read_mentions(maya, ann) == 1
    assert read_mentions(maya, ann) == 0
    assert Mention.objects.filter(read_at=None).count() == 2


def test_a_note_is_pinned_and_deleted(oak: Organization, maya: Influencer) -> None:
    ann = member(oak, "Ann Lee")
    note = write_note(maya, "@Ann Lee: left-handed", author=ann)
    pin_note(note, is_pinned=True)
    assert Note.objects.get().is_pinned
    pin_note(note, is_pinned=False)
    assert not Note.objects.get().is_pinned
    delete_note(note, actor=ann)
    assert not Note.objects.exists()
    assert not Mention.objects.exists()
    assert crm_verbs() == ["note.written", "note.deleted"]


def test_a_task_is_done_once_and_can_be_reopened(oak: Organization, maya: Influencer) -> None:
    ann = member(oak, "Ann Lee")
    task = create_task(maya, "Send shoes", due_on=date(2026, 12, 1), assignee_id=ann.pk, actor=ann)
    finish_task(task, actor=ann)
    first = Task.objects.get().done_at
    finish_task(task, actor=ann)
    assert (Task.objects.get().done_at, Task.objects.get().done_by) == (first, ann)
    reopen_task(task, actor=ann)
    reopen_task(task, actor=ann)
    assert Task.objects.get().done_at is None
    assert crm_verbs() == ["task.created", "task.done", "task.reopened"]


def test_a_task_is_changed_and_deleted(oak: Organization, maya: Influencer) -> None:
    ann = member(oak, "Ann Lee")
    task = create_task(maya, "Send shoes", actor=ann)
    edit_task(task, title="Send boots", due_on=date(2026, 12, 2), assignee_id=ann.pk, actor=ann)
    kept = Task.objects.get()
    assert (kept.title, kept.due_on, kept.assignee) == ("Send boots", date(2026, 12, 2), ann)
    delete_task(task, actor=ann)
    assert not Task.objects.exists()
    assert crm_verbs() == ["task.created", "task.changed", "task.deleted"]
    assert Event.objects.latest("pk").text.detail == {"task": "Send boots"}
