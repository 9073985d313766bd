"""The product's own processes over running servers: sandbox, web, and the worker with its scheduler."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import redis

from .backing import Backing
from .console import Console
from .errors import CannotStart, last_line
from .processes import Process, spawn, stop, watch

ROOT = Path(__file__).resolve().parent.parent.parent
HEALTHY_SECONDS = 60.0
STOP_SECONDS = 3.0
FORKS = "influence.embedded.forks"
SANDBOX = shlex.split("tiktok.sandbox --seed 1 --port")
WEB = shlex.split(
    "gunicorn influence.wsgi:application --graceful-timeout 2 --log-level warning --bind"
)
# With the scheduler as a fork of the worker, which costs a fifth of a process of its own.
WORKER = shlex.split(
    "celery --quiet --app influence.celery worker --concurrency 2 --without-gossip --without-mingle -l INFO --beat"
    " --schedule"
)
SEED = shlex.split("django seed_demo --skip-checks")  # they ran at `migrate`
ENDED = re.compile(r".* ended with code (-?\d+)\.\n\Z")
# On this machine root is root already; in production the image has a user of its own.
ROOT_IS_FINE = ["-W", "ignore:You're running the worker with superuser"]
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Errand:
    """A command beside the services that ends by itself, and the file that it writes to."""

    log: Path

    @property
    def text(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def code(self) -> int | None:
        """The exit code, which `forks` writes below all else; None while it is under way."""
        ended = ENDED.search(self.text)
        return int(ended[1]) if ended else None


class Services:
    """Starts, watches and stops them; `output` says where a service of that name writes to."""

    def __init__(
        self, base: Backing, env: Mapping[str, str], console: Console, output: Callable[[str], int]
    ) -> None:
        self.base = base
        self.env = {
            **os.environ, **env, "DATA_DIR": str(base.data), "PYTHONUNBUFFERED": "1",
            "CELERY_SKIP_CHECKS": "1",  # `manage.py migrate` has run Django's checks
        }  # fmt: skip
        self.console = console
        self.output = output
        self.lasting: list[Process] = []
        self.errands: list[Process] = []

    def close(self) -> None:
        stop([*self.errands, *self.lasting], within=STOP_SECONDS)

    def migrate(self) -> None:
        """Bring the database up to date, as the owner of its tables."""
        self.command("migrate", DATABASE_URL=self.base.urls.owner)

    def collect_static(self) -> None:
        """Lay out the static files as production serves them; on one's own machine they need no step."""
        if self.env["LOCAL"].lower() not in ("true", "1", "on", "yes"):
            self.command("collectstatic", "--noinput")

    def start(self, web_port: int, sandbox_port: int, seeding: Errand | None = None) -> None:
        """Start all of them, and the seed beside them; no sandbox for port 0."""
        if sandbox_port:
            state = self.base.data / "sandbox-state"
            hook = f"{self.env['PUBLIC_URL']}/hooks/tiktok/login-kit/"
            self._serve(
                "sandbox", *SANDBOX, str(sandbox_port), "--state", str(state),
                "--authorization-webhook-url", hook,
            )  # fmt: skip
        web, worker = self.output("web"), self.output("worker")
        schedule = str(self.base.data / "beat-schedule")
        # A worker's polite stop waits for work in progress; rows are the queue, so work may be cut off.
        forks = [
            ("web", web, signal.SIGTERM, [*WEB, f"127.0.0.1:{web_port}"], True),
            ("worker", worker, signal.SIGQUIT, [*WORKER, schedule], True),
        ]
        if seeding:
            log = os.open(seeding.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
            forks.append(("seed", log, signal.SIGTERM, SEED, False))
        outputs = [output for _, output, *_ in forks]
        self._serve("product", FORKS, json.dumps(forks), pass_fds=outputs)

    def _serve(self, name: str, *module: str, pass_fds: Sequence[int] = ()) -> None:
        output = self.output(name)
        process = spawn(
            name, [sys.executable, *ROOT_IS_FINE, "-m", *module], stop_signal=signal.SIGTERM,
            env=self.env, output=output, cwd=ROOT, pass_fds=pass_fds,
        )  # fmt: skip
        for descriptor in (output, *pass_fds):
            os.close(descriptor)
        self.lasting.append(process)
        watch(process)  # a Celery worker without its broker may hang in its own shutdown

    def command(self, name: str, *arguments: str, **env: str) -> str:
        """Run a management command to its end; returns what it printed, or raises."""
        log = self.base.data / f"{name}.log"
        with log.open("wb") as output:
            code = self._errand(name, ["manage.py", name, *arguments], output.fileno(), env)
        text = log.read_text(errors="replace")
        if code:
            raise CannotStart(f"`manage.py {name}` failed: {last_line(text)} (all of it in {log})")
        return text

    def foreground(self, name: str, *arguments: str) -> int:
        """Run a management command that speaks for itself; returns its exit code."""
        return self._errand(name, ["manage.py", name, *arguments], sys.stdout.fileno(), {})

    def wait_healthy(self, *addresses: str) -> None:
        """Return once each address answers 200 and a worker listens."""
        deadline = time.monotonic() + HEALTHY_SECONDS
        for address in addresses:
            while not _answers(address):
                self.watch(0.05)
                if time.monotonic() > deadline:
                    raise CannotStart(f"{address} is not well after {HEALTHY_SECONDS:.0f} seconds.")
        while not _is_heard(self.base.redis_url):
            self.watch(0.05)
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"The worker does not listen after {HEALTHY_SECONDS:.0f} seconds."
                )

    def watch(self, seconds: float) -> None:
        """Let them write for a moment; raises if one has ended."""
        self.console.pump(seconds)
        for process in [*self.base.processes, *self.lasting]:
            if not process.is_alive:
                self.console.pump(0.2)
                code = process.popen.returncode
                log = self.base.data / f"{process.name}.log"
                where = f" Its log is {log}." if process in self.base.processes else ""
                raise CannotStart(
                    f"{process.name} ended with code {code}; everything is stopped.{where}"
                )

    def _errand(self, name: str, command: list[str], output: int, env: Mapping[str, str]) -> int:
        process = spawn(
            name,
            [sys.executable, *command],
            stop_signal=signal.SIGTERM,
            env={**self.env, **env},
            output=output,
            cwd=ROOT,
        )
        self.errands.append(process)
        while process.is_alive:
            self.watch(0.05)
        self.errands.remove(process)
        return int(process.popen.returncode)


def _is_heard(redis_url: str) -> bool:
    """Does a Celery worker listen? It subscribes to a pattern of channels once it is ready."""
    try:
        with redis.from_url(redis_url) as client:
            return bool(client.pubsub_numpat())
    except redis.RedisError:
        return False


def _answers(address: str) -> bool:
    try:
        with _direct.open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
