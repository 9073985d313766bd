"""How settings answer: a form in the dialog or on a page of its own, and where to go next."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from tenancy.access import OrganizationRequest
from ui import dialogs


def address(request: OrganizationRequest, name: str, *args: int) -> str:
    """The address of a page of the request's organization."""
    return reverse(name, args=[request.organization.slug, *args])


def sent(request: OrganizationRequest) -> QueryDict | None:
    """The data that a form was sent with; None for a page that is only opened."""
    return request.POST if request.method == "POST" else None


def form_answer(request: OrganizationRequest, body: str, **context: Any) -> HttpResponse:
    """`body` (a template of staff/organization/) as `ui.dialogs` answers."""
    template = f"staff/organization/{body}.html"
    return dialogs.form_answer(request, template, back_label="Settings", **context)
