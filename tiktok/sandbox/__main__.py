"""``python -m tiktok.sandbox --port N``: runs until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from . import sender
from . import state as states
from . import world as worlds
from .app import Application
from .http import Connection
from .limits import LEVELS
from .world import Switches, World


def main() -> None:
    """Parse the command line and serve."""
    options = _options()
    switches = Switches(
        auto_review_seconds=options.auto_review_seconds,
        rotate_refresh=os.environ.get("ROTATE_REFRESH", "") == "1",
        authorization_webhook_url=options.authorization_webhook_url,
    )
    world = _world(options.state, options.seed, options.level, switches)
    asyncio.run(_serve(world, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tiktok.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="file that keeps the state between runs")
    parser.add_argument("--level", choices=sorted(LEVELS), default="basic", help="request limits")
    parser.add_argument(
        "--auto-review-seconds", type=float, help="reviews succeed after this much sandbox time"
    )
    parser.add_argument(
        "--authorization-webhook-url", help="hears when a creator withdraws a consent"
    )
    return parser.parse_args()


def _world(state: Path | None, seed: int, level: str, switches: Switches) -> World:
    if state is None or not state.exists():
        return worlds.new(seed, level, switches)
    try:
        return states.load(state, level, switches)
    except (ValueError, KeyError, TypeError) as error:
        aside = state.with_name(state.name + ".broken")
        state.replace(aside)
        sys.stderr.write(f"state was not readable ({type(error).__name__}), moved to {aside}\n")
        return worlds.new(seed, level, switches)


async def _serve(world: World, options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    application = Application(world)
    server = await loop.create_server(lambda: Connection(application), options.host, options.port)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(_greeting(options.host, port))
    sys.stdout.flush()
    carrying = loop.create_task(sender.run(world, stop))
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), 1.0)
        except TimeoutError:
            _save_if_changed(world, options.state)
    server.close()
    carrying.cancel()
    _save_if_changed(world, options.state)


def _save_if_changed(world: World, state: Path | None) -> None:
    if state is not None and world.dirty:
        states.save(world, state)


def _greeting(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return (
        f"TikTok sandbox on http://{shown}:{port} · app {worlds.APP_ID} secret {worlds.APP_SECRET}"
        f" · account {worlds.ACCOUNT_ID} token {worlds.BRAND_TOKEN}"
        f" · TikTok One account {worlds.TTO_ACCOUNT_ID}\n"
    )


if __name__ == "__main__":
    main()
