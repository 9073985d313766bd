"""Posts of other networks than TikTok in campaigns, with the latest numbers that somebody brought."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from rest_framework import serializers

from api.v1.serializers.rows import RowSerializer
from campaigns.enums import NumbersSource, PostOrigin
from campaigns.models import POST_NUMBERS, PostPlace
from crm.enums import Network

OF_POST = ("network", "network_post_id", "url", "caption", *POST_NUMBERS, "numbers_source", "numbers_at")  # fmt: skip


def _count() -> serializers.IntegerField:
    return serializers.IntegerField(
        read_only=True, allow_null=True, help_text="null: not known, never 0 in its place."
    )


class NetworkPostSerializer(RowSerializer):
    origin = serializers.ChoiceField(choices=PostOrigin.choices, read_only=True)
    network = serializers.ChoiceField(choices=Network.choices, read_only=True)
    network_post_id = serializers.CharField(read_only=True, help_text="The network's id of it.")
    url = serializers.URLField(read_only=True)
    caption = serializers.CharField(read_only=True)
    views = _count()
    likes = _count()
    comments = _count()
    shares = _count()
    saves = _count()
    numbers_source = serializers.ChoiceField(
        choices=NumbersSource.choices, read_only=True, allow_blank=True, help_text="Who brought the numbers."
    )  # fmt: skip
    numbers_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="The time of which the latest numbers are."
    )

    class Meta:
        model = PostPlace
        fields = ["id", "campaign", "account", "origin", *OF_POST, "published_at", "added_at"]
        read_only_fields = fields

    def _column(self, name: str) -> Callable[[Any], Any]:
        return attrgetter(f"post.{name}") if name in OF_POST else super()._column(name)
