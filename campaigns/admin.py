"""Operations: campaigns, orders and posts, for reading. They are worked on in the product."""

from __future__ import annotations

from django.contrib import admin

from campaigns.models import Campaign, Order, OrderRequest, OrderTemplate, Participant, Post
from tenancy.admin import ReadOnlyAdmin


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ["name", "client", "state", "starts_on", "ends_on"]
    list_filter = ["state"]
    search_fields = ["name", "client"]
    ordering = ["-starts_on", "-pk"]


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    list_display = ["account", "campaign", "added_at"]
    list_select_related = ["account", "campaign"]
    search_fields = ["account__handle", "campaign__name"]
    ordering = ["-pk"]


@admin.register(OrderRequest)
class OrderRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "campaign", "brand_name", "state", "problem", "campaign_code"]
    list_filter = ["state"]
    list_select_related = ["campaign"]
    search_fields = ["campaign_code", "brand_name", "campaign__name"]
    ordering = ["-pk"]


@admin.register(OrderTemplate)
class OrderTemplateAdmin(ReadOnlyAdmin):
    list_display = ["name", "video_count", "spark_days", "due_days"]
    search_fields = ["name"]
    ordering = ["-pk"]


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ["account", "campaign", "state", "state_at", "tiktok_order_id", "problem", "checked_at"]  # fmt: skip
    list_filter = ["state"]
    list_select_related = ["account", "campaign"]
    search_fields = ["tiktok_order_id", "campaign_code", "account__handle", "campaign__name"]
    ordering = ["-pk"]


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    list_display = ["network_post_id", "network", "account", "campaign", "origin", "published_at", "hidden_at"]  # fmt: skip
    list_filter = ["network", "origin"]
    list_select_related = ["account", "campaign"]
    search_fields = ["network_post_id", "account__handle", "campaign__name"]
    ordering = ["-pk"]
