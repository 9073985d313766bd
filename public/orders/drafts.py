"""Drafts of the creator, sent and looked at behind the link of their order."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.errors import DraftNotTaken
from campaigns.models import Review, ReviewVersion
from campaigns.queries.reviews import reviews_of
from campaigns.services.reviews.drafts import Draft, refuse_draft, submit_draft, take_back
from files.enums import FileKind
from files.errors import FileRefused, NoRoom
from files.uploads import form_page, taking_large
from files.views import as_shown
from public.orders.access import OrderLinkRequest, order_link
from public.orders.forms import DraftForm
from public.orders.views import READS, rendered


@csrf_exempt  # the token stands in the form, which is read only once the link was looked at: see `_draft`
@order_link
@require_http_methods(READS)
def draft(request: OrderLinkRequest, number: int) -> HttpResponseBase:
    """A draft of the order with its versions, and the form for the next one."""
    with taking_large(request, FileKind.DRAFT, sender=f"order {request.page.order.pk}"):
        answer: HttpResponseBase = _draft(request, number)
    return answer


@csrf_protect
def _draft(request: OrderLinkRequest, number: int) -> HttpResponse:
    review = _review(request, number)
    refusal = _refusal(request, number)
    if refusal and review is None:
        raise Http404("This order has no such draft.")
    form = DraftForm()
    if request.method == "POST":
        form = DraftForm(request.POST, request.FILES)
        if "undo" in request.POST:
            take_back(request.page.order, number)
            return _back(request, number)
        if refusal or _is_sent(request, number, form):
            return _back(request, number)
    context = {
        "number": number,
        "review": review,
        "versions": list(review.versions.all()) if review else [],
        "form": form,
        "may_send": not refusal,
    }
    return form_page(
        request, form, lambda status: rendered(request, "draft.html", context, status=status)
    )


def _review(request: OrderLinkRequest, number: int) -> Review | None:
    return next((each for each in reviews_of(request.page.order) if each.number == number), None)


def _refusal(request: OrderLinkRequest, number: int) -> str:
    try:
        refuse_draft(request.page.order, number)
    except DraftNotTaken as refused:
        return str(refused)
    return ""


def _is_sent(request: OrderLinkRequest, number: int, form: DraftForm) -> bool:
    """Is it kept? Otherwise the form says why not."""
    is_valid = form.is_valid()
    if form.was_dropped(request):
        return False
    if is_valid and not any(form.cleaned_data.values()):
        form.add_error(None, _("Choose a file, paste a link or write a text first."))
    elif is_valid:
        _keep(request, number, form)
    return not form.errors


def _keep(request: OrderLinkRequest, number: int, form: DraftForm) -> None:
    sent: dict[str, Any] = form.cleaned_data
    try:
        submit_draft(request.page.order, number, Draft(sent["text"], sent["link"], sent["file"]))
    except NoRoom:
        form.say_no_room()
    except FileRefused:
        form.refuse_file()
    except DraftNotTaken:
        pass  # somebody was faster: the page says how it stands


@order_link
@require_safe
def draft_file(request: OrderLinkRequest, number: int, version: int) -> HttpResponseBase:
    """The file of a version that the creator has sent."""
    rows = ReviewVersion.objects.filter(review__order=request.page.order, review__number=number)
    found = rows.filter(number=version).exclude(file=None).select_related("file").first()
    if found is None or found.file is None:
        raise Http404("This version has no file.")
    return as_shown(request, found.file)


def _back(request: OrderLinkRequest, number: int) -> HttpResponse:
    return redirect("order_draft", request.token, number)
