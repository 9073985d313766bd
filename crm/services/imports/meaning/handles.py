"""Handles of accounts in what people write: a handle or the address of a profile, of every network."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from crm.enums import AccountType, Network
from crm.errors import CellRefused, CrmProblem
from crm.policies import tiktok_handle

ACCOUNT_TYPES = {
    Network.TIKTOK: AccountType.TIKTOK_CREATOR,
    Network.INSTAGRAM: AccountType.INSTAGRAM,
    Network.YOUTUBE: AccountType.YOUTUBE_CHANNEL,
    Network.X: AccountType.X,
    Network.FACEBOOK: AccountType.FACEBOOK_PAGE,
    Network.TWITCH: AccountType.TWITCH,
}
HANDLES = {
    Network.INSTAGRAM: re.compile(r"[a-z0-9_.]{1,30}"),
    Network.YOUTUBE: re.compile(r"[\w.·-]{3,30}"),
    Network.X: re.compile(r"[a-z0-9_]{1,15}"),
    Network.FACEBOOK: re.compile(r"[a-z0-9.-]{1,64}"),
    Network.TWITCH: re.compile(r"[a-z0-9_]{1,25}"),
}
HOSTS = {
    Network.INSTAGRAM: r"instagram\.com/",
    Network.YOUTUBE: r"youtube\.com/(?:channel/|c/|user/)?",
    Network.X: r"(?:x|twitter)\.com/",
    Network.FACEBOOK: r"(?:facebook|fb)\.com/(?:profile\.php\?id=|pg/)?",
    Network.TWITCH: r"twitch\.tv/",
}
CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")


def account_handle(network: Network, text: str) -> str:
    """The handle, lower case and without the `@`. Raises CellRefused."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKC", unquote(text))
        if unicodedata.category(char) != "Cf"
    ).strip(" <>\t")
    if network == Network.TIKTOK:
        try:
            return tiktok_handle(plain)
        except CrmProblem as problem:
            raise CellRefused(str(problem)) from problem
    address = re.fullmatch(
        rf"(?:https?://)?(?:[a-z0-9-]+\.)?{HOSTS[network]}@?([^/?#&\s]+)(?:[/?#&]\S*)?",
        plain,
        re.IGNORECASE,
    )
    handle = address[1] if address else plain.removeprefix("@")
    if network == Network.YOUTUBE and CHANNEL.fullmatch(handle):
        return handle
    if not HANDLES[network].fullmatch(handle.lower()):
        raise CellRefused(f"This is no {network.label} handle or profile address.")
    return handle.lower()
