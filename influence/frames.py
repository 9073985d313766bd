"""Room for Python's frames, so that no request runs at the edge of it.

CPython keeps the frames of a thread in chunks of 16 kB. A function that is called where a chunk is full has the system map a
new one, and unmap it when it returns: in a loop, twice and with a page fault for each call. Whether a page meets such an edge
depends on how deep its calls are, so any change may bring it there. A third of the list of influencers' time went that way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
# Places of 8 bytes that a frame reserves and never touches. The chunk that is mapped for it holds as many beyond, at least.
ROOM = 16_000


def with_room(function: Callable[P, T]) -> Callable[P, T]:
    """The same function, called in a chunk of its own that holds all the frames below it."""

    def roomy(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=ROOM)
    return roomy
