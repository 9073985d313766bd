"""Influencers are merged field by field, with everything that hangs on them."""

from __future__ import annotations

from decimal import Decimal
from threading import Thread

import pytest
from django.db import connection, transaction

from campaigns.models import Order, Participant, Post
from crm.enums import ConnectState, FieldKind
from crm.errors import MergeRefused
from crm.models import (
    ConnectInvitation,
    Contract,
    CustomField,
    CustomValue,
    Duplicate,
    Influencer,
    Merge,
    Note,
    OtherAddress,
    Rate,
    SearchWord,
    Tag,
    Tagging,
)
from crm.queries import found, influencer_timeline
from crm.queries.connections import invitation_at
from crm.queries.merging import compare, influencers_to_merge, merged_into
from crm.services.collections.tags import tag_influencers
from crm.services.influencers import delete_influencer, edit_influencer
from crm.services.merging.merge import merge_influencers
from crm.services.merging.undo import undo_merge
from jobs.models import Job
from mail.models import Message
from tenancy.enums import Verb
from tenancy.models import Group, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tests.crm.merging.conftest import merge
from tests.crm.merging.worlds import a_pair
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.mail.conftest import queue
from tests.personas import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


@pytest.fixture
def maya() -> Influencer:
    return Influencer.objects.create(name="Maya", email="maya@example.com", country="DE")


@pytest.fixture
def double() -> Influencer:
    return Influencer.objects.create(name="Maya B.", email="double@example.com", city="Köln")


class TestFields:
    def test_the_fuller_one_stays_and_what_is_empty_there_is_taken_from_the_other(
        self, maya: Influencer, double: Influencer
    ) -> None:
        Influencer.objects.filter(pk=double.pk).update(phone="+4917112345")
        comparison = compare(influencers_to_merge([double.pk, maya.pk]))
        assert comparison.target_id == double.pk
        merge(double, maya)
        [left] = Influencer.objects.all()
        assert (left.pk, left.name, left.email) == (double.pk, "Maya B.", "double@example.com")
        assert (left.country, left.city, left.phone) == ("DE", "Köln", "+4917112345")

    def test_the_older_of_equals_stays(self, maya: Influencer, double: Influencer) -> None:
        assert compare(influencers_to_merge([double.pk, maya.pk])).target_id == maya.pk

    def test_a_value_is_whose_was_picked_also_an_empty_one(
        self, maya: Influencer, double: Influencer
    ) -> None:
        merge(maya, double, picks={"name": double.pk, "country": double.pk, "city": maya.pk})
        maya.refresh_from_db()
        assert (maya.name, maya.country, maya.city) == ("Maya B.", "", "")

    def test_a_pick_of_somebody_else_is_no_pick(self, maya: Influencer, double: Influencer) -> None:
        stranger = Influencer.objects.create(name="Tom")
        merge(maya, double, picks={"name": stranger.pk})
        maya.refresh_from_db()
        assert maya.name == "Maya"

    def test_an_address_that_is_not_taken_is_kept_as_a_further_one(
        self, maya: Influencer, double: Influencer
    ) -> None:
        OtherAddress.objects.create(influencer=maya, email="double@example.com")
        OtherAddress.objects.create(influencer=double, email="work@example.com")
        merge(maya, double, picks={"email": double.pk})
        maya.refresh_from_db()
        assert maya.email == "double@example.com"
        others = sorted(maya.other_addresses.values_list("email", flat=True))
        assert others == ["maya@example.com", "work@example.com"]

    def test_custom_values_and_rates_are_picked_too(
        self, maya: Influencer, double: Influencer
    ) -> None:
        size = CustomField.objects.create(name="Size", key="size", kind=FieldKind.TEXT)
        pet = CustomField.objects.create(name="Pet", key="pet", kind=FieldKind.TEXT)
        for influencer, text, amount in ((maya, "S", 100), (double, "M", 200)):
            CustomValue.objects.create(field=size, influencer=influencer, text=text)
            Rate.objects.create(
                influencer=influencer, network="tiktok", kind="video", amount=amount, currency="EUR"
            )
        CustomValue.objects.create(field=pet, influencer=double, text="Cat")
        merge(
            maya,
            double,
            picks={
                f"crm.CustomValue:{size.pk}": double.pk,
                f"crm.CustomValue:{pet.pk}": maya.pk,
                "crm.Rate:tiktok:video": double.pk,
            },
        )
        assert [(v.field, v.text) for v in maya.custom_values.all()] == [(size, "M")]
        assert [rate.amount for rate in maya.rates.all()] == [Decimal(200)]

    def test_only_if_all_are_archived_the_one_that_stays_is(
        self, maya: Influencer, double: Influencer
    ) -> None:
        Influencer.objects.filter(pk=maya.pk).update(archived_at=maya.created_at)
        merge(maya, double)
        maya.refresh_from_db()
        assert maya.archived_at is None
        third = Influencer.objects.create(name="Tom", archived_at=maya.created_at)
        Influencer.objects.filter(pk=maya.pk).update(archived_at=maya.created_at)
        merge(maya, third)
        maya.refresh_from_db()
        assert maya.archived_at is not None


class TestWhatHangsOnThem:
    def test_what_they_have_in_common_is_kept_once(
        self, maya: Influencer, double: Influencer, owner: User
    ) -> None:
        both, hers = Tag.objects.create(name="food"), Tag.objects.create(name="hers")
        tag_influencers(both, [maya, double], actor=owner)
        tag_influencers(hers, [double], actor=owner)
        merge(maya, double)
        assert sorted(maya.taggings.values_list("tag__name", flat=True)) == ["food", "hers"]
        assert Tagging.objects.count() == 2

    def test_contracts_of_the_same_title_get_the_next_versions(
        self, maya: Influencer, double: Influencer
    ) -> None:
        for influencer, versions in ((maya, (1, 2)), (double, (1, 3))):
            for version in versions:
                Contract.objects.create(influencer=influencer, title="Terms", version=version)
        merge(maya, double)
        assert sorted(maya.contracts.values_list("version", flat=True)) == [1, 2, 3, 4]

    def test_orders_and_participations_follow_their_accounts_and_search_finds_them(
        self, maya: Influencer
    ) -> None:
        campaign = a_campaign()
        account = a_participant(campaign, "maya.bakes")
        an_order(campaign, account)
        merge(maya, account.influencer)
        account.refresh_from_db()
        assert account.influencer == maya
        assert Order.objects.get().account.influencer == maya
        assert Participant.objects.get().account.influencer == maya
        assert Post.objects.count() == 0
        assert list(found(Influencer.objects.all(), "maya.bakes")) == [maya]
        assert set(SearchWord.objects.values_list("influencer", flat=True)) == {maya.pk}

    def test_the_timeline_shows_what_happened_to_both(
        self, maya: Influencer, double: Influencer, owner: User
    ) -> None:
        edit_influencer(double, actor=owner, city="Bonn")
        merged = merge(maya, double, actor=owner)
        entries = influencer_timeline(maya).entries
        titles = [Verb.INFLUENCER_MERGED.label, Verb.INFLUENCER_EDITED.label]
        assert [entry.title for entry in entries] == titles
        assert entries[0].notes == ("Merged: Maya B.",)
        assert entries[0].merge == merged.pk

    def test_a_pair_of_the_one_that_goes_becomes_the_other_s_with_its_decision(
        self, maya: Influencer, double: Influencer
    ) -> None:
        third, fourth = (Influencer.objects.create(name=name) for name in ("Tom", "Tim"))
        for first, second in ((maya, double), (double, third), (double, fourth), (maya, fourth)):
            a_pair(first, second)
        Duplicate.objects.filter(second=third).update(state="dismissed")
        merge(maya, double)
        rows = Duplicate.objects.order_by("second").values_list("first", "second", "state")
        assert list(rows) == [(maya.pk, third.pk, "dismissed"), (maya.pk, fourth.pk, "open")]

    def test_mail_and_its_marks_stay(self, maya: Influencer, double: Influencer) -> None:
        queue(to="double@example.com")
        merge(maya, double)
        assert Message.objects.count() == 1

    def test_a_page_of_one_who_was_merged_twice_over_leads_to_who_stayed(
        self, maya: Influencer, double: Influencer
    ) -> None:
        third = Influencer.objects.create(name="Tom")
        merge(double, third)
        merge(maya, double)
        assert merged_into(third.pk) == merged_into(double.pk) == maya.pk
        assert merged_into(maya.pk) is None

    def test_a_no_to_an_invitation_wins_and_the_other_link_leads_to_it(
        self, maya: Influencer, double: Influencer
    ) -> None:
        maya.person, double.person = make_person("first", "x"), make_person("second", "x")
        maya.save()
        double.save()
        asked, said_no = (
            ConnectInvitation.objects.create(influencer=each, handle="maya.bakes", state=state)
            for each, state in ((maya, ConnectState.OPENED), (double, ConnectState.DECLINED))
        )
        merged = merge(maya, double, picks={"person": maya.pk})
        [kept] = maya.connect_invitations.all()
        assert kept == said_no
        assert [invitation_at(each.pk, 1) for each in (asked, said_no)] == [kept, kept]
        assert invitation_at(asked.pk, 2) is None
        undo_merge(merged, actor=None)
        assert [invitation_at(each.pk, 1) for each in (asked, said_no)] == [asked, said_no]
        assert not ConnectInvitation.objects.exclude(other_links=[]).exists()


class TestPeople:
    def test_two_people_are_merged_only_if_somebody_chose_who_signs_in(
        self, maya: Influencer, double: Influencer
    ) -> None:
        first, second = make_person("first", "x"), make_person("second", "x")
        Influencer.objects.filter(pk=maya.pk).update(person=first)
        Influencer.objects.filter(pk=double.pk).update(person=second)
        with pytest.raises(MergeRefused, match="Two people sign in"):
            merge(maya, double)
        assert Influencer.objects.count() == 2
        merge(maya, double, picks={"person": double.pk})
        maya.refresh_from_db()
        assert maya.person == second

    def test_one_person_signs_in_as_who_stays(self, maya: Influencer, double: Influencer) -> None:
        person = make_person("first", "x")
        Influencer.objects.filter(pk=double.pk).update(person=person)
        merge(maya, double)
        maya.refresh_from_db()
        assert maya.person == person


class TestRaces:
    def test_the_same_merge_twice_is_one(self, maya: Influencer, double: Influencer) -> None:
        seen = compare(influencers_to_merge([maya.pk, double.pk]), maya.pk).version
        twice = [
            merge_influencers(maya.pk, [double.pk], picks={}, seen=seen, actor=None)
            for _ in range(2)
        ]
        assert twice[0] == twice[1]
        assert Merge.objects.count() == 1

    def test_who_is_gone_cannot_be_merged(self, maya: Influencer, double: Influencer) -> None:
        third = Influencer.objects.create(name="Tom")
        merge(maya, third)
        double.delete()
        with pytest.raises(MergeRefused, match="not here any more"):
            merge_influencers(maya.pk, [2**40], picks={}, seen="", actor=None)

    def test_an_edit_since_they_were_compared_is_not_overlooked(
        self, maya: Influencer, double: Influencer
    ) -> None:
        seen = compare(influencers_to_merge([maya.pk, double.pk]), maya.pk).version
        edit_influencer(double, actor=None, city="Bonn")
        with pytest.raises(MergeRefused, match="edited meanwhile"):
            merge_influencers(maya.pk, [double.pk], picks={}, seen=seen, actor=None)

    @pytest.mark.parametrize("count", [0, 10])
    def test_two_to_ten_are_merged_at_once(self, maya: Influencer, count: int) -> None:
        others = [Influencer.objects.create(name=f"Tom {n}").pk for n in range(count)]
        with pytest.raises(MergeRefused, match="two to 10"):
            merge_influencers(maya.pk, others, picks={}, seen="", actor=None)


class TestGroups:
    def test_a_member_of_some_groups_merges_only_whom_they_see(
        self, maya: Influencer, double: Influencer
    ) -> None:
        group = Group.objects.create(name="Food", key="food")
        Influencer.objects.filter(pk=maya.pk).update(group=group)
        with groups_scope([group.pk]), pytest.raises(MergeRefused, match="not here any more"):
            merge_influencers(maya.pk, [double.pk], picks={}, seen="", actor=None)
        Influencer.objects.filter(pk=double.pk).update(group=group)
        hidden = Influencer.objects.create(name="Tom")
        a_pair(double, hidden)
        Note.objects.create(influencer=double, text="hers")
        with groups_scope([group.pk]):
            merge(maya, double)
        assert Note.objects.get().influencer == maya
        assert Duplicate.objects.get().second == hidden


class TestErasure:
    def test_what_a_merge_keeps_goes_with_the_one_that_stayed(
        self, maya: Influencer, double: Influencer
    ) -> None:
        OtherAddress.objects.create(influencer=maya, email="tom@example.com")
        Influencer.objects.create(name="Tom", email="tom@example.com")
        merge(maya, double)
        job = Job.objects.create(
            kind="crm.bulk.ask",
            outcome=[{"key": "asked", "count": 1, "links": [["crm:influencer", "@x", double.pk]]}],
        )
        for address in ("maya@example.com", "double@example.com", "tom@example.com"):
            queue(address, to=address)
        delete_influencer(maya, actor=None)
        assert not Merge.objects.exists()
        assert [message.recipient for message in Message.objects.all()] == ["tom@example.com"]
        job.refresh_from_db()
        assert job.outcome[0]["links"] == []

    def test_a_further_address_that_is_only_taken_off_keeps_its_mail(self, maya) -> None:
        OtherAddress.objects.create(influencer=maya, email="old@example.com")
        queue(to="old@example.com")
        maya.other_addresses.all().delete()
        OtherAddress.objects.create(influencer=maya, email="old@example.com").delete()
        assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_at_the_same_time_merge_once(oak: Organization) -> None:
    with organization_scope(oak):
        maya, double = (Influencer.objects.create(name=name) for name in ("Maya", "Maya B."))
        seen = compare(influencers_to_merge([maya.pk, double.pk]), maya.pk).version
    merges: list[Merge] = []

    def act() -> None:
        with organization_scope(oak):
            merges.append(merge_influencers(maya.pk, [double.pk], picks={}, seen=seen, actor=None))
        connection.close()

    with organization_scope(oak), transaction.atomic():
        Influencer.objects.select_for_update().get(pk=maya.pk)
        threads = [Thread(target=act) for _ in range(2)]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert len(merges) == 2
    assert merges[0] == merges[1]
