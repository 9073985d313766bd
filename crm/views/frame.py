"""How CRM pages answer: what a member may do, a form as a page or in the dialog, and where to go next."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import render

from crm.errors import NameTaken
from crm.models import Influencer, SocialAccount
from crm.queries import influencer_by_id, tiktok_account_by_id
from tenancy.access import OrganizationRequest
from tenancy.enums import Permission
from tenancy.policies import can
from ui import rows

INVALID = 422  # the status whose body htmx puts in place of the form


def allowances(request: OrganizationRequest) -> dict[str, bool]:
    """The permissions of the member, for buttons."""
    return {
        "may_edit": can(request.membership, Permission.EDIT_INFLUENCERS),
        "may_edit_tags": can(request.membership, Permission.EDIT_TAGS),
        "may_import": can(request.membership, Permission.IMPORT_INFLUENCERS),
        "may_invite": can(request.membership, Permission.INVITE_CREATORS),
        "may_mail": can(request.membership, Permission.SEND_MAIL),
        "may_join": can(request.membership, Permission.EDIT_CAMPAIGNS),
    }


def sees_money(request: OrganizationRequest) -> bool:
    """May the member see fees, rates and other amounts of money?"""
    return can(request.membership, Permission.SEE_MONEY)


def address(request: OrganizationRequest, name: str, *args: int) -> str:
    """The address of a CRM page of the request's organization."""
    return rows.address(f"crm:{name}", request.organization.slug, *args)


def found_influencer(pk: int) -> Influencer:
    """Raises Http404 for an absent influencer and for another organization's."""
    influencer = influencer_by_id(pk)
    if influencer is None:
        raise Http404
    return influencer


def found_account(pk: int, account_pk: int) -> SocialAccount:
    """Raises Http404 for an absent account and for another organization's."""
    account = tiktok_account_by_id(pk, account_pk)
    if account is None:
        raise Http404
    return account


def refuse_name(form: BaseForm, problem: NameTaken | ValidationError) -> None:
    """Say at the field of the name why it is refused."""
    form.add_error("name", str(problem) if isinstance(problem, NameTaken) else problem)


def form_answer(
    request: OrganizationRequest,
    body: str,
    *,
    title: str,
    back: str,
    form: BaseForm | None = None,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """`body` (a template of staff/crm/) in the dialog for htmx, else on a page of its own. `status`: where it does not follow
    from the form's errors."""
    if status is None:
        status = INVALID if form is not None and form.errors else 200
    wrapper = "form_dialog" if request.htmx else "form_page"
    values = {
        **allowances(request),
        **context,
        "form": form,
        "title": title,
        "back": back,
        "body": f"staff/crm/{body}.html",
    }
    return render(request, f"staff/crm/{wrapper}.html", values, status=status)
