"""Custom fields: made, ordered, changed, archived and restored."""

from __future__ import annotations

from functools import partial

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
from tenancy.enums import Permission, Verb
from tenancy.models import Event
from tenancy.policies import can
from tenancy.queries.changes import latest_event
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import is_overtaken, say_done


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
    if is_sent(request, form):
        given = form.given
        name, kind = given.pop("name"), FieldKind(given.pop("kind"))
        make = partial(create_field, name, kind, actor=request.user, **given)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            say_made(request, "Field added.", is_first=made.is_first)
            return go_to(request, address(request, "fields"))
    return _answer(request, form, "Add field", is_new=True)


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
    if not is_overtaken(request, _latest(field)):
        archive_field(field, actor=request.user)
        undo, said = (
            address(request, "restore_field", field_pk),
            "is archived. Its values are kept.",
        )
        say_done(request, f"{isolated(field)} {said}", undo, of=_latest(field))
    return go_to(request, address(request, "fields"))


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def restore(request: OrganizationRequest, field_pk: int) -> HttpResponse:
    """Bring an archived field back."""
    field = _found(field_pk)
    if not is_overtaken(request, _latest(field)):
        restore_field(field, actor=request.user)
        undo, said = address(request, "archive_field", field_pk), "is restored, with its values."
        say_done(request, f"{isolated(field)} {said}", undo, of=_latest(field))
    return go_to(request, address(request, "fields"))


def _latest(field: CustomField) -> Event | None:
    return latest_event(field, [Verb.FIELD_ARCHIVED, Verb.FIELD_RESTORED])


def _found(field_pk: int) -> CustomField:
    return get_object_or_404(CustomField, pk=field_pk)


def _answer(
    request: OrganizationRequest, form: FieldForm, title: str, *, is_new: bool = False
) -> HttpResponse:
    return form_answer(
        request,
        "settings/form",
        title=title,
        back=address(request, "fields"),
        form=form,
        action=request.path,
        verb="Save field",
        is_new=is_new,
    )
