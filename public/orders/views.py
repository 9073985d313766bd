"""The creator's page of an order, and what can be said there. Nobody signs in; the link is the right."""

from __future__ import annotations

from typing import Any

import segno
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.enums import ReplyKind
from campaigns.errors import ReplyNotTaken
from campaigns.policies.orders import may_say
from campaigns.queries.order_page import order_page_live, videos_to_name
from campaigns.services.errands import tie_named
from campaigns.services.orders.contact.pages import note_link_used, note_opening
from campaigns.services.orders.contact.replies import say, take_back
from campaigns.services.publishing.asking import is_offered
from files.views import as_download
from public.orders.access import OrderLinkRequest, order_link
from public.orders.forms import DateForm, EmptyForm, LinkForm, NamedVideo, ReasonForm, TextForm
from public.visits import is_a_person
from tenancy.queries import membership_in
from tiktok.services.brands.abilities import capabilities

FORMS = {
    ReplyKind.QUESTION: TextForm,
    ReplyKind.CANNOT: ReasonForm,
    ReplyKind.NEW_DATE: DateForm,
    ReplyKind.QUIET: EmptyForm,
}
READS = ["GET", "HEAD", "POST"]


@order_link
@require_http_methods(["GET", "HEAD"])
def show(request: OrderLinkRequest) -> HttpResponse:
    """The order with its state, its way to TikTok and all that can be said about it."""
    page = request.page
    if is_a_person(request) and not _is_of_the_team(request):
        note_opening(page.order)
    live = order_page_live(page)
    if answer := live.answer(request):
        return answer
    context = {
        "live": live,
        "qr": _qr(page.order.invite_link),
        "publishes_here": is_offered(page.order) and page.missing_count > 0,
    }
    return rendered(request, "page.html", context)


def _is_of_the_team(request: OrderLinkRequest) -> bool:
    """Members who look at the page of their creator do not open it for them."""
    user = request.user
    return user.is_authenticated and bool(membership_in(user, request.page.order.organization.pk))


def _qr(link: str) -> SafeString:
    """The QR code of TikTok's own link, as SVG."""
    drawn = segno.make(link, error="m").svg_inline(scale=4, border=2, omitsize=True, light="#fff")
    return mark_safe(drawn)  # noqa: S308 - drawn by segno: squares, no text


@order_link
@require_safe
def brief_file(request: OrderLinkRequest, brief_pk: int) -> HttpResponseBase:
    """A file of the brief, to be saved."""
    found = next((each for each in request.page.files if each.pk == brief_pk), None)
    if found is None:
        raise Http404("The brief has no such file.")
    return as_download(found.file)


@csrf_exempt  # the browser itself sends it beside the way to TikTok (`ping`), and it changes nothing but a time
@order_link
@require_POST
def used(request: OrderLinkRequest) -> HttpResponse:
    """Note that TikTok was opened from the page."""
    note_link_used(request.page.order)
    return HttpResponse(status=204)


@order_link
@require_http_methods(READS)
def reply(request: OrderLinkRequest, kind: str) -> HttpResponse:
    """Ask something, refuse, ask for a new date, end the reminders; or take it back."""
    order, which = request.page.order, ReplyKind(kind)
    if request.method == "POST" and "undo" in request.POST:
        take_back(order, which)
        return _back(request)
    if not may_say(order.state, which):
        return _back(request)
    form = FORMS[which](request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _is_said(request, which, form):
        return _back(request)
    status = 422 if form.errors else 200
    return rendered(request, "reply.html", {"kind": kind, "form": form}, status=status)


def _is_said(request: OrderLinkRequest, kind: ReplyKind, form: Any) -> bool:
    try:
        say(request.page.order, kind, **form.cleaned_data)
    except ReplyNotTaken:
        form.add_error(
            None, _("This is more than we can keep. Wait for the answer to what you have written.")
        )
        return False
    return True


@order_link
@require_http_methods(READS)
def published(request: OrderLinkRequest) -> HttpResponse:
    """Name a video that is published already. TikTok makes the tie: by its code, or when the creator agrees to its request."""
    order = request.page.order
    if request.method == "POST" and "undo" in request.POST:
        take_back(order, ReplyKind.PUBLISHED)
        return _back(request)
    if not may_say(order.state, ReplyKind.PUBLISHED):
        return _back(request)
    videos = videos_to_name(order)
    chosen = next((v for v in videos if v.tiktok_video_id == request.POST.get("video")), None)
    form = LinkForm(order, request.POST if request.method == "POST" and not chosen else None)
    named = NamedVideo(chosen.url, chosen.tiktok_video_id) if chosen else None
    if named is None and form.is_bound and form.is_valid():
        named = form.cleaned_data["link"]
    if named is not None:
        try:
            _name(request, named)
        except ReplyNotTaken:  # the order has ended meanwhile
            return _back(request)
        return redirect("order_published", request.token)
    context = {
        "videos": videos,
        "form": form,
        "said": request.page.said.get(ReplyKind.PUBLISHED),
        "has_requests": _has_requests(request),
    }
    return rendered(request, "published.html", context, status=422 if form.errors else 200)


def _has_requests(request: OrderLinkRequest) -> bool:
    account = request.page.order.request.marketplace_account
    return capabilities(account).has_link_requests


def _name(request: OrderLinkRequest, named: NamedVideo) -> None:
    order = request.page.order
    say(order, ReplyKind.PUBLISHED, text=named.url)
    if named.video_id and _has_requests(request):
        tie_named(order, named.video_id)


def _back(request: OrderLinkRequest) -> HttpResponse:
    return redirect("order_page", request.token)


def rendered(
    request: OrderLinkRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of the order in its frame."""
    page = request.page
    frame = {
        "page": page,
        "order": page.order,
        "organization": page.order.organization,
        "order_token": request.token,
    }
    return render(request, f"public/orders/{template}", {**frame, **context}, status=status)
