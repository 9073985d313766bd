"""The kinds of work there are, each with its rule. Apps register theirs when they are ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from jobs.enums import Lane

# Takes primary keys of subjects; says of each how long until it is due again, None for never. A subject left out is due
# again after its kind's cadence.
Handler = Callable[[Sequence[int]], Mapping[int, timedelta | None] | None]


def _never() -> bool:
    return False


@dataclass(frozen=True)
class WorkKind:
    """How work of this kind is done.

    `batch`: the most subjects that one call of the handler takes; all are of one organization or person, whose scope is open.
    `cadence`: how long until the next time, None for work that is done once: its row goes when it is finished.
    `problems`: the word a page says (`postponed_reason`) of each expected exception, subclasses included; all others are
    defects of ours, logged with their traceback. An exception may say in `retry_after` (seconds) when to try again.
    `of_one_subject`: expected exceptions that may concern one subject of a batch alone: then each is tried by itself.
    `most_attempts`: given up after so many that failed.
    `has_owner`: False for work that belongs to no organization and no person, done outside any scope.
    `is_paused`: while true, none is claimed.
    `on_stop`: hears of subjects whose work was given up, or stopped because it killed its workers.
    """

    name: str
    lane: Lane
    handler: Handler
    batch: int = 1
    cadence: timedelta | None = None
    lease: timedelta = timedelta(minutes=5)
    problems: Mapping[type[Exception], str] = field(default_factory=dict)
    of_one_subject: tuple[type[Exception], ...] = ()
    most_attempts: int | None = None
    has_owner: bool = True
    is_paused: Callable[[], bool] = _never
    on_stop: Callable[[Sequence[int]], None] | None = None


_kinds: dict[str, WorkKind] = {}


def register_kind(kind: WorkKind) -> None:
    """Make a kind of work known; once, when the app that owns its subjects is ready."""
    _kinds[kind.name] = kind


def kind_named(name: str) -> WorkKind:
    """The kind of this name. Raises KeyError for one that no app has registered."""
    return _kinds[name]


def kinds_in(lane: Lane) -> list[WorkKind]:
    """The kinds of this lane that may be claimed now."""
    of_lane = [kind for kind in _kinds.values() if kind.lane == lane]
    paused = {ask: ask() for ask in {kind.is_paused for kind in of_lane}}
    return [kind for kind in of_lane if not paused[kind.is_paused]]
