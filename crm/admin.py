"""Operations: influencers and their accounts, for reading. They are worked on in the product."""

from __future__ import annotations

from django.contrib import admin

from crm.models import Influencer, SocialAccount
from tenancy.admin import ReadOnlyAdmin


@admin.register(Influencer)
class InfluencerAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "country", "person", "created_at"]
    list_select_related = ["person"]
    search_fields = ["name", "email", "person__email"]
    ordering = ["name", "pk"]


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnlyAdmin):
    list_display = ["handle", "network", "account_type", "influencer", "creator", "created_at"]
    list_filter = ["network", "account_type"]
    list_select_related = ["influencer", "creator"]
    search_fields = ["handle", "influencer__name"]
    ordering = ["handle", "pk"]
