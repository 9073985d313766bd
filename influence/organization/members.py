"""Members of the organization: roles, groups, invitations, and leaving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from influence.organization.frame import address, form_answer, sent
from mail.errors import MailProblem
from mail.services.invitations import invite_again, invite_member
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission, Role
from tenancy.errors import MembershipRefused
from tenancy.forms import InviteForm, MemberEditForm
from tenancy.models import Invitation, Membership
from tenancy.policies import can, may_give
from tenancy.queries import groups_by_member, members_in_scope, open_invitations
from tenancy.services.invitations import revoke_invitation
from tenancy.services.members import change_member, leave, remove_member
from ui.bidi import isolated
from ui.editing import editing
from ui.paging import keyset_page
from ui.redirects import go_to

PAGE = "members:page"


@staff_page(Permission.READ)
def members_page(request: OrganizationRequest) -> HttpResponse:
    """Everybody who belongs to the organization, and who is invited."""
    page = keyset_page(members_in_scope(), "id", cursor=request.GET.get("cursor"))
    may_manage = can(request.membership, Permission.MANAGE_MEMBERS)
    groups = groups_by_member(row.user_id for row in page.rows)
    context = {
        "page": page.of(lambda row: _row(request, row, groups)),
        "invitations": list(open_invitations().select_related("invited_by")) if may_manage else [],
        "may_manage": may_manage,
    }
    return render(request, "staff/organization/members.html", context)


def _row(request: OrganizationRequest, member: Membership, groups: dict[int, Any]) -> Any:
    is_self = member.pk == request.membership.pk
    may_change = may_give(request.membership, member.role)
    return {
        "member": member,
        "groups": groups.get(member.user_id, []),
        "is_self": is_self,
        "may_change": may_change,
        "may_remove": may_change and not is_self,
    }


@staff_page(Permission.MANAGE_MEMBERS)
def invite(request: OrganizationRequest) -> HttpResponse:
    """Ask somebody by e-mail to join."""
    gives_owner = may_give(request.membership, Role.OWNER)
    form = InviteForm(sent(request), gives_owner=gives_owner, initial={"role": Role.MANAGER})
    if form.is_valid():
        try:
            invite_member(**form.cleaned_data, by=request.membership)
        except (MembershipRefused, MailProblem) as refused:
            form.add_error("email", str(refused))
        else:
            messages.success(request, f"{form.cleaned_data['email']} was invited by e-mail.")
            return go_to(request, address(request, PAGE))
    return _form(request, form, "invite", title="Invite a member")


@staff_page(Permission.MANAGE_MEMBERS)
def change(request: OrganizationRequest, membership_pk: int) -> HttpResponse:
    """Another role, other groups."""
    with editing(request, request.organization):  # whose row is locked before one of its members
        member = get_object_or_404(members_in_scope(), pk=membership_pk)
        groups = groups_by_member([member.user_id]).get(member.user_id, [])
        stored = {"role": member.role, "is_limited": member.is_limited, "groups": groups}
        gives_owner = may_give(request.membership, Role.OWNER)
        form = MemberEditForm(sent(request), gives_owner=gives_owner, initial=stored)
        if form.is_valid():
            try:
                change_member(member, **form.cleaned_data, by=request.membership)
            except MembershipRefused as refused:
                form.add_error("role", str(refused))
            else:
                messages.success(request, "Role and groups saved. They hold from now on.")
                return go_to(request, address(request, PAGE))
    return _form(request, form, "change", title=f"Role of {isolated(member.user)}", member=member)


@staff_page(Permission.MANAGE_MEMBERS)
def remove(request: OrganizationRequest, membership_pk: int) -> HttpResponse:
    """End somebody's membership; a GET asks first."""
    member = get_object_or_404(members_in_scope(), pk=membership_pk)
    if request.method != "POST":
        return _form(
            request, None, "remove", title=f"Remove {isolated(member.user)}?", member=member
        )
    return _try(
        request,
        lambda: remove_member(member, by=request.membership),
        f"{isolated(member.user)} is no longer a member. Tasks and creators of theirs stay.",
    )


@staff_page(Permission.READ)
def leave_organization(request: OrganizationRequest) -> HttpResponse:
    """End one's own membership, once the question was answered with yes."""
    if request.POST.get("leave") != "yes":
        title = f"Leave {isolated(request.organization)}?"
        return _form(request, None, "leave", title=title)
    try:
        leave(request.membership)
    except MembershipRefused as refused:
        messages.error(request, str(refused))
        return go_to(request, address(request, PAGE))
    messages.success(request, f"You left {isolated(request.organization)}.")
    return go_to(request, "/")


@staff_page(Permission.MANAGE_MEMBERS)
@require_POST
def send_invitation_again(request: OrganizationRequest, invitation_pk: int) -> HttpResponse:
    """The mail once more, with a new link."""
    invitation = get_object_or_404(Invitation.objects.all(), pk=invitation_pk)
    return _try(
        request,
        lambda: invite_again(invitation, by=request.membership),
        f"{invitation.email} was invited again. The earlier link no longer works.",
    )


@staff_page(Permission.MANAGE_MEMBERS)
@require_POST
def revoke(request: OrganizationRequest, invitation_pk: int) -> HttpResponse:
    """End an invitation."""
    invitation = get_object_or_404(Invitation.objects.all(), pk=invitation_pk)
    return _try(
        request,
        lambda: revoke_invitation(invitation, by=request.membership),
        f"The invitation of {invitation.email} was revoked: its link no longer works.",
    )


def _try(request: OrganizationRequest, act: Callable[[], None], done: str) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        act()
    except (MembershipRefused, MailProblem) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return go_to(request, address(request, PAGE))


def _form(request: OrganizationRequest, form: Any, name: str, **context: Any) -> HttpResponse:
    body = f"members/{name}"
    return form_answer(request, body, form=form, back=address(request, PAGE), **context)
