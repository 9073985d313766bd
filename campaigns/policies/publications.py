"""Predicates about publications, and the words of TikTok's reasons, over loaded facts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from campaigns.policies.orders import REVIEWABLE

LONGEST_CAPTION = 2_200  # UTF-16 units
HASHTAG = re.compile(r"(?<![\w&/])#\w{2,60}")
# TikTok tries to fetch a film for an hour.
FETCHABLE_FOR = timedelta(minutes=90)
# A film that nobody has fetched by then: the address is closed, and TikTok can have nothing of it.
SURE_AFTER = timedelta(minutes=10)
UNSURE_FOR = timedelta(days=1)  # after which looking is of no more use
FOLLOWED_FOR = timedelta(days=7)  # TikTok's own review by hand takes hours
CLOCKS_DIFFER = timedelta(minutes=2)

NOT_TAKEN = _("TikTok did not take this file. Export it as MP4 with 23 to 60 frames a second, 3 seconds to 10 minutes long and at least 360 pixels wide and high, then send it again.")  # fmt: skip
NOT_FETCHED = _("TikTok could not fetch the video from us, so nothing was published. Send it again.")  # fmt: skip
SPAM = _("TikTok did not publish it, because it takes it for spam or too many posts. Wait a day, or publish it in the TikTok app.")  # fmt: skip
ENDED = _("The permission at TikTok has ended, so nothing was published. Connect your account again.")  # fmt: skip
AT_TIKTOK = _("TikTok had trouble with the video, so nothing was published. Send it again later.")
REASONS = {
    "video_pull_failed": NOT_FETCHED,
    "auth_removed": ENDED,
    "internal": AT_TIKTOK,
    "publish_cancelled": AT_TIKTOK,
}


def reason_in_words(reason: str) -> str:
    """The words for a failure, with what its creator can do."""
    if reason.endswith("_check_failed"):
        return NOT_TAKEN
    if reason.startswith("spam_risk"):
        return SPAM
    return REASONS.get(reason, AT_TIKTOK)


def takes_publication(state: str, *, missing: int, is_archived: bool) -> bool:
    """May a video be published for an order in this state, of which so many are missing? In an archived campaign nobody would
    follow it."""
    return state in REVIEWABLE and missing > 0 and not is_archived


def utf16_units(text: str) -> int:
    """The length of a text as TikTok counts it."""
    return len(text.encode("utf-16-le")) // 2


def hashtags(*texts: str) -> str:
    """The hashtags of these texts, each once, as a caption begins with them."""
    found = (tag for text in texts for tag in HASHTAG.findall(text))
    return " ".join({tag.casefold(): tag for tag in found}.values())


def due_again_in(age: timedelta) -> timedelta:
    """How long until TikTok is asked again about a publication of this age."""
    if age < timedelta(minutes=2):
        return timedelta(seconds=5)
    return timedelta(minutes=1 if age < timedelta(hours=1) else 15)


def is_fetchable(sending_at: datetime | None, now: datetime) -> bool:
    """May TikTok fetch the film of a publication that was sent at this moment?"""
    return sending_at is not None and now <= sending_at + FETCHABLE_FOR


def is_same_caption(ours: str, theirs: str) -> bool:
    """TikTok keeps no line breaks, and shortens spaces."""
    return ours.split() == theirs.split()
