"""The kinds of bulk action there are. Apps register theirs when they are ready.

register_bulk(BulkKind("tag", "Tag", "Add a tag", …))            done by a job, with preview, results and undo
register_page(BulkPage("mail", "Send mail", …, "crm:compose"))    a page of its own, which gets the selection
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from crm.enums import BulkState
from crm.models import Influencer
from crm.queries.fields import NOBODY
from tenancy.enums import Permission
from tenancy.models import User

Words = tuple[str, str]  # of one influencer, of several: "has it already", "have it already"


@dataclass(frozen=True)
class Outcome:
    """The result for one influencer. `trace`: what undoing needs (JSON); `reason`: a sentence."""

    state: BulkState
    trace: Any = None
    reason: str = ""


@dataclass(frozen=True)
class Slice:
    """The influencers of a slice. `choice`: what was chosen; `traces`, when it is undone: by influencer; `filters`: by which
    they were found, where that is how they were."""

    influencers: Sequence[Influencer]
    choice: Any
    actor: User | None
    wished_at: datetime
    traces: Mapping[int, Any] = field(default_factory=dict)
    filters: Sequence[str] = ()


Outcomes = dict[int, Outcome]  # by influencer; who is left out is unchanged


@dataclass(frozen=True)
class Refusal:
    """A condition under which nothing can be done for an influencer, in words."""

    words: Words
    condition: Q


@dataclass(frozen=True)
class Choice:
    """The choice that a kind leaves to its person: a label, the options (value and name), the row of a value (raises ChoiceGone),
    and how a new one is made of a name (raises ValidationError or CrmProblem)."""

    label: str
    options: Callable[[], Sequence[tuple[str, str]]]
    found: Callable[[str], Any]
    make: Callable[[str, User], Any] | None = None

    @property
    def takes_new(self) -> bool:
        """Can a new one be named?"""
        return self.make is not None


def _no_refusals() -> list[Refusal]:
    return []


def _nobody(choice: Any) -> Q:
    return NOBODY


def _always(choice: str) -> str:
    return ""


@dataclass(frozen=True)
class BulkKind:
    """An action done by a job. The words go on after a number: "41 *will get the tag*".

    `unchanged`: the words of those for whom there is nothing to do, and `is_unchanged` their condition in SQL. `act` does
    it for a slice, in the transaction that keeps its results; outside one where `is_outside` says so, then it may be
    repeated. `take_back` undoes a slice. `needs_release`: for TikTok's own data only. `size`: of a slice. `rank`: its place among the others; the first is the main one.
    `rows`: the influencers, where the choice alone says who they are; such a kind is offered for no selection.
    `finish` does what is left to do after the last of them, of how many were changed, and returns what `revive` needs to undo that first.
    `no_way_back`: why it cannot be undone for its choice any more; empty where it can.
    """

    key: str
    button: str
    title: str
    icon: str
    rank: int
    permission: Permission
    will: str
    did: str
    unchanged: Words
    act: Callable[[Slice], Outcomes]
    is_unchanged: Callable[[Any], Q] = _nobody
    refusals: Callable[[], list[Refusal]] = _no_refusals
    choice: Choice | None = None
    take_back: Callable[[Slice], Outcomes] | None = None
    is_outside: bool = False
    needs_release: bool = False
    size: int = 500
    temporary: tuple[type[Exception], ...] = ()
    lasting: tuple[type[Exception], ...] = ()
    rows: Callable[[Any], QuerySet[Influencer]] | None = None
    finish: Callable[[Any, int, User | None], dict[str, Any]] | None = None
    revive: Callable[[dict[str, Any], User | None], object] | None = None
    no_way_back: Callable[[str], str] = _always

    @property
    def can_be_undone(self) -> bool:
        return self.take_back is not None


@dataclass(frozen=True)
class BulkPage:
    """An action with a page of its own (`name` of its address). It gets the selection: `selection=` with the key of a draft
    that holds the ids, or the parameters of the list's address."""

    key: str
    button: str
    icon: str
    rank: int
    permission: Permission
    name: str
    needs_release: bool = False


_kinds: dict[str, BulkKind] = {}
_pages: dict[str, BulkPage] = {}


def register_page(page: BulkPage) -> None:
    """Make an action with a page of its own known; once, when the app that owns it is ready."""
    _pages[page.key] = page


def keep_kind(kind: BulkKind) -> None:
    _kinds[kind.key] = kind


def bulk_kind(key: str) -> BulkKind | None:
    """The kind of this key."""
    return _kinds.get(key)


def bulk_page(key: str) -> BulkPage | None:
    """The action with a page of its own of this key."""
    return _pages.get(key)


def offered(
    may: Callable[[Permission], bool], *, is_released: bool = True
) -> list[BulkKind | BulkPage]:
    """The actions for a member with these permissions, the main one first. `is_released`: may TikTok's own data be shown?"""
    selecting = [kind for kind in _kinds.values() if kind.rows is None]
    known: list[BulkKind | BulkPage] = [*selecting, *_pages.values()]
    possible = [each for each in known if may(each.permission)]
    return sorted(
        (each for each in possible if is_released or not each.needs_release),
        key=lambda each: each.rank,
    )


def sentence(words: str) -> str:
    """Words about one influencer as a sentence of its own: "Has the tag already."."""
    return f"{words[0].upper()}{words[1:]}."
