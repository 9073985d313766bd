"""Members who were removed or left: what is theirs stays theirs, and pages say quietly that they are members no more."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.models import Influencer
from crm.services.influencers import create_influencer
from crm.services.notes import write_note
from crm.services.tasks import create_task
from tenancy.enums import Role, Verb
from tenancy.models import Membership, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tenancy.services.members import remove_member
from tenancy.services.organizations import add_member
from tests.submitting import submit

pytestmark = pytest.mark.django_db
MARK = '<bdi>Ada</bdi><span class="muted"> (former member)</span>'


@pytest.fixture
def ada(oak: Organization) -> User:
    person = User.objects.create_user("ada@oak.example", name="Ada")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    return person


@pytest.fixture
def maya(oak: Organization, ada: User) -> Influencer:
    with organization_scope(oak):
        return create_influencer(actor=ada, name="Maya", owner=ada)


@pytest.fixture
def ada_leaves(oak: Organization, owner: User, ada: User) -> None:
    with organization_scope(oak):
        by = Membership.objects.get(user=owner, organization=oak)
        remove_member(Membership.objects.get(user=ada, organization=oak), by=by)


def page(client: Client, path: str) -> str:
    return " ".join(client.get(f"/o/oak/{path}").content.decode().split())


def test_a_member_has_no_mark(oak: Organization, manager: Client, maya: Influencer) -> None:
    assert "Owner: <bdi>Ada</bdi><" in page(manager, f"influencers/{maya.pk}/")
    assert "former member" not in page(manager, f"influencers/{maya.pk}/")


def test_the_profile_marks_the_owner_the_authors_and_who_did_something(
    oak: Organization, manager: Client, ada: User, maya: Influencer, request
) -> None:
    with organization_scope(oak):
        write_note(maya, "Likes plants", author=ada)
        create_task(maya, "Call", assignee_id=ada.pk, due_on=None, actor=ada)
    request.getfixturevalue("ada_leaves")
    shown = page(manager, f"influencers/{maya.pk}/")
    assert f"Owner: {MARK}" in shown
    assert f"by {MARK}" in page(manager, f"influencers/{maya.pk}/timeline/")
    assert shown.count("Ada (former member)") == 2  # the note and the task


@pytest.mark.usefixtures("ada_leaves")
def test_an_influencer_who_did_something_was_never_a_member(
    oak: Organization, manager: Client, maya: Influencer
) -> None:
    with organization_scope(oak):
        person = User.objects.create_user("rio@example.com", name="Rio")
        record(Verb.INFLUENCER_EDITED, maya, actor=person)
    assert "by <bdi>Rio</bdi></span>" in page(manager, f"influencers/{maya.pk}/timeline/")


def test_the_list_marks_the_owner_and_can_be_filtered_by_one_who_owns_somebody_still(
    oak: Organization, manager: Client, ada: User, maya: Influencer, request
) -> None:
    request.getfixturevalue("ada_leaves")
    manager.post("/o/oak/influencers/columns/", {"order": ["owner"], "shown": ["owner"]})
    assert "Ada (former member)" in page(manager, "influencers/")
    assert "Ada (former member)" in page(manager, f"influencers/?f=owner:{ada.pk}")
    assert ">Maya</a>" in page(manager, f"influencers/?f=owner:{ada.pk}")
    with organization_scope(oak):
        Influencer.objects.update(owner=None)
    assert "Ada (former member)" not in page(manager, f"influencers/?f=owner:{ada.pk}")


def test_an_edit_of_something_else_leaves_the_creator_and_the_task_with_them(
    oak: Organization, manager: Client, ada: User, maya: Influencer, request
) -> None:
    with organization_scope(oak):
        task = create_task(maya, "Call", assignee_id=ada.pk, due_on=None, actor=ada)
    request.getfixturevalue("ada_leaves")
    edit = f"/o/oak/influencers/{maya.pk}/edit/"
    assert "Ada (former member)</option>" in manager.get(edit).content.decode()
    assert submit(manager, edit, {"name": "Maya F", "owner": ada.pk}).status_code == 302
    change = f"/o/oak/influencers/{maya.pk}/tasks/{task.pk}/edit/"
    assert submit(manager, change, {"title": "Write", "assignee": ada.pk}).status_code == 302
    with organization_scope(oak):
        maya.refresh_from_db()
        task.refresh_from_db()
    assert (maya.name, maya.owner, task.title, task.assignee) == ("Maya F", ada, "Write", ada)


def test_a_member_who_sees_some_groups_only_is_told_why_they_add_one_by_one(
    oak: Organization, ada: User
) -> None:
    client = Client()
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Import creators" in page(client, "influencers/")
    Membership.objects.filter(user=ada).update(is_limited=True)
    shown = page(client, "influencers/")
    assert "Import creators" not in shown
    assert "members who see some groups only cannot" in shown
