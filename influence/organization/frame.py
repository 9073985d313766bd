"""How settings answer: a form in the dialog or on a page of its own, and where to go next."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from tenancy.access import OrganizationRequest

INVALID = 422  # the status whose body htmx puts in place of the form


def address(request: OrganizationRequest, name: str, *args: int) -> str:
    """The address of a page of the request's organization."""
    return reverse(name, args=[request.organization.slug, *args])


def sent(request: OrganizationRequest) -> QueryDict | None:
    """The data that a form was sent with; None for a page that is only opened."""
    return request.POST if request.method == "POST" else None


def form_answer(
    request: OrganizationRequest,
    body: str,
    *,
    title: str,
    back: str,
    form: Any = None,
    **context: Any,
) -> HttpResponse:
    """`body` (a template of staff/organization/) in the dialog for htmx, else on a page of its own."""
    wrapper = "form_dialog" if request.htmx else "form_page"
    values = {
        **context,
        "form": form,
        "title": title,
        "back": back,
        "body": f"staff/organization/{body}.html",
    }
    status = INVALID if form is not None and form.errors else 200
    return render(request, f"staff/organization/{wrapper}.html", values, status=status)
