"""A roll-back keeps whatever somebody has worked on, and leaves nothing else of its import."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from campaigns.models import Participant
from crm.enums import FieldKind
from crm.models import (
    AccessEntry,
    AccountReading,
    AwaitedAccount,
    CustomField,
    Influencer,
    List,
    ListEntry,
    Note,
    OtherAddress,
    Rate,
    SocialAccount,
    Tag,
    Tagging,
)
from crm.policies.fields import Typed
from crm.queries.merging import compare, influencers_to_merge
from crm.services.accounts import add_tiktok_account, await_account
from crm.services.fields import set_values
from crm.services.imports import rollback
from crm.services.imports.runs import begin_import
from crm.services.merging.merge import merge_influencers
from crm.services.merging.undo import undo_merge
from jobs.enums import Lane
from tenancy.enums import Verb
from tenancy.models import Event
from tenancy.scope import organization_scope
from tests.crm.imports.conftest import (
    everybody,
    finish,
    fresh,
    imported,
    previewed,
    rolled_back,
    the_row,
)
from tests.factories.campaigns import a_campaign
from tests.working import pump
from tiktok.models import Creator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
ACCOUNTS = "E-mail,City,Instagram\nmaya@example.com,Graz,maya.ig\n"


@pytest.fixture
def maya(_in_oak: None) -> Influencer:
    return Influencer.objects.create(name="Maya", email="maya@example.com")


def test_whoever_was_only_looked_at_is_removed(ada, django_capture_on_commit_callbacks) -> None:
    parent = imported("Name,E-mail\nTom,tom@example.com\nZoe,zoe@example.com\n", ada)
    people = everybody()
    client = Client()
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    with django_capture_on_commit_callbacks(execute=True):
        assert client.get(f"/o/oak/influencers/{people['Tom'].pk}/").status_code == 200
    assert AccessEntry.objects.filter(influencer=people["Tom"]).exists()
    Note.objects.create(influencer=people["Zoe"], text="Called her.")
    parent = rolled_back(parent, ada)
    assert list(everybody()) == ["Zoe"]
    assert the_row(parent, 3).kept == {"+notes": 1}


# --- accounts of people who were here before ---
def test_an_added_account_that_takes_part_in_a_campaign_stays_and_is_shown(ada, maya) -> None:
    parent = imported(ACCOUNTS, ada)
    account = SocialAccount.objects.get()
    Participant.objects.create(campaign=a_campaign(), account=account)
    parent = rolled_back(parent, ada)
    assert SocialAccount.objects.get() == account
    assert Participant.objects.get().account == account
    assert the_row(parent, 2).kept == {"account.instagram": ["maya.ig"]}
    assert everybody()["Maya"].city == ""


def test_an_added_account_with_numbers_of_a_later_import_stays(ada, maya) -> None:
    parent = imported(ACCOUNTS, ada)
    imported("Instagram,Instagram followers\nmaya.ig,2000\n", ada)
    rolled_back(parent, ada)
    assert AccountReading.objects.get().account == SocialAccount.objects.get()


def test_an_added_account_that_nobody_has_worked_with_goes_alone(ada, maya) -> None:
    for network, handle in (("instagram", "older"), ("youtube", "maya.yt")):
        SocialAccount.objects.create(
            influencer=maya, network=network, account_type=network, handle=handle
        )
    parent = imported("YouTube,Instagram\nmaya.yt,maya.ig\n", ada)
    mine = SocialAccount.objects.filter(influencer=maya).order_by("handle")
    assert [account.handle for account in mine.all()] == ["maya.ig", "maya.yt", "older"]
    parent = rolled_back(parent, ada)
    assert [account.handle for account in mine.all()] == ["maya.yt", "older"]
    assert SocialAccount.objects.count() == 2
    assert the_row(parent, 2).kept == {}


TIKTOK = "E-mail,TikTok\nmaya@example.com,@maya.bakes\n"


def test_a_tiktok_account_of_somebody_who_was_here_goes_and_is_tracked_no_more(
    ada, maya, tiktok
) -> None:
    parent = imported(TIKTOK, ada)
    assert SocialAccount.objects.get().influencer == maya
    parent = rolled_back(parent, ada)
    assert not SocialAccount.objects.exists()
    assert not Creator.objects.exists()
    assert Influencer.objects.get() == maya
    assert Event.objects.filter(verb=Verb.INFLUENCER_IMPORT_UNDONE, object_id=maya.pk).count() == 1


def test_an_awaited_handle_goes_with_the_import_that_brought_it(ada, maya, tiktok) -> None:
    rolled_back(imported("E-mail,TikTok\nmaya@example.com,@noa.winter\n", ada), ada)
    assert not AwaitedAccount.objects.exists()
    await_account(maya, "noa.winter", "not_in")
    rolled_back(imported("E-mail,TikTok\nmaya@example.com,@noa.winter\n", ada), ada)
    assert AwaitedAccount.objects.get().influencer == maya


def test_an_account_that_was_awaited_before_the_import_stays(ada, maya, tiktok) -> None:
    await_account(maya, "maya.bakes", "not_in")
    rolled_back(imported(TIKTOK, ada), ada)
    assert SocialAccount.objects.get().handle == "maya.bakes"


def test_a_tiktok_account_that_somebody_has_worked_with_stays(ada, maya, tiktok) -> None:
    parent = imported(TIKTOK, ada)
    Participant.objects.create(campaign=a_campaign(), account=SocialAccount.objects.get())
    parent = rolled_back(parent, ada)
    assert SocialAccount.objects.get().handle == "maya.bakes"
    assert the_row(parent, 2).kept == {"account.tiktok": ["maya.bakes"]}


def test_a_tiktok_account_that_somebody_else_added_stays(ada, maya, tiktok) -> None:
    parent = previewed(TIKTOK, ada)
    begin_import(parent, actor=ada)
    while fresh(parent).lookup_job is None:
        pump(Lane.BULK)
    add_tiktok_account("maya.bakes", actor=ada, influencer=maya)
    finish()
    rolled_back(fresh(parent), ada)
    assert SocialAccount.objects.get().handle == "maya.bakes"


# --- people whom the import has added ---
NEW = "Name,E-mail,Other e-mails,Tags,Lists,Diet,Rate TikTok,Instagram\nMaya,m@x.example,m2@x.example,food,Spring,vegan,150 EUR,maya\n"


def swap_tag(maya: Influencer) -> None:
    Tagging.objects.all().delete()
    Tagging.objects.create(influencer=maya, tag=Tag.objects.create(name="other"))


def swap_list(maya: Influencer) -> None:
    ListEntry.objects.all().delete()
    ListEntry.objects.create(influencer=maya, list=List.objects.create(name="Autumn"))


def swap_field(maya: Influencer) -> None:
    maya.custom_values.all().delete()
    set_values(maya, {CustomField.objects.get(key="size"): Typed(text="M")}, actor=None)


def swap_rate(maya: Influencer) -> None:
    Rate.objects.update(kind="story")


def swap_address(maya: Influencer) -> None:
    OtherAddress.objects.update(email="m3@x.example")


def swap_account(maya: Influencer) -> None:
    SocialAccount.objects.update(handle="maya.too")


def take_tag(maya: Influencer) -> None:
    Tagging.objects.all().delete()


def say_no(maya: Influencer) -> None:
    set_values(maya, {CustomField.objects.get(key="paid"): Typed(number=0)}, actor=None)


@pytest.mark.parametrize(
    "work",
    [swap_tag, swap_list, swap_field, swap_rate, swap_address, swap_account, take_tag, say_no],
)
def test_a_new_influencer_whose_values_are_others_stays_though_they_are_as_many(ada, work) -> None:
    for name in ("Diet", "Size"):
        CustomField.objects.create(name=name, key=name.lower(), kind=FieldKind.TEXT)
    CustomField.objects.create(name="Paid", key="paid", kind=FieldKind.YES_NO)
    parent = imported(NEW, ada)
    maya = everybody()["Maya"]
    work(maya)
    parent = rolled_back(parent, ada)
    assert Influencer.objects.get() == maya
    assert the_row(parent, 2).kept


def test_a_new_influencer_with_every_kind_of_value_goes_if_nobody_changed_one(ada) -> None:
    CustomField.objects.create(name="Diet", key="diet", kind=FieldKind.TEXT)
    rolled_back(imported(NEW, ada), ada)
    assert not Influencer.objects.exists()


@pytest.mark.parametrize("is_undone", [True, False])
def test_a_merge_keeps_a_new_influencer_unless_it_was_undone(ada, is_undone: bool) -> None:
    parent = imported("Name,E-mail\nMaya,m@x.example\nTom,t@x.example\n", ada)
    ids = [everybody()[name].pk for name in ("Maya", "Tom")]
    version = compare(influencers_to_merge(ids), ids[0], {}).version
    merge = merge_influencers(ids[0], ids[1:], picks={}, seen=version, actor=ada)
    if is_undone:
        undo_merge(merge, actor=ada)
    rolled_back(parent, ada)
    assert list(everybody()) == ([] if is_undone else ["Maya"])


def test_an_account_added_by_hand_where_tiktok_refused_one_keeps_the_new_influencer(
    ada, tiktok
) -> None:
    parent = imported("Name,TikTok\nNoa,@noa.winter\n", ada)
    noa = everybody()["Noa"]
    SocialAccount.objects.create(
        influencer=noa, network="instagram", account_type="instagram", handle="noa"
    )
    rolled_back(parent, ada)
    assert Influencer.objects.get() == noa


# --- at the same moment ---
@pytest.mark.django_db(transaction=True)
def test_an_edit_at_the_same_moment_waits_for_the_roll_back(monkeypatch, ada, maya, oak) -> None:
    parent = imported("E-mail,City\nmaya@example.com,Graz\n", ada)
    refusals = []

    def edit() -> None:
        try:
            with organization_scope(oak), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '200ms'")
                Influencer.objects.filter(pk=maya.pk).update(city="Linz", phone="+436641234567")
        except OperationalError as refused:
            refusals.append(refused)
        finally:
            connection.close()

    save = rollback.states.save

    def saving(*arguments) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(edit).result()
        save(*arguments)

    monkeypatch.setattr(rollback.states, "save", saving)
    rows = list(rollback.rows_to_take_back(parent))
    with transaction.atomic():
        rollback.take_back(parent, rows, actor=ada)
    assert len(refusals) == 1
    assert everybody()["Maya"].city == ""


def test_somebody_who_was_deleted_at_the_same_moment_is_passed_over(ada, maya) -> None:
    parent = imported("E-mail,City\nmaya@example.com,Graz\n", ada)
    rows = list(rollback.rows_to_take_back(parent))
    maya.delete()
    assert rollback.take_back(parent, rows, actor=ada) == {"removed": 0, "returned": 0, "kept": 0}
