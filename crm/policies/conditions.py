"""TikTok's published conditions for joining the marketplace, held against what is known of an account.

From TikTok's help page "What is TikTok Creator Marketplace": age, followers, posts and their views in 30 days; South Korea
has numbers of its own. That only personal accounts of some countries may join TikTok's partners say. TikTok decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.countries import COUNTRIES

SOUTH_KOREA = "KR"
LEAST_FOLLOWERS, LEAST_FOLLOWERS_IN_KOREA = 10_000, 50_000
LEAST_AGE, LEAST_AGE_IN_KOREA = 18, 19
LEAST_POSTS, LEAST_VIEWS, DAYS = 3, 1_000, 30


class ConditionState(StrEnum):
    """The states of a condition; the value is its kind of badge."""

    MET = "success"
    UNMET = "danger"
    UNKNOWN = "neutral"

    @property
    def words(self) -> str:
        return {"success": "Met", "danger": "Not met", "neutral": "Not known"}[self.value]


@dataclass(frozen=True)
class KnownFacts:
    """Facts about somebody who might join; None and empty where nobody knows.

    `posts`, `views`: of the last 30 days. `are_posts_all`: TikTok told lately of every post, so that there are no more.
    """

    country: str = ""
    birthday: date | None = None
    follower_count: int | None = None
    posts: int | None = None
    views: int | None = None
    are_posts_all: bool = False


@dataclass(frozen=True)
class Condition:
    """One of TikTok's conditions, whether it is met, and what that rests on."""

    text: str
    state: ConditionState
    note: str


def join_conditions(known: KnownFacts, today: date) -> list[Condition]:
    """All conditions that TikTok publishes, each with its state."""
    return [_country(known), _followers(known), _age(known, today), _personal(), *_videos(known)]


def _country(known: KnownFacts) -> Condition:
    here = f"Here: {COUNTRIES.get(known.country, known.country)}. " if known.country else ""
    note = f"{here}TikTok opens the marketplace country by country, and checks this in the app."
    return Condition("A country where TikTok has opened it", ConditionState.UNKNOWN, note)


def _followers(known: KnownFacts) -> Condition:
    is_korean = known.country == SOUTH_KOREA
    least = LEAST_FOLLOWERS_IN_KOREA if is_korean else LEAST_FOLLOWERS
    text = f"At least {least:,} followers"
    if known.follower_count is None:
        note = "TikTok shows followers of marketplace accounts and of those that are connected."
        return Condition(text, ConditionState.UNKNOWN, note)
    return Condition(text, _state(known.follower_count >= least), f"{known.follower_count:,} now.")


def _age(known: KnownFacts, today: date) -> Condition:
    least = LEAST_AGE_IN_KOREA if known.country == SOUTH_KOREA else LEAST_AGE
    text = f"At least {least} years old"
    if known.birthday is None:
        return Condition(text, ConditionState.UNKNOWN, "No birthday is known here.")
    age = _years(known.birthday, today)
    return Condition(text, _state(age >= least), f"{age} by the birthday known here.")


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _personal() -> Condition:
    note = "TikTok tells the kind of an account to the creator only."
    return Condition("A personal account", ConditionState.UNKNOWN, note)


def _videos(known: KnownFacts) -> list[Condition]:
    posts = f"At least {LEAST_POSTS} posts in {DAYS} days"
    views = f"At least {LEAST_VIEWS:,} views of posts in {DAYS} days"
    if known.posts is None or known.views is None:
        note = "TikTok shows videos of marketplace accounts and of those that are connected."
        return [Condition(text, ConditionState.UNKNOWN, note) for text in (posts, views)]
    has_posts, has_views = known.posts >= LEAST_POSTS, known.views >= LEAST_VIEWS
    few = ConditionState.UNMET if known.are_posts_all else ConditionState.UNKNOWN
    return [
        Condition(
            posts,
            ConditionState.MET if has_posts else few,
            f"{known.posts} {'post is' if known.posts == 1 else 'posts are'} known.",
        ),
        Condition(
            views,
            ConditionState.MET if has_views else ConditionState.UNKNOWN,
            f"{known.views:,} of the posts of these days. Views of earlier posts count, too.",
        ),
    ]


def _state(is_met: bool) -> ConditionState:
    return ConditionState.MET if is_met else ConditionState.UNMET
