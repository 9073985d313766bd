"""Influencers in the API: everything that the profile says of a person, money for keys that may read it, and the filters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.enums import FieldKind
from crm.models import CustomField, Influencer, List, OtherAddress, Rate, Tag
from crm.policies.fields import typed_value
from crm.services.collections.lists import add_to_list
from crm.services.collections.tags import tag_influencers
from crm.services.fields import create_field, set_values
from crm.services.influencers import archive_influencers
from tenancy.models import ApiKey, Group, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import create_api_key
from tests.api.conftest import Reader

PATH = "influencers/"


@pytest.fixture
def ash(db: None) -> Organization:
    return Organization.objects.create(name="Ash", slug="ash")


@pytest.fixture
def reader(ash: Organization) -> Reader:
    return Reader(create_api_key(ash, "ci", scopes=["read"], actor=None)[1])


@pytest.fixture
def accountant(ash: Organization) -> Reader:
    return Reader(create_api_key(ash, "books", scopes=["read", "money"], actor=None)[1])


@pytest.fixture(autouse=True)
def _scope(ash: Organization) -> Iterator[None]:
    with organization_scope(ash):
        yield


def a_field(name: str, kind: FieldKind, *options: str) -> CustomField:
    return create_field(name, kind, options=options, actor=None)


def give(person: Influencer, field: CustomField, text: str | list[str]) -> None:
    set_values(person, {field: typed_value(field.kind, field.options, text)}, actor=None)


def document_of(reader: Reader, person: Influencer) -> dict[str, Any]:
    answer = reader.get(f"{PATH}{person.pk}/")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    assert document in reader.get(PATH).json()["results"]
    return document


def test_a_document_says_what_the_profile_says(reader: Reader) -> None:
    owner = User.objects.create_user("olive@ash.example", name="Olive")
    group = Group.objects.create(name="Sport", key="sport")
    maya = Influencer.objects.create(
        name="Maya", display_name="Maya cooks", salutation="Dear Maya", email="maya@example.com",
        phone="+491711234567", country="DE", language="de", time_zone="Europe/Berlin", city="Köln",
        birthday=date(1999, 2, 3), owner=owner, group=group,
    )  # fmt: skip
    OtherAddress.objects.create(influencer=maya, email="agent@example.com")
    tags = [Tag.objects.create(name=name) for name in ("vegan", "fast")]
    for tag in tags:
        tag_influencers(tag, [maya], actor=None)
    spring = List.objects.create(name="Spring")
    add_to_list(spring, [maya], actor=None)

    document = document_of(reader, maya)
    expected = {
        "display_name": "Maya cooks",
        "salutation": "Dear Maya",
        "email": "maya@example.com",
        "other_emails": ["agent@example.com"],
        "phone": "+491711234567",
        "country": "DE",
        "language": "de",
        "time_zone": "Europe/Berlin",
        "city": "Köln",
        "birthday": "1999-02-03",
        "owner": {"id": owner.pk, "name": "Olive", "email": "olive@ash.example"},
        "group": {"id": group.pk, "key": "sport", "name": "Sport"},
        "tags": [{"id": tag.pk, "name": tag.name} for tag in reversed(tags)],
        "lists": [{"id": spring.pk, "name": "Spring"}],
        "archived_at": None,
    }
    assert {name: document[name] for name in expected} == expected


def test_an_archived_influencer_is_told_with_the_time(reader: Reader) -> None:
    maya = Influencer.objects.create(name="Maya")
    archive_influencers([maya], actor=None)
    maya.refresh_from_db()
    assert datetime.fromisoformat(document_of(reader, maya)["archived_at"]) == maya.archived_at
    assert maya.archived_at.tzinfo == UTC


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.TEXT, "42", "42"),
        (FieldKind.URL, "https://example.com/a", "https://example.com/a"),
        (FieldKind.NUMBER, "42", 42),
        (FieldKind.NUMBER, "-0.125", -0.125),
        (FieldKind.DATE, "2026-11-29", "2026-11-29"),
        (FieldKind.YES_NO, "yes", True),
        (FieldKind.YES_NO, "no", False),
        (FieldKind.CHOICE, "red", "red"),
        (FieldKind.MULTI_CHOICE, ["blue", "red"], ["red", "blue"]),
    ],
)
def test_a_custom_field_has_its_type(
    kind: FieldKind, text: str | list[str], value: Any, reader: Reader
) -> None:
    maya = Influencer.objects.create(name="Maya")
    field = a_field("What", kind, *(["red", "blue"] if "choice" in kind else []))
    give(maya, field, text)
    found = document_of(reader, maya)["custom_fields"]
    assert found == {"what": value}
    assert type(found["what"]) is type(value)


def test_a_field_without_a_value_and_an_archived_one_are_not_told(reader: Reader) -> None:
    maya = Influencer.objects.create(name="Maya")
    gone, _ = a_field("Gone", FieldKind.TEXT), a_field("Empty", FieldKind.TEXT)
    give(maya, gone, "x")
    CustomField.objects.filter(pk=gone.pk).update(archived_at=datetime.now(UTC))
    assert document_of(reader, maya)["custom_fields"] == {}


def test_money_is_for_keys_with_its_scope(reader: Reader, accountant: Reader) -> None:
    maya = Influencer.objects.create(name="Maya")
    Rate.objects.create(
        influencer=maya, network="tiktok", kind="video", amount=Decimal("450.5"), currency="EUR"
    )
    fee, size = a_field("Fee", FieldKind.MONEY), a_field("Size", FieldKind.NUMBER)
    give(maya, fee, "1200.50 USD")
    give(maya, size, "38")

    document = document_of(accountant, maya)
    rate = {"network": "tiktok", "kind": "video", "amount": "450.50", "currency": "EUR"}
    assert document["rates"] == [rate]
    assert document["custom_fields"]["fee"]["currency"] == "USD"
    assert Decimal(document["custom_fields"]["fee"]["amount"]) == Decimal("1200.5")

    document = document_of(reader, maya)
    assert document["rates"] is None
    assert document["custom_fields"] == {"size": 38}
    for field in ("fee:1000..", "fee:..0"):
        assert reader.get(PATH, {"field": field}).status_code == 400
    assert accountant.ids(PATH, field="fee:USD,1000..") == [maya.pk]
    assert accountant.ids(PATH, field="fee:EUR,1000..") == []
    assert accountant.get(PATH, {"field": "fee:1000.."}).status_code == 400


def test_a_key_of_money_alone_reads_nothing(ash: Organization) -> None:
    key = create_api_key(ash, "books", scopes=["money"], actor=None)[1]
    assert Reader(key).get(PATH).status_code == 403


def test_influencers_are_narrowed_by_tag_list_group_owner_country_and_language(
    reader: Reader,
) -> None:
    owner = User.objects.create_user("olive@ash.example", name="Olive")
    group = Group.objects.create(name="Sport", key="sport")
    maya = Influencer.objects.create(
        name="Maya", country="DE", language="de", owner=owner, group=group
    )
    Influencer.objects.create(name="Tom")
    tag, spring = Tag.objects.create(name="vegan"), List.objects.create(name="Spring")
    tag_influencers(tag, [maya], actor=None)
    add_to_list(spring, [maya], actor=None)

    wanted: dict[str, Any] = {
        "tag": tag.pk, "list": spring.pk, "group": group.pk, "owner": owner.pk, "country": "DE", "language": "de",
    }  # fmt: skip
    for name, value in wanted.items():
        assert reader.ids(PATH, **{name: value}) == [maya.pk]
        assert reader.ids(PATH, **{name: 10**30 if isinstance(value, int) else "xx"}) == []
        assert reader.ids(PATH, **{name: value, "search": "tom"}) == []
    assert reader.ids(PATH, **wanted) == [maya.pk]


def test_influencers_are_narrowed_by_the_organizations_own_fields(reader: Reader) -> None:
    size, color = a_field("Size", FieldKind.NUMBER), a_field("Color", FieldKind.CHOICE, "red")
    maya, tom = (Influencer.objects.create(name=name) for name in ("Maya", "Tom"))
    give(maya, size, "38")
    give(maya, color, "red")
    give(tom, size, "44")

    assert reader.ids(PATH, field="size:38..42") == [maya.pk]
    assert reader.ids(PATH, field="color:red") == [maya.pk]
    assert reader.ids(PATH, field="color:unknown") == [tom.pk]
    two = reader.get(PATH, {"field": "size:38..42|field.color:red"})
    assert (two.status_code, two.json()["errors"][0]["field"]) == (400, "field")
    refused = reader.get(PATH, {"field": "size:many"})
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert error["field"] == "field"
    assert error["message"].startswith("The filter “Size” has no range “many”.")


def test_a_full_page_takes_as_many_queries_as_an_empty_person(accountant: Reader) -> None:
    def queries(**params: Any) -> int:
        ApiKey.objects.update(last_used_at="2100-01-01T00:00Z")
        with CaptureQueriesContext(connection) as context:
            assert accountant.get(PATH, params).status_code == 200
        return len(context)

    size, tag = a_field("Size", FieldKind.NUMBER), Tag.objects.create(name="vegan")
    first = Influencer.objects.create(name="Ada")
    empty = queries(), queries(tag=tag.pk), queries(field="size:38..")
    for n in range(3):
        person = Influencer.objects.create(name=f"Maya {n}")
        give(person, size, "38")
        tag_influencers(tag, [person, first], actor=None)
    assert (queries(), queries(tag=tag.pk), queries(field="size:38..")) == empty
    assert max(empty) <= 8
