"""Whose data is in scope. Opened by the web middleware, API authentication, task bodies and management commands only.

The scope is a context variable. The managers refuse to compile SQL without it, and the database backend hands it to
PostgreSQL (`app.organization`), where row-level security refuses again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenancy.models import Organization

_organization_id: ContextVar[int | None] = ContextVar("organization_id", default=None)


class ScopeMissing(RuntimeError):
    """A query on an organization's data was made while no organization was in scope."""


class ForeignOrganization(RuntimeError):
    """A row of one organization was about to be written while another one was in scope."""


def current_organization_id() -> int | None:
    """Primary key of the organization in scope, None outside any scope."""
    return _organization_id.get()


def required_organization_id() -> int:
    """Primary key of the organization in scope. Raises ScopeMissing outside any scope."""
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("no organization is in scope")
    return organization_id


@contextmanager
def organization_scope(organization: Organization | int) -> Iterator[None]:
    """Everything inside reads and writes this organization's rows, and no others."""
    primary_key = organization if isinstance(organization, int) else organization.pk
    token = _organization_id.set(primary_key)
    try:
        yield
    finally:
        _organization_id.reset(token)
