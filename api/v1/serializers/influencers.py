"""Influencers and their social accounts."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.auth import sees_money
from api.v1.serializers.metrics import MONEY
from api.v1.serializers.rows import CheckedRowSerializer, NestedSerializer, RowSerializer
from crm.enums import FieldKind
from crm.models import (
    CustomValue,
    Influencer,
    List,
    OtherAddress,
    Rate,
    SocialAccount,
    Tag,
)
from crm.policies.fields import Typed
from crm.queries.packing import VALUE_COLUMNS, as_text, hanging_on, value_of
from tenancy.models import Group, User
from tiktok.enums import AccountKind
from tiktok.policies import account_kind
from tiktok.queries import account_sync

CUSTOM_FIELDS = {
    "type": "object",
    "additionalProperties": {
        "description": (
            "By the field's kind: text, URL and choice a string, number a number, yes/no a boolean, date a string, "
            "multi-choice a list of strings, money {amount, currency}."
        ),
        "anyOf": [
            {"type": "string"},
            {"type": "number"},
            {"type": "boolean"},
            {"type": "array", "items": {"type": "string"}},
            MONEY,
        ],
    },
}


class AccountOfInfluencerSerializer(NestedSerializer):
    class Meta:
        model = SocialAccount
        fields = ["id", "account_type", "handle"]
        read_only_fields = fields


class TagOfInfluencerSerializer(NestedSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name"]
        read_only_fields = fields


class ListOfInfluencerSerializer(NestedSerializer):
    class Meta:
        model = List
        fields = ["id", "name"]
        read_only_fields = fields


class GroupOfInfluencerSerializer(NestedSerializer):
    class Meta:
        model = Group
        fields = ["id", "key", "name"]
        read_only_fields = fields


class OwnerOfInfluencerSerializer(NestedSerializer):
    class Meta:
        model = User
        fields = ["id", "name", "email"]
        read_only_fields = fields


class RateSerializer(NestedSerializer):
    class Meta:
        model = Rate
        fields = ["network", "kind", "amount", "currency"]
        read_only_fields = fields


class InfluencerSerializer(RowSerializer):
    email = serializers.CharField(read_only=True, help_text="Empty where none is known.")
    phone = serializers.CharField(read_only=True, help_text="In E.164: `+491711234567`.")
    time_zone = serializers.CharField(read_only=True, help_text="A name of the IANA database.")
    salutation = serializers.CharField(read_only=True, help_text="How mail begins.")
    other_emails = serializers.ListField(child=serializers.CharField(), read_only=True)
    owner = OwnerOfInfluencerSerializer(read_only=True, allow_null=True)
    group = GroupOfInfluencerSerializer(read_only=True, allow_null=True)
    tags = TagOfInfluencerSerializer(many=True, read_only=True)
    lists = ListOfInfluencerSerializer(many=True, read_only=True)
    rates = RateSerializer(
        many=True, read_only=True, allow_null=True, help_text="null without the scope `money`."
    )
    custom_fields = serializers.SerializerMethodField()
    accounts = AccountOfInfluencerSerializer(many=True, read_only=True)
    archived_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="null for who stands in lists."
    )

    @classmethod
    def with_facts(cls, rows: QuerySet[Influencer]) -> QuerySet[Influencer]:
        """Influencers with all that their documents tell, in the one query."""
        owner, group = OwnerOfInfluencerSerializer, GroupOfInfluencerSerializer
        return rows.annotate(
            shown_emails=ArraySubquery(hanging_on(OtherAddress).order_by("email").values("email")),
            shown_owner=owner.document("owner"),
            shown_group=group.document("group"),
            shown_tags=TagOfInfluencerSerializer.documents(
                hanging_on(Tag, "taggings__influencer").order_by("name")
            ),
            shown_lists=ListOfInfluencerSerializer.documents(
                hanging_on(List, "entries__influencer").order_by("name")
            ),
            shown_rates=RateSerializer.documents(
                hanging_on(Rate).order_by("network", "kind"), amount=as_text("amount")
            ),
            shown_values=ArraySubquery(_values().values(packed=VALUE)),
            shown_accounts=AccountOfInfluencerSerializer.documents(
                hanging_on(SocialAccount).order_by("id")
            ),
        )

    def get_other_emails(self, influencer: Any) -> list[str]:
        return cast("list[str]", influencer.shown_emails)

    def get_owner(self, influencer: Any) -> dict[str, Any] | None:
        return influencer.shown_owner if influencer.owner_id else None

    def get_group(self, influencer: Any) -> dict[str, Any] | None:
        return influencer.shown_group if influencer.group_id else None

    def get_tags(self, influencer: Any) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", influencer.shown_tags)

    def get_lists(self, influencer: Any) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", influencer.shown_lists)

    def get_rates(self, influencer: Any) -> list[dict[str, Any]] | None:
        return influencer.shown_rates if self.sees_money else None

    @extend_schema_field(CUSTOM_FIELDS)
    def get_custom_fields(self, influencer: Any) -> dict[str, Any]:
        """The organization's own fields by their keys; who has no value of a field has no such key. Money is for the scope
        `money` alone."""
        return {
            each["key"]: typed_document(each["kind"], value_of(each))
            for each in influencer.shown_values
            if self.sees_money or each["kind"] != FieldKind.MONEY
        }

    def get_accounts(self, influencer: Any) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", influencer.shown_accounts)

    @cached_property
    def sees_money(self) -> bool:
        return sees_money(self.context["request"])

    class Meta:
        model = Influencer
        fields = [
            "id", "name", "display_name", "salutation", "email", "other_emails", "phone", "country", "language", "time_zone",
            "city", "birthday", "owner", "group", "tags", "lists", "rates", "custom_fields", "accounts", "archived_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


# A custom value with its field, as `value_of` reads it.
VALUE = JSONObject(
    key="field__key",
    kind="field__kind",
    number=as_text("number"),
    **{name: name for name in VALUE_COLUMNS},
)


def _values() -> QuerySet[CustomValue]:
    rows = hanging_on(CustomValue).filter(field__archived_at=None)
    return rows.order_by("field__position", "field")


def typed_document(kind: str, value: Typed) -> Any:
    """The value of a custom field in JSON, by its kind."""
    if kind == FieldKind.MONEY:
        return {"amount": value.number, "currency": value.currency}
    if kind == FieldKind.MULTI_CHOICE:
        return value.options
    if kind == FieldKind.DATE:
        return value.day
    if value.number is None:
        return value.text
    if kind == FieldKind.YES_NO:
        return bool(value.number)
    return int(value.number) if value.number == int(value.number) else float(value.number)


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
