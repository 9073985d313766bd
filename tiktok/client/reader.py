"""One tolerant reader for all that TikTok sends: a field that cannot be read is missing and noted, no more.

Absent, null and empty mean the same. Numbers may be text, text may be numbers, a list may stand in a text.
A `Row` is read field by field; one whose identity cannot be read is left out of its list. Several names of
one field are tried in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

from . import normalize
from .decoding import listed, unpacked
from .redaction import MASK, shown
from .types import Money, Share

T = TypeVar("T")
Names = str | Sequence[str]
MOST_NOTES = 100
"""Of one answer: what is odd in every row of a page need not be told for each."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part left out of an answer: ``field`` such as ``videos[].likes``, why, and its shortened text.

    A whole row is named as ``videos[]``.
    """

    field: str
    why: str
    raw: str


class Row:
    """One JSON object. What its methods cannot read is None, or empty, and stands in ``unreadable``."""

    def __init__(
        self,
        fields: Mapping[str, Any],
        *,
        path: str = "",
        notes: list[Unreadable] | None = None,
        is_secret: bool = False,
    ) -> None:
        self._fields = fields
        self._path = path
        self._is_secret = is_secret
        self._own = list[str]()
        self.notes: list[Unreadable] = [] if notes is None else notes

    def __repr__(self) -> str:
        return f"Row({self._path!r})"

    @property
    def unreadable(self) -> frozenset[str]:
        """TikTok's names of this row's fields that could not be read so far."""
        return frozenset(self._own)

    def has(self, name: str) -> bool:
        """Tell whether the field is there at all; an empty text or object is as good as none."""
        return self._fields.get(name) not in (None, "", {})

    def supposed(self, name: str, value: T) -> T:
        """``value``, noted as what is supposed because the field cannot be read or is not there."""
        self._note(name, ValueError(f"{value} is supposed"), self._fields.get(name))
        return value

    # --- single values ----------------------------------------------------------------------------------------------
    def text(self, *names: str) -> str | None:
        """Text; a number is taken for its digits."""
        return self._read(names, normalize.text)

    def json(self, name: str) -> str:
        """The field as it came, as JSON; a text as it is, and an empty object where there is none."""
        value = self._fields.get(name) or {}
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()

    def identifier(self, *names: str) -> str:
        """An id as text. Raises ValueError: there is no object without one."""
        found = self._read(names, normalize.identifier)
        if found is None:
            raise ValueError(f"{names[0]} is missing")
        return found

    def optional_id(self, *names: str) -> str | None:
        """An id as text where there need be none."""
        return self._read(names, normalize.identifier)

    def flag(self, *names: str) -> bool | None:
        """Yes, no, or not told."""
        return self._read(names, normalize.flag)

    def count(self, *names: str) -> int | None:
        """A counter."""
        return self._read(names, normalize.count)

    def limit(self, *names: str) -> int | None:
        """A count that decides what is done: a quota, a page, a cursor, seconds of a life."""
        return self._read(names, normalize.limit)

    def quantity(self, *names: str) -> float | None:
        """A measured number."""
        return self._read(names, normalize.quantity)

    def share(self, *names: str) -> float | None:
        """A part of a whole as a fraction."""
        return self._read(names, normalize.share)

    def percent(self, *names: str) -> float | None:
        """Convert a number that is always written in percent into a fraction."""
        return self._read(names, normalize.percent)

    def change(self, *names: str) -> int | None:
        """A difference such as ``"+4"``."""
        return self._read(names, normalize.change)

    def instant(self, *names: str) -> datetime | None:
        """A moment in UTC."""
        return self._read(names, normalize.instant)

    def day(self, *names: str) -> date:
        """A calendar day that identifies its row. Raises ValueError."""
        found = self._read(names, normalize.instant)
        if found is None:
            raise ValueError(f"{names[0]} is missing")
        return found.date()

    def money(self, amount: str, currency: str) -> Money | None:
        """A price of which both halves are there."""
        code = self.text(currency)
        return self._read((amount,), lambda value: normalize.money(value, code))

    # --- several ----------------------------------------------------------------------------------------------------
    def texts(self, *names: str) -> tuple[str, ...]:
        """The texts of a list, without those that are none."""
        return self._each(names, normalize.text)

    def ids(self, *names: str) -> tuple[str, ...]:
        """The ids of a list as text."""
        return self._each(names, normalize.identifier)

    def items(self, *names: str) -> Sequence[Any]:
        """The items of a list as they came."""
        return self._read(names, listed) or ()

    def length(self, name: str) -> int:
        """How many items a list has as it came, with those that cannot be read."""
        value = self._fields.get(name)
        return len(value) if isinstance(value, list) else 0

    def words(self, *names: str) -> frozenset[str]:
        """The words of a list, or of a text that parts them by commas or blanks."""
        return self._read(names, normalize.words) or frozenset()

    def rows(
        self, name: str, build: Callable[[Row], T], *, is_complete: bool = False
    ) -> tuple[T, ...]:
        """The rows of a list as built by ``build``, without those it cannot identify (ValueError).

        ``is_complete``: the list must be there and have every row, else ValueError.
        """
        if is_complete and not self.has(name):
            raise ValueError(f"{name} is missing")
        return tuple(self._built(name, build, is_complete=is_complete))

    def _built(self, name: str, build: Callable[[Row], T], *, is_complete: bool) -> Iterator[T]:
        seen = set[bytes]()
        for item in self.items(name):
            written = msgspec.json.encode(item)
            if written in seen:
                continue  # TikTok repeats itself
            seen.add(written)
            try:
                yield build(self._nested(f"{name}[]", item))
            except ValueError as why:
                if is_complete and item is not None:
                    raise
                self._note(f"{name}[]", why, item)

    def row(self, name: str) -> Row:
        """An object within this one, or written into a text; an empty one where there is none."""
        found = self._read((name,), lambda value: self._nested(name, unpacked(value)))
        return self._nested(name, {}) if found is None else found

    def named(
        self, *names: str, key: Names, value: Names, read: Callable[[Any], T]
    ) -> list[tuple[str, T]]:
        """Names with what ``read`` makes of their values, from ``{name: value}`` or ``[{key: name, value: …}]``."""
        keys, values = _several(key), _several(value)
        packed = self._read(names, unpacked) or ()
        if isinstance(packed, Mapping):
            packed = [{keys[0]: word, values[0]: reported} for word, reported in packed.items()]

        def pair(item: Any) -> tuple[str, T]:
            return normalize.name(item, keys), read(
                next((item[v] for v in values if v in item), None)
            )

        return list(self._each(names, pair, items=packed))

    def shares(
        self,
        *names: str,
        key: Names,
        is_code: bool = True,
        words: Mapping[str, str] | None = None,
        whole: float = 1.0,
    ) -> tuple[Share, ...] | None:
        """Named shares as fractions, of lists of names and ``percentage``.

        ``is_code``: names are written in upper case, since one dialect says ``Female`` and the other
        ``FEMALE``. ``words`` replaces codes by what they stand for. ``whole``: the sum of all fractions,
        more than 1 where one viewer is counted under several names.
        """
        name = self._present(names)
        if name is None:
            return None
        parts = self.named(name, key=key, value="percentage", read=normalize.part)
        if not parts and name in self._own:
            return None
        reported = [((words or {}).get(word, word), part) for word, part in parts]
        return normalize.distribution(
            [(word.upper() if is_code else word, part) for word, part in reported], whole=whole
        )

    def retention(self, *names: str) -> tuple[float, ...] | None:
        """Share still watching per second."""
        return self._read(names, lambda value: normalize.retention(listed(value)))

    # --- how --------------------------------------------------------------------------------------------------------
    def _present(self, names: Iterable[str]) -> str | None:
        return next((name for name in names if self._fields.get(name) not in (None, "")), None)

    def _read(self, names: Sequence[str], read: Callable[[Any], T | None]) -> T | None:
        name = self._present(names)
        if name is None:
            return None
        try:
            return read(self._fields[name])
        except (ValueError, TypeError) as why:
            self._note(name, why, self._fields[name])
            return None

    def _each(
        self, names: Sequence[str], read: Callable[[Any], T], *, items: Sequence[Any] | None = None
    ) -> tuple[T, ...]:
        found = list[T]()
        for item in self.items(*names) if items is None else items:
            try:
                found.append(read(item))
            except (ValueError, TypeError) as why:
                self._note(f"{self._present(names)}[]", why, item)
        return tuple(found)

    def _nested(self, name: str, value: Any) -> Row:
        if not isinstance(value, Mapping):
            raise ValueError("not an object")
        path = f"{self._path}{name}."
        return Row(value, path=path, notes=self.notes, is_secret=self._is_secret)

    def _note(self, name: str, why: Exception, value: Any) -> None:
        self._own.append(name.removesuffix("[]"))
        if len(self.notes) < MOST_NOTES:
            raw = MASK if self._is_secret else shown(value, name=name.removesuffix("[]"))
            self.notes.append(Unreadable(f"{self._path}{name}", str(why), raw))


def _several(names: Names) -> Sequence[str]:
    return (names,) if isinstance(names, str) else names
