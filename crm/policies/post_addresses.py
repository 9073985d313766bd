"""The reader of addresses of posts on networks other than TikTok: the network, its id of the post, and whose it is where
the address says so. Nothing is looked up. One post has one id, in whichever form its address is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from crm.enums import Network
from crm.errors import PostNotReadable, TikTokPostRefused
from crm.policies.addresses import EDGES, LINK, is_below, network_of_host, plain_text
from crm.policies.spellings import SHORTENERS, SPELLINGS

SHORT = "A shortened link does not name the post. Open it and paste the address it leads to."
CODE, NUMBER = re.compile(r"[\w-]{5,60}", re.ASCII), re.compile(r"\d{5,25}", re.ASCII)
VIDEO = re.compile(r"[\w-]{11}", re.ASCII)  # of YouTube
COMMUNITY = re.compile(r"Ug[\w-]{10,60}", re.ASCII)
FACEBOOK_POST = re.compile(r"(?:pfbid\w{10,140}|\d{5,25})", re.ASCII)
CLIP = re.compile(r"[A-Za-z][\w-]{4,90}", re.ASCII)


@dataclass(frozen=True)
class PostAddress:
    """A post: its network, the network's id of it, its address in one spelling, and a handle where the address has one."""

    network: Network
    post_id: str
    url: str
    handle: str = ""


@dataclass(frozen=True)
class Link:
    """The parts of an address that a network's reader needs: at least four parts of the path, empty ones behind."""

    host: str
    parts: list[str]
    query: dict[str, str]


def post_address(text: str) -> PostAddress:
    """The one post whose address stands in a text. Raises PostNotReadable, for TikTok TikTokPostRefused."""
    found: dict[tuple[Network, str], PostAddress] = {}
    problem: PostNotReadable | None = None
    for match in LINK.finditer(plain_text(text)):
        try:
            address = _read(match["host"].lower(), (match["rest"] or "").rstrip(EDGES))
        except PostNotReadable as refused:
            problem = problem or refused
        else:
            found[address.network, address.post_id] = address
    if len(found) > 1:
        raise PostNotReadable("This names several posts. Enter one at a time.")
    if not found:
        raise problem or PostNotReadable
    return found.popitem()[1]


def _read(host: str, rest: str) -> PostAddress:
    network = network_of_host(host)
    if network == Network.TIKTOK:
        raise TikTokPostRefused
    if network is None:
        raise PostNotReadable(SHORT if is_below(host, SHORTENERS) else "")
    path, _, behind = rest.partition("?")
    query = {key: values[0] for key, values in parse_qs(behind.partition("#")[0]).items()}
    parts = [part for part in path.partition("#")[0].split("/") if part]
    if network != Network.TWITCH and _is_short(network, host, parts):
        raise PostNotReadable(SHORT)
    if found := READERS[network](Link(host, [*parts, "", "", "", ""], query)):
        return found
    raise PostNotReadable


def _is_short(network: Network, host: str, parts: list[str]) -> bool:
    """Is it a link that hides what it leads to? Twitch's short links, of clips, name the clip."""
    beginning = "/".join([host.removeprefix("www.").removeprefix("m."), *parts[:1], ""]).lower()
    return beginning.startswith(tuple(f"{e.rstrip('/')}/" for e in SPELLINGS[network].short))


def _handle(network: Network, name: str) -> str:
    """The handle that a part of a path is, in its one spelling; empty if it is none."""
    plain = name.removeprefix("@").lower()
    spelling = SPELLINGS[network]
    is_name = plain not in spelling.without and spelling.handle.fullmatch(plain)
    return plain if is_name else ""


def _instagram(link: Link) -> PostAddress | None:
    first, second, third = link.parts[:3]
    if first == "stories" and NUMBER.fullmatch(third):
        url = f"https://www.instagram.com/stories/{second.lower()}/{third}/"
        return PostAddress(Network.INSTAGRAM, third, url, _handle(Network.INSTAGRAM, second))
    handle = ""
    if first not in {"p", "reel", "reels", "tv"}:
        handle, first, second = _handle(Network.INSTAGRAM, first), second, third
    if first not in {"p", "reel", "reels", "tv"} or not CODE.fullmatch(second):
        return None
    kind = "p" if first == "p" else "reel"
    return PostAddress(
        Network.INSTAGRAM, second, f"https://www.instagram.com/{kind}/{second}/", handle
    )


def _youtube(link: Link) -> PostAddress | None:
    first, second = link.parts[:2]
    if first == "post" and COMMUNITY.fullmatch(second):
        return PostAddress(Network.YOUTUBE, second, f"https://www.youtube.com/post/{second}")
    if is_below(link.host, ("youtu.be",)):
        video = first
    elif first in {"shorts", "live", "embed", "v", "e"}:
        video = second
    else:
        video = link.query.get("v", "") if first == "watch" else ""
    if not VIDEO.fullmatch(video):
        return None
    way = "shorts/" if first == "shorts" else "watch?v="
    return PostAddress(Network.YOUTUBE, video, f"https://www.youtube.com/{way}{video}")


def _x(link: Link) -> PostAddress | None:
    first, second, third, fourth = link.parts[:4]
    if first == "i" and second == "web":
        second, third = third, fourth
    if second not in {"status", "statuses"} or not NUMBER.fullmatch(third):
        return None
    handle = _handle(Network.X, first)
    return PostAddress(Network.X, third, f"https://x.com/{handle or 'i'}/status/{third}", handle)


FACEBOOK_PLACES = frozenset({"posts", "videos", "photos", "permalink"})


def _facebook(link: Link) -> PostAddress | None:
    first, second = link.parts[:2]
    named = [part for part in link.parts if FACEBOOK_POST.fullmatch(part)]
    of_query = next(
        (link.query[key] for key in ("story_fbid", "fbid", "v") if key in link.query), ""
    )
    if FACEBOOK_POST.fullmatch(of_query):
        owner = link.query.get("id", "") or ("" if second == "" else first)
        return _on_facebook(of_query, owner)
    if first in {"reel", "reels"} and FACEBOOK_POST.fullmatch(second):
        return PostAddress(Network.FACEBOOK, second, f"https://www.facebook.com/reel/{second}/")
    is_post = FACEBOOK_PLACES & set(link.parts[1:])
    if not is_post or not named or named[-1] == first:
        return None
    return _on_facebook(named[-1], "" if first == "groups" else first)


def _on_facebook(post_id: str, owner: str) -> PostAddress:
    """A post at an address that leads to it, whatever kind of post it is."""
    handle = _handle(Network.FACEBOOK, owner)
    way = f"{handle}/posts/{post_id}" if handle else post_id
    return PostAddress(Network.FACEBOOK, post_id, f"https://www.facebook.com/{way}", handle)


def _twitch(link: Link) -> PostAddress | None:
    first, second, third = link.parts[:3]
    channel, clip = "", ""
    if is_below(link.host, ("clips.twitch.tv",)):
        clip = link.query.get("clip", "") if first == "embed" else first
    elif second == "clip":
        channel, clip = _handle(Network.TWITCH, first), third
    elif first == "clip":
        clip = second
    if CLIP.fullmatch(clip):
        return PostAddress(Network.TWITCH, clip, f"https://clips.twitch.tv/{clip}", channel)
    if first in {"videos", "video", "v"}:
        video = second
    elif second in {"v", "video", "videos"}:
        channel, video = _handle(Network.TWITCH, first), third
    else:
        video = link.query.get("video", "").removeprefix("v")
    if not NUMBER.fullmatch(video):
        return None
    return PostAddress(Network.TWITCH, video, f"https://www.twitch.tv/videos/{video}", channel)


READERS: dict[Network, Callable[[Link], PostAddress | None]] = {
    Network.INSTAGRAM: _instagram,
    Network.YOUTUBE: _youtube,
    Network.X: _x,
    Network.FACEBOOK: _facebook,
    Network.TWITCH: _twitch,
}
