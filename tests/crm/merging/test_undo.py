"""Undoing a merge: what was edited since is kept, and said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.enums import AccessKind, FieldKind
from crm.errors import MergeRefused
from crm.models import (
    AccessEntry,
    Contract,
    CustomField,
    CustomValue,
    Influencer,
    List,
    ListEntry,
    Merge,
    Note,
    OtherAddress,
    Rate,
    Tag,
    Tagging,
)
from crm.services.influencers import delete_influencer
from crm.services.merging.keeping import FORGET
from crm.services.merging.undo import undo_merge
from jobs.enums import Lane
from jobs.models import Work
from tenancy.models import Group, User
from tenancy.scope import groups_scope
from tests.crm.conftest import crm_events
from tests.crm.merging.conftest import merge
from tests.crm.merging.worlds import a_pair
from tests.factories.crm import TikTokAccountFactory
from tests.personas import make_person
from tests.working import pump
from tiktok.models import Creator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


@pytest.fixture
def maya() -> Influencer:
    return Influencer.objects.create(name="Maya", email="maya@example.com")


@pytest.fixture
def double() -> Influencer:
    return Influencer.objects.create(name="Maya B.", email="double@example.com", city="Köln")


def undo(merged: Merge, actor: User | None = None) -> list[str]:
    lines: list[str] = undo_merge(merged, actor=actor).differences
    return lines


def opened(influencer: Influencer, role: str) -> AccessEntry:
    now = timezone.now()
    return AccessEntry.objects.create(
        influencer=influencer, kind=AccessKind.PROFILE, role=role, at=now, day=now.date()
    )


class TestKeptDifferences:
    def test_a_field_that_was_edited_since_stays_and_the_others_return(self, maya, double) -> None:
        merged = merge(maya, double, picks={"name": double.pk})
        Influencer.objects.filter(pk=maya.pk).update(city="Bonn")
        assert undo(merged) == ["City keeps what was entered since"]
        maya.refresh_from_db()
        back = Influencer.objects.get(pk=double.pk)
        assert (maya.name, maya.city, back.name, back.city) == ("Maya", "Bonn", "Maya B.", "Köln")

    def test_whoever_was_only_looked_at_since_is_not_said_to_be_edited(self, maya, double) -> None:
        forgotten = opened(double, "owner")
        opened(double, "manager")
        merged = merge(maya, double)
        forgotten.delete()  # after its time
        opened(maya, "viewer")
        assert AccessEntry.objects.filter(influencer=maya).count() == 2
        assert undo(merged) == []

    def test_notes_edited_deleted_and_added_since(self, maya, double) -> None:
        edited, deleted = (Note.objects.create(influencer=double, text=text) for text in "ed")
        merged = merge(maya, double)
        Note.objects.filter(pk=edited.pk).update(text="edited")
        Note.objects.filter(pk=deleted.pk).delete()
        Note.objects.create(influencer=maya, text="new")
        Note.objects.create(influencer=maya, text="newer")
        assert sorted(undo(merged)) == [
            "1 note deleted since",
            "1 note edited since",
            "2 notes added since, with the one that stayed",
        ]
        edited.refresh_from_db()
        assert (edited.influencer_id, edited.text) == (double.pk, "edited")
        assert sorted(maya.notes.values_list("text", flat=True)) == ["new", "newer"]

    def test_a_row_that_somebody_else_has_by_now_stays_there(self, maya, double) -> None:
        note, tom = Note.objects.create(influencer=double), Influencer.objects.create(name="Tom")
        merged = merge(maya, double)
        Note.objects.filter(pk=note.pk).update(influencer=tom)
        assert undo(merged) == ["1 note moved to somebody else since"]
        note.refresh_from_db()
        assert note.influencer == tom

    def test_a_further_address_that_the_merge_made_goes_unless_it_was_edited(
        self, maya, double
    ) -> None:
        merged = merge(maya, double)
        assert undo(merged) == []
        assert not OtherAddress.objects.exists()
        again = merge(maya, Influencer.objects.get(pk=double.pk))
        OtherAddress.objects.update(email="changed@example.com")
        assert "1 further address edited since" in undo(again)
        assert OtherAddress.objects.get().influencer == maya

    def test_a_further_address_that_was_taken_off_since_is_not_missed(self, maya, double) -> None:
        merged = merge(maya, double)
        OtherAddress.objects.all().delete()
        assert undo(merged) == []

    def test_a_number_given_by_the_merge_is_taken_back_unless_edited(self, maya, double) -> None:
        for influencer in (maya, double):
            for title in ("Terms", "Fee"):
                Contract.objects.create(influencer=influencer, title=title)
        merged = merge(maya, double)
        Contract.objects.filter(title="Fee", version=2).update(version=7)
        assert undo(merged) == ["1 contract edited since"]
        rows = Contract.objects.filter(influencer=double).values_list("title", "version")
        assert sorted(rows) == [("Fee", 7), ("Terms", 1)]

    def test_an_edited_row_for_which_there_is_no_room_stays(self, maya, double) -> None:
        for version in (1, 2):
            Contract.objects.create(influencer=double, title="Terms", version=version)
        merged = merge(maya, double)
        Contract.objects.filter(version=2).update(title="Other", version=1)
        Contract.objects.filter(title="Terms").update(title="Other", version=2)
        Contract.objects.create(influencer=maya, title="Terms", version=1)
        assert len(undo(merged)) == 2
        first, second = Contract.objects.filter(title="Other").order_by("pk")
        assert {first.influencer_id, second.influencer_id} == {double.pk}

    def test_a_row_removed_as_one_of_two_is_not_restored_beside_a_third(self, maya, double) -> None:
        for influencer, amount in ((maya, 1), (double, 2)):
            Rate.objects.create(
                influencer=influencer, network="x", kind="text", amount=amount, currency="EUR"
            )
        merged = merge(maya, double, picks={"crm.Rate:x:text": double.pk})
        maya.rates.all().delete()
        Rate.objects.create(influencer=maya, network="x", kind="text", amount=3, currency="EUR")
        assert sorted(undo(merged)) == [
            "1 rate added since, with the one that stayed",
            "1 rate deleted since",
            "1 rate not restored, since there is another one or it was deleted",
        ]
        assert [rate.amount for rate in Rate.objects.all()] == [3]

    def test_what_belonged_to_a_tag_list_or_field_that_is_gone_is_gone(self, maya, double) -> None:
        tag, kept = Tag.objects.create(name="food"), List.objects.create(name="Autumn")
        field = CustomField.objects.create(name="Pet", key="pet", kind=FieldKind.TEXT)
        for influencer in (maya, double):
            Tagging.objects.create(tag=tag, influencer=influencer)
            ListEntry.objects.create(list=kept, influencer=influencer)
            CustomValue.objects.create(field=field, influencer=influencer, text="Cat")
        merged = merge(maya, double)
        for row in (tag, kept, field):
            row.delete()
        assert sorted(undo(merged)) == [
            "1 custom field not restored, since there is another one or it was deleted",
            "1 list not restored, since there is another one or it was deleted",
            "1 tag not restored, since there is another one or it was deleted",
        ]

    def test_a_group_or_owner_that_is_gone_is_empty_and_said(self, maya, double) -> None:
        group, owner = Group.objects.create(name="Food", key="food"), make_person("o", "x")
        Influencer.objects.filter(pk=double.pk).update(group=group, owner=owner)
        merged = merge(maya, double, picks={"group": maya.pk, "owner": maya.pk})
        group.delete()
        owner.delete()
        assert sorted(undo(merged)) == [
            "Group is empty: it was deleted since",
            "Owner is empty: it was deleted since",
        ]
        back = Influencer.objects.get(pk=double.pk)
        assert (back.group, back.owner) == (None, None)

    def test_who_added_a_removed_row_may_be_gone(self, maya, double) -> None:
        person, kept = make_person("o", "x"), List.objects.create(name="Autumn")
        for influencer in (maya, double):
            ListEntry.objects.create(list=kept, influencer=influencer, added_by=person)
        merged = merge(maya, double)
        person.delete()
        assert undo(merged) == []
        assert ListEntry.objects.get(influencer=double).added_by is None

    def test_a_person_who_is_somebody_else_by_now_stays_so(self, maya, double) -> None:
        person = make_person("p", "x")
        Influencer.objects.filter(pk=double.pk).update(person=person)
        merged = merge(maya, double)
        Influencer.objects.filter(pk=maya.pk).update(person=None)
        tom = Influencer.objects.create(name="Tom", person=person)
        assert undo(merged) == [
            "Person keeps what was entered since",
            "Person stays with somebody else, who has it since",
        ]
        assert Influencer.objects.get(person=person) == tom

    def test_a_pair_of_the_one_that_stays_is_not_made_twice(self, maya, double) -> None:
        third = Influencer.objects.create(name="Tom")
        pair = a_pair(double, third)
        merged = merge(maya, double)
        third.delete()
        assert undo(merged) == []
        assert not type(pair).objects.exists()


class TestLimits:
    def test_after_thirty_days_nothing_is_kept_and_it_cannot_be_undone(self, maya, double) -> None:
        merged = merge(maya, double)
        Work.objects.filter(kind=FORGET).update(due_at=timezone.now())
        pump(Lane.BULK)
        merged.refresh_from_db()
        assert (merged.kept, merged.can_be_undone) == ({}, False)
        with pytest.raises(MergeRefused, match="30 days"):
            undo(merged)

    def test_the_day_is_kept_even_if_the_work_is_late(self, maya, double) -> None:
        merged = merge(maya, double)
        Merge.objects.update(merged_at=timezone.now() - timedelta(days=30))
        with pytest.raises(MergeRefused, match="30 days"):
            undo(merged)

    def test_undoing_twice_is_undoing_once(self, maya, double, owner: User) -> None:
        merged = merge(maya, double, actor=owner)
        first = undo_merge(merged, actor=owner)
        second = undo_merge(merged, actor=owner)
        assert first == second
        assert (second.undone_by, second.kept) == (owner, {})
        undone = [event for event in crm_events() if event.verb == "influencer.merge_undone"]
        assert [event.object_id for event in undone] == [maya.pk, double.pk]
        assert not Work.objects.filter(kind=FORGET).exists()

    def test_a_later_merge_is_undone_first(self, maya, double) -> None:
        tom = Influencer.objects.create(name="Tom")
        first = merge(maya, double)
        second = merge(tom, maya)
        first.refresh_from_db()
        with pytest.raises(MergeRefused, match="Undo that merge first"):
            undo(first)
        assert undo(second) == []
        first.refresh_from_db()
        assert undo(first) == []
        assert Influencer.objects.count() == 3

    def test_who_is_deleted_takes_the_way_back_along(self, maya, double) -> None:
        merged = merge(maya, double)
        delete_influencer(maya, actor=None)
        with pytest.raises(MergeRefused, match="not here any more"):
            undo(merged)

    def test_a_member_of_some_groups_undoes_only_what_they_see(self, maya, double) -> None:
        food, sport = (Group.objects.create(name=key, key=key) for key in ("food", "sport"))
        Influencer.objects.filter(pk=maya.pk).update(group=food)
        Influencer.objects.filter(pk=double.pk).update(group=sport)
        merged = merge(maya, double)
        with (
            groups_scope([food.pk]),
            pytest.raises(MergeRefused, match="groups that you do not see"),
        ):
            undo(merged)
        with groups_scope([food.pk, sport.pk]):
            assert undo(merged) == []
        assert Influencer.objects.get(pk=double.pk).group == sport


def test_a_column_that_a_release_took_away_is_left_out(maya, double) -> None:
    merged = merge(maya, double)
    merged.kept["merged"][0]["hobby"] = "chess"
    merged.save()
    assert undo(merged) == []


def test_numbers_that_tiktok_told_since_are_no_edit_of_anybody(maya, double) -> None:
    account = TikTokAccountFactory.create(influencer=double, creator__follower_count=1000)
    merged = merge(maya, double)
    Creator.objects.filter(pk=account.creator_id).update(follower_count=2000)
    assert undo(merged) == []
    numbers = dict(Influencer.objects.values_list("pk", "follower_count"))
    assert numbers == {maya.pk: None, double.pk: 2000}
