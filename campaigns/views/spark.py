"""Asking a creator for the permission to advertise with a post (Spark Ads)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from campaigns.errors import CampaignProblem
from campaigns.services.spark.polling import start_asking
from campaigns.views.frame import address, campaign_or_404
from campaigns.views.posts import post_or_404
from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.keys import key_in


@staff_page(Permission.SEND_ORDERS)
@require_POST
def spark_ask(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    post = post_or_404(campaign_or_404(pk), post_pk)
    days = key_in(request.POST.get("days", "")) or 0
    try:
        job = start_asking(post, days, actor=request.user)
    except CampaignProblem as problem:
        messages.error(request, str(problem))
        return redirect(address(request, "post", pk, post_pk))
    return follow(request, job)
