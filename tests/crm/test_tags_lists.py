"""Influencers are sorted by tags and put on lists."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from crm.errors import NameTaken, NameTakenSince
from crm.models import Influencer, ListEntry, Tag, Tagging
from crm.services.collections import tags
from crm.services.collections.lists import (
    add_to_list,
    create_list,
    delete_list,
    edit_list,
    remove_from_list,
    restore_list,
)
from crm.services.collections.tags import (
    create_tag,
    delete_tag,
    edit_tag,
    restore_tag,
    tag_influencers,
    untag_influencers,
)
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import crm_events
from tests.factories.crm import InfluencerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def events() -> list[tuple[str, int, str]]:
    return [(event.verb, event.object_id, event.text.label) for event in crm_events()]


def two() -> list[Influencer]:
    return [InfluencerFactory.create(name=name) for name in ("Maya", "Noor")]


def test_a_tag_is_one_whatever_its_capitals_and_accents(owner: User) -> None:
    tag = create_tag(" Café  owners ", actor=owner)
    assert tag.name == "Café owners"
    assert create_tag("CAFE OWNERS", actor=owner) == tag
    assert Tag.objects.count() == 1


def test_of_two_who_make_the_same_tag_at_once_both_get_the_one(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, named = create_tag("food", actor=owner), tags._tag_named

    def late(name: str) -> None:
        monkeypatch.setattr(tags, "_tag_named", named)  # the other was faster, after our look

    monkeypatch.setattr(tags, "_tag_named", late)
    assert create_tag("Food", actor=owner) == tag
    assert events() == [("tag.created", tag.pk, "food")]


def test_a_tag_that_nobody_can_see_is_refused(owner: User) -> None:
    with pytest.raises(ValidationError):
        create_tag("\u200b\u3164", actor=owner)
    assert not Tag.objects.exists()


def test_influencers_are_tagged_once_and_who_was_new_is_returned(owner: User) -> None:
    maya, noor = two()
    tag = create_tag("food", actor=owner)
    assert tag_influencers(tag, [maya], actor=owner) == [maya]
    assert tag_influencers(tag, [maya, noor], actor=owner) == [noor]
    assert Tagging.objects.count() == 2
    assert untag_influencers(tag, [noor], actor=owner) == [noor]
    assert untag_influencers(tag, [noor], actor=owner) == []
    assert [row.influencer for row in Tagging.objects.all()] == [maya]
    assert events() == [
        ("tag.created", tag.pk, "food"),
        ("influencer.tagged", maya.pk, "Maya"),
        ("influencer.tagged", noor.pk, "Noor"),
        ("influencer.untagged", noor.pk, "Noor"),
    ]


def test_a_tag_is_renamed_for_all_and_no_two_get_one_name(owner: User) -> None:
    food, _ = create_tag("food", actor=owner), create_tag("drinks", actor=owner)
    edit_tag(food, name="meals", color="green", actor=owner)
    assert Tag.objects.get(pk=food.pk).color == "green"
    with pytest.raises(NameTaken, match="There is one named Drinks already"):
        edit_tag(food, name="Drinks", color="green", actor=owner)
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["drinks", "meals"]


def test_a_deleted_tag_is_taken_from_everybody(owner: User) -> None:
    tag = create_tag("food", actor=owner)
    tag_influencers(tag, two(), actor=owner)
    kept = delete_tag(tag, actor=owner)
    assert not Tagging.objects.exists()
    assert Influencer.objects.count() == 2
    assert delete_tag(tag, actor=owner) == {}
    assert [verb for verb, *_ in events()][-3:] == [
        "influencer.untagged",
        "influencer.untagged",
        "tag.deleted",
    ]
    restored = restore_tag(kept, actor=owner)
    assert (restored.pk, restored.name, restored.color) == (tag.pk, "food", "grey")
    assert events()[-1] == ("tag.restored", tag.pk, "food")
    with pytest.raises(NameTakenSince, match="another one named food by now"):
        restore_tag(kept, actor=owner)


def test_a_list_takes_influencers_once_and_gives_them_back(owner: User) -> None:
    maya, noor = two()
    bakers = create_list("Bakers", actor=owner)
    assert add_to_list(bakers, [maya], actor=owner) == [maya]
    assert add_to_list(bakers, [noor, maya], actor=owner) == [noor]
    assert remove_from_list(bakers, [maya], actor=owner) == [maya]
    assert remove_from_list(bakers, [maya], actor=owner) == []
    assert [(row.influencer, row.added_by) for row in ListEntry.objects.all()] == [(noor, owner)]
    assert [verb for verb, *_ in events()] == [
        "list.created",
        "influencer.listed",
        "influencer.listed",
        "influencer.unlisted",
    ]


def test_no_two_lists_have_one_name(owner: User) -> None:
    bakers = create_list("Bakers", actor=owner)
    with pytest.raises(NameTaken):
        create_list("bäkers", actor=owner)
    edit_list(bakers, name="Bread", description="Sourdough", actor=owner)
    create_list("Bakers", actor=owner)
    with pytest.raises(NameTaken):
        edit_list(bakers, name="bakers", description="", actor=owner)


def test_a_deleted_list_leaves_its_influencers(owner: User) -> None:
    bakers = create_list("Bakers", actor=owner)
    add_to_list(bakers, two(), actor=owner)
    delete_list(bakers, actor=owner)
    assert Influencer.objects.count() == 2
    assert events()[-1] == ("list.deleted", events()[0][1], "Bakers")


def test_a_list_whose_maker_has_gone_since_is_restored_without_them(owner: User) -> None:
    leaver = User.objects.create_user("lee@oak.example", name="Lee")
    bakers = create_list("Bakers", description="Sourdough", actor=leaver)
    kept = delete_list(bakers, actor=owner)
    assert delete_list(bakers, actor=owner) == {}
    leaver.delete()
    restored = restore_list(kept, actor=owner)
    assert (restored.pk, restored.description, restored.created_by) == (
        bakers.pk,
        "Sourdough",
        None,
    )
    assert events()[-1] == ("list.restored", bakers.pk, "Bakers")


def test_two_organizations_have_tags_and_lists_of_one_name(owner: User, elm: Organization) -> None:
    create_tag("food", actor=owner)
    create_list("Bakers", actor=owner)
    with organization_scope(elm):
        assert Tag.objects.count() == 0
        create_tag("food", actor=owner)
        create_list("Bakers", actor=owner)
        assert Tag.objects.count() == 1
