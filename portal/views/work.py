"""Work of a person for brands: contracts and link requests they answer, and how their posts did."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.enums import ContractState
from crm.errors import ContractSettled
from crm.models import Contract
from crm.services.documents.contracts import change_state
from files.views import as_download
from jobs.services.jobs import begin_at_once
from jobs.views import follow_own
from portal.access import InfluencerRequest, influencer_page
from portal.errands import GONE, start_answering
from portal.own_orders import own_contracts, own_post, own_request
from portal.reading import in_own_words, own_accounts
from tenancy.scope import person_scope
from tenancy.viewing import viewable
from tiktok.enums import Unit

ANSWERS = {"accept": ContractState.ACCEPTED, "decline": ContractState.DECLINED}
SAID = {
    ContractState.ACCEPTED: _("You accepted it. The brand sees that now."),
    ContractState.DECLINED: _("You declined it. The brand sees that now."),
}


@require_GET
@never_cache
@influencer_page
@viewable
def contract(request: InfluencerRequest, contract_pk: int) -> HttpResponse:
    """A contract to read, accept or decline, and its other versions."""
    found = _found(request, contract_pk)
    versions = own_contracts(request.influencer).filter(title=found.title).exclude(pk=contract_pk)
    context = {"organization": request.organization, "contract": found, "versions": versions}
    return render(request, "portal/contract.html", context)


@require_GET
@influencer_page
@viewable
def contract_file(request: InfluencerRequest, contract_pk: int) -> FileResponse:
    """The file of a contract that is one."""
    found = _found(request, contract_pk)
    if found.file is None:
        raise Http404
    return as_download(found.file)


@require_POST
@influencer_page
def answer_contract(request: InfluencerRequest, contract_pk: int) -> HttpResponse:
    """Accept or decline a contract, once."""
    found, state = _found(request, contract_pk), ANSWERS.get(request.POST.get("answer", ""))
    if state is None:
        raise Http404
    try:
        change_state(found, state, actor=request.user)
    except ContractSettled:
        messages.error(request, gettext("This contract is answered already, or was taken back."))
    else:
        messages.success(request, gettext(SAID[state]))
    return redirect("portal:contract", request.organization.slug, contract_pk)


def _found(request: InfluencerRequest, contract_pk: int) -> Contract:
    return get_object_or_404(own_contracts(request.influencer), pk=contract_pk)


@require_http_methods(["GET", "POST"])
@never_cache
@influencer_page
@viewable
def link_request(request: InfluencerRequest, pk: int) -> HttpResponse:
    """A brand asks to link a video of mine to its order: see it, accept or decline it at TikTok."""
    asked = own_request(request.influencer, pk)
    if asked is None:
        messages.info(request, gettext(GONE))
        return redirect("portal:home")
    accounts = own_accounts(request.influencer)
    own = next((each for each in accounts if each.creator.pk == asked.account.creator_id), None)
    if request.method == "POST" and own and own.may_link:
        answer = ANSWERS.get(request.POST.get("answer", ""))
        if answer is None:
            raise Http404
        agrees = answer == ContractState.ACCEPTED
        with person_scope(request.user):
            job = start_answering(asked, own, agrees=agrees, person=request.user)
            return follow_own(request, begin_at_once(job))
    context = {"organization": request.organization, "post": asked, "own": own}
    return render(request, "portal/link_request.html", context)


@require_GET
@never_cache
@influencer_page
@viewable
def post(request: InfluencerRequest, pk: int) -> HttpResponse:
    """The numbers of one's own post, as the brand sees them."""
    row = own_post(request.influencer, pk)
    if row is None:
        raise Http404
    numbers = [
        in_own_words(metric)
        for metric in row.metrics.values()
        if metric.unit not in {Unit.CURVE, Unit.SHARES}
    ]
    context = {"organization": request.organization, "row": row, "numbers": numbers}
    return render(request, "portal/post.html", context)
