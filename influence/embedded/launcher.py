"""`make run` and `make demo`: the whole product on this machine, and nothing left running after."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from . import servers
from .backing import Backing, backing
from .console import Console, tail
from .errors import CannotStart, last_line
from .fingerprint import fingerprint
from .secrets import write
from .services import ENDED, ROOT, Errand, Services

# The sandbox's invented app, under which ours signs in there.
SANDBOX_APP = {"TIKTOK_APP_ID": "7390000000000000001", "TIKTOK_APP_SECRET": "sandbox-secret"}
COMPLETE = "The invented world is complete."


def run(data_dir: Path, port: int) -> int:
    """Everything until a signal; the data stay."""
    require_free(port)
    given = os.environ
    with ExitStack() as stack:
        base = stack.enter_context(backing(data_dir, given))
        sandbox_port = 0 if "TIKTOK_BASE_URL" in given else free_port(port + 1)
        env = environment(base, port, sandbox_port, given)
        services_env = base.data / "services.env"
        write(services_env, env)
        stack.callback(services_env.unlink, missing_ok=True)
        console = Console()
        services = Services(base, env, console, console.pipe)
        stack.callback(services.close)
        seeded = base.data / "seeded"
        present = fingerprint(ROOT, base.urls.owner)
        is_warm = _read(seeded) == present
        if not is_warm:
            services.migrate()
            present = fingerprint(ROOT, base.urls.owner)
        services.collect_static()
        log = base.data / "seed_demo.log"
        seeding = None if is_warm else Errand(log)
        services.start(port, sandbox_port, seeding)
        site = env["PUBLIC_URL"]
        services.wait_healthy(f"{site}/healthz", f"{site}/readyz")
        print(f"\nInfluence is ready:       {site}")
        if sandbox_port:
            print(f"TikTok's sandbox:         {env['TIKTOK_BASE_URL']}")
        if env["EMAIL_URL"].startswith("filemail:"):
            print(f"Mailbox, nothing is sent: {site}/mailbox/")
        people = _people(services, log, seeding)
        print(f"\n{people}\n\nCtrl-C stops everything; the data stay in {data_dir}.\n", flush=True)
        while True:
            services.watch(1.0)
            if seeding and seeding.code is not None:
                if seeding.code == 0:
                    seeded.write_text(present)
                print(_outcome(seeding), flush=True)
                seeding = None


def _people(services: Services, log: Path, seeding: Errand | None) -> str:
    """The list of people who may sign in, which the seed prints long before the invented world is complete."""
    if seeding:
        print("\nThe invented world fills up in the background: about a minute.", flush=True)
        while "\n\n" not in seeding.text and seeding.code is None:
            services.watch(0.05)
    return _read(log).partition("\n\n")[0].strip()


def _outcome(seeding: Errand) -> str:
    if seeding.code:
        problem = f"{last_line(ENDED.sub('', seeding.text))} (all of it in {seeding.log})"
        return f"The invented world is not complete: {problem}"
    return COMPLETE


def demo(arguments: Sequence[str]) -> int:
    """The guided tour over services of its own; returns its exit code and leaves nothing."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="influence-demo-")))
        base = stack.enter_context(backing(folder, {}, durable=False))
        web_port, sandbox_port = free_port(), free_port()
        env = environment(base, web_port, sandbox_port, {})
        site = env["PUBLIC_URL"]
        env |= {"DEMO_WEB_URL": site, "DEMO_SANDBOX_URL": env["TIKTOK_BASE_URL"]}
        services = Services(
            base,
            env,
            Console(),
            lambda name: os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT),
        )
        stack.callback(services.close)
        code = 1
        try:
            services.migrate()
            services.start(web_port, sandbox_port)
            services.wait_healthy(f"{site}/healthz", f"{site}/readyz")
            code = services.foreground("demo", *arguments)
        finally:
            if code:
                for log in sorted(folder.glob("*.log")):
                    tail(log, 40, sys.stderr)
    return code


def only_servers(data_dir: Path) -> int:
    """PostgreSQL and Valkey alone, until a signal."""
    with servers(data_dir) as running:
        print(f"{running.admin_url}\n{running.redis_url}\nCtrl-C stops both.", flush=True)
        while all(process.is_alive for process in running.processes):
            time.sleep(0.2)
    raise CannotStart(f"A server ended by itself: its log is in {data_dir}.")


def environment(
    base: Backing, web_port: int, sandbox_port: int, given: Mapping[str, str]
) -> dict[str, str]:
    """The settings of this run; what `given` (the environment) names itself is kept."""
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    to_sandbox = {
        "TIKTOK_BASE_URL": sandbox,
        "TIKTOK_AUTHORIZE_URL": sandbox,
        "TIKTOK_PLAYER_URL": f"{sandbox}/player/v1/",
        **SANDBOX_APP,
    }
    settings = {
        "LOCAL": "true",
        "PUBLIC_URL": f"http://localhost:{web_port}",
        "SECRET_KEY": base.secrets["SECRET_KEY"],
        "EMAIL_URL": f"filemail:///{base.data}/mail",  # the path after the third slash is absolute
        "TOKEN_KEYS": base.secrets["TOKEN_KEYS"],
        **(to_sandbox if sandbox_port else {}),
    }
    settings |= {name: given[name] for name in settings if name in given}
    return settings | {"DATABASE_URL": base.urls.app, "REDIS_URL": base.redis_url}


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def require_free(port: int) -> None:
    """Refuse a taken port before anything is started."""
    if not _is_free(port):
        raise CannotStart(
            f"Port {port} is taken: stop what uses it, or choose another: make run PORT={port + 10}"
        )


def free_port(first: int = 0) -> int:
    """`first` or the next free port after it; any free one for 0."""
    if first:
        return next(port for port in range(first, first + 100) if _is_free(port))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
