"""Posts with their metrics."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.v1.serializers.metrics import METRIC, MetricSerializer
from api.v1.serializers.rows import CheckedRowSerializer
from campaigns.models import Post
from campaigns.policies.posts import report_due_at
from crm.enums import Network
from tiktok.policies import post_tie
from tiktok.queries import post_metrics


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
            return post.video.counted_at if post.video else None
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
