"""Custom fields and tags in the settings."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from crm.enums import FieldKind
from crm.models import CustomField, Tag
from crm.services.collections.tags import create_tag, tag_influencers
from crm.services.fields import create_field
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.crm.test_details_pages import undo_button
from tests.factories.crm import InfluencerFactory
from tests.submitting import fresh, submit

pytestmark = pytest.mark.django_db
FIELDS, TAGS = "/o/oak/settings/fields/", "/o/oak/settings/tags/"


def names(oak: Organization) -> list[str]:
    """The fields in use, in their order."""
    with organization_scope(oak):
        rows = CustomField.objects.filter(archived_at=None).order_by("position")
        return list(rows.values_list("name", flat=True))


def test_a_field_is_added_and_changed_its_kind_stays(
    oak: Organization, signed_in: Callable[[Role], Client]
) -> None:
    admin = signed_in(Role.ADMIN)
    assert "No custom fields" in admin.get(FIELDS).content.decode()
    assert admin.get(f"{FIELDS}add/").status_code == 200
    choice = {"name": "Diet", "kind": "choice"}
    answer = admin.post(f"{FIELDS}add/", {**fresh(), **choice})
    assert "Enter the choices, one in each line." in answer.content.decode()
    admin.post(f"{FIELDS}add/", {**fresh(), **choice, "options": "Vegan\nAny", "is_required": "on"})
    with organization_scope(oak):
        field = CustomField.objects.get()
        assert (field.kind, field.options, field.is_required) == ("choice", ["Vegan", "Any"], True)
    url = f"{FIELDS}{field.pk}/"
    assert "Vegan\nAny" in admin.get(url).content.decode()
    assert admin.post(url, {"name": "Diet", "options": ""}).status_code == 422
    submit(admin, url, {"name": "Food", "options": "Vegan", "kind": "text"})
    with organization_scope(oak):
        field.refresh_from_db()
        assert (field.name, field.kind, field.is_required) == ("Food", "choice", False)
    assert admin.get(f"{FIELDS}0/").status_code == 404


def test_only_a_field_with_choices_asks_for_them_and_the_ends_move_no_further(
    oak: Organization, signed_in: Callable[[Role], Client]
) -> None:
    admin = signed_in(Role.ADMIN)
    with organization_scope(oak):
        text, choice = (
            CustomField.objects.create(name=kind, key=kind, kind=kind, options=options, position=n)
            for n, (kind, options) in enumerate((("text", []), ("choice", ["Red"])))
        )
    assert 'name="options"' not in admin.get(f"{FIELDS}{text.pk}/").content.decode()
    assert 'name="options"' in admin.get(f"{FIELDS}{choice.pk}/").content.decode()
    submit(admin, f"{FIELDS}{text.pk}/", {"name": "Motto"})
    assert names(oak) == ["Motto", "choice"]
    page = admin.get(FIELDS).content.decode()
    assert re.findall(r'value="(up|down)" (disabled)?', page) == [
        ("up", "disabled"), ("down", ""), ("up", ""), ("down", "disabled"),
    ]  # fmt: skip


def test_fields_are_put_in_order_archived_and_restored(
    oak: Organization, signed_in: Callable[[Role], Client]
) -> None:
    admin = signed_in(Role.ADMIN)
    with organization_scope(oak):
        a, b, _ = (create_field(name, FieldKind.TEXT, actor=None) for name in "ABC")
    for pk, way, order in (
        (b.pk, "up", ["B", "A", "C"]),
        (b.pk, "up", ["B", "A", "C"]),
        (b.pk, "down", ["A", "B", "C"]),
        (b.pk, "down", ["A", "C", "B"]),
        (b.pk, "down", ["A", "C", "B"]),
    ):
        admin.post(f"{FIELDS}{pk}/move/", {"to": way})
        assert names(oak) == order
    page = admin.post(f"{FIELDS}{a.pk}/archive/", follow=True).content.decode()
    assert names(oak) == ["C", "B"]
    assert "Archived fields" in page
    admin.post(f"{FIELDS}{a.pk}/move/", {"to": "up"})
    page = admin.post(undo_button(page), follow=True).content.decode()
    assert names(oak) == ["A", "C", "B"]
    assert undo_button(page) == f"{FIELDS}{a.pk}/archive/"


def test_a_tag_is_renamed_merged_and_deleted_with_everybody_who_has_it(
    oak: Organization, manager: Client
) -> None:
    assert "No tags yet" in manager.get(TAGS).content.decode()
    with organization_scope(oak):
        maya, noor = (InfluencerFactory.create(name=name) for name in ("Maya", "Noor"))
        bread, baking = (create_tag(name, actor=None) for name in ("Bread", "Baking"))
        tag_influencers(bread, [maya, noor], actor=None)
        tag_influencers(baking, [maya], actor=None)
    assert manager.get(f"{TAGS}{bread.pk}/").status_code == 200
    for wrong in ("baking", "\u200b", ""):
        answer = manager.post(f"{TAGS}{bread.pk}/", {"name": wrong, "color": "red"})
        assert answer.status_code == 422
    submit(manager, f"{TAGS}{bread.pk}/", {"name": "Bakers", "color": "red"})
    assert 'tag is-red">Bakers' in manager.get(TAGS).content.decode()

    merge = f"{TAGS}{bread.pk}/merge/"
    assert manager.post(merge, {"into": bread.pk}).status_code == 422
    page = manager.post(merge, {"into": baking.pk}, follow=True).content.decode()
    assert "2 creators have the tag “Baking” now." in page
    with organization_scope(oak):
        assert Tag.objects.get() == baking
        assert baking.taggings.count() == 2
    assert "2 creators have" in " ".join(
        manager.get(f"{TAGS}{baking.pk}/delete/").content.decode().split()
    )
    page = manager.post(f"{TAGS}{baking.pk}/delete/", follow=True).content.decode()
    assert "2 creators had it." in page
    again = manager.post(f"{TAGS}{baking.pk}/delete/", follow=True).content.decode()
    assert "This tag is deleted already." in again
    merged = manager.post(f"{TAGS}{bread.pk}/merge/", {"into": baking.pk}, follow=True)
    assert "This tag is deleted already." in merged.content.decode()
    assert manager.post(f"{TAGS}999/delete/").status_code == 404


def test_the_pages_cost_the_same_for_many(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        for number in range(10):
            create_tag(f"tag {number}", actor=None)
            create_field(f"field {number}", FieldKind.TEXT, actor=None)
    assert queries_in(viewer, TAGS) <= 8
    assert queries_in(viewer, FIELDS) <= 8


def test_managers_change_no_fields_and_viewers_no_tags(
    oak: Organization, manager: Client, viewer: Client
) -> None:
    with organization_scope(oak):
        field = create_field("Diet", FieldKind.TEXT, actor=None)
        tag = create_tag("Bread", actor=None)
    for url in ("add/", *(f"{field.pk}/{verb}" for verb in ("", "move/", "archive/", "restore/"))):
        assert manager.post(f"{FIELDS}{url}", {"name": "x"}).status_code == 403
    for verb in ("", "merge/", "delete/"):
        assert viewer.post(f"{TAGS}{tag.pk}/{verb}", {"name": "x"}).status_code == 403
    assert "Add field" not in manager.get(FIELDS).content.decode()
    assert ">Merge<" not in viewer.get(TAGS).content.decode()
