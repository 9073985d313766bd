"""The profile cuts nothing off: what it has no room for has a page of its own, and every own field is shown."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from crm.enums import FieldKind
from crm.models import Contract, CustomField, CustomValue, Document, Influencer, Note, Task
from crm.services.documents.contracts import add_version, create_contract
from crm.services.documents.files import add_document
from crm.services.tasks import create_task, finish_task
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.crm.test_removals import upload
from tests.factories.crm import InfluencerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya(oak: Organization) -> Influencer:
    with organization_scope(oak):
        return InfluencerFactory.create(name="Maya Ferrand")


def at(influencer: Influencer, rest: str = "") -> str:
    return f"/o/oak/influencers/{influencer.pk}/{rest}"


def text(client: Client, url: str) -> str:
    page = client.get(url).content.decode()
    return re.sub(r"[\u2068\u2069]", "", " ".join(re.sub(r"<[^>]+>", " ", page).split()))


def test_notes_beyond_the_fiftieth_have_a_page(
    oak: Organization, viewer: Client, maya: Influencer
) -> None:
    with organization_scope(oak):
        Note.objects.bulk_create(
            Note(influencer=maya, text=f"Note {number:03}") for number in range(50)
        )
        Note.objects.create(influencer=InfluencerFactory.create(), text="Of another creator")
    assert "Show all" not in text(viewer, at(maya))
    with organization_scope(oak):
        Note.objects.create(influencer=maya, text="Note 050")
    assert "Show all 51 notes" in text(viewer, at(maya))
    url = at(maya, "records/?kind=notes")
    first = viewer.get(url).content.decode()
    assert "Note 050" in first
    assert "Note 000" not in first
    (following,) = re.findall(r'rel="next"\s+href="([^"]+)"', first)
    last = text(viewer, following.replace("&amp;", "&"))
    assert "Note 000" in last
    assert "Of another creator" not in last
    assert queries_in(viewer, url) <= 8


def test_tasks_files_and_contracts_have_pages_and_tasks_stay_when_they_are_done(
    oak: Organization, manager: Client, viewer: Client, maya: Influencer, owner: User
) -> None:
    for kind in ("notes", "tasks", "files", "contracts"):
        assert "Nothing of this kind yet." in text(viewer, at(maya, f"records/?kind={kind}"))
    with organization_scope(oak):
        finish_task(create_task(maya, "Call", assignee_id=owner.pk, actor=owner), actor=owner)
        finish_task(create_task(maya, "Write", actor=owner), actor=owner)
        create_task(maya, "Send", actor=owner)
        add_document(maya, upload(), actor=owner)
        add_version(create_contract(maya, "Deal", text="x", actor=owner), text="y", actor=owner)
    page = text(viewer, at(maya))
    assert "Show all 3 tasks" in page
    assert page.count("Show all") == 1
    tasks = text(manager, at(maya, "records/?kind=tasks"))
    assert re.search(r"Call Done .* · Olivia Park", tasks)
    assert "Send" in tasks
    assert "brief.pdf" in text(manager, at(maya, "records/?kind=files"))
    contracts = text(viewer, at(maya, "records/?kind=contracts"))
    assert "Deal v2" in contracts
    assert "Deal v1" not in contracts
    assert viewer.get(at(maya, "records/?kind=x")).status_code == 404
    with organization_scope(oak):
        assert [model.objects.count() for model in (Task, Document, Contract)] == [3, 1, 2]


def test_a_member_limited_to_groups_opens_no_other_records(
    oak: Organization, signed_in: Callable[[Role], Client], maya: Influencer
) -> None:
    client = signed_in(Role.MANAGER)
    with organization_scope(oak):
        member = Membership.objects.get(role=Role.MANAGER)
        Membership.objects.filter(pk=member.pk).update(is_limited=True)
        GroupMember.objects.create(group=Group.objects.create(name="North"), user=member.user)
    assert client.get(at(maya, "records/")).status_code == 404


def test_every_own_field_is_shown(oak: Organization, viewer: Client, maya: Influencer) -> None:
    with organization_scope(oak):
        for number in range(60):
            field = CustomField.objects.create(
                name=f"Field {number:02}", key=f"f{number}", kind=FieldKind.TEXT, position=number
            )
            CustomValue.objects.create(field=field, influencer=maya, text="x")
    page = text(viewer, at(maya))
    assert "Field 00" in page
    assert "Field 59" in page
