"""An import leaves whoever is in no row of its file as they are, be it written, overwriting, rolled back or discarded."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from crm.enums import FieldKind, Network, PostKind
from crm.errors import TableRefused
from crm.models import (
    AccountReading,
    CustomField,
    CustomValue,
    Import,
    ImportRow,
    Influencer,
    Rate,
    SocialAccount,
    Tag,
    Tagging,
)
from crm.policies.fields import Typed
from crm.services.fields import set_values
from crm.services.imports.lookups import keep_answers, rows_to_ask
from crm.services.imports.runs import begin_import, discard_import, roll_back
from files.models import File
from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.services.organizations import add_member
from tests.crm.imports.conftest import (
    fates,
    finish,
    fresh,
    imported,
    previewed,
    reasons,
    rolled_back,
    workbook,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
HEAD = "E-mail,City,Tags,Diet,Size,Instagram,Instagram followers,Rate TikTok\n"
MAYA = "maya@example.com,Graz,food,vegan,M,maya.b,2000,150 EUR\n"


def everything_of(name: str) -> list[Any]:
    """All that is kept of an influencer."""
    found = Influencer.objects.get(name=name)
    models = (Tagging, CustomValue, Rate, SocialAccount)
    rows = [
        list(model.objects.filter(influencer=found).order_by("pk").values()) for model in models
    ]
    readings = AccountReading.objects.filter(account__influencer=found).order_by("pk").values()
    return [Influencer.objects.filter(pk=found.pk).values().get(), *rows, list(readings)]


def verbs_of(name: str) -> list[str]:
    found = Influencer.objects.get(name=name)
    events = Event.objects.filter(object_type="crm.influencer", object_id=found.pk).order_by("pk")
    return [str(verb) for verb in events.values_list("verb", flat=True)]


@pytest.fixture(autouse=True)
def noor(_in_oak: None, ada: User) -> Influencer:
    """Somebody who has of everything, and stands in no file."""
    for name in ("Diet", "Size"):
        CustomField.objects.create(name=name, key=name.lower(), kind=FieldKind.TEXT)
    noor = Influencer.objects.create(name="Noor", email="noor@example.com", city="Rome")
    _furnish(noor, ada)
    return noor


def _furnish(who: Influencer, ada: User) -> None:
    Tagging.objects.create(influencer=who, tag=Tag.objects.get_or_create(name="old")[0])
    fields = {field: Typed(text="none") for field in CustomField.objects.all()}
    set_values(who, fields, actor=ada)
    Rate.objects.create(
        influencer=who, network=Network.TIKTOK, kind=PostKind.values[0], amount=99, currency="USD"
    )
    for network in ("instagram", "youtube"):
        account = SocialAccount.objects.create(
            influencer=who, network=network, account_type=network, handle=f"{who.pk}.own"
        )
        AccountReading.objects.create(
            account=account, source="import", read_at=timezone.now(), followers=7
        )


def test_who_is_in_no_row_is_neither_changed_nor_said_to_be(ada: User) -> None:
    Influencer.objects.create(name="Maya", email="maya@example.com")
    before, said = everything_of("Noor"), verbs_of("Noor")
    parent = imported(HEAD + MAYA, ada)
    assert (reasons(parent), parent.written["update"]) == ([], 1)
    assert everything_of("Noor") == before
    rolled_back(parent, ada)
    assert everything_of("Noor") == before
    assert verbs_of("Noor") == said
    assert verbs_of("Maya")[-2:] == ["influencer.import_updated", "influencer.import_undone"]


def test_what_an_update_brought_goes_and_the_rest_of_the_same_influencer_stays(ada: User) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com", city="Linz")
    _furnish(maya, ada)
    CustomValue.objects.filter(influencer=maya, field__key="diet").delete()
    before = everything_of("Maya")
    own = f"maya@example.com,vegan,{maya.pk}.own,maya.b"
    parent = imported(f"E-mail,Diet,YouTube,Instagram\n{own}\n", ada)
    assert parent.written == {"new": 0, "update": 1}
    assert maya.custom_values.get(field__key="diet").text == "vegan"
    assert maya.accounts.filter(network="instagram").count() == 2
    rolled_back(parent, ada)
    undone = Event.objects.get(verb="influencer.import_undone", object_id=maya.pk)
    before[0]["last_activity_at"] = undone.at  # the roll-back is what happened last
    assert everything_of("Maya") == before


def test_the_jobs_of_an_import_count_its_rows(ada: User) -> None:
    Influencer.objects.create(name="Maya", email="maya@example.com")
    parent = imported(f"{HEAD}{MAYA}wrong,,,,,,,\n", ada)
    job = parent.job
    assert job is not None
    assert (job.state, job.done_count, job.total_count) == ("done", 1, 1)
    assert {row["key"]: row["count"] for row in job.outcome}["update"] == 1


def test_discarding_an_import_leaves_the_file_of_another(ada: User) -> None:
    first, second = previewed("Name\nMaya\n", ada), previewed("Name\nOle\n", ada, "other.csv")
    discard_import(first)
    assert list(File.objects.values_list("pk", flat=True)) == [second.file_id]
    assert Import.objects.get() == second


def test_nothing_is_rolled_back_while_it_is_written(ada: User) -> None:
    parent = previewed(HEAD + MAYA, ada)
    begin_import(parent, actor=ada)
    with pytest.raises(TableRefused, match="Wait until the import has ended"):
        roll_back(parent, actor=ada)
    finish()
    assert fresh(parent).stage == "import"


def test_tiktok_is_asked_about_the_rows_of_this_import_alone(ada: User) -> None:
    first, second = (
        previewed(f"Name,TikTok\n{name},@{name.lower()}.x\n", ada, f"{name}.csv")
        for name in ("Ole", "Pia")
    )
    assert not rows_to_ask(first).exists()
    ImportRow.objects.update(written_at=timezone.now())
    rows = list(rows_to_ask(first))
    assert [row.parent_id for row in rows] == [first.pk]
    assert keep_answers(rows, {}, actor=ada) == {"unknown": 1}
    assert (rows_to_ask(first).exists(), rows_to_ask(second).exists()) == (False, True)


def test_members_of_other_organizations_own_nobody_here(ada: User, elm: Organization) -> None:
    add_member(elm, User.objects.create_user("boss@elm.example"), role=Role.OWNER, actor=None)
    parent = previewed("Name,Owner\nMaya,ada@oak.example\nOle,boss@elm.example\n", ada)
    assert fates(parent) == [(2, "new"), (3, "error")]
    assert [column for column, _ in reasons(parent)] == ["Owner"]


def test_a_cell_behind_the_26th_column_of_a_workbook_is_in_its_own(ada: User) -> None:
    head = ["Name", *(f"x{number}" for number in range(26)), "City", "Phone"]
    parent = previewed(workbook(head, ["Maya", *[""] * 26, "Graz", ""]), ada, "roster.xlsx")
    assert [row.values for row in parent.rows.all()] == [{"city": "Graz", "name": "Maya"}]
