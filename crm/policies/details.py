"""Readings of what people type or import about a person: a phone number, a time zone, a birthday."""

from __future__ import annotations

import unicodedata
from datetime import date
from zoneinfo import available_timezones

import phonenumbers
from django.core.exceptions import ValidationError

OLDEST = 120  # years


def readable_phone(text: str, country: str = "") -> str:
    """A phone number in E.164 (`+491711234567`), empty for nothing. A number without its country code is one of `country`.

    Raises ValidationError.
    """
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException as problem:
        raise ValidationError(
            "Enter the phone number with its country code, such as +49 171 1234567."
        ) from problem
    if not phonenumbers.is_possible_number(number):
        raise ValidationError("This phone number is too short or too long. Check its digits.")
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if (other := _with_plus(text, number)) not in {"", found}:
        raise ValidationError(f"Is this {other} or {found}? Enter it with the plus sign.")
    return found


def _with_plus(text: str, number: phonenumbers.PhoneNumber) -> str:
    """The number that its digits are if a spreadsheet has lost the plus sign; empty if they are none of this country."""
    digits = "".join(char for char in unicodedata.normalize("NFKC", text) if char.isdecimal())
    if "+" in text or not digits.startswith(str(number.country_code)):
        return ""
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(number: str) -> str:
    """A stored phone number in groups of digits, as people read it."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def readable_time_zone(text: str) -> str:
    """A name of the IANA database (`Europe/Berlin`), whatever its case, empty for nothing. Raises ValidationError."""
    wanted = text.strip().replace(" ", "_").lower()
    if not wanted:
        return ""
    found = next((zone for zone in available_timezones() if zone.lower() == wanted), None)
    if found is None:
        raise ValidationError("This is no time zone. Enter one such as Europe/Berlin.")
    return found


def plausible_birthday(day: date, today: date) -> date:
    """The day, if somebody alive may be born on it. Raises ValidationError."""
    if not today.year - OLDEST <= day.year or day >= today:
        raise ValidationError(f"Is the year {day.year} right? Nobody to work with was born then.")
    return day
