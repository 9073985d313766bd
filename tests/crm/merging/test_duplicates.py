"""Influencers who may be one person are found, and stay decided on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.enums import DuplicateState
from crm.models import Duplicate, Influencer, OtherAddress, SocialAccount
from crm.policies.similarity import is_similar, likeness
from crm.queries.duplicates import duplicate_by_id, open_duplicate_count
from crm.services.influencers import create_influencer, edit_influencer, set_other_addresses
from crm.services.merging import finding
from crm.services.merging.finding import (
    CHECK,
    DAILY,
    WALK,
    find_duplicates,
    note_moved_account,
    plan_checks,
)
from crm.services.merging.pairs import dismiss_duplicate, reopen_duplicate
from crm.tasks import plan_duplicate_checks
from jobs.enums import Lane
from jobs.models import Work
from tenancy.models import Group, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tests.crm.conftest import crm_verbs
from tests.crm.merging.labelled_names import ONE_PERSON, TWO_PEOPLE
from tests.crm.merging.phonetic import sounds_alike
from tests.working import pump

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def someone(name: str = "Maya Okonkwo", **values: Any) -> Influencer:
    return Influencer.objects.create(name=name, **values)


def instagram(influencer: Influencer, handle: str, network: str = "instagram") -> SocialAccount:
    return SocialAccount.objects.create(
        influencer=influencer, network=network, account_type=network, handle=handle
    )


def found() -> list[tuple[str, str, list[str]]]:
    rows = Duplicate.objects.select_related("first", "second").order_by("first", "second")
    return [(row.first.name, row.second.name, row.reasons) for row in rows]


def check_all() -> None:
    find_duplicates(list(Influencer.objects.values_list("pk", flat=True)))


class TestMatches:
    @pytest.mark.parametrize("is_other", [False, True])
    def test_the_same_address_whether_it_is_the_first_or_a_further_one(self, is_other) -> None:
        one, two = someone("Maya", email="m@example.com"), someone("Noor")
        if is_other:
            OtherAddress.objects.create(influencer=two, email="m@example.com")
        else:
            Influencer.objects.filter(pk=two.pk).update(email="m@example.com")
        for each in (one, two):
            Duplicate.objects.all().delete()
            find_duplicates([each.pk])
            assert found() == [("Maya", "Noor", ["Same e-mail address"])]

    def test_two_further_addresses_that_are_the_same(self) -> None:
        for name in ("Maya", "Noor"):
            OtherAddress.objects.create(influencer=someone(name), email="m@example.com")
        check_all()
        assert found() == [("Maya", "Noor", ["Same e-mail address"])]

    def test_the_same_phone_and_the_same_handle_on_another_network(self) -> None:
        maya, noor = someone("Maya", phone="+4917112345"), someone("Noor", phone="+4917112345")
        instagram(maya, "maya.bakes")
        instagram(noor, "maya.bakes", "youtube")
        check_all()
        assert found() == [("Maya", "Noor", ["Same phone number", "Same handle"])]

    def test_a_similar_name_of_those_who_share_a_word_and_an_equal_one_of_any(self) -> None:
        for name in ("Maya Okonkwo", "Máya Okonkwoo", "Okonkwo, Maya", "Maya Baker", "Tom"):
            someone(name)
        someone("tom")
        check_all()
        assert {(first, second) for first, second, _ in found()} == {
            ("Maya Okonkwo", "Máya Okonkwoo"),
            ("Maya Okonkwo", "Okonkwo, Maya"),
            ("Máya Okonkwoo", "Okonkwo, Maya"),
            ("Tom", "tom"),
        }

    def test_nobody_is_their_own_double_and_who_is_archived_is_nobody_s(self) -> None:
        maya = someone(email="m@example.com")
        OtherAddress.objects.create(influencer=maya, email="m@example.com")
        someone(email="m@example.com", archived_at=maya.created_at)
        check_all()
        assert found() == []

    def test_what_more_than_twenty_share_is_no_sign(self, monkeypatch) -> None:
        monkeypatch.setattr(finding, "MOST_ALIKE", 2)
        for name in ("Ada", "Bea", "Cleo"):
            someone(name, email="agency@example.com")
        check_all()
        assert len(found()) == 3
        someone("Dora", email="agency@example.com")
        check_all()
        assert found() == []

    def test_a_word_that_many_have_leads_to_nobody(self, monkeypatch) -> None:
        monkeypatch.setattr(finding, "MOST_WITH_WORD", 1)
        one = someone("Maya Okonkwo")
        someone("Maya Okonkwoo")
        check_all()
        assert len(found()) == 1
        someone("Maya")
        check_all()
        assert found() == []
        assert Influencer.objects.filter(pk=one.pk).exists()

    def test_another_organization_s_people_are_no_doubles(self, elm: Organization) -> None:
        maya = someone(email="m@example.com", phone="+4917112345")
        with organization_scope(elm):
            someone(email="m@example.com", phone="+4917112345")
        find_duplicates([maya.pk])
        assert found() == []

    def test_any_number_of_influencers_costs_one_statement_to_compare(self) -> None:
        ids = [someone(f"Maya {n}", email="m@example.com").pk for n in range(4)]
        with CaptureQueriesContext(
            connection,
        ) as few:
            find_duplicates(ids[:1])
        with CaptureQueriesContext(connection) as more:
            find_duplicates(ids)
        assert len(more) - len(few) <= 3  # a pair that is kept already is compared by itself


class TestDecisions:
    @pytest.fixture
    def pair(self) -> Duplicate:
        someone("Maya", email="m@example.com")
        someone("Noor", email="m@example.com")
        check_all()
        return Duplicate.objects.get()

    def test_not_the_same_stays_until_something_new_matches(
        self, pair: Duplicate, owner: User
    ) -> None:
        assert dismiss_duplicate(pair, actor=owner) is True
        assert dismiss_duplicate(pair, actor=owner) is False
        check_all()
        pair.refresh_from_db()
        assert (pair.state, pair.dismissed_by) == (DuplicateState.DISMISSED, owner)
        assert open_duplicate_count() == 0
        assert crm_verbs() == ["duplicate.dismissed"] * 2

        Influencer.objects.update(phone="+4917112345")
        check_all()
        pair.refresh_from_db()
        assert (pair.state, pair.dismissed_at, pair.dismissed_by) == (
            DuplicateState.OPEN,
            None,
            None,
        )
        assert pair.reasons == ["Same e-mail address", "Same phone number"]

    def test_the_same_kind_of_match_with_another_value_is_new(
        self, pair: Duplicate, owner: User
    ) -> None:
        dismiss_duplicate(pair, actor=owner)
        Influencer.objects.update(email="other@example.com")
        check_all()
        pair.refresh_from_db()
        assert pair.state == DuplicateState.OPEN

    def test_a_dismissal_can_be_undone(self, pair: Duplicate, owner: User) -> None:
        assert reopen_duplicate(pair, actor=owner) is False
        dismiss_duplicate(pair, actor=owner)
        assert reopen_duplicate(pair, actor=owner) is True
        assert open_duplicate_count() == 1
        assert crm_verbs() == ["duplicate.dismissed"] * 2 + ["duplicate.reopened"] * 2

    def test_an_open_pair_that_shares_less_says_so_and_one_that_shares_nothing_goes(
        self, pair: Duplicate
    ) -> None:
        Influencer.objects.update(phone="+4917112345")
        check_all()
        Influencer.objects.filter(pk=pair.second_id).update(email="other@example.com")
        check_all()
        assert found() == [("Maya", "Noor", ["Same phone number"])]
        Influencer.objects.filter(pk=pair.second_id).update(phone="")
        check_all()
        assert found() == []

    def test_a_dismissed_pair_that_shares_nothing_stays_dismissed(
        self, pair: Duplicate, owner: User
    ) -> None:
        dismiss_duplicate(pair, actor=owner)
        Influencer.objects.filter(pk=pair.second_id).update(email="other@example.com")
        check_all()
        assert Duplicate.objects.get().state == DuplicateState.DISMISSED

    def test_a_member_of_some_groups_sees_a_pair_only_if_they_see_both(
        self, pair: Duplicate
    ) -> None:
        group = Group.objects.create(name="Food", key="food")
        Influencer.objects.filter(pk=pair.first_id).update(group=group)
        with groups_scope([group.pk]):
            assert open_duplicate_count() == 0
            assert duplicate_by_id(pair.pk) is None
        Influencer.objects.filter(pk=pair.second_id).update(group=group)
        with groups_scope([group.pk]):
            assert open_duplicate_count() == 1
            assert duplicate_by_id(pair.pk) == pair


class TestWork:
    def test_who_is_written_is_compared_soon(self, owner: User) -> None:
        maya = create_influencer(name="Maya", actor=owner)
        noor = create_influencer(name="Noor", actor=owner)
        assert pump(Lane.BULK) == 2
        edit_influencer(maya, actor=owner, email="m@example.com")
        set_other_addresses(noor, ["m@example.com"], actor=owner)
        assert pump(Lane.BULK) == 2
        assert found() == [("Maya", "Noor", ["Same e-mail address"])]
        assert not Work.objects.filter(kind=CHECK).exists()

    def test_once_a_day_all_are_compared_in_slices(self, monkeypatch) -> None:
        monkeypatch.setattr(finding, "SLICE", 2)
        for number in range(5):
            someone(f"Maya {number}", email="m@example.com" if number in (0, 4) else "")
        plan_duplicate_checks()
        plan_checks()
        while pump(Lane.BULK):
            pass
        assert len(found()) >= 1
        assert ("Maya 0", "Maya 4") in {(first, second) for first, second, _ in found()}
        assert not Work.objects.filter(kind=WALK).exists()
        assert Work.objects.filter(
            kind=DAILY, due_at__gt=Duplicate.objects.first().found_at
        ).exists()


def folded(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_folded(%s)", [name])
        return str(cursor.fetchone()[0])


def test_trigrams_tell_names_of_several_scripts_apart_better_than_their_sound() -> None:
    """The figures of docs/merging.md; F1 is the harmonic mean of precision and recall."""
    figures = {}
    for title, is_one in (("trigrams", is_similar), ("sound", sounds_alike)):
        right, wrong = (
            sum(is_one(folded(first), folded(second)) for first, second in pairs)
            for pairs in (ONE_PERSON, TWO_PEOPLE)
        )
        precision, recall = right / (right + wrong), right / len(ONE_PERSON)
        figures[title] = (right, wrong, round(2 * precision * recall / (precision + recall), 2))
    assert figures == {"trigrams": (30, 9, 0.86), "sound": (23, 13, 0.69)}


@pytest.mark.parametrize(
    ("first", "second", "share"), [("", "", 0.0), ("a", "", 0.0), ("ada", "ada", 1.0)]
)
def test_names_without_letters_are_like_none(first: str, second: str, share: float) -> None:
    assert likeness(first, second) == share


def test_an_account_that_went_from_one_to_the_other_opens_a_dismissed_pair_once(
    owner: User,
) -> None:
    one, two = someone(), someone()
    check_all()
    dismiss_duplicate(Duplicate.objects.get(), actor=owner)
    note_moved_account("maya.bakes", two.pk, one.pk)
    assert Duplicate.objects.get().state == DuplicateState.OPEN
    edit_influencer(two, name="Tom", actor=owner)
    check_all()
    assert found() == [("Maya Okonkwo", "Tom", ["An account of one was connected by the other"])]
    dismiss_duplicate(Duplicate.objects.get(), actor=owner)
    note_moved_account("maya.bakes", one.pk, two.pk)
    check_all()
    assert Duplicate.objects.get().state == DuplicateState.DISMISSED
