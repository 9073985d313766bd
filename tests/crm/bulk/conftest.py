"""Selections and members for tests of bulk actions."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crm.models import BulkAction, BulkResult, Influencer
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import begin_action, draft_action, undo_action
from jobs.enums import Lane
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.services.organizations import add_member
from tests.working import pump


@pytest.fixture
def ada(oak: Organization, elm: Organization) -> User:
    """A manager of both organizations."""
    person = User.objects.create_user("ada@example.com", name="Ada")
    for organization in (oak, elm):
        add_member(organization, person, role=Role.MANAGER, actor=None)
    return person


def drafted(
    key: str,
    people: Sequence[Influencer] = (),
    *,
    actor: User,
    search: str = "",
    filters: Sequence[str] = (),
) -> BulkAction:
    """The draft of an action on these people, on all that match where there are none."""
    kind = bulk_kind(key)
    assert kind is not None
    ids = [person.pk for person in people]
    return draft_action(kind, ids=ids, search=search, filters=filters, actor=actor)


def begun(
    key: str,
    people: Sequence[Influencer] = (),
    *,
    actor: User,
    choice: object = "",
    name: str = "",
    **selection: object,
) -> BulkAction:
    """An action whose job waits for its worker."""
    action, kind = drafted(key, people, actor=actor, **selection), bulk_kind(key)  # type: ignore[arg-type]
    assert kind is not None
    value = str(getattr(choice, "pk", choice))
    return begin_action(action, kind, choice=value, name=name, total=len(people), actor=actor)


def finish() -> None:
    """Let workers do what is due."""
    while pump(Lane.BULK):
        pass


def done(*args: object, **kwargs: object) -> BulkAction:
    """An action whose job is over."""
    action = begun(*args, **kwargs)  # type: ignore[arg-type]
    finish()
    action.refresh_from_db()
    return action


def undone(action: BulkAction, *, actor: User) -> BulkAction:
    """The action, once it is undone."""
    undo_action(action, actor=actor)
    finish()
    action.refresh_from_db()
    return action


def results(action: BulkAction) -> dict[str, tuple[str, str]]:
    """State and reason by the influencer's name."""
    rows = BulkResult.objects.filter(action=action).select_related("influencer")
    return {row.influencer.name: (row.state, row.reason) for row in rows}
