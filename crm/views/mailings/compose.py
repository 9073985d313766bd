"""A new mailing: written, previewed for each creator, tried on oneself, sent. Nothing is kept before it is sent."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from crm.errors import CrmProblem, SelectionGone
from crm.forms import MailingForm
from crm.policies.mailings import MOST_RECIPIENTS, Addressee
from crm.policies.merge_fields import FIELDS, fields_in
from crm.queries.lists import list_page
from crm.queries.mailings import Plan, influencer_ids, plan, templates_by_name
from crm.queries.packing import COUNTED
from crm.queries.segments import segments_of
from crm.services.mailings.mailings import create_mailing
from crm.services.mailings.writing import preview_mail, send_test
from crm.views.asked import picked, read_request
from crm.views.frame import INVALID, address
from mail.errors import MailProblem
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.templatetags.formats import day
from ui.zones import UTC

CHANGED = "Other creators match now than were shown. Look at the recipients again, then send."
BY_ADDRESS = ("f", "q", "kind")  # of the list of influencers
NAMING = frozenset({*BY_ADDRESS, "ids", "selection", "all"})


@dataclass(frozen=True)
class Selection:
    """The creators whom a mailing is for, the fields of a form that choose them again, and why there may be none.

    `mark` names the creators that an address has found: who was shown is who gets it.
    """

    ids: list[int]
    hidden: list[tuple[str, str]]
    problem: str = ""
    mark: str = ""


# A previewed mail brings the styles of its elements along.
@csp_update({"style-src-attr": ["'unsafe-inline'"]})
@staff_page(Permission.SEND_MAIL)
def new_mailing(request: OrganizationRequest) -> HttpResponse:
    """Write to the creators of `ids` or of a `selection`; without these, to all that an address of the list keeps. An address
    that names nobody leads to a choice of whom."""
    if request.method != "POST" and NAMING.isdisjoint(request.GET):
        return _whom(request)
    chosen = _selection(request)
    step = request.POST.get("step", "")
    if not step:
        return _page(request, chosen, MailingForm(initial={"key": uuid.uuid4(), "when": "now"}))
    if step == "template":
        return _page(request, chosen, MailingForm(initial=_with_template(request.POST)))
    form = MailingForm(request.POST)
    is_valid = form.is_valid()
    if step == "send" and is_valid:
        return _send(request, chosen, form)
    if step == "test" and not {"subject", "body"} & set(form.errors):
        _test(request, chosen, form)
    return _page(request, chosen, form, is_sent=step == "send")


def _whom(request: OrganizationRequest) -> HttpResponse:
    """The lists and segments that an e-mail may go to, everybody, and the way to a selection."""
    context = {
        "page": list_page(cursor=request.GET.get("cursor", "")),
        "counted": COUNTED,
        "segments": [
            (each.name, urlencode({"f": each.filters}, doseq=True))
            for each in segments_of(request.user)
            if each.filters
        ],
    }
    return render(request, "staff/crm/mailings/whom.html", context)


def _selection(request: OrganizationRequest) -> Selection:
    given = request.POST if request.method == "POST" else request.GET
    ids = picked(request, given)
    if ids is None:
        hidden = [(name, value) for name in BY_ADDRESS for value in given.getlist(name)]
        asked = read_request(request)
        if asked.reading.filters.problems:
            return Selection([], hidden, str(SelectionGone()))
        found = list(influencer_ids(asked.rows(), MOST_RECIPIENTS))
        mark = blake2b(repr(found).encode(), digest_size=8).hexdigest()
        return Selection(found, [*hidden, ("mark", mark)], mark=mark)
    return Selection(ids, [("ids", ",".join(map(str, ids)))])


def _with_template(given: QueryDict) -> dict[str, Any]:
    """The typed values, with the words of the chosen template."""
    typed: dict[str, Any] = {name: given[name] for name in MailingForm.base_fields if name in given}
    chosen = given.get("template", "")
    for template in templates_by_name():
        if str(template.pk) == chosen:
            typed |= {"subject": template.subject, "body": template.body}
    return typed


def _page(
    request: OrganizationRequest, chosen: Selection, form: MailingForm, *, is_sent: bool = False
) -> HttpResponse:
    subject, body = _words(form)
    planned = plan(chosen.ids[:MOST_RECIPIENTS], fields_in(subject, body))
    context = {
        "form": form,
        "hidden": chosen.hidden,
        "problem": chosen.problem,
        "plan": planned,
        "are_too_many": len(chosen.ids) > MOST_RECIPIENTS,
        "most": MOST_RECIPIENTS,
        "templates": list(templates_by_name()),
        "merge_fields": FIELDS,
        **_preview(request, planned, subject, body),
    }
    status = INVALID if is_sent and form.errors else 200
    return render(request, "staff/crm/mailings/new.html", context, status=status)


def _words(form: MailingForm) -> tuple[str, str]:
    """Subject and text to be previewed; empty where they are not right."""
    if not form.is_bound:
        return form.initial.get("subject", ""), form.initial.get("body", "")
    given: dict[str, Any] = form.cleaned_data
    return given.get("subject", ""), given.get("body", "")


def _preview(
    request: OrganizationRequest, planned: Plan, subject: str, body: str
) -> dict[str, Any]:
    if not (planned.reached and subject and body):
        return {"mail": None}
    nth, count = _shown(request, planned), len(planned.reached)
    shown = planned.reached[nth]
    return {
        "mail": preview_mail(shown, subject, body, _values(request, shown)),
        "shown": shown,
        "nth": nth + 1,
        "earlier": nth - 1 if nth else None,
        "later": nth + 1 if nth + 1 < count else None,
    }


def _shown(request: OrganizationRequest, planned: Plan) -> int:
    """The place of the creator whose e-mail is shown: the one asked for, else the one shown before, else the first."""
    for name in ("show", "shown"):
        wanted = request.POST.get(name, "")
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 6:
            return min(int(wanted), len(planned.reached) - 1)
    return 0


def _values(request: OrganizationRequest, addressee: Addressee) -> dict[str, str]:
    return addressee.values(organization=request.organization.name, sender=str(request.user))


def _test(request: OrganizationRequest, chosen: Selection, form: MailingForm) -> None:
    """Send the shown e-mail to the member who writes it."""
    subject, body = _words(form)
    planned = plan(chosen.ids[:MOST_RECIPIENTS], fields_in(subject, body))
    if not planned.reached:
        messages.error(request, "Nobody is chosen who could get this e-mail, so there is no test.")
        return
    shown = planned.reached[_shown(request, planned)]
    try:
        send_test(shown, subject, body, _values(request, shown), actor=request.user)
    except MailProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"The test is on its way to {request.user.email}.")


def _send(request: OrganizationRequest, chosen: Selection, form: MailingForm) -> HttpResponse:
    if chosen.mark and request.POST.get("mark") != chosen.mark:
        form.add_error(None, CHANGED)
        return _page(request, chosen, form, is_sent=True)
    try:
        mailing = create_mailing(
            form.draft, chosen.ids, key=form.cleaned_data["key"], actor=request.user
        )
    except CrmProblem as problem:
        form.add_error(None, str(problem))
        return _page(request, chosen, form, is_sent=True)
    subject, body = _words(form)
    count = len(plan(chosen.ids, fields_in(subject, body)).reached)  # as the page has said
    said = ngettext("%d creator", "%d creators", count) % count
    state = "being sent"
    if (at := form.cleaned_data["at"]) and mailing.scheduled_at:
        state = f"scheduled for {day(at)}, {at:%H:%M} ({form.cleaned_data['zone'] or UTC})"
    messages.success(request, f"The mailing to {said} is {state}.")
    return redirect(address(request, "mailing", mailing.pk))
