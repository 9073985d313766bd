"""The pages of duplicates and merging: who sees what, what may be chosen, and what a merge says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue, Duplicate, Influencer, Merge, Note, Rate
from crm.queries.merging import compare, influencers_to_merge
from crm.services.merging import merge as merge_service
from tenancy.enums import Role
from tenancy.models import Event, Group, GroupMember, Membership, Organization
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.crm.merging.conftest import merge
from tests.crm.merging.worlds import a_pair
from tests.personas import make_person
from ui.undoing import undo_of

pytestmark = pytest.mark.django_db
BASE = "/o/oak/influencers/"
QUEUE, MERGE = f"{BASE}duplicates/", f"{BASE}merge/"


@pytest.fixture(autouse=True)
def _oak(oak: Organization) -> Iterator[None]:
    with organization_scope(oak):
        yield


@pytest.fixture
def maya() -> Influencer:
    return Influencer.objects.create(name="Maya", email="maya@example.com")


@pytest.fixture
def double() -> Influencer:
    return Influencer.objects.create(name="Maya B.", country="DE")


def text(response) -> str:
    return " ".join(response.content.decode().split())


def form(*people: Influencer, **values: object) -> dict[str, object]:
    """The values that the page of these influencers posts."""
    seen = compare(influencers_to_merge([each.pk for each in people])).version
    return {
        "influencer": [each.pk for each in people],
        "keep": people[0].pk,
        "seen": seen,
        **values,
    }


class TestQueue:
    def test_the_list_says_how_many_pairs_wait(self, viewer: Client, maya, double) -> None:
        assert f'hx-get="{QUEUE}count/"' in text(viewer.get(BASE))
        assert text(viewer.get(f"{QUEUE}count/")) == ""
        a_pair(maya, double)
        assert "1 pair of creators may be one person." in text(viewer.get(f"{QUEUE}count/"))
        a_pair(double, Influencer.objects.create(name="Tom"))
        assert "2 pairs of creators may be one person each." in text(viewer.get(f"{QUEUE}count/"))

    def test_a_thousand_stand_for_more(self, viewer: Client, maya, double, monkeypatch) -> None:
        for module in ("crm.views.duplicates", "crm.queries.duplicates"):
            monkeypatch.setattr(f"{module}.MOST_COUNTED", 1)
        a_pair(maya, double)
        assert "At least 1 pairs" in text(viewer.get(f"{QUEUE}count/"))

    def test_pairs_stand_side_by_side_with_what_they_share(
        self, viewer: Client, manager: Client, maya, double
    ) -> None:
        assert "No duplicates" in text(viewer.get(QUEUE))
        a_pair(maya, double)
        page = text(manager.get(QUEUE))
        for shown in ("Similar name", "maya@example.com", "Maya B.", "Not the same", "Merge…"):
            assert shown in page
        page = text(viewer.get(QUEUE))
        assert "Maya B." in page
        assert "Not the same</button>" not in page
        assert "Merge…" not in page

    def test_any_number_of_pairs_costs_the_same(self, viewer: Client, maya, double) -> None:
        group = Group.objects.create(name="Food", key="food")
        a_pair(maya, double)
        one = queries_in(viewer, QUEUE)
        for number in range(3):
            a_pair(maya, Influencer.objects.create(name=f"Tom {number}", group=group))
        assert queries_in(viewer, QUEUE) == one <= 9

    def test_not_the_same_and_back(self, manager: Client, viewer: Client, maya, double) -> None:
        pair = a_pair(maya, double)
        assert viewer.post(f"{QUEUE}{pair.pk}/dismiss/").status_code == 403
        page = text(manager.post(f"{QUEUE}{pair.pk}/dismiss/", follow=True))
        assert "Maya and Maya B. are kept apart from now on." in page
        assert f'action="{QUEUE}{pair.pk}/reopen/"' in page
        assert "No duplicates" in page
        assert "No duplicates" not in text(manager.post(f"{QUEUE}{pair.pk}/reopen/", follow=True))
        assert manager.post(f"{QUEUE}{2**40}/dismiss/").status_code == 404


class TestChoosing:
    def test_the_profile_leads_there_for_those_who_may_edit(
        self, manager: Client, viewer: Client, maya
    ) -> None:
        link = f"{MERGE}?influencer={maya.pk}"
        assert link in text(manager.get(f"{BASE}{maya.pk}/"))
        assert link not in text(viewer.get(f"{BASE}{maya.pk}/"))
        assert viewer.get(link).status_code == 403

    def test_the_other_one_is_searched_for(self, manager: Client, maya, double) -> None:
        link = f"{MERGE}?influencer={maya.pk}"
        page = text(manager.get(link))
        assert "Maya B." not in page
        page = text(manager.get(f"{link}&q=maya"))
        assert f"influencer={maya.pk}&amp;influencer={double.pk}" in page
        assert "No matches" in text(manager.get(f"{link}&q=zoe"))

    def test_who_is_not_there_is_not_found(self, manager: Client) -> None:
        assert manager.get(f"{MERGE}?influencer={2**40}&influencer={2**41}").status_code == 404
        assert manager.get(f"{MERGE}?influencer=nobody").status_code == 200

    def test_more_than_two_are_compared_and_merged(self, manager: Client, maya, double) -> None:
        tom = Influencer.objects.create(name="Maya Baker", city="Graz")
        pair = f"{MERGE}?influencer={maya.pk}&influencer={double.pk}"
        assert 'name="add" value="1"' in text(manager.get(pair))
        page = text(manager.get(f"{pair}&add=1&q=baker")).replace("&amp;", "&")
        assert "Merge 2 creators" not in page
        assert '<input type="hidden" name="add" value="1">' in page
        three = f"{pair}&influencer={tom.pk}"
        assert f'href="{three.removeprefix(MERGE)}"' in page
        assert "Merge 3 creators" in text(manager.get(three))
        answer = manager.post(MERGE, form(maya, double, tom), follow=True)
        assert "3 creators are one now" in text(answer)
        assert [each.city for each in Influencer.objects.all()] == ["Graz"]

    def test_what_was_chosen_stays_while_one_more_is_looked_for(
        self, manager: Client, maya, double
    ) -> None:
        tom = Influencer.objects.create(name="Maya Baker", city="Graz")
        for influencer in (maya, double):
            person = make_person(f"p{influencer.pk}", "x")
            Influencer.objects.filter(pk=influencer.pk).update(person=person)
        picks = {"keep": double.pk, "pick.name": double.pk, "pick.person": maya.pk}
        adding = manager.post(MERGE, {**form(maya, double), **picks, "add": "1"})
        assert adding.status_code == 302
        page = text(manager.get(f"{adding['Location']}&q=baker"))
        for name, value in picks.items():
            assert f'<input type="hidden" name="{name}" value="{value}">' in page
        [link] = re.findall(rf'href="([^"]+influencer={tom.pk}&[^"]+)"', page)
        compared = manager.get(f"{MERGE}{unescape(link)}")
        shown = compared.context["comparison"]
        defaults = {choice.key: choice.default for choice in shown.choices}
        assert len(shown.influencers) == 3
        assert shown.target_id == double.pk
        assert (defaults["name"], defaults["person"]) == (double.pk, maya.pk)
        picked = rf'name="pick.person" value="{maya.pk}" checked'
        assert picked in text(compared)
        assert not Merge.objects.exists()

    def test_as_many_as_can_be_merged_are_compared_and_no_more_added(
        self, manager: Client, maya, double, monkeypatch
    ) -> None:
        monkeypatch.setattr("crm.views.merging.MOST_MERGED", 2)
        pair = f"{MERGE}?influencer={maya.pk}&influencer={double.pk}"
        page = text(manager.get(f"{pair}&add=1"))
        assert "Merge 2 creators" in page
        assert "Add another creator" not in page

    def test_a_selection_of_the_list_is_compared(
        self, manager: Client, viewer: Client, maya, double
    ) -> None:
        assert 'value="merge"' in text(manager.get(BASE))
        assert 'value="merge"' not in text(viewer.get(BASE))
        both = f"{maya.pk},{double.pk}"
        answer = manager.post(f"{BASE}bulk/", {"action": "merge", "ids": both}, follow=True)
        pair = f"{MERGE}?influencer={maya.pk}&influencer={double.pk}"
        assert answer.redirect_chain[-1][0] == pair
        assert "Merge 2 creators" in text(answer)
        query = "f=country%3ADE&q=maya&sort=-name"
        for few in ({"ids": maya.pk}, {"all": "yes"}):
            asked = {"action": "merge", "query": f"?{query}", **few}
            answer = manager.post(f"{BASE}bulk/", asked, follow=True)
            assert answer.redirect_chain[-1][0] == f"{BASE}?{query}"
            assert "Select two to 10 creators to merge them into one." in text(answer)

    def test_whoever_is_gone_since_they_were_selected_is_left_out_and_said(
        self, manager: Client, maya, double
    ) -> None:
        tom = Influencer.objects.create(name="Tom")
        asked = {"action": "merge", "ids": f"{maya.pk},{double.pk},{tom.pk}"}
        here = manager.post(f"{BASE}bulk/", asked)["Location"]
        tom.delete()
        answer = manager.get(here, follow=True)
        assert "Merge 2 creators" in text(answer)
        assert "they were deleted, or merged, since." in text(answer)
        double.delete()
        answer = manager.get(here, follow=True)
        assert "they were deleted, or merged, since." in text(answer)
        assert answer.redirect_chain[-1][0] == f"{MERGE}?influencer={maya.pk}"
        assert "Find the page of the same person." in text(answer)
        maya.delete()
        assert manager.get(here, follow=True).status_code == 404

    def test_fields_that_differ_are_compared(self, manager: Client, maya, double) -> None:
        Note.objects.create(influencer=double, text="x")
        page = text(manager.get(f"{MERGE}?influencer={maya.pk}&influencer={double.pk}"))
        assert "Country" in page
        assert "City" not in page
        assert "1 note" in page
        assert "Merge 2 creators" in page
        assert "Two people sign in" not in page

    def test_dates_and_answers_stand_as_people_read_them(
        self, manager: Client, maya, double
    ) -> None:
        for kind in (FieldKind.DATE, FieldKind.YES_NO):
            field = CustomField.objects.create(name=kind, key=kind, kind=kind)
            CustomValue.objects.create(
                influencer=double, field=field, day=date(2026, 11, 2) if kind == "date" else None,
                number=0 if kind == "yes_no" else None,
            )  # fmt: skip
        Influencer.objects.filter(pk=maya.pk).update(birthday=date(1990, 2, 3))
        page = text(manager.get(f"{MERGE}?influencer={maya.pk}&influencer={double.pk}"))
        for shown in ("3 Feb 1990", "2 Nov 2026", "No"):
            assert f"<bdi>{shown}</bdi>" in page

    def test_amounts_of_own_fields_and_rates_read_alike(
        self, manager: Client, maya, double
    ) -> None:
        fee = CustomField.objects.create(name="Fee", key="fee", kind=FieldKind.MONEY)
        amount = {"amount": Decimal("1200.5"), "currency": "EUR"}
        CustomValue.objects.create(
            influencer=double, field=fee, number=amount["amount"], currency="EUR"
        )
        Rate.objects.create(influencer=double, network="tiktok", kind="video", **amount)
        page = text(manager.get(f"{MERGE}?influencer={maya.pk}&influencer={double.pk}"))
        assert page.count("<bdi>1,200.50 EUR</bdi>") == 2

    def test_any_number_of_people_costs_the_same(self, manager: Client, maya, double) -> None:
        url = f"{MERGE}?influencer={maya.pk}&influencer={double.pk}"
        two = queries_in(manager, url)
        tom = Influencer.objects.create(name="Tom")
        assert queries_in(manager, f"{url}&influencer={tom.pk}") == two <= 12


class TestMerging:
    def test_the_page_stays_that_was_chosen_and_the_other_leads_there(
        self, manager: Client, maya, double
    ) -> None:
        picks = {"pick.name": double.pk, "pick.country": "nobody"}
        page = manager.post(MERGE, form(maya, double, **picks), follow=True)
        assert page.redirect_chain == [(f"{BASE}{maya.pk}/", 302)]
        merged = Merge.objects.get()
        assert f'action="{BASE}merges/{merged.pk}/undo/"' in text(page)
        entries = manager.get(f"{BASE}{maya.pk}/timeline/")
        assert f'href="{BASE}merges/{merged.pk}/"' in text(entries)
        maya.refresh_from_db()
        assert (maya.name, maya.country) == ("Maya B.", "DE")
        assert manager.get(f"{BASE}{double.pk}/")["Location"] == f"{BASE}{maya.pk}/"
        assert manager.get(f"{BASE}{2**40}/").status_code == 404

    def test_two_people_need_a_choice_and_what_was_picked_is_kept(
        self, manager: Client, maya, double
    ) -> None:
        for influencer in (maya, double):
            person = make_person(f"p{influencer.pk}", "x")
            Influencer.objects.filter(pk=influencer.pk).update(person=person)
        asked = form(maya, double, **{"pick.name": double.pk})
        page = manager.post(MERGE, asked)
        assert page.status_code == 422
        assert "Choose who keeps the access" in text(page)
        assert text(page).count("Two people sign in") == 2
        shown = page.context["comparison"].choices
        assert {c.key: c.default for c in shown if c.key == "name"} == {"name": double.pk}
        page = manager.post(MERGE, {**asked, "pick.person": maya.pk})
        assert page.status_code == 302

    def test_no_page_that_stays_is_no_merge(self, manager: Client, maya, double) -> None:
        page = manager.post(MERGE, {**form(maya, double), "keep": ""})
        assert page.status_code == 422
        assert "Choose whose page stays." in text(page)

    def test_if_one_is_gone_the_other_one_is_searched_for_again(
        self, manager: Client, maya, double
    ) -> None:
        asked = form(maya, double)
        double.delete()
        page = manager.post(MERGE, asked)
        assert page.status_code == 422
        assert "is not here any more" in text(page)


class TestWayBack:
    def test_undo_brings_them_back(self, manager: Client, viewer: Client, maya, double) -> None:
        merged = merge(maya, double)
        url = f"{BASE}merges/{merged.pk}/"
        assert "Undo this merge" in text(manager.get(url))
        assert "Undo this merge" not in text(viewer.get(url))
        assert viewer.post(f"{url}undo/").status_code == 403
        page = manager.post(f"{url}undo/", follow=True)
        assert page.redirect_chain == [(f"{BASE}{maya.pk}/", 302)]
        assert "The merge is undone." in text(page)
        assert manager.get(f"{BASE}{double.pk}/").status_code == 200
        assert "Undone" in text(manager.get(url))

    def test_what_was_edited_since_is_shown(self, manager: Client, maya, double) -> None:
        merged = merge(maya, double)
        Note.objects.create(influencer=maya, text="new")
        page = manager.post(f"{BASE}merges/{merged.pk}/undo/", follow=True)
        assert "1 note added since, with the one that stayed" in text(page)
        assert f"{BASE}merges/{merged.pk}/" in page.redirect_chain[0][0]

    def test_when_it_is_over_the_page_says_so(self, manager: Client, maya, double) -> None:
        merged = merge(maya, double)
        Merge.objects.update(kept={})
        url = f"{BASE}merges/{merged.pk}/"
        page = text(manager.get(url))
        assert "Not possible any more" in page
        assert "1 creator " in page
        assert "cannot be undone any more" in text(manager.post(f"{url}undo/", follow=True))
        assert manager.get(f"{BASE}merges/{2**40}/").status_code == 404


def test_a_member_of_some_groups_finds_no_pair_merge_or_person_of_others(
    client: Client, oak: Organization, maya, double
) -> None:
    group = Group.objects.create(name="Food", key="food")
    Influencer.objects.filter(pk=maya.pk).update(group=group)
    person = make_person("limited", "x")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    GroupMember.objects.create(group=group, user=person)
    client.force_login(person)
    pair, hidden = a_pair(maya, double), Influencer.objects.create(name="Tom")
    merged = merge(hidden, Influencer.objects.create(name="Tim"))

    assert "No duplicates" in text(client.get(QUEUE))
    assert client.post(f"{QUEUE}{pair.pk}/dismiss/").status_code == 404
    both = f"{MERGE}?influencer={maya.pk}&influencer={double.pk}"
    assert "Maya B." not in text(client.get(both, follow=True))
    assert client.get(f"{MERGE}?influencer={double.pk}").status_code == 404
    assert client.post(MERGE, form(maya, double)).status_code == 422
    assert client.post(f"{BASE}merges/{merged.pk}/undo/").status_code == 404
    assert client.get(f"{BASE}{merged.merged_ids[0]}/").status_code == 404
    assert Influencer.objects.count() == 3
    assert Duplicate.objects.count() == 1
    assert not Event.objects.filter(actor=person).exists()


def test_only_a_message_with_a_way_back_has_one() -> None:
    class Message:
        extra_tags = "safe"

    assert undo_of(Message()) is None  # type: ignore[arg-type]


def test_two_who_merge_the_same_creators_the_other_way_round_do_it_once(
    manager: Client, maya: Influencer, double: Influencer
) -> None:
    """The page that compares was read by both before the first of them merged."""
    values = form(maya, double, keep=double.pk)
    with pytest.MonkeyPatch.context() as patch:

        def merge_first(*args: object, **values: object) -> Merge:
            patch.undo()
            merge(maya, double)
            return merge_service.merge_influencers(*args, **values)  # type: ignore[arg-type]

        patch.setattr(merge_service, "merge_influencers", merge_first)
        answer = manager.post(MERGE, values)
    assert answer.status_code == 422
    assert "One of them is not here any more." in text(answer)
