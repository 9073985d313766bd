"""Creators added, edited, archived, restored and deleted on pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client

from campaigns.queries.accounts import accounts_to_pick
from crm.enums import FieldKind
from crm.models import CustomField, Influencer, Rate
from crm.queries import influencer_page
from crm.services.fields import create_field
from crm.services.influencers import archive_influencers
from jobs.models import Job, Work
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.submitting import fresh

pytestmark = pytest.mark.django_db
NEW = "/o/oak/influencers/new/"
MAYA: dict[str, Any] = {
    "name": "  Maya   Ferrand ",
    "display_name": "Maya bakes",
    "salutation": "Dear Maya",
    "email": "maya@example.com",
    "other_emails": "Old@Example.com, agent@example.com",
    "phone": "01 555 0142",
    "country": "AT",
    "city": "Vienna",
    "language": "de",
    "time_zone": "Europe/Vienna",
    "birthday": "1994-02-14",
    "rate_1_0": "tiktok",
    "rate_1_1": "video",
    "rate_1_2": "1150",
    "rate_1_3": "eur",
}


def at(influencer: Influencer, rest: str = "") -> str:
    return f"/o/oak/influencers/{influencer.pk}/{rest}"


def undo_button(page: str) -> str:
    """The address that the toast's button posts to."""
    toasts = page[page.index('id="toasts"') :]
    found = re.search(r'<form method="post" action="([^"]+)"', toasts)
    assert found is not None
    return found[1]


@pytest.fixture
def maya(oak: Organization) -> Influencer:
    with organization_scope(oak):
        return InfluencerFactory.create(name="Maya Ferrand", email="maya@example.com")


@pytest.fixture
def limited(oak: Organization, signed_in: Callable[[Role], Client]) -> tuple[Client, Group]:
    """A manager who sees the group Food alone, and the group; there is a second group."""
    client = signed_in(Role.MANAGER)
    person = User.objects.get(email="manager@oak.example")
    Membership.objects.filter(user=person).update(is_limited=True)
    with organization_scope(oak):
        food = Group.objects.create(name="Food", key="food")
        Group.objects.create(name="Cars", key="cars")
        GroupMember.objects.create(group=food, user=person)
    return client, food


def test_a_creator_is_added_without_an_account_and_with_all_details(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        diet = create_field("Diet", FieldKind.CHOICE, options=["Vegan", "Any"], actor=None)
        fee = create_field("Fee", FieldKind.MONEY, actor=None)
        likes = create_field("Likes", FieldKind.MULTI_CHOICE, options=["Bread", "Tea"], actor=None)
    owner = User.objects.get(email="manager@oak.example")
    page = manager.get(NEW).content.decode()
    assert ">Diet" in page.replace("\n", "").replace(" ", "")

    custom = {"custom_diet": "Vegan", "custom_fee": "12.5 eur", "custom_likes": ["Tea", "Bread"]}
    answer = manager.post(NEW, {**fresh(), **MAYA, **custom, "owner": owner.pk})

    with organization_scope(oak):
        maya = Influencer.objects.get()
        assert answer.url == at(maya)  # type: ignore[attr-defined]
        assert (maya.name, maya.phone, maya.owner, maya.group) == (
            "Maya Ferrand",
            "+4315550142",
            owner,
            None,
        )
        assert (maya.city, maya.time_zone, maya.birthday) == (
            "Vienna",
            "Europe/Vienna",
            date(1994, 2, 14),
        )
        emails = maya.other_addresses.order_by("email").values_list("email", flat=True)
        assert list(emails) == ["agent@example.com", "old@example.com"]
        assert str(Rate.objects.get()) == "1150.00 EUR"
        values = {value.field: value for value in maya.custom_values.all()}
        assert values[diet].text == "Vegan"
        assert (values[fee].number, values[fee].currency) == (Decimal("12.5"), "EUR")
        assert values[likes].options == ["Bread", "Tea"]
    page = manager.get(at(maya, "edit/")).content.decode()
    assert 'value="1150.00"' in page
    assert 'value="12.5 EUR"' in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "\u200b", "invisible characters only"),
        ("phone", "12", "too short or too long"),
        ("birthday", "1801-01-01", "Nobody to work with was born then"),
        ("other_emails", "agent@", "is not an e-mail address"),
        ("other_emails", " ".join(f"a{n}@b.example" for n in range(21)), "at most 20"),
        ("rate_1_0", "", "Choose the network"),
        ("rate_1_1", "opera", "Choose the network"),
        ("rate_1_2", "12,5", "with a point"),
        ("rate_1_3", "€", "three letters"),
        ("custom_fee", "12", "an amount with its currency"),
        ("custom_fee", "", "requires this field"),
    ],
)
def test_what_cannot_be_read_is_refused_and_kept_in_the_form(
    oak: Organization, manager: Client, field: str, value: str, sentence: str
) -> None:
    with organization_scope(oak):
        create_field("Fee", FieldKind.MONEY, is_required=True, actor=None)
    answer = manager.post(NEW, {**fresh(), **MAYA, "custom_fee": "1 EUR", field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with organization_scope(oak):
        assert not Influencer.objects.exists()


def test_two_rates_for_the_same_are_refused(oak: Organization, manager: Client) -> None:
    twice = {f"rate_2_{n}": MAYA[f"rate_1_{n}"] for n in range(4)}
    answer = manager.post(NEW, {**fresh(), **MAYA, **twice})
    assert "Two rates are for the same network" in answer.content.decode()


def test_the_second_of_two_editors_chooses_in_a_custom_field_too(
    oak: Organization, manager: Client, maya: Influencer
) -> None:
    with organization_scope(oak):
        create_field("Diet", FieldKind.TEXT, actor=None)
    page = manager.get(at(maya, "edit/")).content.decode()
    seen = re.search(r'name="version" value="([^"]+)"', page)
    assert seen is not None
    form = {"name": "Maya Ferrand", "email": "maya@example.com"}
    manager.post(at(maya, "edit/"), {**form, "version": seen[1], "custom_diet": "Vegan"})

    late = {**form, "version": seen[1], "city": "Linz"}
    answer = manager.post(at(maya, "edit/"), late)
    assert answer.status_code == 422
    assert 'name="keep_custom_diet"' in answer.content.decode()
    manager.post(at(maya, "edit/"), {**late, "keep_custom_diet": "theirs"})
    with organization_scope(oak):
        maya.refresh_from_db()
        assert maya.city == "Linz"
        assert maya.custom_values.get().text == "Vegan"


def test_a_limited_member_puts_a_creator_into_a_group_of_theirs(
    oak: Organization, limited: tuple[Client, Group]
) -> None:
    client, food = limited
    page = client.get(NEW).content.decode()
    assert f'<option value="{food.pk}">Food</option>' in page
    assert "Cars" not in page
    with organization_scope(oak):
        cars = Group.objects.get(key="cars")
    for group in ("", cars.pk):
        assert client.post(NEW, {**fresh(), **MAYA, "group": group}).status_code == 422
    assert client.post(NEW, {**fresh(), **MAYA, "group": food.pk}).status_code == 302
    with organization_scope(oak):
        assert Influencer.objects.get().group == food


def test_an_archived_creator_leaves_list_search_and_choices_until_undone(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(influencer__name="Maya Ferrand")
        campaign = a_campaign()
    maya = account.influencer

    def shown() -> list[int]:
        with organization_scope(oak):
            picked = [
                accounts_to_pick(campaign, chosen=[], search=search) for search in ("", "maya")
            ]
            listed = [influencer_page(search=search).rows for search in ("", "maya")]
            return [len(rows) for rows in (*picked, *listed)]

    assert shown() == [1, 1, 1, 1]
    page = manager.post(at(maya, "archive/"), follow=True).content.decode()
    assert "Nothing was deleted, and tracking goes on." in page
    assert shown() == [0, 0, 0, 0]
    assert "Maya Ferrand" in manager.get("/o/oak/influencers/archived/").content.decode()
    assert "is in no list" in manager.get(at(maya)).content.decode()

    page = manager.post(undo_button(page), follow=True).content.decode()
    assert shown() == [1, 1, 1, 1]
    assert undo_button(page) == at(maya, "archive/")
    assert "Nobody is archived" in manager.get("/o/oak/influencers/archived/").content.decode()


def test_whoever_is_added_with_a_tiktok_account_has_it_looked_up_whatever_ends_the_request(
    oak: Organization, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = RuntimeError("the process is killed")
    monkeypatch.setattr("crm.views.details.say_made", Mock(side_effect=killed))
    sent = {**fresh(), "name": "Maya", "account": "@maya.bakes"}
    with pytest.raises(RuntimeError, match="killed"):
        manager.post(NEW, sent)
    with organization_scope(oak):
        job = Job.objects.get(kind="crm.add_account")
        assert job.params["influencer"] == Influencer.objects.get().pk
        assert Work.objects.filter(kind="job.errand", subject_id=job.pk).exists()


def test_deleting_asks_for_the_typed_name(
    oak: Organization, manager: Client, maya: Influencer
) -> None:
    assert "nobody can bring them back" in manager.get(at(maya, "delete/")).content.decode()
    answer = manager.post(at(maya, "delete/"), {"name": "Maya"})
    assert answer.status_code == 422
    assert "This is not the name." in answer.content.decode()
    page = manager.post(at(maya, "delete/"), {"name": "maya ferrand"}, follow=True)
    assert "is deleted, with everything about them." in page.content.decode()
    with organization_scope(oak):
        assert not Influencer.objects.exists()


def test_activity_shows_how_far_deleted_readings_are_and_nobody_cancels_that(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        tom = TikTokAccountFactory.create(influencer__name="Tom").influencer
    page = manager.post(at(tom, "delete/"), {"name": "Tom"}, follow=True).content.decode()
    assert "is deleted, with everything about them. What TikTok told of their accounts" in page
    page = manager.get("/o/oak/activity/").content.decode()
    assert "Delete the readings of a deleted creator" in page
    assert "Cancel</button>" not in page
    with organization_scope(oak):
        job = Job.objects.get(kind="tiktok.remove_readings")
    assert manager.post(f"/o/oak/activity/{job.pk}/cancel/").status_code == 404


def test_the_page_says_what_stays_of_who_is_part_of_campaigns(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        account = a_participant(campaign := a_campaign(), "maya.bakes")
        an_order(campaign, account)
        maya = account.influencer
    page = manager.get(at(maya, "delete/")).content.decode()
    assert "In campaigns the numbers from reports of orders and the fees stay" in page
    assert manager.post(at(maya, "delete/"), {"name": maya.name}).status_code == 302
    with organization_scope(oak):
        assert not Influencer.objects.exists()


def test_viewers_change_nothing(viewer: Client, maya: Influencer, oak: Organization) -> None:
    for url in (NEW, *(at(maya, f"{verb}/") for verb in ("archive", "restore", "delete", "edit"))):
        assert viewer.post(url, MAYA).status_code == 403
    with organization_scope(oak):
        archive_influencers([maya], actor=None)
    for url in (at(maya), "/o/oak/influencers/archived/", "/o/oak/influencers/"):
        page = viewer.get(url).content.decode()
        assert "Restore" not in page
        assert "Add creator" not in page


def test_archived_fields_are_in_no_form(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        create_field("Diet", FieldKind.TEXT, actor=None)
        assert "custom_diet" in manager.get(NEW).content.decode()
        CustomField.objects.update(archived_at="2026-11-01T00:00Z")
    assert "custom_diet" not in manager.get(NEW).content.decode()


def test_a_name_whose_letters_are_written_as_two_is_refused_where_it_gets_too_long(
    oak: Organization, manager: Client
) -> None:
    name = "\u0958" * 120
    answer = manager.post("/o/oak/influencers/new/", {**fresh(), "name": name})
    assert "Enter at most 200 characters." in answer.content.decode()
    with organization_scope(oak):
        assert not Influencer.objects.exists()


def test_the_profile_writes_days_yes_and_addresses_as_people_read_them(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        create_field("Free from", FieldKind.DATE, actor=None)
        create_field("Travels", FieldKind.YES_NO, actor=None)
    custom = {"custom_free_from": "2027-12-03", "custom_travels": "no"}
    answer = manager.post(NEW, {**fresh(), **MAYA, **custom})
    page = manager.get(answer["Location"]).content.decode()
    assert "3 Dec 2027" in page
    assert "2027-12-03" not in page
    assert "<dd><bdi>No</bdi></dd>" in page or "<dd>No</dd>" in page
    assert "<wbr>@" in page  # a long address breaks before its sign, not within a word
