"""The fields of a file of posts, the headers by which each is recognized, and how their cells are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils import timezone

from campaigns.models import POST_NUMBERS
from campaigns.queries.post_layouts import COUNTS
from crm.enums import Network
from crm.errors import CellRefused, HandleNotReadable, PostNotReadable, TikTokPostRefused
from crm.policies.post_addresses import post_address
from crm.services.imports.meaning.catalog import NETWORK_WORDS, Field, comparable
from crm.services.imports.meaning.rows import Column
from crm.services.imports.meaning.values import Reader, day_of
from crm.services.imports.reading.tables import cell_text

URL, ACCOUNT, NETWORK, PUBLISHED, COUNTED = (
    "url",
    "account",
    "network",
    "published_at",
    "counted_at",
)
TEXTS = {
    URL: "Address of the post",
    ACCOUNT: "Account",
    NETWORK: "Network",
    "caption": "Caption",
    PUBLISHED: "Published (UTC)",
}
# Headers as people and the networks' own exports write them; compared without case, accents and signs.
HEADERS = {
    URL: "url,link,post url,post link,permalink,post permalink,address,video url,tweet permalink,adresse,enlace,lien",
    ACCOUNT: "account,handle,username,user name,creator,creator handle,profile,channel,account username,konto,kanal,"
    "compte,cuenta",
    NETWORK: "network,platform,channel type,netzwerk,plattform,red social,reseau",
    "caption": "caption,text,description,post,post text,title,tweet text,message,beschreibung,titel,legende",
    PUBLISHED: "published,published at,date,publish time,posted,posted at,created at,post date,time,video publish time,"
    "datum,veroffentlicht,fecha",
    "views": "views,video views,view count,plays,impressions,aufrufe,vues,visualizaciones",
    "likes": "likes,like count,reactions,favourites,favorites,gefallt mir,me gusta,j aime",
    "comments": "comments,comment count,replies,kommentare,comentarios,commentaires",
    "shares": "shares,share count,reposts,retweets,geteilt,compartidos,partages",
    "saves": "saves,saved,save count,bookmarks,gespeichert,guardados,enregistrements",
    COUNTED: "numbers as of,as of,counted at,updated,updated at,date of numbers,stand",
}
BY_HEADER = {word: key for key, words in HEADERS.items() for word in words.split(",")}
CLOCK = re.compile(r"(.+?)[T ,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?", re.DOTALL)


def fields() -> dict[str, Field]:
    """Every field of a post, in the order of the choice."""
    found = [Field(key, label, "Post", is_time=key == PUBLISHED) for key, label in TEXTS.items()]
    found += [Field(key, label, "Numbers", "count") for key, label in COUNTS.items()]
    found.append(Field(COUNTED, "Numbers as of (UTC)", "Numbers", is_time=True))
    return {field.key: field for field in found}


def recognized(headers: Sequence[str], known: dict[str, Field], file_name: str) -> list[str]:
    """Each field once: the first column that names it has it."""
    taken: set[str] = set()
    found = []
    for header in headers:
        key = BY_HEADER.get(comparable(header), "")
        found.append("" if key in taken else key)
        taken.add(key)
    return found


def needed(keys: Collection[str]) -> str:
    """The choice that is still to be made before anything can be imported."""
    return "" if URL in keys else "Choose the column that holds the address of the post."


def read_cell(column: Column, cell: Any, reader: Reader) -> Any:
    """The value of a cell for its field. Raises CellRefused, for TikTok with what to do instead."""
    if column.field.key in POST_NUMBERS:
        return reader.value(column.field, cell, column.header)
    try:
        return READERS[column.field.key](cell)
    except (PostNotReadable, HandleNotReadable) as refused:
        raise CellRefused(str(refused)) from refused


def _address(cell: Any) -> list[str]:
    read = post_address(cell_text(cell))
    return [read.network, read.post_id, read.url, read.handle]


def _network(cell: Any) -> str:
    network = NETWORK_WORDS.get(comparable(cell_text(cell)))
    if network is None:
        raise CellRefused("is none of Instagram, YouTube, X, Facebook and Twitch.")
    if network == Network.TIKTOK:
        raise TikTokPostRefused
    return network.value


def _moment(cell: Any) -> str:
    """A moment in UTC as it is kept and compared: `2026-11-12 09:00`. A day alone is its beginning."""
    moment = _read_moment(cell)
    if not datetime(2000, 1, 1, tzinfo=UTC) <= moment <= timezone.now():
        raise CellRefused("is not a moment that is past, from the year 2000 on.")
    return spelled(moment)


def _read_moment(cell: Any) -> datetime:
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=UTC)
    if isinstance(cell, date):
        return datetime.combine(cell, time.min, UTC)
    text = cell_text(cell)
    try:
        whole = datetime.fromisoformat(text)
    except ValueError:
        return _by_parts(text)
    return whole.astimezone(UTC) if whole.tzinfo else whole.replace(tzinfo=UTC)


def _by_parts(text: str) -> datetime:
    """A day as people write it, with a time behind it or none."""
    clock = CLOCK.fullmatch(text)
    day = day_of(clock[1].rstrip(",") if clock else text)
    hour, minute, second = (int(part or 0) for part in clock.groups()[1:]) if clock else (0, 0, 0)
    try:
        return datetime.combine(day, time(hour, minute, second), UTC)
    except ValueError as problem:
        raise CellRefused("is no time of a day.") from problem


def spelled(moment: datetime | None) -> str:
    """A moment as it is kept on rows of an import, to the minute; empty for none."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else ""


def moment_of(text: str) -> datetime | None:
    """The moment that `spelled` wrote; None where it is empty."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) if text else None


READERS: dict[str, Callable[[Any], Any]] = {
    URL: _address,
    NETWORK: _network,
    ACCOUNT: cell_text,
    "caption": lambda cell: cell_text(cell).replace("\r\n", "\n"),
    PUBLISHED: _moment,
    COUNTED: _moment,
}
