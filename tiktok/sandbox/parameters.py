"""Reads a call's parameters and refuses what TikTok would: each refusal names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from email import message_from_bytes
from typing import Any

from .answers import invalid
from .http import Request

_DAY = re.compile(r"2\d{3}-\d\d-\d\d")


class Parameters:
    """Query of a GET or JSON body of a POST, read by name and kind."""

    def __init__(self, values: Mapping[str, Any], *, from_query: bool) -> None:
        self._values = values
        self._from_query = from_query

    @property
    def account(self) -> str:
        """The account of the Accounts API whose limits the call is counted against; empty where it names none."""
        known = self._values if isinstance(self._values, dict) else {}
        return str(dict.get(known, "business_id") or "")

    def optional(self, name: str) -> str | None:
        """Text, or None when absent or empty."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise invalid(f"{name}: must be a string.")
        return value

    def text(self, name: str, *, longest: int = 2000) -> str:
        """Required text."""
        value = self.optional(name)
        if value is None:
            raise invalid(f"{name}: Missing data for required field.")
        if len(value) > longest:
            raise invalid(f"{name}: Longer than maximum length {longest}.")
        return value

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        """An int within limits."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            number = int(value) if self._from_query or isinstance(value, int) else None
        except ValueError:
            number = None
        if number is None or isinstance(value, bool):
            raise invalid(f"{name}: Not a valid integer.")
        if not low <= number <= high:
            raise invalid(f"{name}: Must be between {low} and {high}.")
        return number

    def number(self, name: str, default: float | None, low: float, high: float) -> float | None:
        """A number within limits."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            number = float(value) if self._from_query or isinstance(value, int | float) else None
        except ValueError:
            number = None
        if number is None or isinstance(value, bool) or not low <= number <= high:
            raise invalid(f"{name}: Must be a number between {low:g} and {high:g}.")
        return number

    def nested(self, name: str) -> Parameters:
        """The members of an object."""
        value = self._values.get(name)
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                raise invalid(f"{name}: Not a valid object.") from None
        if value is None or value == "":
            return Parameters({}, from_query=False)
        if not isinstance(value, dict):
            raise invalid(f"{name}: Not a valid object.")
        return Parameters(value, from_query=False)

    def objects(self, name: str, *, most: int) -> list[Parameters]:
        """The members of each object of a list in a body; none when absent."""
        items = self._values.get(name) or []
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise invalid(f"{name}: Not a valid list of objects.")
        if len(items) > most:
            raise invalid(f"{name}: At most {most} items are allowed.")
        return [Parameters(item, from_query=False) for item in items]

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean."""
        value = self._values.get(name, default)
        known = {
            True: True,
            False: False,
            "true": True,
            "false": False,
            "True": True,
            "False": False,
        }
        if not isinstance(value, bool | str) or value not in known:
            raise invalid(f"{name}: Not a valid boolean.")
        return known[value]

    def strings(self, *names: str, most: int, required: bool = True) -> list[str]:
        """A list of strings under the first of the names that is present; in a query it is JSON."""
        name = next((each for each in names if self._values.get(each) is not None), None)
        if name is None:
            if required:
                raise invalid(f"{names[0]}: Missing data for required field.")
            return []
        items = self._list(name)
        if required and not items:
            raise invalid(f"{name}: Must not be empty.")
        if len(items) > most:
            raise invalid(f"{name}: At most {most} items are allowed.")
        return items

    def _list(self, name: str) -> list[str]:
        items = self._values[name]
        if self._from_query:
            try:
                items = json.loads(items)
            except (ValueError, RecursionError):
                raise invalid(f"{name}: Not a valid list.") from None
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise invalid(f"{name}: Not a valid list of strings.")
        return items

    def one_of(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """A word out of an enumeration."""
        value = self.optional(name) or default
        if value is None:
            raise invalid(f"{name}: Missing data for required field.")
        if value not in choices:
            raise invalid(f"{name}: Must be one of {', '.join(choices)}.")
        return value

    def day(self, name: str) -> date | None:
        """A ``YYYY-MM-DD`` of this millennium."""
        value = self.optional(name)
        if value is None:
            return None
        try:
            if not _DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise invalid(f"{name}: Not a valid date.") from None


def of(request: Request) -> Parameters:
    """The parameters of an API call. One that cannot be read is refused when a parameter is asked for."""
    if request.method == "GET":
        return Parameters(request.query, from_query=True)
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        return Parameters(_form_data(content_type, request.body), from_query=True)
    try:
        values = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        values = _Unreadable("body: Not valid JSON.")
    if not isinstance(values, dict):
        values = _Unreadable("body: Must be an object.")
    return Parameters(values, from_query=False)


class _Unreadable(dict[str, Any]):
    """A stand-in for unreadable parameters: the token is checked before they are refused."""

    def __init__(self, complaint: str) -> None:
        super().__init__()
        self._complaint = complaint

    def get(self, key: str, default: object = None) -> Any:
        raise invalid(self._complaint)


def _form_data(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a multipart form; a file stands for itself by the number of its bytes."""
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    values = {}
    for part in [*message.walk()][1:]:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        is_file = part.get_filename() is not None
        values[str(name)] = str(len(content)) if is_file else content.decode("utf-8", "replace")
    return values
