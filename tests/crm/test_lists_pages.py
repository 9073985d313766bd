"""The page of lists: what is on it, and how lists are made, renamed, described and deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from crm.errors import ChoiceGone
from crm.models import BulkAction, List, ListEntry
from crm.services.bulk import kinds
from crm.services.collections.lists import add_to_list, create_list
from crm.services.influencers import archive_influencers
from crm.views import dissolving
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.crm.test_details_pages import undo_button
from tests.factories.crm import InfluencerFactory
from tests.submitting import fresh, submit

pytestmark = pytest.mark.django_db
LISTS = "/o/oak/influencers/lists/"


def text(answer: object) -> str:
    page = answer.content.decode()  # type: ignore[attr-defined]
    return " ".join(page.replace("\u2068", "").replace("\u2069", "").split())


def test_a_list_is_made_once_renamed_and_described(oak: Organization, manager: Client) -> None:
    assert "No lists yet" in text(manager.get(LISTS))
    assert manager.get(f"{LISTS}add/").status_code == 200
    sent = {**fresh(), "name": "Bakers", "description": "Sourdough"}
    for _ in range(2):
        page = manager.post(f"{LISTS}add/", sent, follow=True)
    assert "Sourdough" in text(page)
    with organization_scope(oak):
        made = List.objects.get()
    for wrong in ("bäkers", "\u200b", ""):
        assert manager.post(f"{LISTS}add/", {**fresh(), "name": wrong}).status_code == 422
    with organization_scope(oak):
        create_list("Other", actor=None)
    url = f"{LISTS}{made.pk}/"
    assert "Sourdough" in text(manager.get(url))
    assert submit(manager, url, {"name": "other", "description": ""}).status_code == 422
    submit(manager, url, {"name": "Bread", "description": "Rye"})
    with organization_scope(oak):
        made.refresh_from_db()
    assert (made.name, made.description) == ("Bread", "Rye")
    assert manager.get(f"{LISTS}0/").status_code == 404


def test_a_list_opens_as_the_creators_on_it_and_says_how_many(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        maya, noor, old, _ = (
            InfluencerFactory.create(name=n) for n in ("Maya", "Noor", "Old", "Zoe")
        )
        bakers = create_list("Bakers", actor=None)
        add_to_list(bakers, [maya, noor, old], actor=None)
        archive_influencers([old], actor=None)
    href = f"/o/oak/influencers/?f=list:{bakers.pk}"
    page = text(manager.get(LISTS))
    assert f'href="{href}"' in page
    assert '<td class="num">2</td>' in page
    shown = text(manager.get(href))
    assert "Maya" in shown
    assert "Zoe" not in shown
    assert f'href="{LISTS}"' in shown


def test_a_deleted_list_comes_back_with_its_creators(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        maya = InfluencerFactory.create(name="Maya")
        bakers = create_list("Bakers", actor=None)
        add_to_list(bakers, [maya], actor=None)
    url = f"{LISTS}{bakers.pk}/delete/"
    assert "1 creator is on the list Bakers." in text(manager.get(url))
    page = manager.post(url, follow=True)
    assert "The list “Bakers” is deleted. 1 creator was on it, and stay." in text(page)
    with organization_scope(oak):
        assert not List.objects.exists()
    assert "This list is deleted already." in text(manager.post(url, follow=True))
    manager.post(undo_button(page.content.decode()))
    with organization_scope(oak):
        assert ListEntry.objects.get().influencer == maya


def test_a_long_list_is_deleted_by_a_job_whose_page_shows_how_far_it_is(
    oak: Organization, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = kinds.bulk_kind("delete_list")
    assert kind
    monkeypatch.setitem(kind.__dict__, "size", 1)
    with organization_scope(oak):
        people = InfluencerFactory.create_batch(2)
        bakers = create_list("Bakers", actor=None)
        add_to_list(bakers, people, actor=None)
    answer = manager.post(f"{LISTS}{bakers.pk}/delete/")
    with organization_scope(oak):
        action = BulkAction.objects.get()
        assert List.objects.exists()
    assert answer["Location"] == f"/o/oak/influencers/bulk/{action.pk}/"
    assert "Delete a list: Bakers" in text(manager.get(answer["Location"]))


def test_who_sees_some_groups_only_counts_theirs_and_changes_nobody_elses_list(
    oak: Organization, signed_in: Callable[[Role], Client]
) -> None:
    client = signed_in(Role.MANAGER)
    with organization_scope(oak):
        group = Group.objects.create(name="North")
        member = Membership.objects.get(role=Role.MANAGER)
        Membership.objects.filter(pk=member.pk).update(is_limited=True)
        GroupMember.objects.create(group=group, user=member.user)
        theirs, other = InfluencerFactory.create(group=group), InfluencerFactory.create()
        bakers = create_list("Bakers", actor=None)
        add_to_list(bakers, [theirs, other], actor=None)
    page = text(client.get(LISTS))
    assert '<td class="num">1</td>' in page
    assert "Edit<" not in page
    for verb in ("", "delete/"):
        assert client.post(f"{LISTS}{bakers.pk}/{verb}", {"name": "x"}).status_code == 403


def test_viewers_read_lists_and_the_page_costs_the_same_for_many(
    oak: Organization, viewer: Client
) -> None:
    with organization_scope(oak):
        made = [create_list(f"List {number}", actor=None) for number in range(10)]
    page = text(viewer.get(LISTS))
    assert "New list" not in page
    assert "Edit<" not in page
    for url in ("add/", f"{made[0].pk}/", f"{made[0].pk}/delete/"):
        assert viewer.post(f"{LISTS}{url}", {"name": "x"}).status_code == 403
    assert queries_in(viewer, LISTS) <= 8
    with organization_scope(oak):
        assert List.objects.count() == 10


def test_nobody_selects_for_a_deletion(oak: Organization, manager: Client) -> None:
    assert (
        manager.post("/o/oak/influencers/bulk/", {"action": "delete_tag", "all": "yes"}).status_code
        == 404
    )


def test_a_list_that_a_colleague_deletes_at_the_same_moment_is_not_deleted_twice(
    oak: Organization, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise ChoiceGone

    monkeypatch.setattr(dissolving, "begin_for_choice", gone)
    with organization_scope(oak):
        bakers = create_list("Bakers", actor=None)
    page = manager.post(f"{LISTS}{bakers.pk}/delete/", follow=True)
    assert "What was chosen is no longer there." in text(page)
