"""How CRM pages answer: what a member may do, a form as a page or in the dialog, and where to go next."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse

from crm.errors import NameTaken
from crm.models import Influencer, SocialAccount
from crm.queries import influencer_by_id, tiktok_account_by_id
from tenancy.access import OrganizationRequest
from tenancy.enums import Permission
from tenancy.policies import can
from ui import dialogs, rows

INVALID = dialogs.INVALID


def allowances(request: OrganizationRequest) -> dict[str, bool]:
    """The permissions of the member, for buttons."""
    return {
        "may_edit": can(request.membership, Permission.EDIT_INFLUENCERS),
        "may_edit_tags": can(request.membership, Permission.EDIT_TAGS),
        "may_import": can(request.membership, Permission.IMPORT_INFLUENCERS),
        "may_invite": can(request.membership, Permission.INVITE_CREATORS),
        "may_mail": can(request.membership, Permission.SEND_MAIL),
        "may_view_as": can(request.membership, Permission.IMPERSONATE),
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


def form_answer(request: OrganizationRequest, body: str, **context: Any) -> HttpResponse:
    """`body` (a template of staff/crm/) as `ui.dialogs` answers, with what the member may do."""
    values = {**allowances(request), **context}
    return dialogs.form_answer(request, f"staff/crm/{body}.html", **values)
