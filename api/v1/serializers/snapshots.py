"""Numbers at a moment: the rows of a curve."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tiktok.models import CREATOR_NUMBERS, VIDEO_NUMBERS, CreatorSnapshot, VideoReading, names_of

NAMES = {"type": "array", "items": {"type": "string"}}


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
    def get_falling(self, snapshot: VideoReading) -> list[str]:
        return self.shown(names_of(snapshot.falling, VIDEO_NUMBERS))

    @extend_schema_field(NAMES)
    def get_absurd(self, snapshot: VideoReading) -> list[str]:
        return self.shown(names_of(snapshot.absurd, VIDEO_NUMBERS))

    class Meta:
        model = VideoReading
        fields = [
            "bucket_at", "fetched_at", "source", "video_views", "likes", "comments", "shares", "total_engagements",
            "engagement_rate", "reach", "total_play_time", "average_play_time", "video_completion_rate", "falling", "absurd",
        ]  # fmt: skip
        read_only_fields = fields
