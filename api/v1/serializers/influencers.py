"""Influencers and their social accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.v1.serializers.rows import CheckedRowSerializer, NestedSerializer, RowSerializer
from crm.models import Influencer, SocialAccount
from tiktok.enums import AccountKind
from tiktok.policies import account_kind
from tiktok.queries import account_sync


class AccountOfInfluencerSerializer(NestedSerializer):
    class Meta:
        model = SocialAccount
        fields = ["id", "account_type", "handle"]
        read_only_fields = fields


class InfluencerSerializer(RowSerializer):
    email = serializers.CharField(read_only=True, help_text="Empty where none is known.")
    accounts = AccountOfInfluencerSerializer(many=True, read_only=True)

    def get_accounts(self, influencer: Any) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", influencer.shown_accounts)

    class Meta:
        model = Influencer
        fields = ["id", "name", "email", "country", "language", "accounts", "created_at"]
        read_only_fields = fields


class SocialAccountSerializer(CheckedRowSerializer):
    kind = serializers.SerializerMethodField()
    is_authenticated = serializers.SerializerMethodField()
    marketplace_status = serializers.SerializerMethodField()
    checked_at = serializers.SerializerMethodField()
    # What is read of an account and its creator, who has some forty columns.
    columns = (
        "influencer", "network", "account_type", "handle", "created_at",
        "creator__marketplace_status", "creator__marketplace_checked_at", "creator__profile_fetched_at",
    )  # fmt: skip

    class Meta:
        model = SocialAccount
        fields = [
            "id", "influencer", "network", "account_type", "handle", "kind", "is_authenticated",
            "marketplace_status", "checked_at", "next_check_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=AccountKind.choices, allow_null=True))
    def get_kind(self, account: SocialAccount) -> str | None:
        """The kind of account, which decides what TikTok gives for it; null for other networks."""
        if account.creator is None:
            return None
        return account_kind(
            account.creator.marketplace_status,
            is_authenticated=self.get_is_authenticated(account),
            is_released=self.context["view"].is_released,
        )

    def get_is_authenticated(self, account: SocialAccount) -> bool:
        """Does the influencer let this organization see the account's own data?"""
        return bool(account.is_authenticated)  # type: ignore[attr-defined]  # annotated by the view

    def get_marketplace_status(self, account: SocialAccount) -> str | None:
        return account.creator.marketplace_status if account.creator else None

    def get_checked_at(self, account: SocialAccount) -> datetime | None:
        """The time of the account's last sync with TikTok; null for other networks."""
        if account.creator is None:
            return None
        is_unsupported = self.get_kind(account) == AccountKind.UNSUPPORTED
        return account_sync(account.creator, {}, is_unsupported=is_unsupported).at
