"""Names are folded by the database: found by their plain spelling, ordered where people look, however they were written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.enums import AccountType, Network
from crm.models import Influencer, SearchWord, SocialAccount
from crm.queries import influencer_page
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.crm import InfluencerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def names(search: str = "", **narrowing: str) -> list[str]:
    return [row.influencer.name for row in influencer_page(search=search, **narrowing).rows]


@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("Łucja", "lucja"),
        ("Đạt", "dat"),
        ("Søren", "soren"),
        ("Yıldız", "yildiz"),
        ("Straße", "strasse"),
        ("STRASSE", "straße"),
        ("Æsir", "aesir"),
        ("Œuvre", "oeuvre"),
        ("Þórður Guðmundsson", "thordur gudmundsson"),
        ("Ħal Ŧorne", "hal torne"),
        ("Əli", "eli"),
        ("ᴍᴀʏᴀ", "maya"),
        ("Ｍａｙａ", "maya"),
        ("МАРИЯ Ёлкина", "мария елкина"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("ԱՆԻ", "անի"),
        ("\u202emaya\u202c", "maya"),
        ("Ma\u00adya", "maya"),
        ("in\u200bfluencer", "influencer"),
        ("No\u00a0Break", "no break"),
    ],
)
def test_a_name_is_found_by_its_plain_spelling(name: str, search: str) -> None:
    Influencer.objects.create(name=name)
    assert names(search) == [name]


@pytest.mark.parametrize("sign", [*"'’‘‛ʼʻ`´′＇"])
@pytest.mark.parametrize("typed", [*"'’`´"])
def test_apostrophes_of_every_kind_are_one(sign: str, typed: str) -> None:
    Influencer.objects.create(name=f"Sinéad O{sign}Brien")
    assert names(f"o{typed}brien") == names("brien") == [f"Sinéad O{sign}Brien"]


@pytest.mark.parametrize("sign", [*"-‐‑‒–—―−－﹣"])
@pytest.mark.parametrize("typed", [*"-‑–"])
def test_hyphens_of_every_kind_are_one(sign: str, typed: str) -> None:
    Influencer.objects.create(name=f"Anna{sign}Lena")
    assert names(f"anna{typed}lena") == names("lena") == [f"Anna{sign}Lena"]


def test_names_are_sorted_where_people_look_for_them() -> None:
    ordered = [
        "Aella", "Æsir", "Afra", "Đạt", "Dora", "Lottie", "Łucja", "Luis", "\u202eMaya", "Mia",
        "Sofie", "Søren", "Straße", "Strato", "Yıldız", "Yilma",
    ]  # fmt: skip
    for name in reversed(ordered):
        Influencer.objects.create(name=name)
    assert names() == ordered


# --- whichever way a row is written ------------------------------------------------------------------------------
def rename_by_save(influencer: Influencer) -> None:
    influencer.name, influencer.email = "Łucja", "new@oak.example"
    influencer.save()


def rename_by_saving_two_fields(influencer: Influencer) -> None:
    influencer.name, influencer.email = "Łucja", "new@oak.example"
    influencer.save(update_fields=["name", "email"])


def rename_by_update(influencer: Influencer) -> None:
    Influencer.objects.filter(pk=influencer.pk).update(name="Łucja", email="new@oak.example")


def rename_by_bulk_update(influencer: Influencer) -> None:
    influencer.name, influencer.email = "Łucja", "new@oak.example"
    Influencer.objects.bulk_update([influencer], ["name", "email"])


def rename_by_upsert(influencer: Influencer) -> None:
    influencer.name, influencer.email = "Łucja", "new@oak.example"
    Influencer.objects.bulk_create(
        [influencer],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name", "email"],
    )


def rename_by_statement(influencer: Influencer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_influencer SET name = 'Łucja', email = 'new@oak.example' WHERE id = %s",
            [influencer.pk],
        )


@pytest.mark.parametrize(
    "rename",
    [
        rename_by_save,
        rename_by_saving_two_fields,
        rename_by_update,
        rename_by_bulk_update,
        rename_by_upsert,
        rename_by_statement,
    ],
)
def test_search_and_order_follow_a_new_name(rename: Callable[[Influencer], None]) -> None:
    influencer = InfluencerFactory.create(name="Ada Kern", email="old@oak.example")
    Influencer.objects.create(name="Bo")
    rename(influencer)
    assert names("lucja") == names("new@oak") == ["Łucja"]
    assert names("ada") == names("old@oak") == []
    assert names() == ["Bo", "Łucja"]


def insert_by_save(name: str) -> None:
    Influencer(name=name).save()


def insert_by_bulk_create(name: str) -> None:
    Influencer.objects.bulk_create([Influencer(name=name)])


def insert_by_statement(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_influencer (organization_id, name, email, country, language, created_at)"
            "SELECT id, %s, '', '', '', now() FROM tenancy_organization WHERE slug = 'oak'",
            [name],
        )


@pytest.mark.parametrize("insert", [insert_by_save, insert_by_bulk_create, insert_by_statement])
def test_a_new_row_is_found_and_sorted(insert: Callable[[str], None]) -> None:
    Influencer.objects.create(name="Mia")
    insert("Łucja")
    assert names("lucja") == ["Łucja"]
    assert names() == ["Łucja", "Mia"]


def account_of(influencer: Influencer) -> SocialAccount:
    return SocialAccount(
        influencer=influencer,
        network=Network.INSTAGRAM,
        account_type=AccountType.INSTAGRAM,
        handle="maya.bakes",
    )


def test_handles_are_found_after_a_bulk_insert_a_bulk_rename_and_a_merge() -> None:
    maya, rio = Influencer.objects.create(name="Maya"), Influencer.objects.create(name="Rio")
    SocialAccount.objects.bulk_create([account_of(maya)])
    assert names("bakes") == ["Maya"]
    SocialAccount.objects.update(handle="maya.cooks")
    assert (names("bakes"), names("cooks")) == ([], ["Maya"])
    SocialAccount.objects.update(influencer=rio)
    assert names("cooks") == ["Rio"]


def test_words_that_stay_are_not_written_anew() -> None:
    influencer = InfluencerFactory.create(name="Ada Kern")
    kept = set(SearchWord.objects.values_list("pk", flat=True))
    influencer.country = "SE"
    influencer.save()
    assert set(SearchWord.objects.values_list("pk", flat=True)) == kept != set()


def test_words_stay_in_their_organization(elm: Organization) -> None:
    with organization_scope(elm):
        Influencer.objects.bulk_create([Influencer(name="Łucja")])
        assert names("lucja") == ["Łucja"]
    assert names("lucja") == []
    assert not SearchWord.objects.exists()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(
        st.characters(
            codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs", "Cn", "Co")
        ),
        min_size=1,
        max_size=40,
    )
)
def test_every_name_is_found_by_itself(name: str) -> None:
    influencer = Influencer.objects.create(name=name)
    assert name in names(name) or influencer.sort_name == ""  # of nothing that can be seen
    influencer.delete()
