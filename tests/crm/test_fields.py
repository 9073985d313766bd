"""Custom fields: typed, validated, kept once for each influencer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue
from crm.policies.fields import Typed, shown_value, typed_value, written_value
from crm.services.fields import (
    archive_field,
    create_field,
    edit_field,
    restore_field,
    set_values,
)
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.factories.crm import InfluencerFactory

SIZES = ["S", "M", "L"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.TEXT, " left-handed ", Typed(text="left-handed")),
        (FieldKind.URL, "example.com/a", Typed(text="https://example.com/a")),
        (FieldKind.NUMBER, "1200.5", Typed(number=Decimal("1200.5"))),
        (FieldKind.NUMBER, "-3", Typed(number=Decimal(-3))),
        (FieldKind.MONEY, "1200.50 eur", Typed(number=Decimal("1200.5"), currency="EUR")),
        (FieldKind.DATE, "2026-11-29", Typed(day=date(2026, 11, 29))),
        (FieldKind.CHOICE, "m", Typed(text="M")),
        (FieldKind.MULTI_CHOICE, ["l", "S", "l"], Typed(options=["S", "L"])),
        (FieldKind.YES_NO, "Yes", Typed(number=Decimal(1))),
        (FieldKind.YES_NO, "no", Typed(number=Decimal(0))),
        (FieldKind.NUMBER, "  ", None),
        (FieldKind.MULTI_CHOICE, [], None),
    ],
)
def test_a_value_is_read_as_its_kind_says(kind: str, text: str, value: Typed | None) -> None:
    assert typed_value(kind, SIZES, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "advice"),
    [
        (FieldKind.NUMBER, "1,200", "with a point for decimals"),
        (FieldKind.NUMBER, "1_0", "with a point for decimals"),
        (FieldKind.NUMBER, "١٢", "with a point for decimals"),
        (FieldKind.NUMBER, "1e9", "with a point for decimals"),
        (FieldKind.NUMBER, "12345678901234567", "with a point for decimals"),
        (
            FieldKind.NUMBER,
            "9999999999999999.99999",
            "at most four digits behind the decimal point",
        ),
        (FieldKind.MONEY, "0.00003 EUR", "at most four digits behind the decimal point"),
        (FieldKind.MONEY, "1200", "such as 1200.50 EUR"),
        (FieldKind.MONEY, "1.200,50 EUR", "with a point for decimals"),
        (FieldKind.DATE, "29.11.2026", "such as 2026-11-29"),
        (FieldKind.DATE, "2026-02-30", "such as 2026-11-29"),
        (FieldKind.CHOICE, "XL", "Choose from: S, M, L"),
        (FieldKind.MULTI_CHOICE, ["S", "XL"], "Choose from: S, M, L"),
        (FieldKind.URL, "javascript:alert(1)", "such as https://example.com/page"),
        (FieldKind.URL, "ftp://example.com", "such as https://example.com/page"),
        (FieldKind.TEXT, "x" * 2001, "Shorten this to 2000 characters"),
        (FieldKind.YES_NO, "maybe", "Enter yes or no"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(kind: str, text: str, advice: str) -> None:
    with pytest.raises(ValidationError, match=advice):
        typed_value(kind, SIZES, text)


@given(st.decimals(-(10**15), 10**15, places=4))
def test_a_written_number_is_read_as_the_same(number: Decimal) -> None:
    for kind, value in (
        (FieldKind.NUMBER, Typed(number=number)),
        (FieldKind.MONEY, Typed(number=number, currency="EUR")),
    ):
        assert typed_value(kind, [], written_value(kind, value)) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.TEXT, Typed(text="left-handed")),
        (FieldKind.DATE, Typed(day=date(2026, 11, 29))),
        (FieldKind.CHOICE, Typed(text="M")),
        (FieldKind.YES_NO, Typed(number=Decimal(0))),
    ],
)
def test_a_written_value_is_read_as_the_same(kind: str, value: Typed) -> None:
    assert typed_value(kind, SIZES, written_value(kind, value)) == value


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (FieldKind.MONEY, Typed(number=Decimal("1200.5000"), currency="EUR"), "1,200.50\xa0EUR"),
        (FieldKind.MONEY, Typed(number=Decimal(900), currency="JPY"), "900.00\xa0JPY"),
        (FieldKind.MONEY, Typed(number=Decimal("-0.0125"), currency="EUR"), "−0.0125\xa0EUR"),
        (FieldKind.NUMBER, Typed(number=Decimal("1200.5000")), "1,200.5"),
        (FieldKind.NUMBER, Typed(number=Decimal("0.0001")), "0.0001"),
        (FieldKind.NUMBER, Typed(number=Decimal("100000.0000")), "100,000"),
        (FieldKind.DATE, Typed(day=date(2026, 11, 29)), "29 Nov 2026"),
        (FieldKind.YES_NO, Typed(number=Decimal(0)), "No"),
        (FieldKind.TEXT, Typed(text="1200.50 EUR"), "1200.50 EUR"),
    ],
)
def test_amounts_and_numbers_are_shown_in_groups_with_every_digit(
    kind: str, value: Typed, shown: str
) -> None:
    assert shown_value(kind, value) == shown


def test_choices_are_written_in_the_order_of_the_field() -> None:
    assert written_value(FieldKind.MULTI_CHOICE, Typed(options=["S", "L"])) == "S; L"


@pytest.mark.django_db
@pytest.mark.usefixtures("_scope")
class TestFields:
    def test_each_gets_a_key_of_its_own_from_its_name(self, owner: User) -> None:
        keys = [
            create_field(name, FieldKind.TEXT, actor=owner).key
            for name in ("Shoe size", "shoe-size", "靴", "鞋", "Shoe size")
        ]
        assert keys == ["shoe_size", "shoe_size_2", "field", "field_2", "shoe_size_3"]
        assert list(CustomField.objects.order_by("position").values_list("key", flat=True)) == keys

    def test_a_choice_needs_choices_that_differ(self, owner: User) -> None:
        for options, advice in (
            (["", " "], "Enter the choices"),
            (["S", "s"], "differ by capitals"),
            (["x" * 61], "at most 60 characters"),
        ):
            with pytest.raises(ValidationError, match=advice):
                create_field("Size", FieldKind.CHOICE, options=options, actor=owner)
        field = create_field("Size", FieldKind.CHOICE, options=[" S ", "M", "S"], actor=owner)
        assert field.options == ["S", "M"]

    def test_a_field_of_another_kind_has_none(self, owner: User) -> None:
        assert create_field("Notes", FieldKind.TEXT, options=["S"], actor=owner).options == []

    def test_a_choice_that_somebody_has_cannot_go(self, owner: User) -> None:
        maya = InfluencerFactory.create()
        one = create_field("Size", FieldKind.CHOICE, options=SIZES, actor=owner)
        many = create_field("Sizes", FieldKind.MULTI_CHOICE, options=SIZES, actor=owner)
        set_values(maya, {one: Typed(text="M"), many: Typed(options=["S", "M"])}, actor=owner)
        for field in (one, many):
            with pytest.raises(ValidationError, match="Influencers have the choice “M”"):
                edit_field(field, name="Size", options=["S", "L"], actor=owner)
            edit_field(field, name="Dress size", options=["S", "M"], actor=owner)
            field.refresh_from_db()
            assert (field.name, field.options) == ("Dress size", ["S", "M"])

    def test_the_hundred_and_first_is_refused_until_one_is_archived(self, owner: User) -> None:
        fields = [create_field(f"F{n}", FieldKind.TEXT, actor=owner) for n in range(100)]
        with pytest.raises(ValidationError, match="Archive one first"):
            create_field("One more", FieldKind.TEXT, actor=owner)
        archive_field(fields[0], actor=owner)
        create_field("One more", FieldKind.TEXT, actor=owner)

    def test_an_archived_field_keeps_its_values(self, owner: User) -> None:
        maya = InfluencerFactory.create()
        field = create_field("Hand", FieldKind.TEXT, actor=owner)
        set_values(maya, {field: Typed(text="left")}, actor=owner)
        archive_field(field, actor=owner)
        assert CustomField.objects.get().archived_at is not None
        restore_field(field, actor=owner)
        assert CustomField.objects.get().archived_at is None
        assert CustomValue.objects.get().text == "left"

    def test_values_are_set_changed_and_emptied_and_only_changes_are_events(
        self, owner: User
    ) -> None:
        maya = InfluencerFactory.create(name="Maya")
        hand = create_field("Hand", FieldKind.TEXT, actor=owner)
        size = create_field("Size", FieldKind.NUMBER, actor=owner)
        both = {hand: Typed(text="left"), size: Typed(number=Decimal("38.5"))}
        assert set_values(maya, both, actor=owner) == [hand, size]
        assert set_values(maya, both, actor=owner) == []
        assert set_values(maya, {hand: None}, actor=owner) == [hand]
        assert set_values(maya, {hand: None}, actor=owner) == []
        assert [value.number for value in CustomValue.objects.all()] == [Decimal("38.5")]
        edits = Event.objects.filter(verb="influencer.edited").order_by("pk")
        assert [event.text.detail for event in edits] == [
            {"fields": ["Hand", "Size"]},
            {"fields": ["Hand"]},
        ]


@pytest.mark.django_db(transaction=True)
def test_a_field_that_is_added_several_times_at_once_is_one_field() -> None:
    oak, together = Organization.objects.create(name="Oak", slug="oak"), Barrier(4)

    def add(_: int) -> str:
        try:
            with organization_scope(oak):
                together.wait(timeout=30)
                return create_field("Shoe size", FieldKind.TEXT, actor=None).key
        except ValidationError as problem:
            return problem.messages[0][:30]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(add, range(4)))
    with organization_scope(oak):
        kept = list(CustomField.objects.values_list("key", flat=True))
    assert len(kept) == sum("shoe_size" in each for each in said)
    assert set(said) <= {*kept, "A field of this name was added"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_scope")
def test_a_key_that_was_taken_at_the_same_moment_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_field("Shoe size", FieldKind.TEXT, actor=None)
    monkeypatch.setattr("crm.services.fields._free_key", lambda name: "shoe_size")
    with pytest.raises(ValidationError, match="added at the same moment"):
        create_field("Shoe size", FieldKind.TEXT, actor=None)
    assert CustomField.objects.count() == 1
