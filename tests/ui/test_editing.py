"""Two people edit the same thing: the second sees what changed, field by field, and chooses; nothing is overwritten silently."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from crm.models import Influencer
from crm.services.collections.segments import create_segment
from crm.services.fields import create_field
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.factories.campaigns import a_campaign
from tests.factories.crm import InfluencerFactory
from tests.submitting import version
from ui.editing import seen_in, version_of

pytestmark = pytest.mark.django_db
CHANGED = "Somebody else has changed this meanwhile, so nothing was saved."


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def ada(oak: Organization) -> Client:
    person = User.objects.create_user("ada@oak.example")
    add_member(oak, person, role=Role.OWNER, actor=None)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def maya(oak: Organization) -> Influencer:
    with organization_scope(oak):
        return InfluencerFactory.create(
            name="Maya", email="maya@example.com", country="GB", language="en"
        )


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Maya", "email": "maya@example.com", "country": "GB", "language": "en", **changes,
    }  # fmt: skip


def now(row: Any) -> Any:
    with organization_scope(row.organization_id):
        row.refresh_from_db()
    return row


def both_open(ada: Client, maya: Influencer) -> tuple[str, str]:
    """Two people have opened the form; the first has saved another name and country. Address, and what the second saw."""
    address = f"/o/oak/influencers/{maya.pk}/edit/"
    seen = version(ada.get(address))
    first = ada.post(address, fields(name="Maya B.", country="FR", version=seen))
    assert first.status_code == 302
    return address, seen


def test_the_second_sees_theirs_and_yours_and_nothing_is_written(
    ada: Client, maya: Influencer
) -> None:
    address, seen = both_open(ada, maya)

    answer = ada.post(address, fields(name="Maya Baker", version=seen))

    assert answer.status_code == 422
    assert CHANGED in body(answer)
    conflicts = {each.name: each for each in answer.context["form"].conflicts}
    assert {name: (each.theirs, each.yours) for name, each in conflicts.items()} == {
        "name": ("Maya B.", "Maya Baker"),
        "country": ("France", "United Kingdom"),
    }
    # Whoever has not touched a field is offered what the other entered; the rest is theirs to decide.
    assert {name: each.chosen for name, each in conflicts.items()} == {
        "name": "", "country": "theirs",
    }  # fmt: skip
    assert 'name="keep_name"' in body(answer)
    assert 'value="Maya Baker"' in body(answer)
    assert (now(maya).name, maya.country) == ("Maya B.", "FR")


def test_values_stand_as_people_read_them(ada: Client, oak: Organization, maya: Influencer) -> None:
    with organization_scope(oak):
        me = User.objects.get(email="ada@oak.example")
        for name, kind in (("Fan since", "date"), ("Vegan", "yes_no"), ("Diets", "multi_choice")):
            options = ["Halal", "Kosher"] if kind == "multi_choice" else []
            create_field(name, kind=kind, options=options, actor=me)
    address = f"/o/oak/influencers/{maya.pk}/edit/"
    seen = version(ada.get(address))
    first = fields(
        birthday="1990-02-03", custom_fan_since="2026-11-02", custom_vegan="no", custom_diets="Halal", version=seen
    )  # fmt: skip
    assert ada.post(address, first).status_code == 302
    second = fields(
        birthday="1990-02-04", custom_vegan="yes", custom_diets=["Halal", "Kosher"], version=seen
    )
    conflicts = ada.post(address, second).context["form"].conflicts
    assert {each.name: (each.theirs, each.yours) for each in conflicts} == {
        "birthday": ("3 Feb 1990", "4 Feb 1990"),
        "custom_fan_since": ("2 Nov 2026", ""),
        "custom_vegan": ("No", "Yes"),
        "custom_diets": ("Halal", "Halal, Kosher"),
    }


def test_a_choice_of_yes_or_no_stands_in_words(ada: Client, oak: Organization) -> None:
    with organization_scope(oak):
        me = User.objects.get(email="ada@oak.example")
        segment = create_segment("Food", filters=[], sort="", is_shared=False, actor=me)
    address = f"/o/oak/influencers/segments/{segment.pk}/edit/"
    answer = ada.post(address, {"name": "Food", "is_shared": "on"})
    (conflict,) = answer.context["form"].conflicts
    assert (conflict.theirs, conflict.yours) == ("No", "Yes")


def test_each_field_becomes_what_was_chosen(ada: Client, maya: Influencer) -> None:
    address, seen = both_open(ada, maya)
    again = version(ada.post(address, fields(name="Maya Baker", version=seen)))
    choices = {"keep_name": "yours", "keep_country": "theirs", "version": again}
    assert ada.post(address, fields(name="Maya Baker", **choices)).status_code == 302
    assert (now(maya).name, maya.country) == ("Maya Baker", "FR")


def test_a_third_change_while_somebody_chooses_is_seen_too(ada: Client, maya: Influencer) -> None:
    address, seen = both_open(ada, maya)
    again = version(ada.post(address, fields(name="Maya Baker", version=seen)))
    ada.post(address, fields(name="M. Baker", country="FR", version=again))
    late = ada.post(
        address, fields(name="Maya Baker", country="FR", version=again, keep_name="yours")
    )
    assert late.status_code == 422
    assert now(maya).name == "M. Baker"


def test_who_enters_the_same_or_edits_alone_is_asked_nothing(ada: Client, maya: Influencer) -> None:
    address, seen = both_open(ada, maya)
    same = ada.post(address, fields(name="Maya B.", country="FR", version=seen))
    assert same.status_code == 302
    alone = ada.post(address, fields(name="Maya", country="FR", version=version(ada.get(address))))
    assert (alone.status_code, now(maya).name) == (302, "Maya")


def test_a_form_without_its_version_has_seen_nothing(ada: Client, maya: Influencer) -> None:
    address = f"/o/oak/influencers/{maya.pk}/edit/"
    answer = ada.post(address, fields(name="Maya Baker"))
    assert answer.status_code == 422
    assert "This form came without the values it was opened with" in body(answer)
    (conflict,) = answer.context["form"].conflicts
    assert (conflict.theirs, conflict.yours, conflict.chosen) == ("Maya", "Maya Baker", "")
    assert now(maya).name == "Maya"
    chosen = fields(name="Maya Baker", version=version(answer), keep_name="yours")
    assert ada.post(address, chosen).status_code == 302
    assert now(maya).name == "Maya Baker"
    assert ada.post(address, fields(name="Maya Baker")).status_code == 302  # it changes nothing


def test_a_version_that_was_not_made_here_says_nothing() -> None:
    assert seen_in(version_of({"name": "Maya", "day": None})) == {"name": "Maya", "day": ""}
    assert seen_in("Maya") == {}


def test_a_campaigns_dates_are_kept_apart_as_well(ada: Client, oak: Organization) -> None:
    with organization_scope(oak):
        campaign = a_campaign()
    address = f"/o/oak/campaigns/{campaign.pk}/edit/"
    seen = version(ada.get(address))
    with organization_scope(oak):
        Campaign.objects.update(ends_on="2026-12-24")
    sent = {
        "client": "Northwind", "name": "Autumn", "starts_on": "2026-11-01", "ends_on": "2026-12-31",
        "state": campaign.state, "version": seen,
    }  # fmt: skip
    answer = ada.post(address, sent)
    assert answer.status_code == 422
    (conflict,) = answer.context["form"].conflicts
    assert (conflict.theirs, conflict.yours) == ("24 Dec 2026", "31 Dec 2026")
    assert str(now(campaign).ends_on) == "2026-12-24"
    chosen = {**sent, "version": version(answer), "keep_ends_on": "yours"}
    assert ada.post(address, chosen).status_code == 302
    assert str(now(campaign).ends_on) == "2026-12-31"


@pytest.mark.parametrize(
    ("page", "target", "column", "field"),
    [
        ("settings/organization/", "settings/organization/name/", "name", "name"),
        ("settings/mail/", "settings/mail/", "mail_sender_name", "mail_sender_name"),
    ],
)
def test_settings_are_not_overwritten_silently_either(
    ada: Client, oak: Organization, page: str, target: str, column: str, field: str
) -> None:
    seen = version(ada.get(f"/o/oak/{page}"))
    Organization.objects.filter(pk=oak.pk).update(**{column: "Oaks"})
    sent = {"mail_reply_to": "", field: "Oak & Co", "version": seen}
    answer = ada.post(f"/o/oak/{target}", sent)
    assert answer.status_code == 422
    assert CHANGED in body(answer)
    oak.refresh_from_db()
    assert getattr(oak, column) == "Oaks"
    chosen = {**sent, "version": version(answer), f"keep_{field}": "theirs"}
    assert ada.post(f"/o/oak/{target}", chosen).status_code == 302
    oak.refresh_from_db()
    assert getattr(oak, column) == "Oaks"
