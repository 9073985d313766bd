"""Publish from here: my video for an order goes to TikTok, once I have allowed that; and the end of the permission."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.errors import PublicationNotTaken
from campaigns.models import Order
from campaigns.queries.order_page import own_order
from campaigns.services.publishing.asking import (
    allow_publishing,
    ask_to_publish,
    connection_over,
    is_offered,
    may_be_published,
    stop_publishing,
)
from files.enums import FileKind
from files.errors import FileRefused, NoRoom
from files.uploads import form_page, taking_large
from portal import reading
from portal.access import InfluencerRequest, influencer_page
from portal.forms import FilmForm
from portal.own_publications import first_caption, own_publications, publications_live
from tiktok.errors import NoMarketplaceAccount
from tiktok.queries.consents import text_of
from tiktok.queries.publishing import PUBLISHING_VERSION
from tiktok.services.grants.grants import LINKING, PUBLISHING
from tiktok.views.creators import set_out
from tiktok.views.redirects import leads_to
from ui.bidi import isolated


@csrf_exempt  # the token stands in the form, which is read only once it is known whose order it is: see `_publish`
@leads_to("TIKTOK_AUTHORIZE_URL")
@never_cache
@influencer_page
@require_http_methods(["GET", "POST"])
def publish(request: InfluencerRequest, order_pk: int) -> HttpResponseBase:
    """My videos for an order that were published from here, how far each is, and the form for the next one."""
    with taking_large(request, FileKind.PUBLICATION, sender=f"person {request.user.pk}"):
        answer: HttpResponseBase = _publish(request, order_pk)
    return answer


@csrf_protect
def _publish(request: InfluencerRequest, order_pk: int) -> HttpResponse:
    order = _own_order(request, order_pk)
    form = FilmForm(initial={"caption": first_caption(order)})
    if request.method == "POST":
        form = FilmForm(request.POST, request.FILES)
        if _is_kept(request, order, form):
            return redirect("portal:publish", request.organization.slug, order_pk)
    shown = own_publications(order)
    live = publications_live(order, shown)
    if request.method == "GET" and (answer := live.answer(request)):
        return answer
    context = {**_frame(request, order), "form": form, "shown": shown, "live": live}
    return form_page(
        request, form, lambda status: render(request, "portal/publish.html", context, status=status)
    )


def _own_order(request: InfluencerRequest, pk: int) -> Order:
    order = own_order(request.influencer, pk)
    if order is None or not is_offered(order):
        raise Http404
    return order


def _frame(request: InfluencerRequest, order: Order) -> dict[str, Any]:
    """How the order and the permission stand."""
    creator = order.account.creator
    accounts = reading.own_accounts(request.influencer)
    own = next((each for each in accounts if each.creator == creator), None)
    return {
        "organization": request.organization,
        "order": order,
        "own": own,
        "is_allowed": connection_over(order, person_id=request.user.pk) is not None,
        "is_agreed": own is not None and own.publishing is not None,
        "may_send": may_be_published(order),
        "version": PUBLISHING_VERSION,
    }


def _is_kept(request: InfluencerRequest, order: Order, form: FilmForm) -> bool:
    """Is it kept? Otherwise the form says why not."""
    is_valid = form.is_valid()
    if not form.was_dropped(request) and is_valid:
        _keep(request, order, form)
    return not form.errors


def _keep(request: InfluencerRequest, order: Order, form: FilmForm) -> None:
    sent: dict[str, Any] = form.cleaned_data
    try:
        ask_to_publish(order, sent["file"], sent["caption"], person=request.user)
    except NoRoom:
        form.say_no_room()
    except FileRefused:
        form.refuse_file()
    except PublicationNotTaken:  # the page says how it stands
        messages.error(request, _("Nothing was sent: this order takes no video from here now."))


@leads_to("TIKTOK_AUTHORIZE_URL")
@require_POST
@influencer_page
def allow(request: InfluencerRequest, order_pk: int) -> HttpResponse:
    """Agree to the text about publishing; TikTok asks for its part of the permission then, where it has not been given."""
    order = _own_order(request, order_pk)
    page = redirect("portal:publish", request.organization.slug, order_pk)
    own = _frame(request, order)["own"]
    if own is None or not own.is_seen or own.consent is None:
        return page
    if request.POST.get("text") != PUBLISHING_VERSION:
        messages.error(
            request, _("The text has changed meanwhile. Please read it again before you agree.")
        )
        return page
    allow_publishing(own.consent, person=request.user)
    if connection_over(order, person_id=request.user.pk) is not None:
        return page
    try:
        return set_out(
            request,
            request.organization,
            handle=own.creator.handle,
            text=str(text_of(own.consent)),
            back=page["Location"],
            scopes=[LINKING, PUBLISHING],
        )
    except NoMarketplaceAccount:
        text = _(
            "%(who)s has not set up TikTok here yet. Please let them know, and try again later."
        )
        messages.error(request, text % {"who": isolated(request.organization)})
        return page


@require_POST
@influencer_page
def disallow(request: InfluencerRequest, creator_id: int) -> HttpResponse:
    """Take the permission to publish back, and nothing else."""
    for own in reading.own_accounts(request.influencer):
        if own.creator.pk == creator_id:
            stop_publishing(own.creator, person=request.user)
            text = _(
                "Nothing is published to @%(handle)s from here for %(who)s any more. What they see has not changed."
            )
            names = {"who": isolated(request.organization), "handle": own.creator.handle}
            messages.success(request, text % names)
            return redirect("portal:sharing")
    raise Http404
