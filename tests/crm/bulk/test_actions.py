"""Bulk actions of the CRM: what is done and to whom, what stays, and what undoing gives back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.errors import BulkRefused, ChoiceGone, NameTaken
from crm.models import BulkAction, BulkResult, Influencer, List, ListEntry, Tag, Tagging
from crm.services.bulk import runs
from crm.services.bulk.kinds import BulkKind, bulk_kind, sentence
from crm.services.bulk.runs import begin_action, undo_action
from crm.services.collections.lists import add_to_list, create_list, delete_list, remove_from_list
from crm.services.collections.tags import create_tag, delete_tag, tag_influencers, untag_influencers
from crm.services.influencers import (
    archive_influencers,
    assign_influencers,
    edit_influencer,
    restore_influencers,
)
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from jobs.services.jobs import RIGHTS_LOST, cancel_job, job_kind, start_job
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tenancy.services.organizations import add_member
from tests.crm.bulk.conftest import begun, done, drafted, finish, results, undone
from tests.crm.conftest import crm_verbs
from tests.factories.crm import InfluencerFactory
from tests.working import pump

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]
CHANGED = ("kept", "Was changed since, and is kept.")


@pytest.fixture
def people() -> list[Influencer]:
    return [InfluencerFactory.create(name=name) for name in ("Ann", "Bo", "Cy")]


def tagged(tag: Tag) -> list[str]:
    rows = Tagging.objects.filter(tag=tag).order_by("influencer__name")
    return list(rows.values_list("influencer__name", flat=True))


def listed(target: List) -> list[str]:
    rows = ListEntry.objects.filter(list=target).order_by("influencer__name")
    return list(rows.values_list("influencer__name", flat=True))


# --- each kind, and its undo ---
def test_a_tag_goes_to_whoever_has_it_not_and_undo_takes_it_from_these(people, ada) -> None:
    tag = create_tag("food", actor=None)
    tag_influencers(tag, people[:1], actor=None)

    action = done("tag", people, choice=tag, actor=ada)

    assert tagged(tag) == ["Ann", "Bo", "Cy"]
    assert results(action) == {
        "Ann": ("unchanged", "Has the tag already."),
        "Bo": ("done", ""),
        "Cy": ("done", ""),
    }
    assert (action.counts, action.label) == ({"unchanged": 1, "done": 2}, "food")
    undone(action, actor=ada)
    assert tagged(tag) == ["Ann"]
    assert action.counts == {"unchanged": 1, "done": 0, "undone": 2}


def test_undo_keeps_a_tag_that_was_taken_away_and_given_again_since(people, ada) -> None:
    tag = create_tag("food", actor=None)
    action = done("tag", people[:2], choice=tag, actor=ada)
    untag_influencers(tag, people[:1], actor=None)
    tag_influencers(tag, people[:1], actor=None)

    undone(action, actor=ada)

    assert tagged(tag) == ["Ann"]
    assert results(action) == {"Ann": CHANGED, "Bo": ("undone", "")}


def test_a_tag_is_taken_away_and_undo_gives_it_back_but_to_whoever_got_it_since(
    people, ada
) -> None:
    tag = create_tag("food", actor=None)
    tag_influencers(tag, people[:2], actor=None)

    action = done("untag", people, choice=tag, actor=ada)

    assert tagged(tag) == []
    assert results(action)["Cy"] == ("unchanged", "Does not have the tag.")
    tag_influencers(tag, people[:1], actor=None)
    undone(action, actor=ada)
    assert tagged(tag) == ["Ann", "Bo"]
    assert results(action)["Ann"] == CHANGED


def test_lists_are_filled_and_emptied_and_both_are_undone(people, ada) -> None:
    bakers = create_list("Bakers", actor=None)
    add_to_list(bakers, people[:1], actor=None)

    put = done("list", people, choice=bakers, actor=ada)
    assert (listed(bakers), put.counts) == (["Ann", "Bo", "Cy"], {"unchanged": 1, "done": 2})
    remove_from_list(bakers, people[1:2], actor=None)
    undone(put, actor=ada)
    assert (listed(bakers), results(put)["Bo"]) == (["Ann"], CHANGED)

    taken = done("unlist", people, choice=bakers, actor=ada)
    assert (listed(bakers), taken.counts) == ([], {"done": 1, "unchanged": 2})
    undone(taken, actor=ada)
    assert listed(bakers) == ["Ann"]


def test_a_new_tag_or_list_is_made_when_the_action_begins(people, ada) -> None:
    action = done("tag", people, name=" New ", actor=ada)
    assert tagged(Tag.objects.get(name="New")) == ["Ann", "Bo", "Cy"]
    assert action.label == "New"
    done("list", people[:1], name="Bakers", actor=ada)
    assert listed(List.objects.get()) == ["Ann"]
    with pytest.raises(NameTaken):
        begun("list", people, name="bakers", actor=ada)
    with pytest.raises(ValidationError):
        begun("tag", people, name="\u200b", actor=ada)
    with pytest.raises(ChoiceGone):  # taking away makes nothing new
        begun("untag", people, name="Other", actor=ada)


def test_a_group_is_given_and_undo_gives_each_their_own_back(people, ada) -> None:
    food, sport = (Group.objects.create(name=n, key=n.lower()) for n in ("Food", "Sport"))
    edit_influencer(people[1], actor=None, group_id=sport.pk)
    edit_influencer(people[2], actor=None, group_id=food.pk)

    action = done("group", people, choice=food, actor=ada)

    assert set(Influencer.objects.values_list("group__name", flat=True)) == {"Food"}
    assert results(action)["Cy"] == ("unchanged", "Is in this group already.")
    undone(action, actor=ada)
    groups = dict(Influencer.objects.values_list("name", "group__name"))
    assert groups == {"Ann": None, "Bo": "Sport", "Cy": "Food"}


def test_undo_keeps_a_group_that_was_changed_since_or_whose_former_one_is_gone(people, ada) -> None:
    food, sport, gone = (Group.objects.create(name=n, key=n) for n in ("food", "sport", "gone"))
    edit_influencer(people[1], actor=None, group_id=gone.pk)
    action = done("group", people[:2], choice=food, actor=ada)
    edit_influencer(people[0], actor=None, group_id=sport.pk)
    gone.delete()

    undone(action, actor=ada)

    groups = dict(Influencer.objects.values_list("name", "group__name"))
    assert groups == {"Ann": "sport", "Bo": "food", "Cy": None}
    assert results(action) == {"Ann": CHANGED, "Bo": CHANGED}


def test_no_group_and_nobody_can_be_chosen(people, ada) -> None:
    food = Group.objects.create(name="Food", key="food")
    edit_influencer(people[0], actor=None, group_id=food.pk, owner_id=ada.pk)
    assert done("group", people, choice="none", actor=ada).counts == {"done": 1, "unchanged": 2}
    action = done("owner", people, choice="none", actor=ada)
    assert (action.counts, action.label) == ({"done": 1, "unchanged": 2}, "Nobody")
    assert not Influencer.objects.exclude(group=None, owner=None).exists()


def test_an_owner_is_a_member_and_undo_gives_back_the_former_one(people, ada, owner) -> None:
    edit_influencer(people[0], actor=None, owner_id=owner.pk)
    action = done("owner", people, choice=ada, actor=ada)
    assert set(Influencer.objects.values_list("owner", flat=True)) == {ada.pk}
    undone(action, actor=ada)
    owners = dict(Influencer.objects.values_list("name", "owner"))
    assert owners == {"Ann": owner.pk, "Bo": None, "Cy": None}
    stranger = User.objects.create_user("stranger@example.com")
    with pytest.raises(ChoiceGone):
        begun("owner", people, choice=stranger, actor=ada)


def test_archiving_is_undone_but_for_whoever_was_restored_and_archived_again(people, ada) -> None:
    archive_influencers(people[:1], actor=None)
    action = done("archive", people, actor=ada)
    assert results(action)["Ann"] == ("unchanged", "Is archived already.")
    restore_influencers(people[1:2], actor=None)
    archive_influencers(people[1:2], actor=None)
    undone(action, actor=ada)
    assert list(Influencer.objects.filter(archived_at=None).values_list("name", flat=True)) == [
        "Cy"
    ]
    assert results(action)["Bo"] == CHANGED


def test_restoring_is_undone_by_archiving(people, ada) -> None:
    archive_influencers(people[:2], actor=None)
    action = done("restore", people, actor=ada)
    assert action.counts == {"done": 2, "unchanged": 1}
    archive_influencers(people[:1], actor=None)
    undone(action, actor=ada)
    assert Influencer.objects.filter(archived_at=None).get().name == "Cy"
    assert results(action)["Ann"] == CHANGED


def test_each_change_is_in_the_timeline_with_who_did_it(people, ada) -> None:
    food = Group.objects.create(name="Food", key="food")
    done("group", people, choice=food, actor=ada)
    assert crm_verbs() == ["influencer.edited"] * 3
    undone(BulkAction.objects.get(), actor=ada)
    assert crm_verbs() == ["influencer.edited"] * 6


# --- whom ---
def test_all_that_match_are_found_anew_slice_by_slice(people, ada, monkeypatch) -> None:
    small(monkeypatch, "tag", size=1)
    tag = create_tag("food", actor=None)
    for each in people:
        edit_influencer(each, actor=None, country="DE" if each.name != "Bo" else "AT")
    action = begun("tag", filters=["country:DE"], choice=tag, actor=ada)
    InfluencerFactory.create(name="Later", country="DE")
    pump(Lane.BULK)
    edit_influencer(people[1], actor=None, country="DE")  # moves into the selection meanwhile
    finish()
    assert tagged(tag) == ["Ann", "Bo", "Cy"]
    action.refresh_from_db()
    assert (action.job.done_count, action.job.total_count, action.job.state) == (3, 3, "done")


def test_an_action_that_moves_people_out_of_its_own_filter_reaches_all_of_them(
    people, ada, monkeypatch
) -> None:
    small(monkeypatch, "archive", size=1)
    assert done("archive", search="b", actor=ada).counts == {"done": 1}
    assert done("archive", actor=ada).counts == {"done": 2}


def test_a_filter_that_names_what_is_gone_ends_the_job_instead_of_selecting_more(
    people, ada
) -> None:
    tag = create_tag("old", actor=None)
    tag_influencers(tag, people[:1], actor=None)
    action = begun("archive", filters=[f"tag:{tag.pk}"], actor=ada)
    delete_tag(tag, actor=None)
    finish()
    action.refresh_from_db()
    assert action.job.state == JobState.FAILED
    assert action.job.problem.startswith("A filter of the selection names something")
    assert not Influencer.objects.exclude(archived_at=None).exists()


def test_what_was_chosen_and_is_deleted_meanwhile_ends_the_job(people, ada) -> None:
    tag = create_tag("old", actor=None)
    action = begun("tag", people, choice=tag, actor=ada)
    delete_tag(tag, actor=None)
    finish()
    action.refresh_from_db()
    assert action.job.problem == "What was chosen is no longer there. Choose another one."


def test_undo_after_the_list_is_deleted_says_why_nothing_returns(people, ada) -> None:
    bakers = create_list("Bakers", actor=None)
    action = done("list", people[:1], choice=bakers, actor=ada)
    delete_list(bakers, actor=None)
    undone(action, actor=ada)
    assert results(action) == {"Ann": ("kept", "What was chosen is no longer there.")}


def test_ids_of_another_organization_do_not_exist(people, ada, elm) -> None:
    with organization_scope(elm):
        stranger = InfluencerFactory.create(name="Elm's")
        theirs = create_tag("elm", actor=None)
    tag = create_tag("food", actor=None)
    action = done("tag", [*people, stranger], choice=tag, actor=ada)
    assert action.counts == {"done": 3}
    with pytest.raises(ChoiceGone):
        begun("tag", people, choice=theirs, actor=ada)
    for value in ("", "x", "²", "9" * 30):
        with pytest.raises(ChoiceGone):
            begun("tag", people, choice=value, actor=ada)


def test_the_job_of_a_limited_member_reaches_their_influencers_only(people, oak) -> None:
    food, sport = (Group.objects.create(name=n, key=n) for n in ("food", "sport"))
    edit_influencer(people[0], actor=None, group_id=food.pk)
    edit_influencer(people[1], actor=None, group_id=sport.pk)
    lim = limited_to(oak, food)
    tag = create_tag("x", actor=None)
    assert results(done("tag", people, choice=tag, actor=lim)) == {"Ann": ("done", "")}
    assert done("archive", actor=lim).counts == {"done": 1}
    with groups_scope([food.pk]), pytest.raises(ChoiceGone):  # they would not see them any more
        begun("group", people, choice="none", actor=lim)
    with groups_scope([food.pk]), pytest.raises(ChoiceGone):
        begun("group", people, choice=sport, actor=lim)
    with groups_scope([food.pk]):
        kind = bulk_kind("group")
        assert kind is not None
        assert kind.choice is not None
        assert kind.choice.options() == [(str(food.pk), "food")]


def limited_to(oak: Organization, group: Group) -> User:
    person = User.objects.create_user("limited@example.com")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    GroupMember.objects.create(group=group, user=person)
    return person


def test_whoever_loses_the_right_meanwhile_ends_the_job(people, oak, ada, monkeypatch) -> None:
    small(monkeypatch, "archive", size=1)
    action = begun("archive", people, actor=ada)
    pump(Lane.BULK)
    Membership.objects.filter(user=ada, organization=oak).update(role=Role.VIEWER)
    finish()
    action.refresh_from_db()
    assert (action.job.state, action.job.problem) == (JobState.FAILED, RIGHTS_LOST)
    assert action.counts == {"done": 1}


# --- once, and safely ---
def small(monkeypatch: pytest.MonkeyPatch, key: str, *, size: int) -> None:
    """Let this kind be done in slices of this size."""
    kind = bulk_kind(key)
    assert isinstance(kind, BulkKind)
    monkeypatch.setitem(kind.__dict__, "size", size)


def test_a_selection_is_drafted_and_begun_once_however_often_it_is_asked_for(people, ada) -> None:
    first, second = drafted("archive", people, actor=ada), drafted("archive", people, actor=ada)
    assert first == second
    kind = bulk_kind("archive")
    assert kind is not None
    again = [begin_action(first, kind, choice="", name="", total=3, actor=ada) for _ in range(2)]
    assert again[0].job == again[1].job == Job.objects.get()
    assert drafted("archive", people, actor=ada) != first


def test_undo_is_done_once_and_only_when_there_is_something_to_undo(people, ada, tiktok) -> None:
    action = begun("archive", people, actor=ada)
    with pytest.raises(BulkRefused):
        undo_action(action, actor=ada)  # it runs still
    finish()
    action = undo_action(action, actor=ada)
    assert undo_action(action, actor=ada).undo_job == action.undo_job
    finish()
    assert Influencer.objects.filter(archived_at=None).count() == 3
    with pytest.raises(BulkRefused):
        undo_action(action, actor=ada)
    with pytest.raises(BulkRefused):  # an e-mail cannot be taken back
        undo_action(done("ask", people, actor=ada), actor=ada)


def test_a_cancelled_undo_can_be_asked_for_again(people, ada, monkeypatch) -> None:
    action = done("archive", people, actor=ada)
    small(monkeypatch, "archive", size=2)
    action = undo_action(action, actor=ada)
    assert action.undo_job is not None
    pump(Lane.BULK)
    cancel_job(action.undo_job)
    finish()
    action.refresh_from_db()
    assert action.counts == {"done": 1, "undone": 2}
    undone(action, actor=ada)
    assert action.counts == {"done": 0, "undone": 3}


def test_after_thirty_days_nothing_is_undone_any_more(people, ada) -> None:
    action = done("archive", people, actor=ada)
    BulkAction.objects.update(begun_at=timezone.now() - timedelta(days=31))
    with pytest.raises(BulkRefused):
        undo_action(action, actor=ada)


def test_a_kind_that_is_no_longer_known_is_not_undone(people, ada) -> None:
    action = done("archive", people, actor=ada)
    BulkAction.objects.update(kind="gone")
    with pytest.raises(BulkRefused):
        undo_action(action, actor=ada)


def test_a_worker_that_dies_costs_a_slice_and_nothing_is_done_twice(
    people, ada, monkeypatch
) -> None:
    small(monkeypatch, "tag", size=1)
    tag = create_tag("food", actor=None)
    action = begun("tag", people, choice=tag, actor=ada)
    pump(Lane.BULK)
    with monkeypatch.context() as patch:
        patch.setattr(Job, "save", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            pump(Lane.BULK)
    assert tagged(tag) == ["Ann"]
    Work.objects.filter(kind="job").update(lease_until=timezone.now())
    finish()
    action.refresh_from_db()
    assert (tagged(tag), action.counts) == (["Ann", "Bo", "Cy"], {"done": 3})


def test_an_action_that_is_forgotten_meanwhile_ends_its_jobs(people, ada) -> None:
    job = start_job("crm.bulk.archive", {"action": 0}, total=1, actor=ada)
    finish()
    job.refresh_from_db()
    assert job.problem == "This action is no longer there."


def test_a_kind_whose_undo_is_gone_says_so(people, ada, monkeypatch) -> None:
    action = done("archive", people, actor=ada)
    action = undo_action(action, actor=ada)
    kind = bulk_kind("archive")
    assert kind is not None
    monkeypatch.setitem(kind.__dict__, "take_back", None)
    finish()
    action.refresh_from_db()
    assert action.undo_job is not None
    assert action.undo_job.problem == "This cannot be undone."


def test_drafts_are_forgotten_after_a_day_and_results_after_thirty(
    people, ada, monkeypatch
) -> None:
    monkeypatch.setattr(runs, "FORGOTTEN_AT_ONCE", 2)
    drafted("archive", people, actor=ada)
    action = done("restore", people, actor=ada)
    due = dict(Work.objects.filter(kind=runs.FORGET).values_list("subject_id", "due_at"))
    in_days = {pk: round((at - timezone.now()) / timedelta(days=1)) for pk, at in due.items()}
    assert sorted(in_days.values()) == [1, 30]
    Work.objects.filter(kind=runs.FORGET).update(due_at=timezone.now())
    pump(Lane.BULK)
    assert (BulkAction.objects.get(), BulkResult.objects.count()) == (action, 1)
    finish()
    assert not BulkAction.objects.exists()


def test_results_go_with_their_influencer(people, ada) -> None:
    action = done("archive", people, actor=ada)
    people[0].delete()
    assert set(results(action)) == {"Bo", "Cy"}
    assert str(BulkResult.objects.first()) == f"{people[1].pk}: done"
    assert str(action) == "archive"


def test_words_about_one_become_a_sentence() -> None:
    assert sentence("has it already") == "Has it already."
    report = job_kind("crm.bulk.archive").report
    assert report is not None
    assert report(Job(params={"action": 7})).to == ("crm:bulk_action", 7)


@pytest.mark.parametrize("column", ["owner_id", "group_id"])
def test_undo_keeps_an_owner_or_group_that_was_changed_away_and_back_since(
    people, ada, column
) -> None:
    food = Group.objects.create(name="Food", key="food")
    kind, choice = ("group", food) if column == "group_id" else ("owner", ada)
    action = done(kind, people[:2], choice=choice, actor=ada)
    for value in (None, choice.pk):
        edit_influencer(people[0], actor=None, **{column: value})
    undone(action, actor=ada)
    assert results(action) == {"Ann": CHANGED, "Bo": ("undone", "")}


def test_undo_gives_back_the_owner_that_a_colleague_chose_at_the_last_moment(
    people, ada, monkeypatch
) -> None:
    bo = User.objects.create_user("bo@example.com", name="Bo")
    add_member(Organization.objects.get(slug="oak"), bo, role=Role.MANAGER, actor=None)
    stale = list(people[:1])
    edit_influencer(people[0], actor=None, owner_id=bo.pk)
    before = [
        before for before, _ in assign_influencers(stale, "owner_id", ada.pk, actor=ada).values()
    ]
    assert before == [bo.pk]


def test_what_was_done_before_events_were_kept_is_undone_by_its_value(people, ada) -> None:
    food = Group.objects.create(name="Food", key="food")
    action = done("group", people[:1], choice=food, actor=ada)
    BulkResult.objects.update(trace=None)
    undone(action, actor=ada)
    assert results(action) == {"Ann": ("undone", "")}
