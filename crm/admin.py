"""Operations: influencers and their accounts, for reading. They are worked on in the product."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import F

from crm.models import ConnectInvitation, Influencer, SocialAccount
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


@admin.register(ConnectInvitation)
class ConnectInvitationAdmin(ReadOnlyAdmin):
    """Invitations to connect; creators report those that are not right."""

    list_display = ["handle", "influencer", "state", "asked_at", "asked_by", "reported_at"]
    list_filter = ["state", ("reported_at", admin.EmptyFieldListFilter)]
    list_select_related = ["influencer", "asked_by"]
    search_fields = ["handle", "influencer__name"]
    ordering = [F("reported_at").desc(nulls_last=True), "-pk"]
