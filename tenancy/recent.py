"""Pages that a member opened last in an organization: ids in their session, so that they go when the member signs out."""

from __future__ import annotations

from tenancy.access import OrganizationRequest

MOST = 6


def remember(request: OrganizationRequest, kind: str, pk: int) -> None:
    """Put the page about this row ahead of those opened before. Writes nothing where it was the last one already."""
    earlier, opened = recent(request), (kind, pk)
    if earlier[:1] != [opened]:
        others = [each for each in earlier if each != opened]
        request.session[_key(request)] = [opened, *others][:MOST]


def recent(request: OrganizationRequest) -> list[tuple[str, int]]:
    """Kind and id of the last pages, the latest first. Some rows may be gone, or not this member's to see any more."""
    return [(kind, pk) for kind, pk in request.session.get(_key(request), [])]


def _key(request: OrganizationRequest) -> str:
    return f"recent of {request.organization.pk}"
