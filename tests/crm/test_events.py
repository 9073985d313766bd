"""The stream of events says what becomes of tags, lists, fields, notes and contracts, and who did it."""

from __future__ import annotations

import pytest

from crm.enums import ContractState, FieldKind, TagColor
from crm.models import Influencer
from crm.services.collections import lists, tags
from crm.services.documents import contracts
from crm.services.fields import (
    archive_field,
    create_field,
    edit_field,
    move_field,
    restore_field,
)
from crm.services.notes import delete_note, edit_note, write_note
from tenancy.models import User
from tests.crm.conftest import crm_events

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


@pytest.fixture
def maya(_scope: None) -> Influencer:
    return Influencer.objects.create(name="Maya Bakes")


def said(owner: User) -> list[tuple[str, str, object]]:
    """Verb, what it is about by name, and the event's detail; each by the owner."""
    events = crm_events()
    assert {event.actor for event in events} == {owner}
    return [(event.verb, event.text.label, event.detail) for event in events]


def test_events_of_a_tag(owner: User, maya: Influencer) -> None:
    tag, other = (tags.create_tag(name, actor=owner) for name in ("Vegan", "Baking"))
    tags.create_tag("vegan", actor=owner)
    tags.edit_tag(tag, name="Vegan food", color=TagColor.GREEN, actor=owner)
    tags.tag_influencers(tag, [maya], actor=owner)
    tags.tag_influencers(tag, [maya], actor=owner)
    tags.untag_influencers(tag, [maya], actor=owner)
    tags.tag_influencers(tag, [maya], actor=owner)
    about_tag, merged = {"tag": tag.pk}, {"count": 8, "into": other.pk}
    kept = tags.delete_tag(tag, actor=owner, had=7, into=other)
    tags.restore_tag(kept, actor=owner)
    assert said(owner) == [
        ("tag.created", "Vegan", {}),
        ("tag.created", "Baking", {}),
        ("tag.changed", "Vegan food", {}),
        ("influencer.tagged", "Maya Bakes", about_tag),
        ("influencer.untagged", "Maya Bakes", about_tag),
        ("influencer.tagged", "Maya Bakes", about_tag),
        ("influencer.untagged", "Maya Bakes", about_tag),
        ("tag.deleted", "Vegan food", merged),
        ("tag.restored", "Vegan food", {}),
    ]


def test_events_of_a_list(owner: User, maya: Influencer) -> None:
    made = lists.create_list("Autumn", actor=owner)
    lists.edit_list(made, name="Winter", description="", actor=owner)
    lists.add_to_list(made, [maya], actor=owner)
    lists.remove_from_list(made, [maya], actor=owner)
    lists.add_to_list(made, [maya], actor=owner)
    about_list = {"list": made.pk}
    kept = lists.delete_list(made, actor=owner)
    lists.restore_list(kept, actor=owner)
    assert said(owner) == [
        ("list.created", "Autumn", {}),
        ("list.changed", "Winter", {}),
        ("influencer.listed", "Maya Bakes", about_list),
        ("influencer.unlisted", "Maya Bakes", about_list),
        ("influencer.listed", "Maya Bakes", about_list),
        ("influencer.unlisted", "Maya Bakes", about_list),
        ("list.deleted", "Winter", {"count": 1}),
        ("list.restored", "Winter", {}),
    ]


def test_events_of_a_field(owner: User) -> None:
    field = create_field("Shoe size", FieldKind.NUMBER, actor=owner)
    edit_field(field, name="Size of shoes", actor=owner)
    move_field(field, 1, actor=owner)
    archive_field(field, actor=owner)
    restore_field(field, actor=owner)
    assert said(owner) == [
        ("field.created", "Shoe size", {}),
        ("field.changed", "Size of shoes", {}),
        ("field.changed", "Size of shoes", {}),
        ("field.archived", "Size of shoes", {}),
        ("field.restored", "Size of shoes", {}),
    ]


def test_events_of_a_note(owner: User, maya: Influencer) -> None:
    note = write_note(maya, "Likes bread.", author=owner)
    edit_note(note, "Likes bread.", actor=owner)
    edit_note(note, "Likes cake.", actor=owner)
    about_note = {"note": note.pk}
    removal = delete_note(note, actor=owner)
    assert said(owner) == [
        ("note.written", "Maya Bakes", about_note),
        ("note.edited", "Maya Bakes", about_note),
        ("note.deleted", "Maya Bakes", {**about_note, "removal": removal.pk}),
    ]


def test_events_of_a_contract(owner: User, maya: Influencer) -> None:
    contract = contracts.create_contract(maya, "Autumn", text="Two videos.", actor=owner)
    contracts.change_state(contract, ContractState.SENT, actor=owner)
    draft = contracts.add_version(contract, text="Three videos.", actor=owner)
    about_draft = {"contract": draft.pk}
    removal = contracts.delete_draft(draft, actor=owner)
    about = {"contract": contract.pk}
    assert said(owner) == [
        ("contract.created", "Maya Bakes", about),
        ("contract.changed", "Maya Bakes", {**about, "state": "sent"}),
        ("contract.created", "Maya Bakes", about_draft),
        ("contract.deleted", "Maya Bakes", {**about_draft, "removal": removal.pk}),
    ]
