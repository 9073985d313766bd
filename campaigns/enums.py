"""Words of campaigns, orders and posts."""

from django.db import models


class CampaignState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    COMPLETED = "completed", "Completed"
    ARCHIVED = "archived", "Archived"


class CampaignTable(models.TextChoices):
    """A list of a campaign that is saved as a file."""

    ORDERS = "orders", "Orders"
    INFLUENCERS = "influencers", "Influencers"
    DRAFTS = "drafts", "Drafts"


class Goal(models.TextChoices):
    """The purpose of a campaign. It decides which numbers stand first (`policies.GOAL_NUMBERS`)."""

    AWARENESS = "awareness", "Awareness"
    EDUCATION = "education", "Education"
    CONVERSION = "conversion", "Conversion"
    CONTENT = "content", "Content"
    MARKET_ENTRY = "market_entry", "Market entry"


class GoalNumber(models.TextChoices):
    """A number that a campaign can be planned by."""

    VIEWS = "views", "Video views"
    REACH = "reach", "Reach"
    COMPLETION_RATE = "completion_rate", "Completion rate"
    PLAY_TIME = "play_time", "Average play time"
    ENGAGEMENTS = "engagements", "Engagements"
    ENGAGEMENT_RATE = "engagement_rate", "Engagement rate"
    POSTS = "posts", "Videos published"
    CREATORS = "creators", "Creators with posts"
    COST_PER_MILLE = "cost_per_mille", "Cost per 1,000 views"
    COST_PER_ENGAGEMENT = "cost_per_engagement", "Cost per engagement"
    COST_PER_POST = "cost_per_post", "Cost per video"


class ReportBlock(models.TextChoices):
    """A part of a campaign's report, in the order in which a new one has them."""

    NUMBERS = "numbers", "Key numbers"
    COMMENT = "comment", "Comment"
    COST = "cost", "Cost against result"
    TABLE = "table", "Table with totals"
    NETWORKS = "networks", "Other networks"
    POSTS = "posts", "Best posts"
    RETENTION = "retention", "Retention, overlaid"
    ADVICE = "advice", "What to do next"
    MOMENTS = "moments", "Best and worst moments"
    AUDIENCE = "audience", "Audience against target"
    BENCHMARKS = "benchmarks", "TikTok's benchmarks"
    DEFINITIONS = "definitions", "Definitions and sources"


BLOCKS_AT_FIRST = tuple(
    block.value
    for block in ReportBlock
    if block not in {ReportBlock.MOMENTS, ReportBlock.AUDIENCE, ReportBlock.BENCHMARKS}
)


class ReportSplit(models.TextChoices):
    """The rows that the table of a report has."""

    CREATOR = "creator", "Creator"
    POST = "post", "Post"
    MARKET = "market", "Market"
    NETWORK = "network", "Network"
    WEEK = "week", "Week"
    CAMPAIGN = "campaign", "Campaign"
    CLIENT = "client", "Client"


class ParticipantState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    BRIEFED = "briefed", "Briefed"
    AGREED = "agreed", "Agreed"
    DECLINED = "declined", "Declined"
    POSTING = "posting", "Posting"
    DONE = "done", "Done"


class OrderState(models.TextChoices):
    DRAFT = "draft", "Draft"
    CREATING = "creating", "Creating"
    CREATED = "created", "Created"
    SENT = "sent", "Sent"
    OPENED = "opened", "Opened"
    ACCEPTED = "accepted", "Accepted"
    POSTING = "posting", "Posting"
    IN_REVIEW = "in_review", "In review"
    FULFILLED = "fulfilled", "Fulfilled"
    FAILED = "failed", "Failed"
    REJECTED = "rejected", "Rejected"
    CANCELLED = "cancelled", "Cancelled"


# Videos are still to come: after its due date such an order is overdue (`Order.is_overdue`, no state of its own).
UNPUBLISHED = (
    OrderState.CREATED, OrderState.SENT, OrderState.OPENED, OrderState.ACCEPTED, OrderState.POSTING,
)  # fmt: skip


class ReplyKind(models.TextChoices):
    """Something that a creator can say on the page of their order."""

    QUESTION = "question", "Asks a question"
    CANNOT = "cannot", "Cannot do it"
    NEW_DATE = "new_date", "Asks for a new date"
    PUBLISHED = "published", "Has published already"
    QUIET = "quiet", "Wants no reminders"


# It holds for every later mail of the order until the creator takes it back, or the team allows mail again: an answer is not enough.
LASTING = (ReplyKind.CANNOT, ReplyKind.QUIET)


class DraftState(models.TextChoices):
    """How far a draft is that a creator lets the team see before they publish."""

    AWAITED = "awaited", "Draft awaited"
    SUBMITTED = "submitted", "To review"
    CHANGES = "changes", "Changes asked for"
    APPROVED = "approved", "Approved"


# It is the creator's turn.
WITH_CREATOR = (DraftState.AWAITED, DraftState.CHANGES)


class SparkState(models.TextChoices):
    """How far the permission is to advertise with a post (Spark Ads); the first four are of our request (one intent, one effect)."""

    DUE = "due", "Being asked for"
    SENDING = "sending", "Being sent"
    UNCERTAIN = "uncertain", "Not known"
    FAILED = "failed", "Not asked"
    WAITING = "waiting", "Waiting for the creator"
    ACCEPTED = "accepted", "Given"
    REJECTED = "rejected", "Refused"


class PublicationState(models.TextChoices):
    """How far a film is that its creator has us publish (one intent, one effect). At TikTok its post says the rest."""

    UPLOADED = "uploaded", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    PROCESSING = "processing", "TikTok is working on it"
    UNSURE = "unsure", "Not known"
    DONE = "done", "At TikTok"
    FAILED = "failed", "Not published"
    STOPPED = "stopped", "Stopped"

    @classmethod
    def under_way(cls) -> tuple[str, ...]:
        """The states from which more comes by itself."""
        return (cls.UPLOADED, cls.SENDING, cls.PROCESSING, cls.UNSURE)

    @classmethod
    def over(cls) -> tuple[str, ...]:
        """The states in which TikTok surely has nothing, so that the same film may be sent again."""
        return (cls.FAILED, cls.STOPPED)


class SparkFilter(models.TextChoices):
    """The permission to advertise with the videos of an order, as its list shows it."""

    WITH_VIDEO = "with_video", "Comes with the video"
    ASKED = "asked", "Being asked for"
    WAITING = "waiting", "Waiting for the creator"
    ACCEPTED = "accepted", "Given"
    ENDED = "ended", "Ended"
    REJECTED = "rejected", "Refused"
    FAILED = "failed", "Not asked"


class SparkCodeState(models.TextChoices):
    """State of the code that an advertiser types, in TikTok's words (`auth_code_status`)."""

    NOT_USED = "NOT_USED", "Not used yet"
    IN_USE = "IN_USE", "In use"
    EXPIRED = "EXPIRED", "Expired"
    DELETED = "DELETED", "Deleted by the creator"

    @classmethod
    def over(cls) -> frozenset[str]:
        """The states after which it is of no use."""
        return frozenset({cls.EXPIRED, cls.DELETED})


class RequestState(models.TextChoices):
    """State of the one call that creates orders at TikTok (one intent, one effect)."""

    DUE = "due", "Due"
    SENDING = "sending", "Sending"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Uncertain"


# Its outcome is not known yet: it waits to be sent, or is being sent.
UNDER_WAY = frozenset({RequestState.DUE, RequestState.SENDING})


class PostOrigin(models.TextChoices):
    """How a post came into a campaign. `keyword` exists for other networks only; the database refuses it for TikTok."""

    ORDER = "order", "Order"
    LINK_REQUEST = "link", "Link request"
    BY_HAND = "by_hand", "Added by hand"
    KEYWORD = "keyword", "Keyword"
    IMPORTED = "imported", "Imported"
    LEGACY = "legacy", "Old data source"


class AccountOutcome(models.TextChoices):
    """The outcome of the cut-over for a TikTok account."""

    AUTHENTICATED = "authenticated", "Kept, authenticated"
    MARKETPLACE = "marketplace", "Kept, not authenticated"
    UNSUPPORTED = "unsupported", "Unsupported"
    UNKNOWN = "unknown", "Unknown to TikTok"
    NOT_CHECKED = "not_checked", "Not checked at TikTok yet"


class ReviewState(models.TextChoices):
    """TikTok's review of a video tied to an order: `review_status` of `/tcm/video/audit_status/get/`.

    `LINK_…` are of TikTok One: the creator was asked to tie a video that is published already.
    """

    NONE = "", "Not reviewed"
    NO_REVIEW = "NO_REVIEW", "Waiting for review"
    CONTENT_REVIEWING = "CONTENT_REVIEWING", "Content in review"
    AD_REVIEWING = "AD_REVIEWING", "Ad in review"
    CONTENT_REVIEW_FAIL = "CONTENT_REVIEW_FAIL", "Content rejected"
    AD_REVIEW_FAIL = "AD_REVIEW_FAIL", "Ad rejected"
    SUCCEED = "SUCCEED", "Approved"
    ALL_FAIL = "ALL_FAIL", "Rejected"
    LINK_ASKED = "LINK_ASKED", "Creator is asked"
    LINK_REFUSED = "LINK_REFUSED", "Creator said no"
    LINK_TAKEN_BACK = "LINK_TAKEN_BACK", "Request cancelled"


# The creator was asked to tie a video and has not agreed.
NOT_AGREED = frozenset({ReviewState.LINK_REFUSED, ReviewState.LINK_TAKEN_BACK})
# TikTok ties the post to an order. Whether the creator used the link or the code TikTok does not tell.
BY_ORDER = frozenset({PostOrigin.ORDER, PostOrigin.LINK_REQUEST})
LINK_STATES = NOT_AGREED | {ReviewState.LINK_ASKED}

# How a post of another network than TikTok came into a campaign.
NETWORK_ORIGINS = (PostOrigin.BY_HAND, PostOrigin.KEYWORD, PostOrigin.IMPORTED)


class PlaceState(models.TextChoices):
    """The place of another network's post in a campaign."""

    LISTED = "listed", "In the campaign"
    WAITING = "waiting", "To decide"
    REFUSED = "refused", "Left out"


class NumbersSource(models.TextChoices):
    """The source of the numbers of another network's post."""

    BY_HAND = "by_hand", "Entered by hand"
    IMPORTED = "imported", "Imported"
