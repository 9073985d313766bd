"""Between preview, import and roll-back others go on working: what they delete, add or leave is neither broken nor taken away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from crm.enums import FieldKind
from crm.models import (
    AccountReading,
    CustomField,
    CustomValue,
    Influencer,
    List,
    ListEntry,
    OtherAddress,
    SocialAccount,
    Tag,
    Tagging,
)
from crm.queries.merging import compare, influencers_to_merge
from crm.services.fields import edit_field
from crm.services.groups import delete_group
from crm.services.imports.runs import begin_import, check_import, map_columns, roll_back
from crm.services.merging.merge import merge_influencers
from jobs.enums import JobState, Lane
from tenancy.enums import Role
from tenancy.models import Group, Membership, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.crm.imports.conftest import (
    everybody,
    fates,
    finish,
    fresh,
    imported,
    previewed,
    reasons,
    rolled_back,
    the_row,
)
from tests.working import pump

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]


@pytest.fixture
def maya(_in_oak: None) -> Influencer:
    return Influencer.objects.create(name="Maya", email="maya@example.com")


@pytest.fixture
def bob(oak: Organization) -> User:
    person = User.objects.create_user("bob@oak.example", "secret", name="Bob")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    return person


def a_group(name: str) -> Group:
    return Group.objects.create(name=name, key=name.lower())


def overwritten(content: str, actor: User):
    """A preview in which every column takes the place of what is there."""
    parent = previewed(content, actor)
    chosen = [{"field": column["field"], "policy": "overwrite"} for column in parent.columns]
    map_columns(parent, chosen, actor=actor)
    finish()
    return fresh(parent)


def written(parent, actor: User):
    begin_import(parent, actor=actor)
    finish()
    return fresh(parent)


# --- what a value refers to has gone ---
@pytest.mark.django_db(transaction=True)
def test_a_roll_back_keeps_the_group_where_the_earlier_one_is_deleted_and_says_so(
    oak: Organization, ada: User, maya: Influencer
) -> None:
    one, two = a_group("One"), a_group("Two")
    Influencer.objects.filter(pk=maya.pk).update(group=one, city="Linz")
    parent = overwritten("E-mail,Group,City\nmaya@example.com,Two,Graz\n", ada)
    written(parent, ada)
    assert everybody()["Maya"].group == two
    delete_group(one, is_moving=False, move_to=None, actor=ada)
    client = Client()
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = f"/o/oak/influencers/import/{parent.pk}/"
    check_import(fresh(parent), actor=ada)
    finish()
    said = "Group (by key or name): Two (the earlier value is no longer there)"
    assert said in client.get(address).content.decode()
    roll_back(fresh(parent), actor=ada)
    finish()
    parent, shown = fresh(parent), client.get(address).content.decode()
    assert parent.is_rolled_back
    assert "The import is rolled back." in shown
    assert said in shown
    assert "Group (by key or name) stays, 1 other field returns" in shown
    with organization_scope(oak):
        assert (everybody()["Maya"].group, everybody()["Maya"].city) == (two, "Linz")


def test_a_roll_back_keeps_the_owner_where_the_earlier_one_has_left(
    ada: User, bob: User, maya: Influencer
) -> None:
    Influencer.objects.filter(pk=maya.pk).update(owner=bob)
    parent = overwritten("E-mail,Owner\nmaya@example.com,ada@oak.example\n", ada)
    written(parent, ada)
    Membership.objects.filter(user=bob).delete()
    rolled_back(parent, ada)
    assert everybody()["Maya"].owner == ada
    assert the_row(parent, 2).kept == {"owner": ada.pk}


@pytest.mark.parametrize(
    ("kind", "before", "cell", "after"),
    [
        (FieldKind.CHOICE, {"text": "S"}, "M", {"text": "M"}),
        (FieldKind.MULTI_CHOICE, {"options": ["S", "L"]}, "M; L", {"options": ["M", "L"]}),
    ],
)
def test_a_roll_back_brings_no_choice_back_that_the_field_has_no_more(
    ada: User, maya: Influencer, kind: FieldKind, before: dict, cell: str, after: dict
) -> None:
    size = CustomField.objects.create(name="Size", key="size", kind=kind, options=["S", "M", "L"])
    CustomValue.objects.create(influencer=maya, field=size, **before)
    parent = overwritten(f"E-mail,Size\nmaya@example.com,{cell}\n", ada)
    written(parent, ada)
    edit_field(size, name="Size", options=["M", "L"], actor=ada)
    rolled_back(parent, ada)
    assert CustomValue.objects.filter(**after).count() == 1
    assert list(the_row(parent, 2).kept) == ["custom.size"]


def test_a_choice_that_is_still_one_returns(ada: User, maya: Influencer) -> None:
    size = CustomField.objects.create(
        name="Size", key="size", kind=FieldKind.CHOICE, options=["S", "M"]
    )
    CustomValue.objects.create(influencer=maya, field=size, text="S")
    rolled_back(written(overwritten("E-mail,Size\nmaya@example.com,M\n", ada), ada), ada)
    assert CustomValue.objects.get().text == "S"


def without_group(bob: User) -> None:
    delete_group(Group.objects.get(), is_moving=False, move_to=None, actor=bob)


def without_owner(bob: User) -> None:
    Membership.objects.filter(user=bob).delete()


def without_choice(bob: User) -> None:
    edit_field(CustomField.objects.get(), name="Size", options=["S"], actor=bob)


def without_field(bob: User) -> None:
    CustomField.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (without_group, ["Group", "was deleted since the preview. Name another group, or none."]),
        (without_owner, ["Owner", "has left the organization since the preview. Name another member, or nobody."]),
        (without_choice, ["Size", "is no choice of this field any more. Choose another one."]),
        (without_field, ["Size", "is no field any more. Choose another one for this column."]),
    ],
)  # fmt: skip
def test_rows_with_a_value_that_is_gone_are_left_out_with_the_reason(
    oak: Organization,
    ada: User,
    bob: User,
    maya: Influencer,
    act: Callable[[User], None],
    reason: list[str],
) -> None:
    a_group("One")
    CustomField.objects.create(name="Size", key="size", kind=FieldKind.CHOICE, options=["S", "M"])
    head, cells = "Name,E-mail,Group,Owner,Size", "One,bob@oak.example,M"
    content = f"{head}\nMaya,maya@example.com,{cells}\nTom,tom@example.com,{cells}\n"
    parent = previewed(f"{content}Zoe,zoe@example.com,,,\n", ada)
    assert parent.counts == {"update": 1, "new": 2}
    act(bob)
    parent = written(parent, ada)
    assert parent.job.state == JobState.DONE
    assert fates(parent) == [(2, "error"), (3, "error"), (4, "new")]
    assert reasons(parent) == [reason] * 2
    with organization_scope(oak):
        assert everybody().keys() == {"Maya", "Zoe"}
        assert (everybody()["Maya"].group, everybody()["Maya"].owner) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_an_account_that_another_creator_has_since_leaves_the_row_out(
    oak: Organization, ada: User, maya: Influencer
) -> None:
    parent = previewed("E-mail,Instagram,City\nmaya@example.com,maya.ig,Graz\n", ada)
    tom = Influencer.objects.create(name="Tom")
    account = an_account(tom, "maya.ig")
    parent = written(parent, ada)
    assert parent.job.state == JobState.DONE
    assert [why[:63] for _, why in reasons(parent)] == [
        "Since the preview somebody has added this account to another cr"
    ]
    with organization_scope(oak):
        assert (SocialAccount.objects.get(), everybody()["Maya"].city) == (account, "")


def test_numbers_of_an_account_that_has_gone_leave_the_row_out(ada: User, maya: Influencer) -> None:
    account = an_account(maya, "maya.ig")
    parent = previewed("Instagram,Instagram followers\nmaya.ig,1000\n", ada)
    account.delete()
    parent = written(parent, ada)
    assert (parent.job.state, fates(parent)) == (JobState.DONE, [(2, "error")])
    assert [why[:33] for _, why in reasons(parent)] == ["Since the preview somebody has ch"]
    assert not AccountReading.objects.exists()


def test_of_two_rows_whose_creators_were_merged_since_the_first_is_written(
    ada: User, maya: Influencer
) -> None:
    tom = Influencer.objects.create(name="Tom", email="tom@example.com")
    parent = previewed("E-mail,Tags\nmaya@example.com,food\ntom@example.com,travel\n", ada)
    version = compare(influencers_to_merge([maya.pk, tom.pk]), maya.pk, {}).version
    merge_influencers(maya.pk, [tom.pk], picks={}, seen=version, actor=ada)
    parent = written(parent, ada)
    assert fates(parent) == [(2, "update"), (3, "error")]
    assert [tagging.tag.name for tagging in Tagging.objects.all()] == ["food"]


def an_account(owner: Influencer, handle: str, network: str = "instagram") -> SocialAccount:
    return SocialAccount.objects.create(
        influencer=owner, network=network, account_type=network, handle=handle
    )


# --- what others add beside an import stays theirs ---
EVERYTHING = "E-mail,Tags,Lists,Other e-mails,Instagram\nmaya@example.com,food,Spring,m2@example.com,maya.ig\n"


def as_bob(maya: Influencer) -> None:
    """Add by hand all that the file adds."""
    Tagging.objects.create(influencer=maya, tag=Tag.objects.create(name="food"))
    ListEntry.objects.create(influencer=maya, list=List.objects.create(name="Spring"))
    OtherAddress.objects.create(influencer=maya, email="m2@example.com")
    an_account(maya, "maya.ig")


def has(maya: Influencer) -> tuple[list[str], list[str], list[str], list[str]]:
    """Tags, lists, further addresses and accounts."""
    rows = (
        Tagging.objects.values_list("tag__name", flat=True),
        ListEntry.objects.values_list("list__name", flat=True),
        OtherAddress.objects.values_list("email", flat=True),
        SocialAccount.objects.values_list("handle", flat=True),
    )
    tags, lists, addresses, accounts = (sorted(each.filter(influencer=maya)) for each in rows)
    return tags, lists, addresses, accounts


ALL = (["food"], ["Spring"], ["m2@example.com"], ["maya.ig"])


def test_what_somebody_else_has_added_since_the_preview_survives_the_roll_back(
    ada: User, maya: Influencer
) -> None:
    parent = previewed(EVERYTHING.replace("food,", '"food, travel",'), ada)
    as_bob(maya)
    parent = written(parent, ada)
    assert has(maya) == (["food", "travel"], *ALL[1:])
    assert the_row(parent, 2).changes == {"tags": [["food"], ["food", "travel"]]}
    rolled_back(parent, ada)
    assert has(maya) == ALL


def test_a_row_whose_values_somebody_has_added_since_changes_nothing(
    ada: User, maya: Influencer
) -> None:
    parent = previewed(EVERYTHING, ada)
    as_bob(maya)
    parent = written(parent, ada)
    assert (parent.counts["unchanged"], parent.written) == (1, {"new": 0, "update": 0})
    parent = rolled_back(parent, ada)
    assert (has(maya), parent.job.total_count) == (ALL, 0)


def test_of_two_imports_that_add_the_same_the_first_takes_it_back(
    ada: User, maya: Influencer
) -> None:
    first, second = previewed(EVERYTHING, ada), previewed(EVERYTHING, ada, "again.csv")
    first, second = written(first, ada), written(second, ada)
    rolled_back(second, ada)
    assert has(maya) == ALL
    rolled_back(first, ada)
    assert has(maya) == ([], [], [], [])


def test_what_somebody_has_taken_away_since_the_preview_is_not_given_back(
    ada: User, maya: Influencer
) -> None:
    Tagging.objects.create(influencer=maya, tag=Tag.objects.create(name="old"))
    parent = previewed("E-mail,Tags\nmaya@example.com,food\n", ada)
    Tagging.objects.all().delete()
    written(parent, ada)
    assert has(maya)[0] == ["food"]


# --- a way out ---
@pytest.mark.parametrize(("act", "stage"), [(check_import, "check"), (roll_back, "roll_back")])
def test_a_check_and_a_roll_back_can_be_cancelled_and_continued(
    ada: User, monkeypatch, act: Callable[..., None], stage: str
) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.TAKEN_ROWS", 1)
    parent = imported("Name,E-mail\nMaya,maya@example.com\nTom,tom@example.com\n", ada)
    act(parent, actor=ada)
    pump(Lane.BULK)
    client = Client()
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = f"/o/oak/influencers/import/{parent.pk}/"
    assert f'action="{address}cancel/"' in client.get(address).content.decode()
    client.post(f"{address}cancel/")
    finish()
    shown = " ".join(client.get(address).content.decode().split())
    assert (fresh(parent).job.state, fresh(parent).stage) == (JobState.CANCELLED, stage)
    assert "stopped after 1 of 2 rows" in shown
    act(fresh(parent), actor=ada)
    finish()
    assert fresh(parent).job.state == JobState.DONE
