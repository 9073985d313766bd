"""The records of TikTok One: campaigns, invitations, links, anchors, Spark, brand consents, publications, webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Invitee:
    """A creator inside a campaign; the brand sees the handle from ``visible_at`` on."""

    handle: str
    at: float
    visible_at: float
    joined_at: float | None = None


@dataclass(slots=True)
class Campaign:
    """A ``CAMPAIGN`` or a ``BRAND_LINK``; nothing in it is ever removed."""

    campaign_id: str
    account_id: str
    campaign_type: str
    brand_name: str
    brand_profile_id: str | None
    campaign_name: str
    campaign_description: str
    anchor_id: str | None
    advertiser_ids: list[str]
    spark_days: int
    invite_link: str
    created_at: float
    updated_at: float
    business_account_handle: str | None = None
    invitees: dict[str, Invitee] = field(default_factory=dict)
    notifications: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.invitees = {
            handle: each if isinstance(each, Invitee) else Invitee(**each)
            for handle, each in self.invitees.items()
        }


@dataclass(slots=True)
class LinkRequest:
    """A brand asks for a public video. ``requests`` counts the first one and its reminders."""

    link_request_id: str
    campaign_id: str
    video_id: str
    handle: str
    sent_at: float
    status: str = "IN_REVIEW"
    requests: int = 1


@dataclass(slots=True)
class Linked:
    """A video inside a TTO campaign. ``result`` is None while its review runs."""

    video_id: str
    handle: str
    campaign_id: str
    at: float
    result: str | None = None
    reason: str = ""
    decided_at: float | None = None


@dataclass(slots=True)
class BrandProfile:
    """A brand of an account."""

    brand_profile_id: str
    account_id: str
    brand_name: str
    brand_industry_id: str
    brand_website: str
    tiktok_account_url: str | None = None


@dataclass(slots=True)
class Anchor:
    """A link card on a video."""

    anchor_id: str
    account_id: str
    status: str
    anchor_sub_type: str
    category_label_id: int | None
    country_code: str
    landing_page_url: str
    anchor_title: str
    anchor_name: str


@dataclass(slots=True)
class Spark:
    """Permission to advertise with a video."""

    video_id: str
    requested_days: int
    status: str
    updated_at: float
    code: str | None = None
    starts_at: float = 0.0
    ends_at: float = 0.0
    code_status: str = "NOT_USED"
    used_at: float | None = None


@dataclass(slots=True)
class BrandCode:
    """A brand's code between the portal page and the token call."""

    code: str
    account_ids: list[str]
    expires_at: float


@dataclass(slots=True)
class BrandGrant:
    """A brand's consent: a token that lives until it is revoked."""

    token: str
    account_ids: list[str]


@dataclass(slots=True)
class Subscription:
    """A subscription to webhooks."""

    subscription_id: str
    entity: str
    callback_url: str
    token: str
    account_id: str
    product_filters: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Publication:
    """A film that an app has TikTok publish. ``video_id`` once it is public."""

    share_id: str
    open_id: str
    handle: str
    video_url: str
    caption: str
    invite_link: str
    at: float
    state: str = "PROCESSING_DOWNLOAD"
    reason: str = ""
    fetch_at: float = 0.0
    fetched_at: float | None = None
    video_id: str = ""


@dataclass(slots=True)
class Delivery:
    """A webhook on its way. ``answers`` holds each attempt's HTTP status, 0 where nobody answered."""

    delivery_id: str
    url: str
    body: str
    signed: str
    created_at: float
    next_at: float
    gives_up_at: float
    answers: list[int] = field(default_factory=list)
    state: str = "WAITING"
