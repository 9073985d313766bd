"""The layout of the list, kept for each member: columns chosen and ordered in a dialog, and the height of rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from crm.enums import Density
from crm.policies.columns import USUAL, by_key, moved
from crm.queries.columns import custom_columns, layout_of
from crm.services.collections.layouts import reset_layout, save_columns, save_density
from crm.views.asked import read_request
from crm.views.frame import form_answer, sees_money
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.redirects import go_to

STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True)
class Choice:
    """A line of the dialog: a column, and whether it is shown."""

    key: str
    label: str
    is_shown: bool


@staff_page(Permission.READ)
def columns(request: OrganizationRequest) -> HttpResponse:
    """Choose columns and their order. Moving one says how it would be; nothing is kept before it is saved."""
    asked = read_request(request)
    known = by_key(custom_columns(), sees_money=sees_money(request))
    back = asked.href(asked.reading.filters)
    if "reset" in request.POST:
        reset_layout(request.user)
        return go_to(request, back)
    if request.method == "POST":
        shown = request.POST.getlist("shown")
        order = [key for key in request.POST.getlist("order") if key in known]
        if "move" not in request.POST:
            save_columns(request.user, [key for key in order if key in shown])
            messages.success(request, "Columns saved.")
            return go_to(request, back)
        way, _, key = request.POST["move"].partition(" ")
        # Among those that are shown: nobody moves a column past two dozen that are not.
        ticked = [each for each in order if each in shown or each == key]
        order = list(dict.fromkeys([*moved(ticked, key, STEPS.get(way, 0)), *order]))
    else:
        layout = layout_of(request.user, sees_money=sees_money(request))
        shown = order = [column.key for column in layout.columns]
    return form_answer(
        request,
        "influencers/columns",
        title="Columns",
        back=back,
        asked=asked,
        choices=[
            Choice(key, known[key].label, key in shown) for key in dict.fromkeys([*order, *known])
        ],
    )


@staff_page(Permission.READ)
@require_POST
def density(request: OrganizationRequest) -> HttpResponse:
    """Rows comfortable or compact."""
    asked, wanted = read_request(request), request.POST.get("density", "")
    if wanted in Density:
        save_density(request.user, Density(wanted), columns=USUAL)
    return go_to(request, asked.href(asked.reading.filters))
