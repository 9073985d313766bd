"""Mail templates in the settings: added, changed, deleted."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from crm.errors import NameTaken
from crm.forms import MailTemplateForm
from crm.models import MailTemplate
from crm.policies.merge_fields import FIELDS
from crm.queries.mailings import templates_by_name
from crm.services.mailings.templates import (
    create_template,
    delete_template,
    edit_template,
    removal_of_template,
    restore_template,
)
from crm.views.frame import address, allowances, form_answer, refuse_name
from crm.views.removals import bring_back
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.paging import keyset_page
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import say_done


@staff_page(Permission.READ)
def templates_page(request: OrganizationRequest) -> HttpResponse:
    """The templates by name."""
    page = keyset_page(templates_by_name(), "name", "id", cursor=request.GET.get("cursor", ""))
    context = {**allowances(request), "page": page, "merge_fields": FIELDS}
    return render(request, "staff/crm/settings/mail_templates.html", context)


@staff_page(Permission.SEND_MAIL)
def add(request: OrganizationRequest) -> HttpResponse:
    """Make a template."""
    form = MailTemplateForm(request.POST if request.method == "POST" else None)
    if is_sent(request, form):
        make = partial(create_template, **form.cleaned_data, actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except NameTaken as problem:
            refuse_name(form, problem)
        else:
            say_made(request, "Template saved.", is_first=made.is_first)
            return go_to(request, address(request, "mail_templates"))
    return _answer(request, form, "Add template", is_new=True)


@staff_page(Permission.SEND_MAIL)
def change(request: OrganizationRequest, template_pk: int) -> HttpResponse:
    """Change a template; what was sent with it stays as it was."""
    with editing(request, _found(template_pk)) as template:
        form = MailTemplateForm(
            request.POST if request.method == "POST" else None, template=template
        )
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            try:
                edit_template(template, **form.cleaned_data, actor=request.user)
            except NameTaken as problem:
                refuse_name(form, problem)
                is_saved = False
    if is_saved:
        messages.success(request, "Template saved.")
        return go_to(request, address(request, "mail_templates"))
    return _answer(request, form, "Edit template")


@staff_page(Permission.SEND_MAIL)
def delete(request: OrganizationRequest, template_pk: int) -> HttpResponse:
    """Delete a template, once it was said what stays."""
    template = _found(template_pk)
    if request.method == "POST":
        removal = delete_template(template, actor=request.user)
        said = f"The template “{isolated(template)}” is deleted."
        say_done(request, said, address(request, "restore_mail_template", removal.pk))
        return go_to(request, address(request, "mail_templates"))
    return form_answer(
        request,
        "settings/delete_mail_template",
        title=f"Delete “{isolated(template)}”",
        back=address(request, "mail_templates"),
        action=request.path,
    )


@staff_page(Permission.SEND_MAIL)
@require_POST
def restore(request: OrganizationRequest, removal_pk: int) -> HttpResponse:
    """Bring a deleted template back."""
    bring_back(request, removal_of_template(removal_pk), restore_template)
    return go_to(request, address(request, "mail_templates"))


def _found(pk: int) -> MailTemplate:
    return get_object_or_404(MailTemplate, pk=pk)


def _answer(
    request: OrganizationRequest, form: MailTemplateForm, title: str, *, is_new: bool = False
) -> HttpResponse:
    return form_answer(
        request,
        "settings/mail_template",
        title=title,
        back=address(request, "mail_templates"),
        form=form,
        action=request.path,
        merge_fields=FIELDS,
        is_new=is_new,
    )
