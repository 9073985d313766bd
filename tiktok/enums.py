"""Words of the TikTok wrapper. Stored values are the API's words."""

from django.db import models


class Dialect(models.TextChoices):
    """The generation of TikTok's marketplace that an account belongs to: the client's own names."""

    TTCM = "ttcm", "Creator Marketplace"
    TTO = "tto", "TikTok One"


class MarketplaceStatus(models.TextChoices):
    """The marketplace status of a handle: `onboarding_status[].status` of `/tcm/creator/status/get/`."""

    UNKNOWN = "unknown", "Not checked at TikTok yet"
    IN = "in", "In the marketplace"
    NOT_IN = "not_in", "Not in the marketplace"
    INVITED = "invited", "Invited to the marketplace"
    INVALID = "invalid", "No such TikTok account"


class Source(models.TextChoices):
    """The source of a number. Every shown number carries it."""

    LEGACY = "legacy", "Old data source"
    PUBLIC = "ttcm_public", "TikTok Creator Marketplace"
    AUTHORIZED = "ttcm_authorized", "TikTok, authorized"
    ORDER_REPORT = "order_report", "TikTok order report"


CALCULATED = (
    "calculated"  # in a source's place: by us from TikTok's numbers; never the source of a fact
)


class Flag(models.TextChoices):
    """A doubt about a number, which is shown as TikTok reported it all the same."""

    FALLING = "falling", "TikTok reported more before."
    ABSURD = "absurd", "TikTok's number cannot be right."


class AccountKind(models.TextChoices):
    """The four kinds of product §3, and `legacy` for an organization that has not been cut over."""

    LEGACY = "legacy", "Old data source"
    AUTHENTICATED_NON_TTCM = "authenticated_non_ttcm", "Authenticated, not in the marketplace"
    AUTHENTICATED_TTCM = "authenticated_ttcm", "Authenticated, in the marketplace"
    NOT_AUTHENTICATED_TTCM = "not_authenticated_ttcm", "Not authenticated, in the marketplace"
    UNSUPPORTED = "unsupported", "Unsupported"


class PostTie(models.TextChoices):
    """How a post came into its campaign decides which numbers TikTok gives for it."""

    ORDER = "order", "Tied to an order"
    AUTHENTICATED = "authenticated", "Not by order, authenticated account"
    NOT_AUTHENTICATED = "not_authenticated", "Not by order, account not authenticated"


class Availability(models.TextChoices):
    AVAILABLE = "available"
    COMPUTED = "computed"
    UNAVAILABLE = "unavailable"


class AccountMetric(models.TextChoices):
    FOLLOWER_COUNT = "follower_count", "Followers"
    LIKE_COUNT = "like_count", "Likes"
    VIDEO_COUNT = "video_count", "Videos"
    AVERAGE_VIEWS = "average_views", "Average views"
    ENGAGEMENT_RATE = "engagement_rate", "Engagement rate"
    COMPLETION_RATE = "completion_rate", "Completion rate"
    CREATOR_RATE = "creator_rate", "Creator rate"
    AUDIENCE_COUNTRIES = "audience_countries", "Audience countries"
    AUDIENCE_GENDERS = "audience_genders", "Audience genders"
    AUDIENCE_AGES = "audience_ages", "Audience ages"
    AUDIENCE_LOCALES = "audience_locales", "Audience locales"
    PROFILE_IMAGE = "profile_image", "Profile image"
    USER_NAME = "user_name", "User name"
    DISPLAY_NAME = "display_name", "Display name"
    CREATOR_ID = "creator_id", "Creator ID"


class PostMetric(models.TextChoices):
    VIDEO_VIEWS = "video_views", "Video views"
    LIKES = "likes", "Likes"
    COMMENTS = "comments", "Comments"
    SHARES = "shares", "Shares"
    TOTAL_ENGAGEMENTS = "total_engagements", "Total engagements"
    ENGAGEMENT_RATE = "engagement_rate", "Engagement rate"
    REACH = "reach", "Reach"
    TOTAL_PLAY_TIME = "total_play_time", "Total play time"
    AVERAGE_PLAY_TIME = "average_play_time", "Average play time"
    VIDEO_COMPLETION_RATE = "video_completion_rate", "Video completion rate"
    VIDEO_VIEW_RETENTION = "video_view_retention", "Video view retention"
    RETENTION_PER_SECOND = "retention_per_second", "Retention rate vs. second"
    AUDIENCE_AGE = "audience_age", "Audience age"
    AUDIENCE_GENDER = "audience_gender", "Audience gender"
    AUDIENCE_GEOGRAPHY = "audience_geography", "Audience geography"
    AUDIENCE_COUNTRY = "audience_country", "Audience country"


class Unit(models.TextChoices):
    COUNT = "count"
    FRACTION = "fraction"
    SECONDS = "seconds"
    MONEY = "money"
    SHARES = "shares"
    CURVE = "curve"
    TEXT = "text"


class ConnectionState(models.TextChoices):
    ACTIVE = "active", "Active"
    EXPIRING = "expiring", "Expiring"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"
    MISSING_SCOPE = "missing_scope", "Missing scope"


LIVE_CONNECTION_STATES = (ConnectionState.ACTIVE, ConnectionState.EXPIRING)
# The consent stands, but the grant it rests on is over.
ENDED_CONNECTION_STATES = (
    ConnectionState.EXPIRED,
    ConnectionState.REVOKED,
    ConnectionState.MISSING_SCOPE,
)


class AccountState(models.TextChoices):
    """State of an organization's own marketplace account."""

    CONNECTED = "connected", "Connected"
    DISCONNECTED = "disconnected", "Disconnected"


class Verification(models.TextChoices):
    """How far TikTok has got with checking the business: `business_verification_status` of `/tto/oauth2/info/`."""

    NOT_SUBMITTED = "NOT_SUBMITTED", "Not submitted"
    UNDER_REVIEW = "UNDER_REVIEW", "Under review"
    NOT_PASSED = "NOT_PASSED", "Not passed"
    PASSED = "PASSED", "Passed"
    EXPIRED = "EXPIRED", "Expired"


class AttemptOutcome(models.TextChoices):
    PENDING = "pending", "Pending"
    CONNECTED = "connected", "Connected"
    DENIED = "denied", "Denied by the creator"
    REFUSED = "refused", "Refused"


class AttemptPurpose(models.TextChoices):
    """The kind of account that a trip to TikTok's consent page is to connect."""

    CREATOR = "creator", "A creator's account"
    BRAND = "brand", "The organization's marketplace account"


class PollKind(models.TextChoices):
    MARKETPLACE = "marketplace", "The organization's marketplace account"
    MEMBERSHIP = "membership", "Marketplace membership"
    PROFILE = "profile", "Account profile"
    INSIGHTS = "insights", "Authorized profile"
    VIDEOS = "videos", "Published videos"
    BACKFILL = "backfill", "Videos since January 2024"
    ORDER = "order", "Order"
    SPARK = "spark", "Spark Ads permission"
    PUBLICATION = "publication", "Video to be published"


class PostponedReason(models.TextChoices):
    """The reasons to postpone a sync, or calls: what a page says after "because", to staff and influencers."""

    LIMIT_REACHED = "limit_reached", "TikTok's request limit is reached"
    UNCOUNTED = "uncounted", "requests to TikTok cannot be counted just now"
    BEING_RENEWED = "being_renewed", "the permission is being renewed with TikTok"
    NO_ANSWER = "no_answer", "TikTok did not answer"
    UNREADABLE = "unreadable", "TikTok's answer could not be read"
    REFUSED = "refused", "TikTok refused the request"
    NO_ACCOUNT = "no_account", "no TikTok account is connected in the organization's settings"
    ACCESS_ENDED = (
        "access_ended",
        "TikTok no longer accepts the account connected in the organization's settings",
    )
    GRANT_ENDED = "grant_ended", "the influencer has to connect their TikTok account again"
    SEALED = "sealed", "a stored permission does not open and has to be given again"
    DEFECT = "defect", "something went wrong on our side"


class DeliveryKind(models.TextChoices):
    """The webhook system of TikTok that a delivery came from."""

    SUBSCRIPTION = "subscription", "Subscription API"
    LOGIN_KIT = "login_kit", "Login Kit"


class PurgeState(models.TextChoices):
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
