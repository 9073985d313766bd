"""The API's documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.enums import OrderState
from campaigns.models import Campaign, Order, Post
from campaigns.policies import report_due_at
from crm.enums import Network
from crm.models import Influencer, SocialAccount
from tenancy.models import Event
from tiktok.enums import CALCULATED, AccountKind, Availability, Flag, Source, Unit
from tiktok.models import CREATOR_NUMBERS, VIDEO_NUMBERS, CreatorSnapshot, VideoSnapshot, names_of
from tiktok.policies import account_kind, post_tie
from tiktok.queries import MetricValue, account_sync, post_metrics

SHARE = {
    "type": "object",
    "required": ["name", "fraction"],
    "properties": {"name": {"type": "string"}, "fraction": {"type": "number"}},
}
MONEY = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
}
NAMES = {"type": "array", "items": {"type": "string"}}
VALUE = {
    "description": (
        "By unit: count and seconds a number, fraction a number (0.12 is 12 %), text a string, money "
        "{amount, currency}, shares [{name, fraction}], curve a fraction for each second. null: there is none, "
        "see `reason`; never 0 in its place."
    ),
    "anyOf": [
        {"type": "number"},
        {"type": "string"},
        {"type": "array", "items": SHARE},
        {"type": "array", "items": {"type": "number"}},
        MONEY,
        {"type": "null"},
    ],
}


@extend_schema_field(VALUE)
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A metric's value; its shape follows the unit."""

    def to_representation(self, value: Any) -> Any:
        if isinstance(value, tuple):
            amount, currency = value
            return {"amount": str(Decimal(amount)), "currency": currency}
        return value


VALUE_FIELD = ValueField()


class MetricSerializer(serializers.Serializer[MetricValue]):
    """One number with its unit, source and time, or the reason why there is none."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    unit = serializers.ChoiceField(choices=Unit.choices)
    value = ValueField()
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field of that name
        choices=[*Source.choices, (CALCULATED, "By us, from TikTok's numbers")], allow_null=True
    )
    fetched_at = serializers.DateTimeField(allow_null=True)
    flag = serializers.ChoiceField(
        choices=Flag.choices, allow_null=True, help_text="What is odd about the number."
    )
    availability = serializers.ChoiceField(choices=Availability.choices)
    reason = serializers.CharField(help_text="Why there is no value; empty when there is one.")

    def to_representation(self, metric: MetricValue) -> dict[str, Any]:
        """Build the dictionary by hand: a page of posts holds sixteen of these for each of its rows."""
        return {
            "key": metric.key,
            "label": metric.label,
            "unit": metric.unit,
            "value": VALUE_FIELD.to_representation(metric.value),
            "source": metric.source or None,
            "fetched_at": metric.fetched_at,
            "flag": metric.flag or None,
            "availability": metric.cell.availability,
            "reason": metric.reason,
        }


METRIC = MetricSerializer()


class AccountMetricsSerializer(serializers.Serializer[Any]):
    """The current metrics of one account; none for networks other than TikTok."""

    account = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AccountKind.choices, allow_null=True)
    metrics = MetricSerializer(many=True)


# A row's columns as they stand, foreign keys as ids, and whatever there is a `get_<field>` for; told without Django REST
# framework's fields, which describe the document and would take most of a page's time. (No docstring: the API's
# description would say it of every document.)
class RowSerializer(serializers.ModelSerializer[Any]):
    def to_representation(self, row: Any) -> dict[str, Any]:
        return {name: read(row) for name, read in self.readers}

    @cached_property
    def readers(self) -> list[tuple[str, Callable[[Any], Any]]]:
        return [
            (name, getattr(self, f"get_{name}", None) or self._column(name))
            for name in self.Meta.fields
        ]

    def _column(self, name: str) -> Callable[[Any], Any]:
        model: Any = self.Meta.model
        return attrgetter(model._meta.get_field(name).attname)


# A row about which TikTok is asked again and again, annotated by its view.
class CheckedRowSerializer(RowSerializer):
    next_check_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When TikTok is asked next: within minutes if that has passed, null if it is not planned.",
    )

    def get_next_check_at(self, row: Any) -> datetime | None:
        return cast("datetime | None", row.next_check_at)


# Rows inside another one's document, which PostgreSQL tells along with it: one query for both.
class NestedSerializer(serializers.ModelSerializer[Any]):
    @classmethod
    def documents(cls, rows: QuerySet[Any]) -> ArraySubquery:
        """Annotation: the documents of these rows of the outer one. Times in them are text."""
        document = JSONObject(**{name: name for name in cls.Meta.fields})
        return ArraySubquery(rows.values(document=document))


class AccountOfInfluencerSerializer(NestedSerializer):
    class Meta:
        model = SocialAccount
        fields = ["id", "account_type", "handle"]
        read_only_fields = fields


class InfluencerSerializer(RowSerializer):
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


class CampaignSerializer(RowSerializer):
    class Meta:
        model = Campaign
        fields = ["id", "client", "name", "state", "starts_on", "ends_on", "created_at"]
        read_only_fields = fields


class OrderEventSerializer(NestedSerializer):
    state = serializers.ChoiceField(OrderState.choices, read_only=True)
    evidence = serializers.CharField(read_only=True)

    class Meta:
        model = Event
        fields = ["state", "at", "evidence"]
        read_only_fields = fields


class OrderSerializer(CheckedRowSerializer):
    events = OrderEventSerializer(many=True, read_only=True)

    def get_events(self, order: Any) -> list[dict[str, Any]]:
        return [
            {**event, "at": datetime.fromisoformat(event["at"])} for event in order.shown_events
        ]

    class Meta:
        model = Order
        fields = [
            "id", "campaign", "account", "tiktok_order_id", "state", "state_at", "problem", "campaign_code",
            "invite_link", "video_count", "video_limit", "checked_at", "next_check_at",
            "created_at", "events",
        ]  # fmt: skip
        read_only_fields = fields


class PostSerializer(CheckedRowSerializer):
    checked_at = serializers.SerializerMethodField()
    metrics = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = [
            "id", "campaign", "account", "order", "origin", "network", "network_post_id", "url",
            "review_state", "published_at", "published_since", "checked_at", "next_check_at", "metrics",
        ]  # fmt: skip
        read_only_fields = fields

    def get_checked_at(self, post: Any) -> datetime | None:
        """The time of the post's last sync with TikTok: for its order, else as a video of its account."""
        if post.order_id is None:
            return post.video.counts_fetched_at if post.video else None
        return cast("datetime | None", post.reported_at or post.order_checked_at)

    def get_next_check_at(self, post: Any) -> datetime | None:
        due_at = super().get_next_check_at(post)
        if due_at is None or post.order_id is None:
            return due_at
        return max(due_at, report_due_at(post.published_at, post.reported_at) or due_at)

    @extend_schema_field(MetricSerializer(many=True))
    def get_metrics(self, post: Post) -> list[dict[str, Any]]:
        """All of TikTok's post metrics; none for other networks."""
        if post.network != Network.TIKTOK:
            return []
        return [METRIC.to_representation(one) for one in post_metrics(post.video, tie_of(post))]


def tie_of(post: Post) -> Any:
    """How a post annotated with `is_authenticated` came into its campaign."""
    return post_tie(
        has_order=post.is_tied_to_order,
        is_authenticated=post.is_authenticated,  # type: ignore[attr-defined]
    )


class SnapshotSerializer(serializers.ModelSerializer[Any]):
    """Numbers at a moment; null where there was none or where it is not ours to show."""

    def to_representation(self, snapshot: Any) -> dict[str, Any]:
        document = super().to_representation(snapshot)
        hidden = self.context["hidden"]
        return {name: None if name in hidden else value for name, value in document.items()}

    def shown(self, names: set[str]) -> list[str]:
        """Hide the flags of a number that is not ours to show."""
        return sorted(names - self.context["hidden"])


class AccountSnapshotSerializer(SnapshotSerializer):
    absurd = serializers.SerializerMethodField(help_text="Numbers that cannot be right.")

    @extend_schema_field(NAMES)
    def get_absurd(self, snapshot: CreatorSnapshot) -> list[str]:
        return self.shown(names_of(snapshot.absurd, CREATOR_NUMBERS))

    class Meta:
        model = CreatorSnapshot
        fields = [
            "bucket_at", "fetched_at", "source", "follower_count", "like_count", "video_count", "average_views",
            "engagement_rate", "completion_rate", "absurd",
        ]  # fmt: skip
        read_only_fields = fields


class PostSnapshotSerializer(SnapshotSerializer):
    falling = serializers.SerializerMethodField(help_text="Counters lower than before.")
    absurd = serializers.SerializerMethodField(help_text="Numbers that cannot be right.")

    @extend_schema_field(NAMES)
    def get_falling(self, snapshot: VideoSnapshot) -> list[str]:
        return self.shown(names_of(snapshot.falling, VIDEO_NUMBERS))

    @extend_schema_field(NAMES)
    def get_absurd(self, snapshot: VideoSnapshot) -> list[str]:
        return self.shown(names_of(snapshot.absurd, VIDEO_NUMBERS))

    class Meta:
        model = VideoSnapshot
        fields = [
            "bucket_at", "fetched_at", "source", "video_views", "likes", "comments", "shares", "total_engagements",
            "engagement_rate", "reach", "total_play_time", "average_play_time", "video_completion_rate", "falling", "absurd",
        ]  # fmt: skip
        read_only_fields = fields
