"""S1: requests a second that the TikTok sandbox answers on one core, against a bare HTTP server on the same core."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from urllib.parse import urlencode, urlsplit

from benchmarks.measure import Figure, in_turns, seconds_of
from benchmarks.tiktok import sandbox, server
from benchmarks.world import World
from tiktok.sandbox.world import ACCOUNT_ID, BRAND_TOKEN, TTO_ACCOUNT_ID

REQUESTS, CONNECTIONS = 2_000, 8
FEWEST_A_SECOND = 1_000
HANDLES = ("maya.bakes", "rio.runs", "lena.lifts", "zoe.zen")
# As little as a server can do in one thread: every packet is a request, every answer of a usual size.
BARE = """
import asyncio
BODY = b"{" + b" " * 2998 + b"}"
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(BODY), BODY)
class Bare(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(ANSWER)
async def serve():
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", 0)
    print("bare server on http://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(serve())
"""


def figures(world: World) -> Iterator[Figure]:
    with ExitStack() as stack:
        core = _own_core(stack)
        ours = Callers(stack.enter_context(sandbox(core=core)).url, usual_requests())
        greeting = stack.enter_context(server(["-c", BARE], core=core))
        theirs = Callers(greeting.split()[3], usual_requests()[:1])
        stack.callback(ours.close)
        stack.callback(theirs.close)
        fast, bare = in_turns(
            lambda turn: seconds_of(ours.ask_all),
            lambda turn: seconds_of(theirs.ask_all),
            world.repeat,
        )
    speeds = [REQUESTS / seconds for seconds in (fast, bare)]
    texts = [f"{speed:,.0f} requests/s" for speed in speeds]
    yield Figure(
        "S1", "sandbox on one core", texts[0], f"{FEWEST_A_SECOND:,} requests/s",
        speeds[0] / FEWEST_A_SECOND, bar=1, is_share=True,
    )  # fmt: skip
    yield Figure(
        "S1", "sandbox, against a bare HTTP server", texts[0], texts[1], speeds[0] / speeds[1], is_share=True
    )  # fmt: skip


def _own_core(stack: ExitStack) -> int | None:
    """A core for the servers; we ourselves use the others meanwhile."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    cores = os.sched_getaffinity(0)
    core = min(cores)
    if len(cores) > 1:
        os.sched_setaffinity(0, cores - {core})
        stack.callback(os.sched_setaffinity, 0, cores)
    return core


def usual_requests() -> list[bytes]:
    """The most frequent requests of the pump: memberships, profiles, pages of videos, in both dialects."""
    ours, one = {"tcm_account_id": ACCOUNT_ID}, {"tto_tcm_account_id": TTO_ACCOUNT_ID}
    many = json.dumps([f"somebody_{number}" for number in range(20)])
    found = [_get("/tcm/creator/status/get/", **ours, handle_names=many)]
    found.append(_get("/tto/tcm/creator/status/get/", **one, handle_names=many))
    for handle in HANDLES:
        found.append(_get("/tcm/creator/public/", **ours, handle_name=handle))
        found.append(_get("/tcm/creator/public/video/list/", **ours, handle_name=handle))
        found.append(_get("/tto/tcm/creator/public/", **one, handle_name=handle))
        found.append(
            _get("/tto/tcm/creator/public/video/list/", **one, handle_name=handle, limit="25")
        )
    return found


def _get(path: str, **query: str) -> bytes:
    return (
        f"GET /open_api/v1.3{path}?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Access-Token: {BRAND_TOKEN}\r\n\r\n"
    ).encode()


class Callers:
    """Some connections that stay open; each asks again once it is answered."""

    def __init__(self, url: str, requests: Sequence[bytes]) -> None:
        address = urlsplit(url)
        self.requests = requests
        self.plugs = [
            socket.create_connection((address.hostname or "", address.port or 0))
            for _ in range(CONNECTIONS)
        ]
        self.files = [plug.makefile("rb") for plug in self.plugs]

    def ask_all(self) -> None:
        for number in range(0, REQUESTS, CONNECTIONS):
            for plug_number, plug in enumerate(self.plugs):
                plug.sendall(self.requests[(number + plug_number) % len(self.requests)])
            for file in self.files:
                length = 0
                while (line := file.readline().lower()) != b"\r\n":
                    if line.startswith(b"content-length:"):
                        length = int(line.partition(b":")[2])
                body = file.read(length)
                assert body.startswith(b"{"), body

    def close(self) -> None:
        for file, plug in zip(self.files, self.plugs, strict=True):
            file.close()
            plug.close()
