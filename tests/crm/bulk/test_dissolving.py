"""Tags and lists that are dissolved: everybody loses them with an event, then they go, and undo brings both back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.errors import BulkRefused, ChoiceGone
from crm.models import BulkAction, Influencer, List, Tag, Tagging
from crm.services.bulk.dissolving import DELETE_LIST, DELETE_TAG, MERGE_TAG, Merging
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import begin_for_choice, undo_action
from crm.services.collections.lists import add_to_list, create_list
from crm.services.collections.tags import create_tag, tag_influencers, untag_influencers
from crm.services.influencers import archive_influencers
from jobs.enums import Lane
from jobs.models import Job
from jobs.services.jobs import cancel_job
from tenancy.enums import Role
from tenancy.models import Membership, User
from tenancy.services.organizations import add_member
from tests.crm.bulk.conftest import done as done_with
from tests.crm.bulk.conftest import finish, results, undone
from tests.crm.conftest import crm_verbs
from tests.factories.crm import InfluencerFactory
from tests.working import pump

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


@pytest.fixture
def people() -> list[Influencer]:
    return [InfluencerFactory.create(name=name) for name in ("Ann", "Bo", "Cy")]


@pytest.fixture
def _in_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of two."""
    for key in (DELETE_TAG, MERGE_TAG, DELETE_LIST):
        kind = bulk_kind(key)
        assert kind
        monkeypatch.setitem(kind.__dict__, "size", 2)


def tagged(tag: Tag) -> list[str]:
    rows = Tagging.objects.filter(tag=tag).order_by("influencer__name")
    return list(rows.values_list("influencer__name", flat=True))


def begun(key: str, choice: object, actor: User) -> BulkAction:
    kind = bulk_kind(key)
    assert kind
    return begin_for_choice(kind, str(getattr(choice, "pk", choice)), total=3, actor=actor)


def done(key: str, choice: object, actor: User) -> BulkAction:
    action = begun(key, choice, actor)
    finish()
    action.refresh_from_db()
    return action


def test_a_tag_is_taken_from_everybody_who_has_it_and_comes_back_to_them(people, ada) -> None:
    food, drinks = create_tag("food", actor=None), create_tag("drinks", actor=None)
    tag_influencers(food, people[:2], actor=None)
    tag_influencers(drinks, people, actor=None)
    archive_influencers(people[:1], actor=None)

    action = done(DELETE_TAG, food, ada)

    assert results(action) == {"Ann": ("done", ""), "Bo": ("done", "")}
    assert (action.label, action.counts, action.has_undo_left) == ("food", {"done": 2}, True)
    assert not Tag.objects.filter(name="food").exists()
    assert crm_verbs()[-3:] == ["influencer.untagged", "influencer.untagged", "tag.deleted"]
    undone(action, actor=ada)
    assert (tagged(food), tagged(drinks)) == (["Ann", "Bo"], ["Ann", "Bo", "Cy"])
    assert (action.kept, action.has_undo_left) == ({}, False)
    assert crm_verbs()[-3:] == ["tag.restored", "influencer.tagged", "influencer.tagged"]


@pytest.mark.usefixtures("_in_twos")
def test_who_gets_the_tag_while_others_lose_it_loses_it_with_the_last(people, ada) -> None:
    food = create_tag("food", actor=None)
    tag_influencers(food, people, actor=None)
    action = begun(DELETE_TAG, food, ada)
    pump(Lane.BULK)
    tag_influencers(food, people[:1], actor=None)
    finish()
    action.refresh_from_db()
    assert action.counts == {"done": 3}
    assert not Tag.objects.exists()
    assert crm_verbs()[-2:] == ["influencer.untagged", "tag.deleted"]
    undone(action, actor=ada)
    assert tagged(food) == ["Bo", "Cy"]  # somebody else decided about Ann since
    assert results(action)["Ann"] == ("kept", "Was changed since, and is kept.")


@pytest.mark.usefixtures("_in_twos")
def test_a_deletion_under_way_is_not_begun_again_and_cancelled_it_leaves_the_tag(
    people, ada
) -> None:
    food = create_tag("food", actor=None)
    tag_influencers(food, people, actor=None)
    action = begun(DELETE_TAG, food, ada)
    assert begun(DELETE_TAG, food, ada) == action
    assert Job.objects.count() == 1
    pump(Lane.BULK)
    cancel_job(action.job)
    finish()
    action.refresh_from_db()
    assert (action.kept, tagged(food)) == ({}, ["Cy"])
    undone(action, actor=ada)
    assert tagged(food) == ["Ann", "Bo", "Cy"]
    assert done(DELETE_TAG, food, ada).pk != action.pk


def test_a_tag_that_nobody_has_comes_back_too_unless_its_name_is_taken(people, ada) -> None:
    action = done(DELETE_TAG, create_tag("food", actor=None), ada)
    assert (action.counts, action.has_undo_left) == ({}, True)
    other = create_tag("Food", actor=None)
    undone(action, actor=ada)
    assert action.undo_job.problem == (
        "There is another one named food by now, so nothing was undone."
    )
    other.delete()
    undone(action, actor=ada)
    assert Tag.objects.get().name == "food"


def test_one_tag_takes_the_place_of_another_and_undo_parts_them(people, ada) -> None:
    bread, baking = (create_tag(name, actor=None) for name in ("Bread", "Baking"))
    tag_influencers(bread, people[:2], actor=None)
    tag_influencers(baking, people[1:], actor=None)

    action = done(MERGE_TAG, Merging(bread, baking).choice, ada)

    assert action.label == "Bread → Baking"
    assert results(action) == {"Ann": ("done", ""), "Bo": ("done", "")}
    assert (list(Tag.objects.all()), tagged(baking)) == ([baking], ["Ann", "Bo", "Cy"])
    undone(action, actor=ada)
    assert (tagged(bread), tagged(baking)) == (["Ann", "Bo"], ["Bo", "Cy"])


def test_parting_tags_keeps_what_was_given_by_hand_since(people, ada) -> None:
    bread, baking = (create_tag(name, actor=None) for name in ("Bread", "Baking"))
    tag_influencers(bread, people[:1], actor=None)
    action = done(MERGE_TAG, Merging(bread, baking).choice, ada)
    untag_influencers(baking, people[:1], actor=None)
    tag_influencers(baking, people[:1], actor=None)
    undone(action, actor=ada)
    assert (tagged(bread), tagged(baking)) == (["Ann"], ["Ann"])


def test_tags_are_not_parted_while_the_one_that_stayed_is_deleted(people, ada) -> None:
    bread, baking = (create_tag(name, actor=None) for name in ("Bread", "Baking"))
    tag_influencers(bread, people[:1], actor=None)
    merged = done(MERGE_TAG, Merging(bread, baking).choice, ada)
    deleted = done(DELETE_TAG, baking, ada)
    with pytest.raises(BulkRefused, match="the tag that took its place is deleted"):
        undo_action(merged, actor=ada)
    assert not Tag.objects.exists()
    undone(deleted, actor=ada)
    undone(merged, actor=ada)
    assert (tagged(bread), tagged(baking)) == (["Ann"], ["Ann"])


def test_a_list_is_deleted_and_comes_back_with_its_creators(people, ada) -> None:
    bakers = create_list("Bakers", description="Sourdough", actor=None)
    add_to_list(bakers, people[:2], actor=None)
    add_to_list(create_list("Others", actor=None), people, actor=None)
    action = done(DELETE_LIST, bakers, ada)
    assert [row.name for row in List.objects.all()] == ["Others"]
    assert crm_verbs()[-3:] == ["influencer.unlisted", "influencer.unlisted", "list.deleted"]
    undone(action, actor=ada)
    back = List.objects.get(pk=bakers.pk)
    assert (back.name, back.description) == ("Bakers", "Sourdough")
    names = back.entries.order_by("pk").values_list("influencer__name", flat=True)
    assert list(names) == ["Ann", "Bo"]


@pytest.mark.parametrize("key", ["unlist", DELETE_LIST])
def test_who_comes_back_to_a_list_was_put_there_by_the_same_person_at_the_same_time(
    key: str, people, ada
) -> None:
    bakers, left = create_list("Bakers", actor=None), User.objects.create_user("l@example.com")
    entries = bakers.entries.order_by("influencer__name")
    for one, by in zip(people, (ada, left, None), strict=True):
        add_to_list(bakers, [one], actor=by)
    entries.update(added_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    if key == "unlist":
        action = done_with(key, people[:2], actor=ada, choice=bakers)
    else:
        action = done(key, bakers, ada)
    left.delete()
    boss = User.objects.create_user("boss@example.com")
    add_member(bakers.organization, boss, role=Role.MANAGER, actor=None)
    undone(action, actor=boss)
    assert [each.added_by for each in entries] == [ada, None, None]
    assert {each.added_at for each in entries} == {datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)}


def test_a_deletion_of_a_list_that_kept_no_more_than_its_events_is_undone_too(people, ada) -> None:
    bakers = create_list("Bakers", actor=None)
    add_to_list(bakers, people[:1], actor=None)
    action = done(DELETE_LIST, bakers, ada)
    [result] = action.results.all()
    result.trace = result.trace[0]
    result.save()
    undone(action, actor=ada)
    assert [each.added_by for each in bakers.entries.all()] == [ada]


def test_what_is_gone_is_not_dissolved(people, ada) -> None:
    for key, choice in ((DELETE_TAG, "7"), (MERGE_TAG, "7:8"), (DELETE_LIST, "x")):
        with pytest.raises(ChoiceGone):
            begun(key, choice, ada)
    assert not BulkAction.objects.exists()


def test_who_lost_the_right_deletes_no_further(people, ada) -> None:
    food = create_tag("food", actor=None)
    action = begun(DELETE_TAG, food, ada)
    Membership.objects.filter(user=ada).update(role="viewer")
    finish()
    action.refresh_from_db()
    assert action.job.state == "failed"
    assert Tag.objects.exists()


def test_two_tags_that_are_merged_into_each_other_at_once_are_locked_in_one_order(
    people, ada
) -> None:
    first, second = create_tag("food", actor=None), create_tag("drinks", actor=None)
    found = bulk_kind(MERGE_TAG).choice.found  # type: ignore[union-attr]
    for merging in (Merging(first, second), Merging(second, first)):
        with CaptureQueriesContext(connection) as captured:
            assert found(merging.choice) == merging
        locked = [int(re.findall(r'"id" = (\d+)', query["sql"])[-1]) for query in captured]
        assert locked == [first.pk, second.pk]
