"""The ways in which each network writes its accounts, as data for the reader of accounts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.enums import AccountType, Network

ACCOUNT_TYPES = {
    Network.TIKTOK: AccountType.TIKTOK_CREATOR,
    Network.INSTAGRAM: AccountType.INSTAGRAM,
    Network.YOUTUBE: AccountType.YOUTUBE_CHANNEL,
    Network.X: AccountType.X,
    Network.FACEBOOK: AccountType.FACEBOOK_PAGE,
    Network.TWITCH: AccountType.TWITCH,
}


@dataclass(frozen=True)
class Spelling:
    """How a network writes its accounts.

    `hosts` are those of profiles (with all below them), `short` the beginnings of short links. Of a path the name is the
    first part, or the one behind a part of `before`; `without` are the first parts of pages that name nobody, `keys` the
    parameters that name somebody. `words` is how people call the network in front of a handle.
    """

    handle: re.Pattern[str]
    profile: str
    hosts: tuple[str, ...]
    words: tuple[str, ...]
    short: tuple[str, ...] = ()
    before: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()


SPELLINGS = {
    Network.TIKTOK: Spelling(
        handle=re.compile(r"[a-z0-9_.]{1,23}[a-z0-9_]"),
        profile="https://www.tiktok.com/@{}",
        hosts=("tiktok.com",),
        words=("tiktok", "tt"),
        short=("vm.tiktok.com", "vt.tiktok.com", "tiktok.com/t/"),
    ),
    Network.INSTAGRAM: Spelling(
        handle=re.compile(r"[a-z0-9_.]{0,29}[a-z0-9_]"),
        profile="https://www.instagram.com/{}/",
        hosts=("instagram.com", "instagr.am", "ig.me"),
        words=("instagram", "insta", "ig"),
        short=("instagram.com/share/", "instagram.com/s/"),
        before=frozenset({"stories", "_u", "_n", "m"}),
        without=frozenset(
            [
                "p",
                "reel",
                "reels",
                "tv",
                "explore",
                "accounts",
                "direct",
                "highlights",
                "about",
                "legal",
                "developer",
                "web",
            ]
        ),
    ),
    Network.YOUTUBE: Spelling(
        handle=re.compile(r"[\w.·-]{3,30}"),
        profile="https://www.youtube.com/@{}",
        hosts=("youtube.com", "youtube-nocookie.com", "youtu.be"),
        words=("youtube", "yt"),
        before=frozenset({"channel", "c", "user"}),
        without=frozenset(
            [
                "watch",
                "shorts",
                "playlist",
                "embed",
                "live",
                "feed",
                "results",
                "hashtag",
                "post",
                "v",
                "e",
                "clip",
                "gaming",
                "premium",
                "redirect",
                "oembed",
                "attribution_link",
            ]
        ),
    ),
    Network.X: Spelling(
        handle=re.compile(r"[a-z0-9_]{1,15}"),
        profile="https://x.com/{}",
        hosts=("x.com", "twitter.com"),
        words=("x", "twitter"),
        before=frozenset({"#!"}),
        without=frozenset(
            [
                "i",
                "home",
                "explore",
                "search",
                "hashtag",
                "intent",
                "share",
                "settings",
                "messages",
                "notifications",
                "login",
                "signup",
                "compose",
                "jobs",
                "tos",
                "privacy",
            ]
        ),
        keys=("screen_name",),
    ),
    Network.FACEBOOK: Spelling(
        handle=re.compile(r"[a-z0-9.-]{0,63}[a-z0-9]"),
        profile="https://www.facebook.com/{}",
        hosts=("facebook.com", "fb.com", "m.me"),
        words=("facebook", "fb"),
        short=("fb.watch", "fb.me", "facebook.com/share/"),
        before=frozenset({"pg", "p"}),
        without=frozenset(
            [
                "watch",
                "video.php",
                "photo.php",
                "photo",
                "photos",
                "reel",
                "reels",
                "groups",
                "events",
                "sharer",
                "sharer.php",
                "marketplace",
                "gaming",
                "hashtag",
                "story.php",
                "permalink.php",
                "profile.php",
                "login",
                "login.php",
                "l.php",
                "messages",
                "plugins",
                "dialog",
                "help",
                "ads",
                "business",
                "stories",
                "media",
                "pages",
                "people",
                "public",
                "home.php",
            ]
        ),
        keys=("id",),
    ),
    Network.TWITCH: Spelling(
        handle=re.compile(r"[a-z0-9_]{1,25}"),
        profile="https://www.twitch.tv/{}",
        hosts=("twitch.tv",),
        words=("twitch",),
        short=("clips.twitch.tv",),
        before=frozenset({"popout", "moderator", "embed", "u", "subs", "products"}),
        without=frozenset(
            [
                "videos",
                "video",
                "v",
                "directory",
                "clip",
                "p",
                "settings",
                "downloads",
                "jobs",
                "turbo",
                "store",
                "wallet",
                "drops",
                "search",
                "login",
                "signup",
                "collections",
                "team",
                "prime",
                "inventory",
            ]
        ),
        keys=("channel",),
    ),
}
SHORTENERS = ("bit.ly", "t.co", "tinyurl.com", "goo.gl", "lnk.to", "t.ly", "cutt.ly", "rb.gy")
CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")  # a YouTube channel's id, whose capitals count
FACEBOOK_ID = re.compile(r"(?:.*-)?(\d{8,20})")  # an id, also behind the name of its page
