"""The legacy dialect: Creator Marketplace under ``/tcm/…`` with orders and campaign codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from . import answers, ttcm_answers, types
from .ask import Ask
from .brand_account import SparkCalls
from .errors import GarbledAnswerError, InvalidParameterError
from .normalize import plain_handle
from .protocol import Capabilities
from .transport import Client

CAPABILITIES = Capabilities(
    has_orders=True,
    has_campaign_codes=True,
    has_marketplace_invite=True,
    has_audience_locales=True,
    has_average_views=True,
    spark_days=(7, 30, 60, 365),
    membership_batch=20,
    invite_batch=20,
    order_batch=100,
    order_query_batch=200,
    order_page=20,
    order_report_batch=100,
    brand_name_length=60,
    description_length=60,
    public_video_page=10,
    authorized_video_page=10,
    report_page=100,
)

PROFILE_FIELDS = (
    "handle_name",
    "display_name",
    "profile_image",
    "bio",
    "location",
    "followers_count",
    "average_views",
    "engagement_rate",
    "completion_rate",
    "creator_rate",
    "audience_countries",
    "audience_genders",
    "audience_ages",
    "audience_locales",
    "audience_device",
    "audience_usage",
)
UNLISTED_FIELDS = ("creator_id", "followings_count", "likes_count", "videos_count")
"""Of the model that all calls share, but not on TikTok's list of fields to ask an authorized profile for."""

REPORT_METRICS = (
    "engagement_count",
    "engagement_rate",
    "video_views",
    "likes",
    "shares",
    "comments",
    "reach",
    "total_play_time",
    "average_view_time",
    "two_seconds_views",
    "six_seconds_views",
    "video_completion_rate",
    "video_view_retention",
    "lifetime_gender_distribution",
    "lifetime_top_age_distribution",
    "lifetime_top_country_distribution",
    "most_popular_country_state_distribution",
    "video_views_by_source",
    "engagement_rate_benchmark_p25",
    "engagement_rate_benchmark_p50",
    "video_completion_rate_benchmark_p25",
    "video_completion_rate_benchmark_p50",
)


_ACCOUNTS_PATH = "/oauth2/tcm/get/"
_ACCOUNTS_PAGE = 100
_MOST_ACCOUNT_PAGES = 50


def account_ids(client: Client, access_token: str) -> tuple[str, ...]:
    """Marketplace accounts a brand's token may act for. GET ``/oauth2/tcm/get/``, 100 a page.

    A page that is not full or says nothing new is the last. Raises `GarbledAnswerError` when the fiftieth
    is not.
    """
    found: dict[str, None] = {}
    for number in range(1, _MOST_ACCOUNT_PAGES + 1):
        page, listed = _accounts_page(client, access_token, number)
        known = len(found)
        found.update(dict.fromkeys(page))
        if listed < _ACCOUNTS_PAGE or len(found) == known:
            return tuple(found)
    raise GarbledAnswerError("a list of accounts without an end", endpoint=_ACCOUNTS_PATH)


def _accounts_page(client: Client, access_token: str, number: int) -> tuple[tuple[str, ...], int]:
    """The ids of a page, and how many TikTok listed."""
    app = {"app_id": client.app_id, "secret": client.secret}
    params = {**app, "page": number, "page_size": _ACCOUNTS_PAGE}
    return client.read(
        Ask("GET", _ACCOUNTS_PATH, access_token, params),
        lambda raw: (raw.ids("tcm_account_ids"), raw.length("tcm_account_ids")),
    )


class TtcmMarketplace(SparkCalls):
    """The marketplace as one brand's account sees it.

    ``access_token`` is the brand's long-lived token; creators' tokens are passed per call. Limits of
    `CAPABILITIES` are TikTok's to enforce: a call beyond them raises `InvalidParameterError`.
    """

    account_parameter = "tcm_account_id"
    capabilities = CAPABILITIES

    def membership(self, handles: Sequence[str]) -> dict[str, types.Membership]:
        """Membership per handle, keyed as passed in; at most 20. GET ``/tcm/creator/status/get/``.

        A handle TikTok does not answer for, or answers with an unknown word, is missing from the result.
        """
        if not handles:
            return {}
        plain = {handle: plain_handle(handle) for handle in handles}
        ask = self._get("/tcm/creator/status/get/", handle_names=list(plain.values()))
        return self._client.read(ask, lambda raw: answers.memberships(raw, handles, plain))

    def invite(self, handles: Sequence[str]) -> types.InviteResult:
        """Invite creators to join the marketplace; at most 20. POST ``/tcm/creator/invite/``.

        Repeating an invitation is harmless to state, but the call is not repeated by itself.
        """
        ask = self._post("/tcm/creator/invite/", handle_names=[plain_handle(h) for h in handles])
        return self._client.read(ask, ttcm_answers.invite_result)

    def public_profile(self, handle: str) -> types.Profile:
        """Profile of a creator in the marketplace. GET ``/tcm/creator/public/``.

        Raises `NotInMarketplaceError` or `NotFoundError`.
        """
        ask = self._get("/tcm/creator/public/", handle_name=plain_handle(handle))
        return self._client.read(ask, answers.profile)

    def public_videos(
        self, handle: str, *, video_ids: Sequence[str] = (), cursor: int = 0, limit: int = 10
    ) -> types.VideoPage:
        """Videos of a creator in the marketplace, newest first. GET ``/tcm/creator/public/video/list/``.

        ``cursor`` is the previous page's; ``limit`` 1–10, raised to hold all ``video_ids``: more than ten are
        refused, not cut. Raises `NotInMarketplaceError` or `NotFoundError`.
        """
        ask = self._get(
            "/tcm/creator/public/video/list/",
            handle_name=plain_handle(handle),
            video_ids=list(video_ids) or None,
            cursor=cursor or None,
            limit=max(limit, len(video_ids)),
        )
        return self._client.read(ask, answers.video_page)

    def authorized_profile(self, creator_token: str, open_id: str) -> types.Profile:
        """Profile and audience of a creator who consented. GET ``/tcm/creator/authorized/``.

        Needs the scope ``biz.creator.info``, audience also ``biz.creator.insights``. A creator outside
        the marketplace has no locales, averages, rates or price: None. Where TikTok refuses
        `UNLISTED_FIELDS`, the profile is asked for without them.
        """
        try:
            return self._authorized(creator_token, open_id, (*PROFILE_FIELDS, *UNLISTED_FIELDS))
        except InvalidParameterError:
            return self._authorized(creator_token, open_id, PROFILE_FIELDS)

    def _authorized(
        self, creator_token: str, open_id: str, fields: tuple[str, ...]
    ) -> types.Profile:
        params = {"creator_id": open_id, "fields": fields}
        ask = Ask("GET", "/tcm/creator/authorized/", creator_token, params)
        return self._client.read(ask, answers.profile)

    def authorized_videos(
        self,
        creator_token: str,
        open_id: str,
        *,
        video_ids: Sequence[str] = (),
        cursor: int = 0,
        limit: int = 10,
    ) -> types.VideoPage:
        """Videos of a creator who consented. GET ``/tcm/creator/authorized/video/list/``.

        Needs the scope ``video.list``; ``limit`` 1–10, raised to hold all ``video_ids``.
        """
        params: dict[str, object] = {
            "creator_id": open_id,
            "video_ids": list(video_ids) or None,
            "cursor": cursor or None,
            "limit": max(limit, len(video_ids)),
        }
        ask = Ask("GET", "/tcm/creator/authorized/video/list/", creator_token, params)
        return self._client.read(ask, answers.video_page)

    def create_orders(
        self,
        *,
        brand_name: str,
        description: str,
        handles: Sequence[str],
        video_count: int = 10,
        campaign_code: str | None = None,
        spark_days: int | None = None,
    ) -> types.CreatedOrders:
        """One order per handle, at most 100, for creators in or out of the marketplace.

        POST ``/tcm/order/create/v2/``. With ``campaign_code`` the orders join that code, which must be of
        the same account and brand, and ``video_count`` must equal the first order's. Never repeated by
        itself after an unknown outcome, and without a code a lost answer cannot be found again.
        """
        ask = self._post(
            "/tcm/order/create/v2/",
            brand_name=brand_name,
            description=description,
            handle_names=[plain_handle(handle) for handle in handles],
            campaign_code=campaign_code,
            order_source="OTHER",
            video_number=video_count,
            default_spark_ads_requested_authorization_days=spark_days or None,
        )
        return self._client.read(ask, ttcm_answers.created_orders)

    def get_orders(
        self,
        *,
        order_ids: Sequence[str] | None = None,
        campaign_code: str | None = None,
        invite_link: str | None = None,
        page: int = 1,
        page_size: int = 20,
    ) -> types.OrderPage:
        """Orders by id (at most 200), by code or by link: name exactly one. GET ``/tcm/order/get/v2/``.

        ``page_size`` 1–20. Ids TikTok does not know are missing from the page.
        """
        if sum(key is not None for key in (order_ids, campaign_code, invite_link)) != 1:
            raise TypeError("ask by exactly one of order_ids, campaign_code, invite_link")
        query_type = "CAMPAIGN_CODE" if campaign_code is not None else "INVITE_LINK"
        ask = self._get(
            "/tcm/order/get/v2/",
            query_type="ORDER_ID" if order_ids is not None else query_type,
            order_ids=None if order_ids is None else list(order_ids),
            campaign_code=campaign_code,
            invite_link=invite_link,
            page=page,
            page_size=page_size,
        )
        return self._client.read(ask, ttcm_answers.order_page)

    def video_reviews(self, order_id: str) -> tuple[types.VideoReview, ...]:
        """Review state of an order's videos. GET ``/tcm/video/audit_status/get/``.

        The parameter is called ``order_id`` in one description and ``v2_order_id`` in another: both go out.
        """
        ask = self._get("/tcm/video/audit_status/get/", order_id=order_id, v2_order_id=order_id)
        return self._client.read(
            ask, lambda raw: raw.rows("audit_status_list", ttcm_answers.video_review)
        )

    def order_report(
        self,
        order_ids: Sequence[str],
        *,
        start_on: date | None = None,
        end_on: date | None = None,
        daily: bool = False,
        page: int = 1,
        page_size: int = 100,
    ) -> types.ReportPage:
        """Numbers of every video of the orders, default and opt-in metrics. GET ``/tcm/report/get/v2/``.

        ``daily`` needs ``start_on`` and ``end_on`` (UTC days, inclusive, at most 60 apart). Unknown orders
        are ignored by TikTok. A video listed here is tied, not necessarily published.
        """
        ask = self._get(
            "/tcm/report/get/v2/",
            order_ids=list(order_ids),
            start_date=start_on and start_on.isoformat(),
            end_date=end_on and end_on.isoformat(),
            need_daily_stats=daily,
            metrics=REPORT_METRICS,
            page=page,
            page_size=page_size,
        )
        return self._client.read(ask, ttcm_answers.report_page)
