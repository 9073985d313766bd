"""Groups of the organization: name, members, branding of applications, deletion."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.queries.groups import branding_of, groups_with_counts
from crm.queries.packing import COUNTED
from crm.services.groups import (
    create_group,
    delete_group,
    edit_group,
    remove_group_logo,
    set_group_logo,
    set_group_members,
)
from files.errors import FileRefused
from files.forms import LogoForm
from influence.organization.frame import address, form_answer, sent
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.errors import GroupRefused
from tenancy.forms import GroupDeletionForm, GroupForm, GroupMembersForm, NewGroupForm
from tenancy.models import Group
from tenancy.policies import can
from tenancy.queries import people_in_scope
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.paging import keyset_page
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token

PAGE = "groups:page"


@staff_page(Permission.READ)
def groups_page(request: OrganizationRequest) -> HttpResponse:
    """The groups that the reader sees."""
    context = {
        "page": keyset_page(groups_with_counts(), "name", "id", cursor=request.GET.get("cursor")),
        "may_manage": can(request.membership, Permission.MANAGE_MEMBERS),
        "counted": COUNTED,
    }
    return render(request, "staff/organization/groups.html", context)


@staff_page(Permission.MANAGE_MEMBERS)
def add(request: OrganizationRequest) -> HttpResponse:
    """A new group."""
    form = NewGroupForm(sent(request))
    if is_sent(request, form):
        make = partial(create_group, **form.cleaned_data, actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except GroupRefused as refused:
            form.add_error("key", str(refused))
        else:
            said = f"{isolated(form.cleaned_data['name'])} was created."
            say_made(request, said, is_first=made.is_first)
            return go_to(request, address(request, "groups:group", made.pk))
    back = address(request, PAGE)
    return form_answer(request, "groups/add", title="New group", back=back, form=form)


@staff_page(Permission.MANAGE_MEMBERS)
def group_page(request: OrganizationRequest, group_pk: int) -> HttpResponse:
    """Everything about one group; a POST saves name and text."""
    with editing(request, _found(group_pk)) as group:
        text = branding_of(group).application_text
        form = GroupForm(sent(request), initial={"name": group.name, "application_text": text})
        if form.is_valid():
            edit_group(group, **form.cleaned_data, actor=request.user)
            messages.success(request, "Group saved.")
            return go_to(request, address(request, "groups:group", group.pk))
        return _page(request, group, form=form, status=422 if form.errors else 200)


@staff_page(Permission.MANAGE_MEMBERS)
@require_POST
def upload_logo(request: OrganizationRequest, group_pk: int) -> HttpResponse:
    """A first logo, or another one."""
    group, form = _found(group_pk), LogoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            set_group_logo(group, form.cleaned_data["logo"], actor=request.user)
        except FileRefused as refused:
            form.add_error("logo", str(refused))
        else:
            messages.success(request, "Logo saved.")
            return go_to(request, address(request, "groups:group", group.pk))
    return _page(request, group, logo_form=form, status=422)


@staff_page(Permission.MANAGE_MEMBERS)
@require_POST
def take_logo_away(request: OrganizationRequest, group_pk: int) -> HttpResponse:
    """The organization's logo again."""
    group = _found(group_pk)
    remove_group_logo(group, actor=request.user)
    messages.success(request, "Logo removed.")
    return go_to(request, address(request, "groups:group", group.pk))


@staff_page(Permission.MANAGE_MEMBERS)
@require_POST
def set_members(request: OrganizationRequest, group_pk: int) -> HttpResponse:
    """Save the people who work with the group."""
    with editing(request, _found(group_pk)) as group:
        form = _members_form(group, request.POST)
        if not form.is_valid():
            return _page(request, group, members_form=form, status=422)
        set_group_members(group, form.cleaned_data["people"], actor=request.user)
    messages.success(request, "Members of the group saved.")
    return go_to(request, address(request, "groups:group", group.pk))


@staff_page(Permission.MANAGE_MEMBERS)
def delete(request: OrganizationRequest, group_pk: int) -> HttpResponse:
    """End a group; a GET asks where its creators go."""
    group = _found(group_pk)
    others = Group.objects.exclude(pk=group.pk).order_by("name")
    form = GroupDeletionForm(sent(request), others=others)
    if request.method == "POST" and form.is_valid():
        try:
            moved = delete_group(
                group,
                is_moving="move_to" in request.POST,
                move_to=form.cleaned_data["move_to"],
                actor=request.user,
            )
        except GroupRefused as refused:
            messages.error(request, str(refused))
            return go_to(request, address(request, "groups:group", group.pk))
        moved_words = ngettext("%d creator was moved.", "%d creators were moved.", moved) % moved
        messages.success(
            request, f"{isolated(group)} was deleted. {moved_words if moved else ''}".strip()
        )
        return go_to(request, address(request, PAGE))
    return form_answer(
        request,
        "groups/delete",
        title=f"Delete {isolated(group)}?",
        back=address(request, "groups:group", group.pk),
        form=form,
        group=group,
    )


def _found(group_pk: int) -> Group:
    return get_object_or_404(groups_with_counts(), pk=group_pk)


def _members_form(group: Group, data: QueryDict | None = None) -> GroupMembersForm:
    people = people_in_scope()
    existing = people.filter(pk__in=group.members.values("user_id"))
    return GroupMembersForm(data, people=people, initial={"people": existing})


def _page(
    request: OrganizationRequest, group: Group, *, status: int = 200, **forms: Any
) -> HttpResponse:
    branding = branding_of(group)
    initial = {"name": group.name, "application_text": branding.application_text}
    context = {
        "group": group,
        "logo": branding.logo,
        "form": GroupForm(initial=initial),
        "logo_form": LogoForm(),
        "members_form": _members_form(group),
        **forms,
    }
    return render(request, "staff/organization/groups/group.html", context, status=status)
