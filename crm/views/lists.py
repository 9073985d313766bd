"""Lists of creators: one page of all, each made, renamed, described and deleted; a list opens as the filtered list of creators."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext

from crm.errors import NameTaken
from crm.forms import ListForm
from crm.models import List, ListEntry
from crm.queries.lists import list_page
from crm.queries.packing import COUNTED
from crm.services.bulk.dissolving import DELETE_LIST
from crm.services.collections.lists import create_list, edit_list
from crm.views.dissolving import dissolve, dissolved_before
from crm.views.frame import address, allowances, form_answer, refuse_name
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token


@staff_page(Permission.READ)
def lists(request: OrganizationRequest) -> HttpResponse:
    """The lists by name, with how many creators are on each, of those whom the reader sees."""
    page = list_page(cursor=request.GET.get("cursor", ""))
    context = {**allowances(request), "page": page, "counted": COUNTED}
    return render(request, "staff/crm/lists/lists.html", context)


@staff_page(Permission.EDIT_INFLUENCERS)
def add(request: OrganizationRequest) -> HttpResponse:
    """Make an empty list."""
    form = ListForm(request.POST if request.method == "POST" else None)
    if is_sent(request, form):
        make = partial(create_list, **form.cleaned_data, actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except (NameTaken, ValidationError) as problem:
            refuse_name(form, problem)
        else:
            say_made(request, "List made.", is_first=made.is_first)
            return go_to(request, address(request, "lists"))
    return _answer(request, form, "New list", is_new=True)


@staff_page(Permission.EDIT_TAGS)
def change(request: OrganizationRequest, list_pk: int) -> HttpResponse:
    """Another name or description, for everybody who uses the list."""
    with editing(request, get_object_or_404(List, pk=list_pk)) as row:
        form = ListForm(request.POST if request.method == "POST" else None, row=row)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            try:
                edit_list(row, actor=request.user, **form.cleaned_data)
            except (NameTaken, ValidationError) as problem:
                refuse_name(form, problem)
                is_saved = False
    if is_saved:
        messages.success(request, "List saved.")
        return go_to(request, address(request, "lists"))
    return _answer(request, form, "Edit list")


@staff_page(Permission.EDIT_TAGS)
def delete(request: OrganizationRequest, list_pk: int) -> HttpResponse:
    """Delete a list, once it was said how many are on it."""
    row = List.objects.filter(pk=list_pk).first()
    if row is None:
        return dissolved_before(request, [DELETE_LIST], list_pk, "list", back="lists")
    count = ListEntry.objects.filter(list=row).count()
    if request.method == "POST":

        def said(listed: int) -> str:
            many = ngettext("%d creator was", "%d creators were", listed) % listed
            return f"The list “{isolated(row)}” is deleted. {many} on it, and stay."

        return dissolve(request, DELETE_LIST, str(row.pk), count, said, back="lists")
    return form_answer(
        request,
        "lists/delete",
        title=f"Delete “{isolated(row)}”",
        back=address(request, "lists"),
        list=row,
        count=count,
        action=request.path,
    )


def _answer(
    request: OrganizationRequest, form: ListForm, title: str, *, is_new: bool = False
) -> HttpResponse:
    return form_answer(
        request,
        "settings/form",
        title=title,
        back=address(request, "lists"),
        form=form,
        action=request.path,
        verb="Save list",
        is_new=is_new,
    )
