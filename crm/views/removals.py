"""Rows of an influencer that were deleted, brought back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from crm.errors import CrmProblem, NoRoomForSegment
from crm.models import Removal
from crm.services.removals.keeping import restore_removed
from crm.views.frame import address, found_influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.undoing import GONE, say_undone_later


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def restore(request: OrganizationRequest, pk: int, removal_pk: int) -> HttpResponse:
    """Bring back a note, a task, a file or a draft of this influencer."""
    found = found_influencer(pk)
    bring_back(request, Removal.objects.filter(influencer=found, pk=removal_pk).first())
    return HttpResponseRedirect(address(request, "influencer", pk))


def bring_back(
    request: OrganizationRequest,
    removal: Removal | None,
    restored: Callable[..., object] = restore_removed,
) -> None:
    """Restore what was removed, and say what came of it; None was restored, or is kept no longer. `restored`: does it."""
    try:
        row = restored(removal, actor=request.user) if removal else None
    except NoRoomForSegment as problem:
        say_undone_later(request, str(problem), request.path)
        return
    except CrmProblem as problem:
        messages.error(request, str(problem))
        return
    if row is None:
        messages.warning(request, GONE)
    else:
        messages.success(request, "It is back.")
