"""An undo takes back the very change that it was offered for; what a colleague changed since is kept, and that is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Participant
from campaigns.services.campaigns import add_participants, remove_participants
from crm.models import CustomField, Influencer, List, ListEntry, Tag, Tagging
from crm.services.bulk.rows import CHANGED_SINCE
from crm.services.collections.lists import add_to_list, remove_from_list
from crm.services.collections.tags import create_tag, delete_tag, tag_influencers, untag_influencers
from crm.services.fields import archive_field, create_field, restore_field
from crm.services.influencers import archive_influencers, restore_influencers
from crm.services.tasks import create_task, finish_task, reopen_task
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.crm.bulk.conftest import done, results, undone
from tests.factories.campaigns import a_campaign, an_account
from tests.factories.crm import InfluencerFactory

pytestmark = pytest.mark.django_db
KEPT = "Nothing was undone. Bo has changed this since, and that is kept."
UNDO = re.compile(
    r'<form method="post" action="([^"]+)">((?:(?!</form>).)*?)<button class="btn btn-sm" type="submit">Undo',
    re.DOTALL,
)
FIELD = re.compile(r'name="(?!csrf)([^"]+)" value="([^"]*)"')


@pytest.fixture(autouse=True)
def _scope(oak: Organization):
    with organization_scope(oak):
        yield


@pytest.fixture
def bo(oak: Organization) -> User:
    """The colleague."""
    person = User.objects.create_user("bo@oak.example", name="Bo")
    add_member(oak, person, role=Role.ADMIN, actor=None)
    return person


@pytest.fixture
def maya() -> Influencer:
    return InfluencerFactory.create(name="Maya")


def press(client: Client, answer: Any) -> str:
    """Press the button of a page's toast; the page after that."""
    found = UNDO.search(answer.content.decode())
    assert found, "no toast offers to undo"
    return client.post(found[1], dict(FIELD.findall(found[2])), follow=True).content.decode()


def act(client: Client, influencer: Influencer, what: str, **posted: object) -> Any:
    return client.post(f"/o/oak/influencers/{influencer.pk}/{what}/", posted, follow=True)


def test_an_archive_that_a_colleague_took_back_and_made_again_is_theirs(
    manager: Client, maya: Influencer, bo: User
) -> None:
    toast = act(manager, maya, "archive")
    restore_influencers([maya], actor=bo)
    archive_influencers([maya], actor=bo)
    assert KEPT in press(manager, toast)
    maya.refresh_from_db()
    assert maya.archived_at is not None


def test_without_a_change_since_it_is_undone(manager: Client, maya: Influencer) -> None:
    assert "Maya is restored." in press(manager, act(manager, maya, "archive"))
    toast = act(manager, maya, "tags", name="Vegan")
    assert "Tag “Vegan” removed." in press(manager, toast)
    assert not Tagging.objects.exists()


def test_one_s_own_second_change_is_kept_too(manager: Client, maya: Influencer) -> None:
    toast = act(manager, maya, "archive")
    act(manager, maya, "restore")
    act(manager, maya, "archive")
    assert "Nothing was undone. You have changed this since" in press(manager, toast)


def test_a_tag_that_a_colleague_took_and_gave_stays(
    manager: Client, maya: Influencer, bo: User
) -> None:
    toast = act(manager, maya, "tags", name="Vegan")
    tag = Tag.objects.get()
    untag_influencers(tag, [maya], actor=bo)
    tag_influencers(tag, [maya], actor=bo)
    assert KEPT in press(manager, toast)
    assert Tagging.objects.get().influencer == maya


def test_a_tag_that_was_deleted_since_is_not_made_anew(
    manager: Client, maya: Influencer, bo: User
) -> None:
    tag = create_tag("Vegan", actor=bo)
    tag_influencers(tag, [maya], actor=bo)
    toast = act(manager, maya, f"tags/{tag.pk}/remove")
    delete_tag(tag, actor=bo)
    assert "Nothing was undone: it is no longer there." in press(manager, toast)
    assert not Tag.objects.exists()


def test_a_list_that_a_colleague_put_them_on_and_took_them_off_stays_without(
    manager: Client, maya: Influencer, bo: User
) -> None:
    target = List.objects.create(name="Spring")
    add_to_list(target, [maya], actor=bo)
    toast = act(manager, maya, f"lists/{target.pk}/remove")
    add_to_list(target, [maya], actor=bo)
    remove_from_list(target, [maya], actor=bo)
    assert KEPT in press(manager, toast)
    assert not ListEntry.objects.exists()
    toast = act(manager, maya, "lists", list=target.pk)
    remove_from_list(target, [maya], actor=bo)
    add_to_list(target, [maya], actor=bo)
    assert KEPT in press(manager, toast)
    assert ListEntry.objects.exists()


def test_a_task_that_a_colleague_opened_and_finished_stays_done(
    manager: Client, maya: Influencer, bo: User
) -> None:
    task = create_task(maya, "Call", actor=bo)
    toast = act(manager, maya, f"tasks/{task.pk}/done")
    reopen_task(task, actor=bo)
    finish_task(task, actor=bo)
    assert KEPT in press(manager, toast)
    task.refresh_from_db()
    assert task.done_at is not None


def test_a_field_that_a_colleague_archived_again_stays_archived(
    signed_in: Callable[[Role], Client], bo: User
) -> None:
    admin = signed_in(Role.ADMIN)
    field = create_field("Diet", "text", actor=bo)
    toast = admin.post(f"/o/oak/settings/fields/{field.pk}/archive/", follow=True)
    restore_field(field, actor=bo)
    archive_field(CustomField.objects.get(), actor=bo)
    assert KEPT in press(admin, toast)
    assert CustomField.objects.get().archived_at is not None
    toast = admin.post(f"/o/oak/settings/fields/{field.pk}/restore/", follow=True)
    archive_field(CustomField.objects.get(), actor=bo)
    restore_field(CustomField.objects.get(), actor=bo)
    assert KEPT in press(admin, toast)


def test_who_came_back_and_left_again_stays_out_of_the_campaign(manager: Client, bo: User) -> None:
    campaign, account = a_campaign(), an_account("maya")
    add_participants(campaign, [account], actor=bo)
    url = f"/o/oak/influencers/{account.influencer_id}/campaigns/{campaign.pk}/remove/"
    toast = manager.post(url, {"account": account.pk, "back": "profile"}, follow=True)
    add_participants(campaign, [account], actor=bo)
    remove_participants(campaign, list(Participant.objects.all()), actor=bo)
    assert KEPT in press(manager, toast)
    assert not Participant.objects.exists()
    toast = manager.post(
        url.replace("remove", "restore"), {"account": account.pk, "back": "profile"}, follow=True
    )
    remove_participants(campaign, list(Participant.objects.all()), actor=bo)
    add_participants(campaign, [account], actor=bo)
    assert KEPT in press(manager, toast)
    assert Participant.objects.exists()


@pytest.mark.parametrize("what", ["untag", "unlist", "restore"])
def test_many_are_undone_but_those_whom_a_colleague_changed_back_and_forth(
    bo: User, what: str
) -> None:
    maya, noor = (InfluencerFactory.create(name=name) for name in ("Maya", "Noor"))
    tag, target = create_tag("Vegan", actor=None), List.objects.create(name="Spring")
    there, back = {
        "untag": (
            lambda people: tag_influencers(tag, people, actor=bo),
            lambda people: untag_influencers(tag, people, actor=bo),
        ),
        "unlist": (
            lambda people: add_to_list(target, people, actor=bo),
            lambda people: remove_from_list(target, people, actor=bo),
        ),
        "restore": (
            lambda people: archive_influencers(people, actor=bo),
            lambda people: restore_influencers(people, actor=bo),
        ),
    }[what]
    there([maya, noor])
    choice = {"untag": tag, "unlist": target, "restore": ""}[what]
    action = done(what, [maya, noor], choice=choice, actor=bo)
    there([maya])
    back([maya])
    undone(action, actor=bo)
    assert results(action) == {"Maya": ("kept", CHANGED_SINCE), "Noor": ("undone", "")}
