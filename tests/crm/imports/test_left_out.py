"""Rows that an import leaves out: they come back as the same kind of file, and are read as the first one was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.enums import FieldKind
from crm.models import (
    AwaitedAccount,
    CustomField,
    Import,
    ImportRow,
    Influencer,
    OtherAddress,
    SocialAccount,
)
from crm.services.imports.runs import begin_import, map_columns
from crm.services.influencers import delete_influencer
from jobs.models import Work
from tenancy.models import Organization
from tenancy.scope import groups_scope, organization_scope
from tests.crm.imports.conftest import (
    fates,
    finish,
    fresh,
    imported,
    previewed,
    reasons,
    the_row,
    workbook,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]


def left_out(client: Client, oak: Organization, parent: Import) -> bytes:
    with organization_scope(oak):
        answer = client.get(f"/o/oak/influencers/import/{parent.pk}/left-out/")
        return b"".join(answer)


def test_the_corrected_file_is_mapped_as_the_file_was(ada, oak, manager: Client) -> None:
    parent = previewed("Person,Mail,Where\nMaya,nobody,Graz\nOle,o@x.com,Oslo\n", ada)
    chosen = [
        {"field": key, "policy": policy}
        for key, policy in (("name", "skip"), ("email", "skip"), ("city", "overwrite"))
    ]
    map_columns(parent, chosen, actor=ada)
    finish()
    begin_import(fresh(parent), actor=ada)
    finish()
    content = left_out(manager, oak, parent).replace(b"nobody", b"m@x.com")
    again = previewed(content, ada)
    mapped = [(each["name"], each["field"], each["policy"]) for each in again.columns]
    assert mapped[:3] == [
        ("Person", "name", "skip"), ("Mail", "email", "skip"), ("Where", "city", "overwrite"),
    ]  # fmt: skip
    assert [(name, field) for name, field, _ in mapped[3:]] == [("Row", ""), ("Reason", "")]
    assert again.remembered_from == "roster.csv"
    begin_import(again, actor=ada)
    finish()
    assert Influencer.objects.get(name="Maya").city == "Graz"
    assert previewed("person,MAIL,where\n,a@x.com,\n", ada).columns[2]["field"] == "city"


def test_of_a_workbook_it_is_a_workbook_whose_numbers_are_numbers(
    ada, oak, manager: Client
) -> None:
    CustomField.objects.create(name="Shoes", key="shoes", kind=FieldKind.NUMBER)
    content = workbook(
        ["Name", "E-mail", "Shoes", "Instagram", "IG engagement rate"],
        ["Maya", "nobody", 1.234, "maya", 0.01394],
        formats={4: "0.00%"},
    )
    parent = imported(content, ada, "roster.xlsx")
    assert the_row(parent, 2).cells[2:] == [1.234, "maya", "1.3940%"]
    again = previewed(left_out(manager, oak, parent), ada, "again.xlsx")
    assert (again.encoding, [each["name"] for each in again.columns][-2:]) == (
        "",
        ["Row", "Reason"],
    )
    assert the_row(again, 2).cells[:5] == ["Maya", "nobody", 1.234, "maya", "1.3940%"]
    assert [column for column, _ in reasons(again)] == ["E-mail"]


# --- required fields ---
def test_a_new_creator_without_a_required_value_is_refused_where_the_file_has_the_column(
    ada,
) -> None:
    CustomField.objects.create(name="Diet", key="diet", kind=FieldKind.TEXT, is_required=True)
    Influencer.objects.create(name="Ole", email="o@x.com")
    parent = previewed(
        "Name,E-mail,City,Diet\nMaya,m@x.com,,\nNoa,n@x.com,,vegan\nOle,o@x.com,Oslo,\n", ada
    )
    assert fates(parent) == [(2, "error"), (3, "new"), (4, "update")]
    assert reasons(parent) == [["Diet", "is required of new creators."]]


def test_the_preview_says_how_many_will_lack_what_is_required(ada, manager: Client) -> None:
    for name, is_required in (("Diet", True), ("Size", False)):
        CustomField.objects.create(
            name=name, key=name.lower(), kind=FieldKind.TEXT, is_required=is_required
        )
    parent = previewed("Name,E-mail\nMaya,m@x.com\nOle,o@x.com\n", ada)
    shown = manager.get(f"/o/oak/influencers/import/{parent.pk}/").content.decode()
    assert "2 new creators will have no value for" in shown
    assert "Diet" in shown
    assert "Size”" not in shown


# --- previews that nobody imports ---
def test_a_preview_that_nobody_imports_is_forgotten_within_a_day(ada) -> None:
    parent = previewed("Name,E-mail\nMaya,m@x.com\nOle,nobody\n", ada)
    work = Work.objects.get(kind="crm.import_forget")
    assert work.due_at - timezone.now() < timedelta(hours=24)
    begin_import(parent, actor=ada)
    work.refresh_from_db()
    assert work.due_at - timezone.now() > timedelta(days=29)
    Work.objects.filter(pk=work.pk).update(due_at=timezone.now())
    finish()
    assert not ImportRow.objects.exists()


# --- rows that were left out, and name somebody who goes ---
def test_a_row_left_out_goes_with_whom_it_names_though_it_hangs_on_nobody(ada) -> None:
    parent = imported(
        "Name,E-mail,Instagram,Birthday\n"
        "Maya,m@x.com,,never\n,,maya.food,never\nMaya F,other@x.com,,never\nmaya,nobody,,never\n"
        "Ole,o@x.com,ole,never\n",
        ada,
    )
    maya = Influencer.objects.create(name="Maya", email="m@x.com", phone="+4915112345678")
    OtherAddress.objects.create(influencer=maya, email="other@x.com")
    SocialAccount.objects.create(
        influencer=maya, network="instagram", account_type="instagram", handle="maya.food"
    )
    assert [number for number, _ in fates(parent)] == [2, 3, 4, 5, 6]
    delete_influencer(maya, actor=ada)
    assert fates(parent) == [(6, "error")]


def test_a_row_left_out_goes_though_it_names_them_by_an_awaited_handle_or_was_about_several(
    ada,
) -> None:
    one, other = (Influencer.objects.create(name=name, email=f"{name}@x.com") for name in "ab")
    AwaitedAccount.objects.create(influencer=other, handle="noa.winter")
    SocialAccount.objects.create(
        influencer=one, network="instagram", account_type="instagram", handle="noa"
    )
    parent = imported(
        "Name,Instagram,TikTok,City\nNoa,noa,noa.winter,Oslo\nKim,kim,kim.x,Oslo\n", ada
    )
    assert fates(parent) == [(2, "error"), (3, "new")]
    with groups_scope(frozenset()):
        other.delete()
    assert fates(parent) == [(3, "new")]


def test_a_row_whose_first_was_refused_is_no_duplicate_of_it(ada, monkeypatch) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.TEXT_ROWS", 1)
    parent = imported("Name,E-mail,Birthday\nMaya,m@x.com,never\nMaya,m@x.com,\n", ada)
    assert fates(parent) == [(2, "error"), (3, "new")]
