"""Words of alerts."""

from django.db import models


class AlertKind(models.TextChoices):
    """The kinds of news that members are told of."""

    ACCEPTED = "accepted", "Order accepted"
    PUBLISHED = "published", "Video published"
    DRAFT = "draft", "Draft sent by a creator"
    QUESTION = "question", "Question of a creator"
    NEW_DATE = "new_date", "New date asked for"
    CANNOT = "cannot", "Creator cannot do an order"
    LEFT = "left", "Creator with open orders has left"
    VIDEO_GONE = "video_gone", "Video of an order gone"
    REJECTED = "rejected", "Video rejected by TikTok"
    FAILED = "failed", "Order not taken by TikTok"
    NOT_PUBLISHED = "not_published", "Video not published from here"
    OVERDUE = "overdue", "Order overdue"
    BELOW_PLAN = "below_plan", "Campaign below its plan"
    ENDING = "ending", "Permission ends"
    IMPORTED = "imported", "Import finished"
    APPLIED = "applied", "Application sent"


class Delivery(models.TextChoices):
    """The way in which a member is told of news."""

    SCREEN = "screen", "On screen only"
    DIGEST = "digest", "Daily e-mail"
    AT_ONCE = "at_once", "E-mail at once"
    OFF = "off", "Off"


MAILED = (Delivery.DIGEST, Delivery.AT_ONCE)
