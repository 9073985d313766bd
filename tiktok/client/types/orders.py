"""Orders, their videos under review, and Spark Ads authorizations of these."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class CreatedOrder(msgspec.Struct, frozen=True):
    """One creator's order."""

    order_id: str
    handle: str


class CreatedOrders(msgspec.Struct, frozen=True):
    """Answer of an order creation. A handle that is not among ``orders`` was not accepted.

    ``remaining_orders`` of the code is None when TikTok does not say.
    """

    campaign_code: str
    invite_link: str
    remaining_orders: int | None
    orders: tuple[CreatedOrder, ...]


class Quota(msgspec.Struct, frozen=True):
    """Videos uploaded for an order, allowed for its creator, and allowed for its campaign code."""

    current_video_count: int | None
    per_creator_video_limit: int | None
    total_video_limit: int | None


class OrderState(msgspec.Struct, frozen=True):
    """An order as TikTok describes it. There is no status word: read ``video_ids`` and ``quota``."""

    order_id: str
    handle: str
    campaign_code: str
    invite_link: str
    video_ids: tuple[str, ...]
    quota: Quota | None


class OrderPage(msgspec.Struct, frozen=True):
    """One page of orders; ``total_pages`` is TikTok's word and not to be trusted for loop control."""

    orders: tuple[OrderState, ...]
    page: int
    total_pages: int
    listed: int = 0


class VideoReview(msgspec.Struct, frozen=True, kw_only=True):
    """Review state of a video of an order, in TikTok's words.

    ``video_status`` INIT, UPLOAD, RELEASE, DELETE; ``bind_status`` BIND, UNBIND; ``review_status``
    NO_REVIEW, CONTENT_REVIEWING, AD_REVIEWING, CONTENT_REVIEW_FAIL, AD_REVIEW_FAIL, ALL_FAIL, SUCCEED.
    Unknown words are passed on. ``embed_url`` is there only after SUCCEED.
    """

    video_id: str
    video_status: str
    bind_status: str
    review_status: str
    uploaded_at: datetime | None = None
    published_at: datetime | None = None
    embed_url: str | None = None
    reject_reason: str | None = None


class SparkStatus(StrEnum):
    """``auth_status`` of a Spark Ads authorization."""

    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class SparkAuthorization(msgspec.Struct, frozen=True, kw_only=True):
    """Spark Ads authorization of a video; ``status`` is a `SparkStatus` or a new word.

    ``auth_code`` may already be there while the status is WAITING. ``auth_code_status``: NOT_USED,
    IN_USE, EXPIRED, DELETED.
    """

    video_id: str
    status: str
    status_updated_at: datetime | None = None
    requested_days: int | None = None
    remaining_requests: int | None = None
    auth_code: str | None = None
    auth_code_status: str | None = None
    auth_code_starts_at: datetime | None = None
    auth_code_ends_at: datetime | None = None

    def __repr__(self) -> str:
        return f"SparkAuthorization(video_id={self.video_id!r}, status={self.status!r})"
