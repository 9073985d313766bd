"""The team answers what a creator said on the page of their order, and revokes the link to that page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from campaigns.enums import ReplyKind
from campaigns.forms import AnswerForm
from campaigns.models import Order, OrderReply
from campaigns.services.orders.contact.pages import replace_link
from campaigns.services.orders.contact.replies import allow_mail, settle
from campaigns.views.frame import address, campaign_or_404
from campaigns.views.orders import order_or_404
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission

REPLACED = "The link is replaced: the one that the creator has does not work any more. Send the order again, or copy the new one."


def _reply_or_404(order: Order, pk: int) -> OrderReply:
    return get_object_or_404(order.replies.select_related("order"), pk=pk)


@staff_page(Permission.SEND_ORDERS)
@require_POST
def settle_reply(
    request: OrganizationRequest, pk: int, order_pk: int, reply_pk: int
) -> HttpResponse:
    campaign = campaign_or_404(pk)
    order = order_or_404(campaign, order_pk)
    reply = _reply_or_404(order, reply_pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Write the answer in 1,000 characters at most. Nothing was sent.")
    elif reply.kind == ReplyKind.QUESTION and not form.cleaned_data["answer"]:
        messages.error(request, "Write the answer to the question first. Nothing was sent.")
    elif heard := settle(reply, **form.cleaned_data, actor=request.user):
        messages.success(request, f"Settled. {heard}")
    else:
        messages.info(request, "Somebody has settled it already.")
    return redirect(address(request, "order", campaign.pk, order.pk))


@staff_page(Permission.SEND_ORDERS)
@require_POST
def allow_mail_again(
    request: OrganizationRequest, pk: int, order_pk: int, reply_pk: int
) -> HttpResponse:
    order = order_or_404(campaign_or_404(pk), order_pk)
    if allow_mail(_reply_or_404(order, reply_pk), actor=request.user):
        messages.success(request, "The creator may be mailed about this order again.")
    else:
        messages.info(request, "Mail about this order was allowed already.")
    return redirect(address(request, "order", pk, order.pk))


@staff_page(Permission.SEND_ORDERS)
@require_POST
def replace_page(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    order = order_or_404(campaign, order_pk)
    replace_link(order, actor=request.user)
    messages.success(request, REPLACED)
    return redirect(address(request, "order", campaign.pk, order.pk))
