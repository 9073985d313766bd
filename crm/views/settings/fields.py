"""Custom fields: made, ordered, changed, archived and restored."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from crm.enums import FieldKind
from crm.forms import FieldForm
from crm.models import CustomField
from crm.services.fields import archive_field, create_field, edit_field, move_field, restore_field
from crm.views.frame import address, form_answer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from ui.bidi import isolated
from ui.editing import editing
from ui.redirects import go_to
from ui.undoing import say_done


@staff_page(Permission.READ)
def fields_page(request: OrganizationRequest) -> HttpResponse:
    """The fields in use in their order, then the archived ones."""
    rows = list(CustomField.objects.order_by("position", "pk"))
    context = {
        "may_manage": can(request.membership, Permission.MANAGE_ORGANIZATION),
        "fields": [field for field in rows if field.archived_at is None],
        "archived": [field for field in rows if field.archived_at is not None],
    }
    return render(request, "staff/crm/settings/fields.html", context)


@staff_page(Permission.MANAGE_ORGANIZATION)
def add(request: OrganizationRequest) -> HttpResponse:
    """A new field for every influencer."""
    form = FieldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.given
        try:
            create_field(
                given.pop("name"), FieldKind(given.pop("kind")), actor=request.user, **given
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, "Field added.")
            return go_to(request, address(request, "fields"))
    return _answer(request, form, "Add field")


@staff_page(Permission.MANAGE_ORGANIZATION)
def change(request: OrganizationRequest, field_pk: int) -> HttpResponse:
    """Another name, other choices."""
    with editing(request, _found(field_pk)) as field:
        form = FieldForm(request.POST if request.method == "POST" else None, field=field)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            try:
                edit_field(field, actor=request.user, **form.given)
            except ValidationError as problem:
                form.add_error(None, problem)
                is_saved = False
    if is_saved:
        messages.success(request, "Field saved.")
        return go_to(request, address(request, "fields"))
    return _answer(request, form, f"Edit {isolated(field)}")


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def move(request: OrganizationRequest, field_pk: int) -> HttpResponse:
    """One place up or down."""
    field = _found(field_pk)
    if field.archived_at is None:
        move_field(field, -1 if request.POST.get("to") == "up" else 1, actor=request.user)
    return go_to(request, address(request, "fields"))


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def archive(request: OrganizationRequest, field_pk: int) -> HttpResponse:
    """Take a field out of forms; its values are kept."""
    field = _found(field_pk)
    archive_field(field, actor=request.user)
    undo = address(request, "restore_field", field_pk)
    say_done(request, f"{isolated(field)} is archived. Its values are kept.", undo)
    return go_to(request, address(request, "fields"))


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def restore(request: OrganizationRequest, field_pk: int) -> HttpResponse:
    """Bring an archived field back."""
    field = _found(field_pk)
    restore_field(field, actor=request.user)
    undo = address(request, "archive_field", field_pk)
    say_done(request, f"{isolated(field)} is restored, with its values.", undo)
    return go_to(request, address(request, "fields"))


def _found(field_pk: int) -> CustomField:
    return get_object_or_404(CustomField, pk=field_pk)


def _answer(request: OrganizationRequest, form: FieldForm, title: str) -> HttpResponse:
    return form_answer(
        request,
        "settings/form",
        title=title,
        back=address(request, "fields"),
        form=form,
        action=request.path,
        verb="Save field",
    )
