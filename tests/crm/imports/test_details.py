"""Custom fields of every kind and rates: written, updated, and taken back to what was there before, or to nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm.enums import FieldKind, Network, PostKind
from crm.models import CustomField, CustomValue, Influencer, Rate, SocialAccount
from crm.policies.fields import Typed
from crm.services.fields import archive_field, set_values
from crm.services.imports.runs import begin_import, map_columns
from crm.views.imports.rows import shown_rows
from tenancy.models import User
from tests.crm.imports.conftest import (
    fates,
    finish,
    fresh,
    imported,
    previewed,
    reasons,
    rolled_back,
    the_row,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
HEAD = "E-mail;text;number;money;date;choice;multi_choice;url;yes_no\n"
FIRST = "maya@example.com;Hi;-1.150,5;12,50 €;31.12.2025;RED;blue|Red;example.com/x;ja\n"
SECOND = "maya@example.com;Ho;7;8,00 USD;01.02.2026;Blue;Blue;example.com/y;nein\n"
WRITTEN = {  # by kind: text, number, currency, day, options
    "text": ("Hi", None, "", None, []),
    "number": ("", Decimal("-1150.5"), "", None, []),
    "money": ("", Decimal("12.5"), "EUR", None, []),
    "date": ("", None, "", date(2025, 12, 31), []),
    "choice": ("Red", None, "", None, []),
    "multi_choice": ("", None, "", None, ["Red", "Blue"]),
    "url": ("https://example.com/x", None, "", None, []),
    "yes_no": ("", Decimal(1), "", None, []),
}
OVERWRITTEN = {
    "text": ("Ho", None, "", None, []),
    "number": ("", Decimal(7), "", None, []),
    "money": ("", Decimal(8), "USD", None, []),
    "date": ("", None, "", date(2026, 2, 1), []),
    "choice": ("Blue", None, "", None, []),
    "multi_choice": ("", None, "", None, ["Blue"]),
    "url": ("https://example.com/y", None, "", None, []),
    "yes_no": ("", Decimal(0), "", None, []),
}


@pytest.fixture
def _fields(_in_oak: None) -> None:
    for kind in FieldKind:
        CustomField.objects.create(name=kind, key=kind, kind=kind, options=["Red", "Blue"])


@pytest.fixture
def maya() -> Influencer:
    return Influencer.objects.create(name="Maya", email="maya@example.com")


def kept() -> dict[str, tuple[object, ...]]:
    """Every custom value that there is, in its columns."""
    rows = CustomValue.objects.select_related("field")
    return {
        row.field.key: (row.text, row.number, row.currency, row.day, row.options) for row in rows
    }


def overwritten(content: str, ada: User):
    """An import whose columns replace what is there."""
    parent = previewed(content, ada)
    chosen = [{"field": each["field"], "policy": "overwrite"} for each in parent.columns]
    map_columns(parent, chosen, actor=ada)
    finish()
    begin_import(fresh(parent), actor=ada)
    finish()
    return fresh(parent)


# --- custom fields ---
@pytest.mark.usefixtures("_fields")
def test_each_kind_is_written_in_its_own_column(ada: User) -> None:
    parent = imported(HEAD + FIRST, ada)
    assert reasons(parent) == []
    assert kept() == WRITTEN
    assert previewed(HEAD + FIRST, ada).counts == {"unchanged": 1}


@pytest.mark.usefixtures("_fields")
def test_a_value_that_is_there_stays_unless_the_column_overwrites(ada: User) -> None:
    imported(HEAD + FIRST, ada)
    assert previewed(HEAD + SECOND, ada).counts == {"unchanged": 1}
    parent = overwritten(HEAD + SECOND, ada)
    assert parent.written == {"new": 0, "update": 1}
    assert kept() == OVERWRITTEN
    assert the_row(parent, 2).changes["custom.yes_no"] == [True, False]
    assert the_row(parent, 2).changes["custom.money"] == [["12.50", "EUR"], ["8.00", "USD"]]


@pytest.mark.usefixtures("_fields")
def test_the_preview_shows_values_as_people_read_them(ada: User) -> None:
    imported(HEAD + FIRST, ada)
    parent = previewed(HEAD + SECOND, ada)
    chosen = [{"field": each["field"], "policy": "overwrite"} for each in parent.columns]
    map_columns(parent, chosen, actor=ada)
    finish()
    [row] = shown_rows(parent, [the_row(parent, 2)])
    shown = {change.label: (change.before, change.after) for change in row.changes}
    assert shown["date"] == ("31 Dec 2025", "1 Feb 2026")
    assert shown["yes_no"] == ("Yes", "No")


@pytest.mark.usefixtures("_fields")
def test_values_return_to_those_before_the_import(ada: User) -> None:
    imported(HEAD + FIRST, ada)
    rolled_back(overwritten(HEAD + SECOND, ada), ada)
    assert kept() == WRITTEN


@pytest.mark.usefixtures("_fields")
def test_values_where_none_were_return_to_none(ada: User, maya: Influencer) -> None:
    parent = rolled_back(imported(HEAD + FIRST, ada), ada)
    assert the_row(parent, 2).kept == {}
    assert kept() == {}
    assert Influencer.objects.get() == maya


@pytest.mark.usefixtures("_fields")
def test_a_value_that_was_emptied_since_stays_empty(ada: User, maya: Influencer) -> None:
    parent = imported(HEAD + FIRST, ada)
    CustomValue.objects.exclude(field__key="text").delete()
    assert the_row(rolled_back(parent, ada), 2).kept == {
        f"custom.{kind}": None for kind in FieldKind if kind != FieldKind.TEXT
    }
    assert kept() == {}


def test_a_field_that_is_archived_since_is_taken_back_all_the_same(
    ada: User, maya: Influencer
) -> None:
    field = CustomField.objects.create(name="Diet", key="diet", kind=FieldKind.TEXT)
    set_values(maya, {field: Typed(text="vegan")}, actor=ada)
    parent = overwritten("E-mail,Diet\nmaya@example.com,none\n", ada)
    archive_field(field, actor=ada)
    rolled_back(parent, ada)
    assert kept() == {"diet": ("vegan", None, "", None, [])}


@pytest.mark.usefixtures("_fields")
def test_what_a_field_s_kind_does_not_hold_is_refused(ada: User) -> None:
    parent = previewed(
        "Name;number;money;date;choice;multi_choice;url;yes_no\n"
        "Maya;many;1150;soon;green;Red|green;no address;perhaps\n",
        ada,
    )
    assert [reason for _, reason in reasons(parent)] == [
        "is not a number.",
        "names no currency. Write it as 1150 EUR.",
        "is no date. Write it as 2026-11-29.",
        "“green” is no choice of this field. Choose from: Red, Blue.",
        "“green” is no choice of this field. Choose from: Red, Blue.",
        "Enter a web address such as https://example.com/page.",
        "is neither yes nor no.",
    ]


# --- rates ---
RATES = "E-mail,Rate TikTok,Instagram rate per reel\nmaya@example.com,150 EUR,80.5 USD\n"


def prices() -> list[tuple[str, str, str, str]]:
    rows = Rate.objects.order_by("network", "kind")
    return [(row.network, row.kind, str(row.amount), row.currency) for row in rows]


def test_rates_are_overwritten_and_return_to_those_before(ada: User, maya: Influencer) -> None:
    before = ("tiktok", "video", "99.00", "GBP")
    Rate.objects.create(
        influencer=maya, network=Network.TIKTOK, kind=PostKind.VIDEO, amount=99, currency="GBP"
    )
    parent = overwritten(RATES, ada)
    assert prices() == [
        ("instagram", "short", "80.50", "USD"),
        ("tiktok", "video", "150.00", "EUR"),
    ]
    rolled_back(parent, ada)
    assert prices() == [before]


def test_a_rate_that_changed_since_stays(ada: User, maya: Influencer) -> None:
    parent = imported("E-mail,Rate TikTok\nmaya@example.com,150 EUR\n", ada)
    Rate.objects.update(amount=160)
    assert the_row(rolled_back(parent, ada), 2).kept == {"rate.tiktok.video": ["160.00", "EUR"]}
    assert prices() == [("tiktok", "video", "160.00", "EUR")]


# --- accounts and their numbers ---
def test_numbers_are_those_of_the_only_account_that_there_is(ada: User, maya: Influencer) -> None:
    for network, handle in (("instagram", "maya.b"), ("youtube", "mayabakes"), ("x", "maya")):
        SocialAccount.objects.create(
            influencer=maya, network=network, account_type=network, handle=handle
        )
    content = "E-mail,Instagram followers,YouTube subscribers\nmaya@example.com,1200,80\n"
    parent = imported(content, ada)
    numbers = [
        (row.handle, *row.readings.values_list("followers", flat=True))
        for row in SocialAccount.objects.order_by("pk")
    ]
    assert numbers == [("maya.b", 1200), ("mayabakes", 80), ("maya",)]
    assert parent.counts["update"] == 1
    SocialAccount.objects.create(
        influencer=maya, network="instagram", account_type="instagram", handle="maya.too"
    )
    assert reasons(previewed(content, ada)) == [
        ["", "The row has numbers of Instagram, but names no account there."]
    ]


def test_a_row_whose_numbers_have_no_account_is_nobody_s_first(ada: User) -> None:
    parent = previewed(
        "Name,E-mail,Instagram followers\nMaya,maya@example.com,1200\nMaya,maya@example.com,\n", ada
    )
    assert fates(parent) == [(2, "error"), (3, "new")]
