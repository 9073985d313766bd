"""Tags, lists, notes and tasks on an influencer's page, and what waits for one member."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Influencer, List, Mention, Note, Tag, Task
from crm.services.collections.lists import add_to_list, create_list
from crm.services.collections.tags import create_tag, tag_influencers
from crm.services.notes import write_note
from crm.services.tasks import create_task
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import crm_verbs, queries_in
from tests.crm.test_details_pages import undo_button
from tests.factories.crm import InfluencerFactory
from tests.submitting import fresh, submit
from ui.submitting import MADE_BEFORE

pytestmark = pytest.mark.django_db
TASKS = "/o/oak/tasks/"


@pytest.fixture
def maya(oak: Organization) -> Influencer:
    with organization_scope(oak):
        return InfluencerFactory.create(name="Maya Ferrand")


@pytest.fixture
def me(manager: Client) -> User:
    return User.objects.get(email="manager@oak.example")


def at(influencer: Influencer, rest: str = "") -> str:
    return f"/o/oak/influencers/{influencer.pk}/{rest}"


def plain(client: Client, url: str) -> str:
    """The page's text on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(url).content.decode()).split())


# --- tags and lists ----------------------------------------------------------------------------------------------
def test_a_tag_is_added_and_removed_and_each_can_be_undone(
    oak: Organization, manager: Client, maya: Influencer
) -> None:
    def tags() -> list[str]:
        with organization_scope(oak):
            return list(
                Tag.objects.filter(taggings__influencer=maya).values_list("name", flat=True)
            )

    with organization_scope(oak):
        create_tag("Bread", actor=None)
    assert '<option value="Bread">' in manager.get(at(maya, "labels/")).content.decode()
    page = manager.post(at(maya, "tags/"), {"name": " bread "}, follow=True).content.decode()
    assert tags() == ["Bread"]
    assert 'aria-label="Remove the tag Bread"' in page
    page = manager.post(undo_button(page), follow=True).content.decode()
    assert tags() == []
    with organization_scope(oak):
        assert f'name="tag" value="{Tag.objects.get().pk}"' in page
    manager.post(undo_button(page), {"name": "Bread"}, follow=True)
    assert tags() == ["Bread"]
    again = manager.post(at(maya, "tags/"), {"name": "Bread"}, follow=True).content.decode()
    assert "Undo</button>" not in again


def test_a_tag_needs_a_name(manager: Client, maya: Influencer) -> None:
    page = manager.post(at(maya, "tags/"), {"name": "\u200b"}, follow=True).content.decode()
    assert "invisible characters only" in page
    assert manager.post(at(maya, "tags/0/remove/")).status_code == 404


def test_a_list_is_chosen_or_made_and_left_again(
    oak: Organization, manager: Client, maya: Influencer
) -> None:
    def lists() -> list[str]:
        with organization_scope(oak):
            rows = List.objects.filter(entries__influencer=maya).order_by("name")
            return list(rows.values_list("name", flat=True))

    with organization_scope(oak):
        bakers = create_list("Bakers", actor=None)
    page = manager.post(at(maya, "lists/"), {"list": bakers.pk}, follow=True).content.decode()
    assert lists() == ["Bakers"]
    manager.post(undo_button(page))
    assert lists() == []
    manager.post(at(maya, "lists/"), {"name": "Vienna"})
    assert lists() == ["Vienna"]
    page = manager.post(at(maya, "lists/"), {"name": "vienna"}, follow=True).content.decode()
    assert "There is one named vienna already." in page
    page = manager.post(at(maya, "lists/"), {"name": " "}, follow=True).content.decode()
    assert "Enter a name" in page
    for wrong in ("0", "x", "9" * 30):
        assert manager.post(at(maya, "lists/"), {"list": wrong}).status_code == 404
    assert manager.post(at(maya, "lists/0/remove/")).status_code == 404
    with organization_scope(oak):
        vienna = List.objects.get(name="Vienna")
    page = manager.post(at(maya, f"lists/{vienna.pk}/remove/"), follow=True).content.decode()
    assert lists() == []
    assert undo_button(page) == at(maya, "lists/")
    assert f'name="list" value="{vienna.pk}"' in page
    page = manager.post(at(maya, f"lists/{vienna.pk}/remove/"), follow=True).content.decode()
    assert "Undo</button>" not in page


# --- notes -------------------------------------------------------------------------------------------------------
def test_a_note_mentions_a_member_until_they_open_the_page(
    oak: Organization, manager: Client, viewer: Client, maya: Influencer
) -> None:
    vera = User.objects.get(email="viewer@oak.example")
    vera.name = "Vera Lund"
    vera.save()
    form = manager.get(at(maya, "notes/")).content.decode()
    assert '"Vera Lund"' in form
    manager.post(at(maya, "notes/"), {**fresh(), "text": "Ships from Linz.\nAsk @Vera Lund."})
    assert "Ask @Vera Lund." in plain(viewer, TASKS)
    assert ">1<" in viewer.get("/o/oak/tasks/count/").content.decode()

    assert "Ships from Linz." in plain(manager, at(maya))
    with organization_scope(oak):
        assert Mention.objects.get().read_at is None
    viewer.get(at(maya))
    with organization_scope(oak):
        assert Mention.objects.get().read_at is not None
    assert "Ask @Vera" not in plain(viewer, TASKS)
    assert viewer.get("/o/oak/tasks/count/").content.strip() == b""


def test_a_form_that_was_sent_before_adds_nothing_and_says_so(
    oak: Organization, manager: Client, maya: Influencer
) -> None:
    url, token = f"/o/oak/influencers/{maya.pk}/notes/", fresh()
    first = manager.post(url, {**token, "text": "Likes plants"}, follow=True)
    assert "Note saved." in first.content.decode()
    again = manager.post(url, {**token, "text": "Something else"}, follow=True)
    assert MADE_BEFORE in again.content.decode()
    assert "Note saved." not in again.content.decode()
    with organization_scope(oak):
        assert Note.objects.get().text == "Likes plants"


def test_a_note_is_edited_pinned_and_deleted(
    oak: Organization, manager: Client, me: User, maya: Influencer
) -> None:
    with organization_scope(oak):
        old = write_note(maya, "No palm oil.", author=me)
        write_note(maya, "Short briefs.", author=me)
    assert manager.post(at(maya, "notes/"), {**fresh(), "text": " "}).status_code == 422
    url = at(maya, f"notes/{old.pk}/")
    assert "No palm oil." in manager.get(f"{url}edit/").content.decode()
    assert manager.post(f"{url}edit/", {"text": ""}).status_code == 422
    submit(manager, f"{url}edit/", {"text": "No palm oil brands."})
    manager.post(f"{url}pin/", {"pin": "yes"})
    page = plain(manager, at(maya))
    assert page.index("No palm oil brands.") < page.index("Short briefs.")
    assert "edited" in page
    manager.post(f"{url}pin/", {"pin": "no"})
    page = plain(manager, at(maya))
    assert page.index("Short briefs.") < page.index("No palm oil brands.")
    manager.post(f"{url}delete/")
    assert "No palm oil" not in plain(manager, at(maya))
    assert manager.post(f"{url}delete/").status_code == 404


# --- tasks -------------------------------------------------------------------------------------------------------
def test_a_task_is_added_changed_done_and_undone(
    oak: Organization, manager: Client, me: User, maya: Influencer
) -> None:
    tomorrow = timezone.now().date() + timedelta(days=1)
    assert manager.post(at(maya, "tasks/"), {**fresh(), "title": ""}).status_code == 422
    assert (
        manager.post(at(maya, "tasks/"), {**fresh(), "title": "x", "assignee": "0"}).status_code
        == 422
    )
    manager.post(at(maya, "tasks/"), {**fresh(), "title": "Send flour", "due_on": tomorrow})
    assert "Send flour Tomorrow" in plain(manager, at(maya))
    assert "No open tasks" in plain(manager, TASKS)
    with organization_scope(oak):
        task = Task.objects.get()
    url = at(maya, f"tasks/{task.pk}/")
    assert "Send flour" in manager.get(f"{url}edit/").content.decode()
    assert manager.post(f"{url}edit/", {"title": ""}).status_code == 422
    rye = {"title": "Send rye", "due_on": "2026-01-02", "assignee": me.pk}
    submit(manager, f"{url}edit/", rye)
    assert "Send rye Overdue since 2 Jan · Maya Ferrand" in plain(manager, TASKS)

    answer = manager.post(f"{url}done/", {"next": TASKS})
    assert answer["Location"] == TASKS
    page = manager.get(TASKS).content.decode()
    assert "No open tasks" in page
    undo = manager.post(undo_button(page), {"done": "no", "next": "https://evil.example/"})
    assert undo["Location"] == at(maya)
    assert "Send rye" in plain(manager, TASKS)
    manager.post(f"{url}delete/")
    assert "No open tasks" in plain(manager, TASKS)
    assert manager.post(f"{url}done/").status_code == 404
    with organization_scope(oak):
        assert crm_verbs()[-5:] == [
            "task.created",
            "task.changed",
            "task.done",
            "task.reopened",
            "task.deleted",
        ]


def test_my_tasks_are_the_most_urgent_first_page_by_page(
    oak: Organization, manager: Client, me: User, maya: Influencer
) -> None:
    with organization_scope(oak):
        first = date(2026, 11, 1)
        create_task(maya, "Some day", assignee_id=me.pk, actor=None)
        for day in range(51):
            due = first + timedelta(days=day)
            create_task(maya, f"Task {day:02}.", due_on=due, assignee_id=me.pk, actor=None)
        put_away = InfluencerFactory.create(archived_at=timezone.now())
        create_task(put_away, "Archived", due_on=first, assignee_id=me.pk, actor=None)
    page = plain(manager, TASKS)
    assert page.index("Task 00.") < page.index("Task 49.")
    assert "Task 50." not in page
    later = re.search(r'rel="next"\s+href="([^"]+)"', manager.get(TASKS).content.decode())
    assert later is not None
    page = plain(manager, later[1] if later[1].startswith("/") else TASKS + later[1])
    assert page.index("Task 50.") < page.index("Some day")
    assert "Archived" not in page
    assert queries_in(manager, TASKS) <= 8
    assert queries_in(manager, "/o/oak/tasks/count/") <= 6


# --- the whole rail ----------------------------------------------------------------------------------------------
def test_the_rail_costs_the_same_however_much_is_in_it(
    oak: Organization, viewer: Client, maya: Influencer, owner: User
) -> None:
    viewer.get(at(maya))  # the first opening is remembered for the palette
    empty = queries_in(viewer, at(maya))
    with organization_scope(oak):
        for number in range(12):
            tag_influencers(create_tag(f"tag {number}", actor=None), [maya], actor=None)
            add_to_list(create_list(f"list {number}", actor=None), [maya], actor=None)
            write_note(maya, "x" * 200, author=owner)
            create_task(maya, "y" * 200, actor=None)
    assert queries_in(viewer, at(maya)) == empty <= 12


def test_a_viewer_reads_everything_and_changes_nothing(
    oak: Organization, viewer: Client, owner: User, maya: Influencer
) -> None:
    with organization_scope(oak):
        tag = create_tag("Bread", actor=None)
        listed = create_list("Bakers", actor=None)
        tag_influencers(tag, [maya], actor=None)
        add_to_list(listed, [maya], actor=None)
        note = write_note(maya, "Short briefs.", author=owner)
        task = create_task(maya, "Send rye", actor=None)
    page = plain(viewer, at(maya))
    for shown in ("Bread", "List: Bakers", "Short briefs.", "Send rye"):
        assert shown in page
    html = viewer.get(at(maya)).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert "<form" not in main
    actions: list[tuple[str, dict[str, Any]]] = [
        ("tags/", {"name": "x"}),
        (f"tags/{tag.pk}/remove/", {}),
        ("lists/", {"name": "x"}),
        (f"lists/{listed.pk}/remove/", {}),
        ("notes/", {"text": "x"}),
        *((f"notes/{note.pk}/{verb}/", {"text": "x"}) for verb in ("edit", "pin", "delete")),
        ("tasks/", {"title": "x"}),
        *((f"tasks/{task.pk}/{verb}/", {"title": "x"}) for verb in ("edit", "done", "delete")),
    ]
    for action, data in actions:
        assert viewer.post(at(maya, action), data).status_code == 403
    with organization_scope(oak):
        assert Note.objects.get().text == "Short briefs."


def test_another_organizations_rows_answer_as_absent_ones(
    elm: Organization, signed_in: Callable[[Role], Client], maya: Influencer
) -> None:
    owner = signed_in(Role.OWNER)
    with organization_scope(elm):
        other = InfluencerFactory.create()
        author = User.objects.get(email="owner@oak.example")
        tag, note = create_tag("x", actor=None), write_note(other, "x", author=author)
        task = create_task(other, "x", actor=None)
    for action in (f"tags/{tag.pk}/remove/", f"notes/{note.pk}/delete/", f"tasks/{task.pk}/done/"):
        assert owner.post(at(maya, action)).status_code == 404
        assert owner.post(at(other, action)).status_code == 404
