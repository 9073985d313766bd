"""Pieces that several TikTok One answers share: labels, images, posts, figures."""

from __future__ import annotations

import re
from statistics import median

from tiktok.sandbox import videos
from tiktok.sandbox.clock import DAY
from tiktok.sandbox.creators import Creator
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.http import Request
from tiktok.sandbox.tcm import ms
from tiktok.sandbox.videos import Video
from tiktok.sandbox.world import World

Data = dict[str, object]

IMAGE_SECONDS = 7 * DAY
CONTENT_LABELS = {
    "Food": ("11010004", "Cooking & Recipes"),
    "Fitness": ("11012001", "Fitness & Workouts"),
    "Travel": ("11008003", "Travel & Places"),
    "Beauty": ("11001002", "Make-up & Skin Care"),
    "Comedy": ("11002001", "Sketches & Comedy"),
    "Home": ("11009005", "Home & Garden"),
    "Music": ("11004002", "Singing & Instruments"),
    "Technology": ("11007001", "Tech Products & Tests"),
}
INDUSTRY_LABELS = {
    "16000000000": "News & Entertainment",
    "18000000000": "Household Products",
    "14000000000": "Beauty & Personal Care",
    "27000000000": "Food & Beverage",
    "22000000000": "Sports & Outdoor",
    "15000000000": "Tech & Electronics",
}
# One creator whose answers carry what no documentation names: clients must live with it.
STRANGER = "zoe.zen"
_HASHTAG = re.compile(r"#(\w+)")


def content_label(person: Creator) -> tuple[str, str]:
    """Id and name of what the account is about."""
    return CONTENT_LABELS[person.topic]


def industry_label(seed: int, person: Creator) -> tuple[str, str] | None:
    """Id and name of the branch the creator has advertised for; some have none."""
    facts = Facts(seed, "industry", person.handle)
    if facts.unit("none") < 0.25 and person.handle != "maya.bakes":
        return None
    return facts.pick("label", tuple(INDUSTRY_LABELS.items()))


def labels(pair: tuple[str, str] | None, *, numbers: bool = False) -> list[Data] | None:
    """TikTok's list of labels; ids are numbers in the authorized answer only."""
    if pair is None:
        return None
    return [{"label_id": int(pair[0]) if numbers else pair[0], "label_name": pair[1]}]


def profile_image(world: World, request: Request, handle: str) -> str:
    """An address that lives for about seven days."""
    return f"{request.origin}/_sandbox/a/{handle}.svg?x-expires={_expires(world)}"


def thumbnail(world: World, request: Request, video_id: str) -> str:
    """An address that lives for about seven days."""
    return f"{request.origin}/_sandbox/t/{video_id}.svg?x-expires={_expires(world)}"


def embed_url(video_id: str) -> str:
    """The player."""
    return f"https://www.tiktok.com/player/v1/{video_id}"


def _expires(world: World) -> int:
    return int(world.clock.now() // 3600 * 3600 + IMAGE_SECONDS)


def counts(world: World, person: Creator) -> dict[str, int]:
    """Followers, following, likes and public videos of this moment."""
    days = (world.clock.now() - world.born_at) / DAY
    return {
        "followers_count": person.followers + int(days * person.daily_followers),
        "following_count": person.following,
        "videos_count": person.older_videos + len(world.public_videos_of(person.handle)),
        "likes_count": person.likes + int(days * person.daily_followers * 8),
    }


def figures(world: World, person: Creator, at: float) -> dict[str, float | None]:
    """Median and mean views and engagement rate over the latest 30 public videos."""
    seen: list[int] = []
    engaged = 0
    for video in world.public_videos_of(person.handle)[:30]:
        views = world.views_at(video, at)
        numbers = videos.counters(videos.habits(world.seed, video.video_id), views)
        engaged += sum(numbers.values())
        seen.append(views)
    if not sum(seen):
        return {"median_views": None, "average_views": None, "engagement_rate": None}
    return {
        "median_views": int(median(seen)),
        "average_views": sum(seen) / len(seen),
        "engagement_rate": round(engaged / sum(seen), 4),
    }


def post(world: World, person: Creator, video: Video, request: Request) -> Data:
    """A video in the public and the authorized list."""
    seen = world.views_at(video, world.clock.now())
    pace = videos.habits(world.seed, video.video_id)
    value: Data = {
        "video_id": video.video_id,
        "display_name": person.display_name,
        "thumbnail_url": thumbnail(world, request, video.video_id),
        "embed_url": embed_url(video.video_id),
        "caption": video.caption,
        **videos.counters(pace, seen),
        "favorites": int(seen * pace.favorite_rate),
        "video_views": seen,
        "create_time": str(ms(video)),
        "caption_hashtags": _HASHTAG.findall(video.caption),
        "mentioned_accounts": [],
        "collaboration_status": _collaboration(world, video),
    }
    if person.handle == STRANGER:
        value["ai_generated_share"] = 0.25
    return value


def _collaboration(world: World, video: Video) -> str:
    if video.video_id in world.linked or video.video_id in world.ties:
        return "PAID_PARTNERSHIP"
    if video.handle == STRANGER:
        return "GIFTED_BY_BRAND"
    draw = Facts(world.seed, "collaboration", video.video_id).unit("draw")
    return "CREATOR_EARNS_COMMISSION" if draw < 0.05 else "NONE"


def page_of(
    shown: list[Video], wanted: list[str], cursor: int, limit: int
) -> tuple[list[Video], bool, int]:
    """Newest first behind the cursor, among the wanted ones if any; whether more follow; the next cursor."""
    matching = [video for video in shown if not wanted or video.video_id in wanted]
    older = [video for video in matching if not cursor or ms(video) < cursor]
    hits = older[:limit]
    return hits, len(older) > limit, ms(hits[-1]) if hits else cursor
