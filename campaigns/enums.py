"""Words of campaigns, orders and posts."""

from django.db import models


class CampaignState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    COMPLETED = "completed", "Completed"
    ARCHIVED = "archived", "Archived"


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
    OVERDUE = "overdue", "Overdue"
    CANCELLED = "cancelled", "Cancelled"


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
    BY_HAND = "by_hand", "Added by hand"
    KEYWORD = "keyword", "Keyword"
    IMPORTED = "imported", "Imported"
    LEGACY = "legacy", "Old data source"


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
LINK_STATES = NOT_AGREED | {ReviewState.LINK_ASKED}
