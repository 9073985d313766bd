"""Forms that stand in a dialog of the page they were opened on, or on a page of their own."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

INVALID = 422  # the form comes back with errors; htmx puts it into the dialog


def form_answer(
    request: HttpRequest,
    body: str,
    *,
    title: str,
    back: str,
    back_label: str = "Back",
    form: BaseForm | None = None,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """The template `body` in the dialog for htmx, else on a page of its own, with the way back. `status`: where it does not
    follow from the form's errors."""
    if status is None:
        status = INVALID if form is not None and form.errors else 200
    wrapper = "form_dialog" if getattr(request, "htmx", False) else "form_page"
    values = {
        **context,
        "form": form,
        "title": title,
        "back": back,
        "back_label": back_label,
        "body": body,
    }
    return render(request, f"staff/{wrapper}.html", values, status=status)
