"""No depth of calls is dearer than another, within a request."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable

import pytest

from influence.frames import with_room

DEPTHS, CALLS = range(400), 50


def test_no_depth_of_calls_makes_the_system_map_memory_for_each_call() -> None:
    assert _most_faults(with_room(_faults_at)) < CALLS


def test_without_room_a_loop_at_the_edge_of_a_chunk_maps_memory_for_each_call() -> None:
    assert _most_faults(_faults_at) >= CALLS


def test_a_function_with_room_is_called_with_what_it_is_given() -> None:
    assert with_room(divmod)(7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        with_room(divmod)(7, 0)


def _most_faults(faults_at: Callable[[int], int]) -> int:
    """The page faults at the worst depth, in a thread as fresh as the web server's."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(faults_at(depth) for depth in DEPTHS))
    thread.start()
    thread.join()
    return max(found)


def _faults_at(depth: int) -> int:
    """The page faults of a loop of calls so many calls deep."""
    if depth:
        return _faults_at(depth - 1)
    before = _page_faults()
    for _ in range(CALLS):
        _wide()
    return _page_faults() - before


def _wide() -> None:
    """A function whose frame is larger than those above it, so that at some depth they leave no room for it."""


_wide.__code__ = _wide.__code__.replace(co_stacksize=100)


def _page_faults() -> int:
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
