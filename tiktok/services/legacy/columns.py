"""Columns of an installation of the old source: the fields that they mean, by their names or as a mapping says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tiktok.errors import NotALegacyExport

# Each field, and the names that installations give it, as `_plain` spells them.
FIELDS = {
    "handle": "username account accountname authorname creator author.uniqueid author.username uniqueid",
    "display_name": "nickname author.nickname fullname",
    "followers": "followercount fans fanscount author.followers authorstats.followercount",
    "account_likes": "heart hearts heartcount totallikes authorstats.heartcount authorstats.heart",
    "account_videos": "videocount totalvideos authorstats.videocount",
    "engagement_rate": "engagement er",
    "account_image": "avatar avatarurl profileimage profilepicture author.avatarlarger author.avatarmedium",
    "video_id": "id postid awemeid itemid tiktokid tiktokvideoid tiktokpostid",
    "url": "link posturl videourl weburl webvideourl shareurl",
    "caption": "text desc description title",
    "posted_at": "createtime createdat postedon publishedat publishdate uploaddate",
    "collected_at": "collectedon scrapedat crawledat fetchedat capturedat snapshotat asof",
    "views": "playcount plays viewcount videoviews stats.playcount statistics.playcount",
    "likes": "likecount diggcount stats.diggcount statistics.diggcount",
    "comments": "commentcount stats.commentcount statistics.commentcount",
    "shares": "sharecount stats.sharecount statistics.sharecount",
    "image": "cover coverurl thumbnail thumbnailurl picture video.cover video.origincover",
    "campaign": "campaignname",
}
COUNTS = ("followers", "account_likes", "account_videos", "views", "likes", "comments", "shares")
NUMBERS = (*COUNTS, "engagement_rate")
MEANT_BY = {name: key for key, names in FIELDS.items() for name in names.split()}
MEANT_BY |= {key.replace("_", ""): key for key in FIELDS}
# In a table without posts these are the account's.
OF_ACCOUNTS = {"likes": "account_likes", "videos": "account_videos", "posts": "account_videos"}
# Accounts have texts, addresses and a time, too; these only posts have. Beside none of them an `id` may be the account's.
OF_POSTS = {"views", "comments", "shares"}
HANDLE = re.compile(r"[A-Za-z0-9._]{2,64}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
EPOCH = re.compile(
    r"[0-9]{10}(?:[0-9]{3})?"
)  # seconds, as TikTok itself writes times, or milliseconds


@dataclass(frozen=True)
class ColumnMapping:
    """A mapping file as it was read: what columns mean whose names do not say it, the handles that accounts have now, and when
    all was seen.

    `columns`: by the column's name a field, or nothing for a column that is not imported. `handles`: by the handle of the
    file the account's handle here; a handle that stands for itself is confirmed. `collected_at`: the time of rows that tell none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    handles: Mapping[str, str] = field(default_factory=dict)
    collected_at: str = ""


def read_mapping(content: object) -> ColumnMapping:
    """`{"columns": {"Aufrufe": "views"}, "handles": {"old.name": "new.name"}}` → a mapping. Raises NotALegacyExport."""
    if not isinstance(content, dict) or (
        unknown := set(content) - {"columns", "handles", "collected_at"}
    ):
        named = f" Unknown: {min(map(str, unknown))[:60]}." if isinstance(content, dict) else ""
        raise NotALegacyExport(
            f"The mapping file must be an object with “columns”, “handles” or “collected_at”.{named}"
        )
    collected_at = str(content.get("collected_at", ""))
    try:
        moment_in(collected_at or "2025-05-01")
    except (ValueError, OverflowError):
        raise NotALegacyExport(
            f"“collected_at” of the mapping file, “{collected_at[:40]}”, is not a time like 2025-05-01 12:01:30."
        ) from None
    columns, handles = (_texts(content, name) for name in ("columns", "handles"))
    for name, key in columns.items():
        if key and key not in FIELDS:
            raise NotALegacyExport(
                f"The mapping file maps “{name[:60]}” to “{key[:60]}”. Fields are: {', '.join(FIELDS)}."
            )
    for handle in (*handles, *handles.values()):
        if not HANDLE.fullmatch(handle.removeprefix("@")):
            raise NotALegacyExport(f"The mapping file names “{handle[:40]}”, which is no handle.")
    plain = {_handle(old): _handle(new) for old, new in handles.items()}
    meant = {name.strip().lower(): key for name, key in columns.items()}
    return ColumnMapping(meant, plain, collected_at)


def _texts(content: dict[Any, Any], name: str) -> dict[str, str]:
    found = content.get(name, {})
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise NotALegacyExport(f"“{name}” of the mapping file must be an object of texts.")
    return {str(key): text for key, text in found.items()}


def _handle(text: str) -> str:
    return text.removeprefix("@").lower()


def fields_of(names: Iterable[str], mapping: ColumnMapping) -> dict[str, str]:
    """The field of each column that has one, by the column's name. A column called as its field counts before any other.

    Raises NotALegacyExport where two columns mean one field.
    """
    names, said = list(names), mapping.columns
    meant = {name: said.get(name.strip().lower(), MEANT_BY.get(_plain(name), "")) for name in names}
    meant |= dict.fromkeys(_unclear(names, meant, mapping), "")
    if not {"video_id", "url"} & set(meant.values()):  # a table of accounts
        others = {name: OF_ACCOUNTS.get(_plain(name)) for name in names if name.lower() not in said}
        meant |= {name: key for name, key in others.items() if key}
    found: dict[str, str] = {}
    for key in FIELDS:
        columns = [name for name in names if meant[name] == key]
        chosen = [
            name for name in columns if name.strip().lower() in said or _plain(name) == _plain(key)
        ] or columns
        if len(chosen) > 1:
            raise NotALegacyExport(
                f"The columns “{chosen[0][:60]}” and “{chosen[1][:60]}” both mean {key}. Say in a mapping file which one counts, "
                'and map the other to "".'
            )
        found |= dict.fromkeys(chosen, key)
    return found


def _unclear(names: list[str], meant: Mapping[str, str], mapping: ColumnMapping) -> list[str]:
    """The columns that may be the ids of accounts as well as of posts, where nothing says which."""
    if OF_POSTS & set(meant.values()):
        return []
    said = mapping.columns
    return [name for name in names if _plain(name) == "id" and name.strip().lower() not in said]


def check_fields(names: Iterable[str], found: Mapping[str, str], mapping: ColumnMapping) -> None:
    """Raises NotALegacyExport for a table in which no column names an account or a post, or one may name either."""
    names = list(names)
    unclear = _unclear(names, found, mapping)
    if unclear and "video_id" not in found.values():
        raise NotALegacyExport(
            f"The column “{unclear[0][:60]}” may name posts or accounts. Say in a mapping file that it names posts: "
            f'"columns": {{"{unclear[0][:60]}": "video_id"}}, or map it to "".'
        )
    if not {"handle", "video_id", "url"} & set(found.values()):
        seen = ", ".join(name[:30] for name in names[:12])
        raise NotALegacyExport(
            f"No column names an account (handle) or a post (video_id, url). The file has the columns: {seen}. Name them in a "
            f"mapping file; fields are: {', '.join(FIELDS)}."
        )


def moment_in(text: str) -> datetime:
    """`2025-05-01 12:01:30`, in UTC where it names no zone, or seconds since 1970. Raises ValueError, OverflowError."""
    if EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), tz=UTC)
    moment = datetime.fromisoformat(text if MOMENT.fullmatch(text) else "")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()
