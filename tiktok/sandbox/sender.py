"""Carries webhooks out, fetches films to be published, and lets due reviews end.

Deliveries to one address go one after another.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from urllib.parse import urlsplit

from . import fetching, publishing, webhooks
from .records import Delivery, Publication
from .tto import links
from .world import World

_ROUND_SECONDS = 0.05
_TIMEOUT_SECONDS = 5.0


async def run(world: World, stop: asyncio.Event) -> None:
    """Send until ``stop``. An address that hangs keeps no other waiting."""
    under_way: dict[str, asyncio.Task[None]] = {}
    fetches: set[asyncio.Task[None]] = set()
    while not stop.is_set():
        for made in publishing.to_fetch(world):
            fetches.add(task := asyncio.create_task(_fetch(world, made)))
            task.add_done_callback(fetches.discard)
        publishing.go_on(world)
        links.decide_due(world)
        for url, bundle in _bundles(world).items():
            if url not in under_way or under_way[url].done():
                under_way[url] = asyncio.create_task(_in_order(world, bundle))
        try:
            await asyncio.wait_for(stop.wait(), _ROUND_SECONDS)
        except TimeoutError:
            continue


async def _fetch(world: World, made: Publication) -> None:
    """Fetch a film in a thread of its own, so that whoever serves it may ask us meanwhile."""
    problem, is_final = await asyncio.to_thread(fetching.fetch, made.video_url)
    publishing.note_fetch(world, made, problem, is_final=is_final)


def _bundles(world: World) -> dict[str, list[Delivery]]:
    bundles: dict[str, list[Delivery]] = defaultdict(list)
    for each in webhooks.due(world):
        bundles[each.url].append(each)
    return bundles


async def _in_order(world: World, bundle: list[Delivery]) -> None:
    for each in bundle:
        webhooks.answered(world, each, await _status(each))


async def _status(delivery: Delivery) -> int:
    """The receiver's HTTP status; 0 when there was none."""
    try:
        return await asyncio.wait_for(_post(delivery), _TIMEOUT_SECONDS)
    except (OSError, TimeoutError, ValueError, IndexError):
        return 0


async def _post(delivery: Delivery) -> int:
    parts = urlsplit(delivery.url)
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
    try:
        writer.write(_request(delivery))
        await writer.drain()
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()


def _request(delivery: Delivery) -> bytes:
    parts = urlsplit(delivery.url)
    body = delivery.body.encode()
    lines = (
        f"POST {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1",
        f"Host: {parts.netloc}",
        "User-Agent: tiktok-sandbox",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"{delivery.signed}: {webhooks.signature(delivery)}",
        "Connection: close",
    )
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
