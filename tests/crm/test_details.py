"""An influencer's details: made, read, changed, archived, deleted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.models import Influencer, OtherAddress, Rate
from crm.policies.details import (
    plausible_birthday,
    readable_phone,
    readable_time_zone,
    shown_phone,
)
from crm.services.influencers import (
    Price,
    archive_influencers,
    create_influencer,
    edit_influencer,
    restore_influencers,
    set_other_addresses,
    set_rates,
)
from tenancy.models import Event, User
from tests.crm.conftest import crm_verbs
from tests.factories.crm import InfluencerFactory
from ui.names import readable_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Maya \t Ferrand\n", "Maya Ferrand"),
        ("Ma\u202eya\u200b", "Maya"),
        ("نام‌خانوادگی", "نام‌خانوادگی"),
        ("José", "José"),
        ("👩‍🍳", "👩‍🍳"),
    ],
)
def test_a_name_is_one_line_without_deceiving_characters(text: str, name: str) -> None:
    assert readable_name(text) == name


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u3164", "\u2800\u115f", "\u200d"])
def test_an_invisible_name_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="invisible characters only"):
        readable_name(text)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+49 (0)171 123 45 67", "", "+491711234567"),
        ("0171 1234567", "DE", "+491711234567"),
        ("020 7946 0000", "gb", "+442079460000"),
        ("  ", "", ""),
    ],
)
def test_a_phone_number_is_read_as_people_write_it(text: str, country: str, number: str) -> None:
    assert readable_phone(text, country) == number


@pytest.mark.parametrize("text", ["0171 1234567", "call me", "+49 1", "+49 " + "1" * 30])
def test_a_phone_number_that_cannot_be_called_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        readable_phone(text)


@pytest.mark.parametrize("text", ["491711234567", "49 171 1234567"])
def test_a_number_that_may_have_lost_its_plus_sign_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="Enter it with the plus sign"):
        readable_phone(text, "DE")


def test_a_number_that_means_the_same_with_a_plus_sign_is_read() -> None:
    assert readable_phone("1 202 456 1111", "US") == "+12024561111"
    assert readable_phone("447911123456", "GB") == "+447911123456"
    assert readable_phone("493012345678", "DE") == "+493012345678"
    assert readable_phone("1711234567", "DE") == "+491711234567"


def test_a_phone_number_is_shown_in_groups() -> None:
    assert shown_phone("+491711234567") == "+49 171 1234567"
    assert shown_phone("x") == "x"


def test_a_time_zone_is_found_whatever_its_capitals() -> None:
    assert readable_time_zone(" europe/berlin ") == "Europe/Berlin"
    assert readable_time_zone("America/New York") == "America/New_York"
    assert readable_time_zone("") == ""
    with pytest.raises(ValidationError, match="such as Europe/Berlin"):
        readable_time_zone("Mars/Olympus")


def test_a_birthday_lies_within_a_life() -> None:
    today = date(2026, 11, 29)
    assert plausible_birthday(date(1990, 2, 28), today) == date(1990, 2, 28)
    for day in (date(1890, 1, 1), today, date(2062, 1, 1)):
        with pytest.raises(ValidationError, match=f"Is the year {day.year} right"):
            plausible_birthday(day, today)


@pytest.mark.django_db
@pytest.mark.usefixtures("_scope")
class TestInfluencers:
    def test_one_is_made_with_details(self, owner: User) -> None:
        maya = create_influencer(actor=owner, name="Maya", city="Graz", birthday=date(1990, 2, 28))
        kept = Influencer.objects.get(pk=maya.pk)
        assert (kept.city, kept.phone, kept.birthday) == ("Graz", "", date(1990, 2, 28))
        assert crm_verbs() == ["influencer.created"]

    def test_further_addresses_are_kept_in_one_spelling_without_the_first(
        self, owner: User
    ) -> None:
        maya = create_influencer(actor=owner, name="Maya", email="maya@example.com")
        emails = ["Maya@EXAMPLE.com", "m@example.org", "M@Example.org", ""]
        for _ in range(2):
            set_other_addresses(maya, emails, actor=owner)
            assert [row.email for row in OtherAddress.objects.all()] == ["m@example.org"]
        set_other_addresses(maya, [], actor=owner)
        assert not OtherAddress.objects.exists()
        assert crm_verbs() == ["influencer.created", "influencer.edited", "influencer.edited"]

    def test_rates_are_replaced_as_a_whole(self, owner: User) -> None:
        maya = create_influencer(actor=owner, name="Maya")
        video = Price("tiktok", "video", Decimal("400.00"), "EUR")
        story = Price("instagram", "story", Decimal("150.00"), "EUR")
        for prices in ([video, story], [video, story], [video]):
            set_rates(maya, prices, actor=owner)
            assert Rate.objects.count() == len(prices)
        assert [str(rate) for rate in Rate.objects.all()] == ["400.00 EUR"]
        assert crm_verbs() == ["influencer.created", "influencer.edited", "influencer.edited"]

    def test_an_edit_names_the_fields_that_changed(self, owner: User) -> None:
        maya = create_influencer(actor=owner, name="Maya")
        edit_influencer(maya, actor=owner, name="Maya", city="Graz", salutation="Dear Maya")
        edit_influencer(maya, actor=owner, name="Maya", city="Graz", salutation="Dear Maya")
        (edit,) = Event.objects.filter(verb="influencer.edited")
        assert edit.text.detail == {"fields": ["city", "salutation"]}

    def test_who_is_archived_can_be_restored_and_once_is_enough(self, owner: User) -> None:
        maya, noor = InfluencerFactory.create(), InfluencerFactory.create()
        assert archive_influencers([maya], actor=owner) == [maya]
        assert archive_influencers([maya, noor], actor=owner) == [noor]
        assert restore_influencers([maya], actor=owner) == [maya]
        assert restore_influencers([maya], actor=owner) == []
        assert list(Influencer.objects.filter(archived_at=None)) == [maya]
        assert crm_verbs() == [
            "influencer.archived",
            "influencer.archived",
            "influencer.restored",
        ]


@pytest.mark.parametrize(("text", "number"), [("491", "+49491"), ("4912", "+494912")])
def test_digits_that_are_no_number_with_a_plus_sign_are_one_of_the_country(
    text: str, number: str
) -> None:
    assert readable_phone(text, "DE") == number
