"""The scope: the owner whose data may be read and written. Opened by the web middleware, API authentication, task bodies and management commands only.

The scope is a context variable that names one organization or one person. The managers refuse to compile SQL without it,
and the database backend hands it to PostgreSQL (`app.organization`, `app.person`), where row-level security refuses again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tenancy.models import Organization, User


class Owner(NamedTuple):
    """The owner of the rows in scope: at most one of the two is set."""

    organization_id: int | None = None
    person_id: int | None = None


NOBODY = Owner()
_owner: ContextVar[Owner] = ContextVar("owner", default=NOBODY)
# The groups whose influencers are seen; None: all of the organization's.
_groups: ContextVar[frozenset[int] | None] = ContextVar("groups", default=None)


class ScopeMissing(RuntimeError):
    """A query on somebody's data was made while no organization, and no person where one may own rows, was in scope."""


class ScopeLeft(RuntimeError):
    """A query was made in one scope and asked outside it, where the database would have answered it with nothing."""


class ForeignOrganization(RuntimeError):
    """A row of one owner was about to be written while another one was in scope."""


def current_owner() -> Owner:
    """The organization or the person in scope; NOBODY outside any scope."""
    return _owner.get()


def current_organization_id() -> int | None:
    """Primary key of the organization in scope; None outside any scope and in a person's."""
    return _owner.get().organization_id


def current_person_id() -> int | None:
    """Primary key of the person in scope; None outside any scope and in an organization's."""
    return _owner.get().person_id


def current_groups() -> frozenset[int] | None:
    """The ids of the groups whose influencers are in scope; None: all influencers, those without a group too."""
    return _groups.get()


def required_organization_id() -> int:
    """Primary key of the organization in scope. Raises ScopeMissing outside any scope."""
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("no organization is in scope")
    return organization_id


def required_owner() -> Owner:
    """The organization or the person in scope. Raises ScopeMissing outside any scope."""
    owner = current_owner()
    if owner == NOBODY:
        raise ScopeMissing("no organization and no person is in scope")
    return owner


def organization_scope(organization: Organization | int) -> AbstractContextManager[None]:
    """Everything inside reads and writes this organization's rows, and no others."""
    return _scope(Owner(organization_id=_primary_key(organization)))


@contextmanager
def groups_scope(groups: Iterable[int] | None) -> Iterator[None]:
    """Everything inside sees the influencers of these groups only, and what hangs on them; None: of all."""
    token = _groups.set(None if groups is None else frozenset(groups))
    try:
        yield
    finally:
        _groups.reset(token)


def person_scope(person: User | int) -> AbstractContextManager[None]:
    """Everything inside reads and writes rows that belong to this person, and none of an organization."""
    return _scope(Owner(person_id=_primary_key(person)))


def owner_scope(owner: Owner) -> AbstractContextManager[None]:
    """The scope of an organization or a person, as a row that may belong to either names it."""
    if (owner.organization_id is None) == (owner.person_id is None):
        raise ScopeMissing("a scope belongs to one organization or one person")
    return _scope(owner)


def _primary_key(row: Organization | User | int) -> int:
    return row if isinstance(row, int) else row.pk


@contextmanager
def _scope(owner: Owner) -> Iterator[None]:
    # A scope of the same organization inside another one keeps the groups.
    groups = _groups.get() if owner == _owner.get() else None
    token = _owner.set(owner)
    try:
        with groups_scope(groups):
            yield
    finally:
        _owner.reset(token)
