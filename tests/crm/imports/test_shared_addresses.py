"""People who share an address are not taken for one person."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.models import AwaitedAccount, Influencer, SocialAccount
from crm.services.imports.runs import begin_import
from crm.services.influencers import archive_influencers
from tests.crm.imports.conftest import (
    everybody,
    fates,
    finish,
    imported,
    previewed,
    reasons,
    the_row,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
AGENCY = "Name,E-mail,Instagram\nAlice,m@ag.com,alice\nBob,m@ag.com,bob\nCarl,m@ag.com,carl\n"


def handles() -> list[tuple[str, str]]:
    rows = SocialAccount.objects.order_by("pk")
    return list(rows.values_list("influencer__name", "handle"))


@pytest.mark.parametrize("size", [1, 1_000])
def test_an_agency_s_creators_are_as_many_as_their_accounts(ada, monkeypatch, size: int) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.WRITTEN_ROWS", size)
    monkeypatch.setattr("crm.services.imports.kinds.TEXT_ROWS", size)
    parent = imported(AGENCY, ada)
    assert parent.written == {"new": 3, "update": 0}
    assert handles() == [("Alice", "alice"), ("Bob", "bob"), ("Carl", "carl")]
    assert previewed(AGENCY, ada).counts == {"unchanged": 3}


@pytest.mark.parametrize("size", [1, 1_000])
def test_without_accounts_names_that_have_nothing_in_common_are_two_people(
    ada, monkeypatch, size: int
) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.WRITTEN_ROWS", size)
    monkeypatch.setattr("crm.services.imports.kinds.TEXT_ROWS", size)
    content = "Name,E-mail,City\nAlice,m@ag.com,Graz\nBob,m@ag.com,Oslo\nAlice F.,m@ag.com,Graz\n"
    parent = imported(content, ada)
    assert fates(parent) == [(2, "new"), (3, "new"), (4, "duplicate")]
    assert the_row(parent, 4).duplicate_of == 2
    assert [fate for _, fate in fates(previewed(content, ada))][:2] == ["unchanged", "unchanged"]


def test_who_has_another_account_on_the_network_is_somebody_else(ada) -> None:
    alice = Influencer.objects.create(name="Alice", email="m@ag.com")
    SocialAccount.objects.create(
        influencer=alice, network="instagram", account_type="instagram", handle="alice"
    )
    parent = imported("Name,E-mail,City,Instagram\nBob,m@ag.com,Oslo,bob\n", ada)
    assert parent.written == {"new": 1, "update": 0}
    alice.refresh_from_db()
    assert alice.city == ""
    assert handles() == [("Alice", "alice"), ("Bob", "bob")]


def test_an_awaited_handle_is_an_account_as_well(ada) -> None:
    noa = Influencer.objects.create(name="Noa", email="m@ag.com")
    AwaitedAccount.objects.create(influencer=noa, handle="noa.winter")
    parent = previewed("E-mail,TikTok\nm@ag.com,bob\n", ada)
    assert fates(parent) == [(2, "new")]


def test_the_same_name_and_address_with_another_account_is_refused(ada) -> None:
    imported("Name,E-mail,Instagram\nMaya,m@x.com,maya\n", ada)
    parent = previewed("Name,E-mail,Instagram\nmaya,m@x.com,maya.food\n", ada)
    ((column, reason),) = reasons(parent)
    assert (column, reason[:64]) == (
        "", "maya is here with this e-mail or phone, and has another account ",
    )  # fmt: skip
    assert the_row(parent, 2).influencer == everybody()["Maya"]


def test_an_account_outranks_an_address(ada) -> None:
    imported("Name,E-mail,Instagram\nAlice,m@ag.com,alice\n", ada)
    imported("Name,Instagram\nBob,bob\n", ada)
    parent = imported("Name,E-mail,Instagram\nBob,m@ag.com,bob\n", ada)
    assert parent.written == {"new": 0, "update": 1}
    assert everybody()["Bob"].email == "m@ag.com"


def test_of_several_with_the_address_the_one_of_this_name_is_meant(ada) -> None:
    for name in ("Alice", "Bob"):
        Influencer.objects.create(name=name, email="m@ag.com")
    parent = previewed("Name,E-mail,City\nBOB,m@ag.com,Oslo\n,m@ag.com,Oslo\n", ada)
    assert fates(parent) == [(2, "update"), (3, "error")]
    assert the_row(parent, 2).influencer == everybody()["Bob"]


def test_who_came_since_the_preview_with_the_same_name_and_another_account_is_left_out(ada) -> None:
    parent = previewed("Name,E-mail,Instagram\nMaya,m@x.com,maya.food\n", ada)
    maya = Influencer.objects.create(name="Maya", email="m@x.com")
    SocialAccount.objects.create(
        influencer=maya, network="instagram", account_type="instagram", handle="maya"
    )
    begin_import(parent, actor=ada)
    finish()
    assert fates(parent) == [(2, "error")]


def test_the_preview_says_under_which_name_somebody_is_here_and_whether_archived(
    ada, manager: Client
) -> None:
    maya = Influencer.objects.create(name="Maya Ferrand", email="m@x.com")
    archive_influencers([maya], actor=ada)
    parent = previewed("Name,E-mail,City\nMaya,m@x.com,Graz\n", ada)
    address = f"/o/oak/influencers/import/{parent.pk}/"
    shown = manager.get(address).content.decode()
    assert f'Here as <a href="/o/oak/influencers/{maya.pk}/">' in shown
    assert "Archived" in shown
    begin_import(parent, actor=ada)
    finish()
    shown = manager.get(address).content.decode()
    assert "1 of the updated creators is archived and in no list." in shown
    assert "/o/oak/influencers/archived/" in shown
