"""The resources of version 1. Each list is paged by key and takes the same few queries whatever its length."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from django.db import models
from django.utils.http import http_date
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1 import filters, serializers
from api.v1.resources import Resource
from campaigns.enums import PlaceState
from campaigns.models import Campaign, Order, Post, PostPlace
from campaigns.queries import is_visible, next_post_check, order_steps
from crm.enums import AccessKind, AccountType
from crm.models import Influencer, SocialAccount
from crm.models.search import names_and_bios
from crm.queries.search import Narrow, lone_word
from crm.services.access.recording import note_access
from tenancy.composed import ComposedPages
from tiktok import queries
from tiktok.availability import ACCOUNT_MATRIX, POST_MATRIX
from tiktok.enums import AccountKind, PollKind
from tiktok.models import CreatorSnapshot, VideoReading
from tiktok.policies import account_kind
from ui.paging import KeysetPage

# Annotations that hold nothing of an organization are made once.
NEXT_ACCOUNT_CHECK = queries.next_account_check("creator")
NEXT_ORDER_CHECK = queries.next_check(PollKind.ORDER, "pk")
NEXT_POST_CHECK = next_post_check()
# The word `tiktok` for an account ends one version after the release that replaced it.
OLD_WORD_DEPRECATED_AT = datetime(2026, 12, 1, tzinfo=UTC)
OLD_WORD_SUNSET_AT = datetime(2027, 6, 1, tzinfo=UTC)


class InfluencerViewSet(Resource):
    """People in the CRM, by name; archived ones too."""

    one = "One person in the CRM."
    serializer_class = serializers.InfluencerSerializer
    filterset_class = filters.InfluencerFilters
    keyset = ("sort_name", "id")

    def note_reading(self) -> None:
        if self.action == "list":
            super().note_reading()
        else:
            note_access(AccessKind.API, influencer_id=int(self.kwargs["pk"]))

    def rows(self) -> models.QuerySet[Influencer]:
        return Influencer.objects.all()

    def composed_page(self, request: Request) -> Callable[..., KeysetPage[Any]] | None:
        search = request.query_params.get("search", "")
        is_alone = self.filters_in(request) == {"search"} and search.isprintable()
        is_alone = is_alone and len(search) <= filters.SEARCH_LENGTH
        if is_alone and (lone := lone_word(search, names_and_bios)):
            word, narrow = lone
            return partial(_searched(narrow).page, word)
        return super().composed_page(request)

    def facts(self, rows: models.QuerySet[Influencer]) -> models.QuerySet[Influencer]:
        return serializers.InfluencerSerializer.with_facts(rows)


@lru_cache
def _searched(narrow: Narrow) -> ComposedPages[Influencer]:
    view = InfluencerViewSet(action="list")

    def rows(word: str) -> models.QuerySet[Influencer]:
        return narrow(view.rows(), word, names_and_bios)

    return ComposedPages(Influencer, rows, view.keyset, view.facts, ["a word"])


class SocialAccountViewSet(Resource):
    """Accounts of influencers on social networks, newest first."""

    one = "One account of an influencer on a social network."
    serializer_class = serializers.SocialAccountSerializer
    filterset_class = filters.SocialAccountFilters

    def rows(self) -> models.QuerySet[SocialAccount]:
        return SocialAccount.objects.all()

    def facts(self, rows: models.QuerySet[SocialAccount]) -> models.QuerySet[SocialAccount]:
        rows = rows.select_related("creator").annotate(
            is_authenticated=queries.authenticated("creator"),
            next_check_at=NEXT_ACCOUNT_CHECK,
        )
        is_reported = self.action in {
            "list",
            "retrieve",
        }  # else its metrics are: the creator's other columns
        return rows.only(*serializers.SocialAccountSerializer.columns) if is_reported else rows

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.GET.get("account_type") == AccountType.TIKTOK:
            response["Deprecation"] = f"@{int(OLD_WORD_DEPRECATED_AT.timestamp())}"
            response["Sunset"] = http_date(OLD_WORD_SUNSET_AT.timestamp())
        return response

    def kind_of(self, account: Any) -> AccountKind:
        return account_kind(
            account.creator.marketplace_status,
            is_authenticated=account.is_authenticated,
            is_released=self.is_released,
        )

    @extend_schema(
        responses=serializers.AccountMetricsSerializer, operation_id="social_accounts_metrics"
    )
    @action(detail=True, filterset_class=None)
    def metrics(self, request: Request, pk: str) -> Response:
        """Every account metric now, or the reason why it is not there."""
        account = self.get_object()
        document: dict[str, Any] = {"account": account.pk, "kind": None, "metrics": []}
        if account.creator:
            kind = self.kind_of(account)
            document |= {"kind": kind, "metrics": queries.account_metrics(account.creator, kind)}
        return Response(serializers.AccountMetricsSerializer(document).data)

    @extend_schema(
        responses=serializers.AccountSnapshotSerializer(many=True),
        operation_id="social_accounts_metrics_history",
    )
    @action(
        detail=True,
        url_path="metrics/history",
        filterset_class=None,
        serializer_class=serializers.AccountSnapshotSerializer,
    )
    def metrics_history(self, request: Request, pk: str) -> Response:
        """The account's numbers day by day, oldest first. A day without data is missing."""
        account = self.get_object()
        if account.creator is None or self.kind_of(account) == AccountKind.UNSUPPORTED:
            return self.history(CreatorSnapshot.objects.none(), set())
        kind = self.kind_of(account)
        rows = queries.account_history(account.creator, kind)
        hidden = {metric.value for metric, row in ACCOUNT_MATRIX.items() if not row[kind].is_shown}
        return self.history(rows, hidden)


class CampaignViewSet(Resource):
    """Campaigns, the latest to start first."""

    one = "One campaign."
    serializer_class = serializers.CampaignSerializer
    filterset_class = filters.CampaignFilters
    keyset = ("-starts_on", "-id")
    is_about_creators = False

    def rows(self) -> models.QuerySet[Campaign]:
        return Campaign.objects.all()


class OrderViewSet(Resource):
    """Orders with their dated events, newest first."""

    one = "One order with its dated events."
    serializer_class = serializers.OrderSerializer
    filterset_class = filters.OrderFilters

    def rows(self) -> models.QuerySet[Order]:
        return Order.objects.all()

    def facts(self, rows: models.QuerySet[Order]) -> models.QuerySet[Order]:
        return rows.annotate(
            next_check_at=NEXT_ORDER_CHECK,
            shown_events=serializers.OrderEventSerializer.documents(
                order_steps(models.OuterRef("pk"))
            ),
        )


class NetworkPostViewSet(Resource):
    """Posts of campaigns on other networks than TikTok, the latest to be added first. TikTok's are under `/posts/`."""

    one = "One post of a campaign on another network than TikTok."
    serializer_class = serializers.NetworkPostSerializer
    filterset_class = filters.NetworkPostFilters

    def rows(self) -> models.QuerySet[PostPlace]:
        return PostPlace.objects.filter(state=PlaceState.LISTED)

    def facts(self, rows: models.QuerySet[PostPlace]) -> models.QuerySet[PostPlace]:
        return rows.select_related("post")


class PostViewSet(Resource):
    """Posts of campaigns, newest first, with their numbers."""

    one = "One post of a campaign with its numbers."
    serializer_class = serializers.PostSerializer
    filterset_class = filters.PostFilters

    def rows(self) -> models.QuerySet[Post]:
        return Post.objects.filter(is_visible())

    def facts(self, rows: models.QuerySet[Post]) -> models.QuerySet[Post]:
        return (
            rows.select_related("video")
            .annotate(
                is_authenticated=queries.authenticated("account__creator"),
                order_checked_at=models.F("order__checked_at"),
            )
            .annotate(next_check_at=NEXT_POST_CHECK)
        )

    @extend_schema(
        responses=serializers.PostSnapshotSerializer(many=True),
        operation_id="posts_metrics_history",
    )
    @action(
        detail=True,
        url_path="metrics/history",
        filterset_class=None,
        serializer_class=serializers.PostSnapshotSerializer,
    )
    def metrics_history(self, request: Request, pk: str) -> Response:
        """The post's numbers, oldest first, of 90 days by the hour and before that the last of each day. Gaps stay gaps."""
        post = self.get_object()
        if post.video is None:
            return self.history(VideoReading.objects.none(), set())
        tie = serializers.tie_of(post)
        hidden = {metric.value for metric, row in POST_MATRIX.items() if not row[tie].is_shown}
        return self.history(queries.post_history(post.video), hidden)
