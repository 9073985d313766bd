"""The lists of a campaign's orders, influencers and drafts as files: what the address narrows them to, in its order."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_POST

from campaigns.enums import CampaignTable
from campaigns.queries import order_list, participant_list, reviews
from campaigns.services.campaigns import note_table_export
from campaigns.views.frame import campaign_or_404, sees_money
from crm.views.tables import table_file
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.queries import is_released


@staff_page(Permission.READ)
@require_POST
def orders_export(request: OrganizationRequest, pk: int) -> HttpResponseBase:
    campaign, asked = campaign_or_404(pk), order_list.Asked.of(request.GET)
    count = order_list.narrowed_orders(campaign, asked).count()
    note_table_export(campaign, CampaignTable.ORDERS, count, actor=request.user)
    return table_file(request, "orders", order_list.HEAD, order_list.order_lines(campaign, asked))


@staff_page(Permission.READ)
@require_POST
def participants_export(request: OrganizationRequest, pk: int) -> HttpResponseBase:
    """The same accounts as a file; fees for those who may see money alone."""
    campaign, money = campaign_or_404(pk), sees_money(request)
    asked = participant_list.ParticipantsAsked.of(request.GET, sees_money=money)
    count = participant_list.narrowed_participants(campaign, asked).count()
    note_table_export(campaign, CampaignTable.INFLUENCERS, count, actor=request.user)
    head = participant_list.participants_head(sees_money=money)
    lines = participant_list.participant_lines(
        campaign, asked, released=is_released(), sees_money=money
    )
    return table_file(request, "influencers", head, lines)


@staff_page(Permission.READ)
@require_POST
def reviews_export(request: OrganizationRequest, pk: int) -> HttpResponseBase:
    campaign, asked = campaign_or_404(pk), reviews.ReviewsAsked.of(request.GET)
    count = reviews.narrowed_reviews(campaign, asked).count()
    note_table_export(campaign, CampaignTable.DRAFTS, count, actor=request.user)
    return table_file(request, "drafts", reviews.HEAD, reviews.review_lines(campaign, asked))
