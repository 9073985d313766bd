"""Bounds on how many of our threads wait for an organization's provider: anybody may send us there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.models import Organization

MOST_AT_ONCE = 4  # of a web process's 16 threads
HELD_AT_MOST = 90  # seconds: longer than all calls of a sign-in together may last
LEFT_ALONE = 60  # seconds
OF_THE_PROVIDER = {SignOnFault.UNREACHABLE, SignOnFault.UNREADABLE}


@contextmanager
def a_place(organization: Organization) -> Iterator[None]:
    """One of the few places of those who wait for this organization's provider at once. Raises SignOnRefused."""
    places = (f"single_sign_on_place:{organization.pk}:{n}" for n in range(MOST_AT_ONCE))
    mine = next((place for place in places if cache.add(place, 1, HELD_AT_MOST)), None)
    if mine is None:
        raise SignOnRefused(SignOnFault.BUSY)
    try:
        yield
    finally:
        cache.delete(mine)


@contextmanager
def left_alone_when_down(organization: Organization) -> Iterator[None]:
    """A provider that failed just now is not asked again for a minute. Raises SignOnRefused."""
    key = f"single_sign_on_down:{organization.pk}"
    if failed := cache.get(key):
        raise SignOnRefused(SignOnFault(failed))
    try:
        yield
    except SignOnRefused as refused:
        if refused.fault in OF_THE_PROVIDER:
            cache.set(key, refused.fault.value, LEFT_ALONE)
        raise
