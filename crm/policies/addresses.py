"""The reader of accounts: what people type, paste or import, as a network and a handle. Nothing is looked up.

Read are handles and addresses of profiles in their usual forms: with `@` or `%40`, in angle brackets, with punctuation
behind, with a query, of regional and mobile hosts, with text around. What names no account is refused with what is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from crm.enums import Network
from crm.errors import (
    HandleNotReadable,
    LinkElsewhere,
    LinkWithoutName,
    OtherNetwork,
    SeveralAccounts,
    ShortLinkNotReadable,
)
from crm.policies.spellings import CHANNEL, FACEBOOK_ID, SHORTENERS, SPELLINGS

EDGES = " \t\r\n<>()[]{}\"'“”„‘’«»‹›,;:!?.…*|"
LINK = re.compile(
    r"(?<![\w@.-])(?P<scheme>https?:/{0,2}|//)?(?P<host>(?:[a-z0-9-]+\.)+[a-z]{2,})\.?(?::\d+)?"
    r"(?P<rest>[/?#][^\s<>\"'()\[\]{}|\\^`]*)?(?![\w@.-])",
    re.IGNORECASE,
)
MENTION = re.compile(r"(?<![\w./@])@([\w.·-]+)")
GOES_ON = re.compile(r"@[\w.·-]+\s+\w")  # a name of several words, or a handle with a blank in it
LOCALE = re.compile(r"[a-z]{2}(?:-[a-z]{2,4})?", re.IGNORECASE)


@dataclass(frozen=True)
class AccountAddress:
    """One account: its network, and its handle as it is stored, lower case and without the `@`."""

    network: Network
    handle: str


def account_address(text: str, usual: Network = Network.TIKTOK) -> AccountAddress:
    """The one account that a text names; a handle alone is of the `usual` network, unless a word before it says another.

    Raises HandleNotReadable: with what is needed instead.
    """
    plain = plain_text(text)
    found, problems = _linked(plain)
    if not found and problems:
        raise problems[0]
    if len(found) > 1:
        raise SeveralAccounts
    return found[0] if found else _bare(plain, usual)


def account_handle(network: Network, text: str) -> str:
    """The handle of an account of this network. Raises HandleNotReadable."""
    address = account_address(text, network)
    if address.network != network:
        raise OtherNetwork(address.network.label, network.label)
    return address.handle


def tiktok_handle(text: str) -> str:
    """The handle of a TikTok account: `maya.bakes` of `@Maya.Bakes`. Raises HandleNotReadable."""
    return account_handle(Network.TIKTOK, text)


def profile_address(network: Network | str, handle: str) -> str:
    """The address at which the network shows the account."""
    if network == Network.YOUTUBE and CHANNEL.fullmatch(handle):
        return f"https://www.youtube.com/channel/{handle}"
    return SPELLINGS[Network(network)].profile.format(handle)


def account_name(network: Network | str, handle: str) -> str:
    """The handle as people write it, with an `@`; an id, which nobody writes so, as it is."""
    ids = {Network.YOUTUBE: CHANNEL, Network.FACEBOOK: FACEBOOK_ID}
    is_id = network in ids and ids[Network(network)].fullmatch(handle)
    return handle if is_id else f"@{handle}"


def plain_text(text: str) -> str:
    """Full-width letters as usual ones, nothing invisible, `%40` as `@`."""
    shown = unicodedata.normalize("NFKC", unquote(text))
    return "".join(char for char in shown if unicodedata.category(char) != "Cf").strip(EDGES)


# --- links ---
def _linked(text: str) -> tuple[list[AccountAddress], list[HandleNotReadable]]:
    """The accounts that links in a text name, each once, and why other links name none."""
    found: dict[AccountAddress, None] = {}
    problems: list[HandleNotReadable] = []
    for link in LINK.finditer(text):
        host, rest = link["host"].lower(), (link["rest"] or "").rstrip(EDGES)
        network = network_of_host(host)
        if network is None and not link["scheme"] and not is_below(host, SHORTENERS):
            continue  # a handle with a dot in it, an e-mail's domain, or a word
        try:
            found[_named_by(network, host, rest)] = None
        except HandleNotReadable as problem:
            problems.append(problem)
    return list(found), problems


def network_of_host(host: str) -> Network | None:
    """The network whose pages are at this host, also those that its short links are at."""
    return next(
        (each for each, kind in SPELLINGS.items() if is_below(host, (*kind.hosts, *kind.short))),
        None,
    )


def is_below(host: str, hosts: tuple[str, ...]) -> bool:
    """Is it one of these hosts, or below one?"""
    return any(host == each or host.endswith(f".{each}") for each in hosts if "/" not in each)


def _named_by(network: Network | None, host: str, rest: str) -> AccountAddress:
    if network is None:
        raise ShortLinkNotReadable("") if is_below(host, SHORTENERS) else LinkElsewhere
    spelling, label = SPELLINGS[network], network.label
    whole = f"{host.removeprefix('www.').removeprefix('m.')}{rest.lower()}"
    if is_below(host, spelling.short) or whole.startswith(
        tuple(each for each in spelling.short if "/" in each)
    ):
        raise ShortLinkNotReadable(label)
    name = next((each for each in _names_in(network, host, rest) if each.strip("@")), "")
    if not name:
        raise LinkWithoutName(label)
    return AccountAddress(network, _checked(network, name))


def _names_in(network: Network, host: str, rest: str) -> Iterator[str]:
    """The names in a link, the best one first; an empty one names nobody."""
    path, _, behind = re.sub(r"^/?#!/", "/#!/", rest).partition("?")
    spelling, query = SPELLINGS[network], parse_qs(behind.partition("#")[0])
    parts = [part for part in re.sub(r"#(?!!).*", "", path).split("/") if part]
    if network == Network.TIKTOK and parts and LOCALE.fullmatch(parts[0]):
        parts = parts[1:]
    yield _name_in_path(network, host, [*parts, "", ""])
    yield from (query[key][0] for key in spelling.keys if key in query)


def _name_in_path(network: Network, host: str, parts: list[str]) -> str:
    first, second, spelling = parts[0], parts[1], SPELLINGS[network]
    if first.startswith("@"):
        return first
    if network == Network.TIKTOK or host == "youtu.be":
        return ""
    if network == Network.FACEBOOK and first.lower() in {"people", "pages"}:
        return next((found[1] for part in parts if (found := FACEBOOK_ID.fullmatch(part))), "")
    name = second if first.lower() in spelling.before else first
    return "" if name.lower() in spelling.without else name


# --- handles ---
def _bare(text: str, usual: Network) -> AccountAddress:
    """A handle without a link: alone, behind the network's name and a colon, or the only `@name` of a text."""
    mentions = {each.strip(EDGES).lower() for each in MENTION.findall(text)} - {""}
    if len(mentions) > 1:
        raise SeveralAccounts
    if mentions:
        name, named = mentions.pop(), _called(MENTION.sub("", text))
        name = text if GOES_ON.search(text) and not named else name
    else:
        around, _, name = text.rpartition(":")
        named = _called(around)
        name = name.strip(EDGES) if named else text
    network = named or usual
    if CHANNEL.fullmatch(name):
        network = Network.YOUTUBE
    return AccountAddress(network, _checked(network, name))


def _called(text: str) -> Network | None:
    """The network that the words around a handle name; `x` does alone, between others it may be any letter."""
    words = set(re.findall(r"\w+", text.lower()))
    if len(words) > 1:
        words.discard("x")
    named = [each for each, kind in SPELLINGS.items() if words & set(kind.words)]
    return named[0] if len(named) == 1 else None


def _checked(network: Network, name: str) -> str:
    name = name.removeprefix("@").rstrip(EDGES)
    if network == Network.YOUTUBE and CHANNEL.fullmatch(name):
        return name
    if network == Network.FACEBOOK and (with_id := FACEBOOK_ID.fullmatch(name)):
        return with_id[1]
    spelling, handle = SPELLINGS[network], name.lower()
    if not spelling.handle.fullmatch(handle):
        raise HandleNotReadable(network.label, spelling.profile.format("name").rstrip("/"))
    return handle
