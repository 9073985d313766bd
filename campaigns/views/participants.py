"""The pages of a campaign's participants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.enums import ParticipantState
from campaigns.forms import ParticipantForm, ParticipantsForm
from campaigns.models import Campaign, Participant
from campaigns.queries import accounts_to_pick
from campaigns.queries.participant_list import ParticipantsAsked, participants_page
from campaigns.queries.reversible import VERBS
from campaigns.services.campaigns import add_participants, remove_participants
from campaigns.services.participants import (
    Terms,
    bring_back,
    change_participants,
    restore_participants,
)
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page, sees_money
from crm.enums import Network
from crm.models import SocialAccount
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.models import Event
from tenancy.queries.changes import latest_event
from tiktok.queries import is_released
from ui.bidi import isolated
from ui.dialogs import form_answer
from ui.editing import editing_all
from ui.keys import key_in, keys_in
from ui.redirects import go_to
from ui.undoing import is_overtaken, say_done

UNDO_SALT = "campaigns.participants"
MOST_CHANGED = 200  # accounts: those of a page of influencers
PROFILE = "profile"  # where an act on the timeline leads back to


@staff_page(Permission.READ)
def participant_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign, is_shown = campaign_or_404(pk), sees_money(request)
    asked = ParticipantsAsked.of(request.GET, sees_money=is_shown)
    cursor = request.GET.get("cursor")
    context = {
        "page": participants_page(campaign, asked, cursor, released=is_released()),
        "asked": asked,
        "states": ParticipantState.choices,
        "networks": Network.choices,
        "export_url": address(request, "participants_export", pk),
        "sees_money": is_shown,
    }
    return campaign_page(request, campaign, "participants/list.html", context)


@staff_page(Permission.EDIT_CAMPAIGNS)
def participants_add(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Choose accounts and let them take part; those that are ticked stay while somebody searches for others."""
    campaign = campaign_or_404(pk)
    is_sent = request.method == "POST" and request.POST.get("step") != "search"
    form = ParticipantsForm(request.POST if is_sent else None)
    if is_sent and form.is_valid():
        count = add_participants(campaign, form.cleaned_data["accounts"], actor=request.user)
        messages.success(request, f"{count} {'account' if count == 1 else 'accounts'} added.")
        return redirect(address(request, "participants", campaign.pk))
    given = request.POST if request.method == "POST" else request.GET
    search, chosen = given.get("search", ""), keys_in(given.getlist("accounts"))
    rows = accounts_to_pick(campaign, chosen=chosen, search=search, tiktok_only=False, are_new=True)
    context = {
        "form": form,
        "rows": [row for row in rows if not row.takes_part],
        "search": search,
        "chosen": set(chosen),
    }
    status = REFUSED if form.is_bound and form.errors else 200
    return campaign_page(request, campaign, "participants/add.html", context, status=status)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def participant_remove(request: OrganizationRequest, pk: int, campaign_pk: int) -> HttpResponse:
    """Let an account of an influencer take part no longer; one with orders or posts in the campaign stays."""
    campaign, account = campaign_or_404(campaign_pk), _account(request, pk)
    rows = Participant.objects.filter(campaign=campaign, account=account)
    if is_overtaken(request, latest_change(campaign, account)):
        return _back(request, campaign, account)
    if remove_participants(campaign, rows, actor=request.user):
        said = f"{isolated(account)} is removed from “{isolated(campaign)}”."
        _say_done(request, said, "participant_restore", campaign, account)
    elif rows.exists():
        reason = "there are orders or posts of this account in it"
        messages.error(request, f"{isolated(account)} stays in the campaign: {reason}.")
    return _back(request, campaign, account)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def participant_restore(request: OrganizationRequest, pk: int, campaign_pk: int) -> HttpResponse:
    """Let an account of an influencer take part again, on the terms on which it was removed."""
    campaign, account = campaign_or_404(campaign_pk), _account(request, pk)
    is_kept = is_overtaken(request, latest_change(campaign, account))
    if not is_kept and bring_back(campaign, [account], actor=request.user):
        said = f"{isolated(account)} takes part in “{isolated(campaign)}” again."
        _say_done(request, said, "participant_remove", campaign, account)
    return _back(request, campaign, account)


@staff_page(Permission.EDIT_CAMPAIGNS)
def participants_change(request: OrganizationRequest, pk: int) -> HttpResponse:
    """State, fee and due date of one participant or of several, which the address names: `?ids=`."""
    campaign = campaign_or_404(pk)
    given = request.POST if request.method == "POST" else request.GET
    ids = keys_in(given.getlist("ids"))
    if len(ids) > MOST_CHANGED:
        messages.error(request, f"At most {MOST_CHANGED} at once. Nothing was changed.")
        return go_to(request, address(request, "participants", pk))
    found = campaign.participants.filter(pk__in=ids).select_related("account__influencer")
    with editing_all(request, found) as rows:
        if not rows:
            messages.info(request, "Nobody was selected, so nothing was changed.")
            return go_to(request, address(request, "participants", pk))
        data = request.POST if request.method == "POST" else None
        form = ParticipantForm(data, participants=rows, currency=campaign.currency)
        if form.is_valid():
            _change(request, campaign, rows, form)
            return go_to(request, address(request, "participants", pk))
    return _change_form(request, campaign, rows, form)


def _change(
    request: OrganizationRequest, campaign: Campaign, rows: list[Participant], form: ParticipantForm
) -> None:
    ids = [row.pk for row in rows]
    changed = change_participants(campaign, ids, form.change, actor=request.user)
    count = len(changed.after)
    if changed.refused:
        said = ngettext("{} stays as it was", "{} stay as they were", changed.refused)
        reason = "the state of theirs does not lead to the one you chose"
        messages.error(request, f"{said.format(changed.refused)}: {reason}.")
    if not count:
        return
    who = ngettext("{} influencer is", "{} influencers are", count).format(count)
    if len(rows) == 1:
        who = f"{isolated(rows[0].account)} is"
    undo = signing.dumps([_written(changed.before), _written(changed.after)], salt=UNDO_SALT)
    to = address(request, "participants_undo", campaign.pk)
    say_done(request, f"{who} changed.", to, terms=undo)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def participants_undo(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Give participants back their terms of before; those that somebody has changed since keep theirs."""
    campaign = campaign_or_404(pk)
    try:
        before, after = signing.loads(request.POST.get("terms", ""), salt=UNDO_SALT)
    except signing.BadSignature as problem:
        raise Http404("No such change.") from problem
    wanted = _read(before)
    count = restore_participants(campaign, wanted, _read(after), actor=request.user)
    if count:
        said = ngettext("{} influencer is", "{} influencers are", count).format(count)
        messages.success(request, f"{said} as before.")
    if count < len(wanted):
        messages.error(request, "What was changed again since stays as it is.")
    return redirect(address(request, "participants", campaign.pk))


def _written(terms: Mapping[int, Terms]) -> list[list[Any]]:
    return [
        [
            pk,
            each.state,
            str(each.fee) if each.fee is not None else None,
            each.due_on and each.due_on.isoformat(),
        ]
        for pk, each in terms.items()
    ]


def _read(written: list[list[Any]]) -> dict[int, Terms]:
    return {
        pk: Terms(
            state,
            Decimal(fee) if fee is not None else None,
            date.fromisoformat(due_on) if due_on else None,
        )
        for pk, state, fee, due_on in written
    }


def _change_form(
    request: OrganizationRequest, campaign: Campaign, rows: list[Participant], form: ParticipantForm
) -> HttpResponse:
    title = isolated(rows[0].account) if len(rows) == 1 else f"{len(rows)} influencers"
    context: dict[str, Any] = {
        "form": form,
        "rows": rows,
        "title": f"Change {title}",
        "body": "staff/campaigns/participants/change.html",
        "action": address(request, "participants_change", campaign.pk),
        "back": address(request, "participants", campaign.pk),
    }
    return form_answer(request, **context)


def _account(request: OrganizationRequest, influencer_pk: int) -> SocialAccount:
    key = key_in(request.POST.get("account", "")) or 0
    return get_object_or_404(SocialAccount, pk=key, influencer=influencer_pk)


def _say_done(
    request: OrganizationRequest, text: str, undo: str, campaign: Campaign, account: SocialAccount
) -> None:
    fields = {"account": account.pk, "back": request.POST.get("back", "")}
    url, of = (
        address(request, undo, account.influencer_id, campaign.pk),
        latest_change(campaign, account),
    )
    say_done(request, text, url, of=of, **fields)


def latest_change(campaign: Campaign, account: SocialAccount) -> Event | None:
    """The latest change of an account's place in a campaign, or of its terms."""
    return latest_event(account, VERBS, campaign=campaign.pk)


def _back(request: OrganizationRequest, campaign: Campaign, account: SocialAccount) -> HttpResponse:
    if request.POST.get("back") == PROFILE:
        return redirect("crm:influencer", request.organization.slug, account.influencer_id)
    return redirect(address(request, "participants", campaign.pk))
