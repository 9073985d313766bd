"""`make run` for real: cold, warm, Ctrl-C, and a launcher that is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError

import environ
import psycopg
import pytest

from influence.embedded import servers
from influence.embedded.fingerprint import fingerprint
from influence.embedded.launcher import free_port
from influence.embedded.processes import running
from influence.embedded.provision import provision
from tests.template import build

from .launching import ROOT, alive, command, eventually, marker


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The data of an installation that has nothing to migrate and nothing to invent when it starts."""
    folder = tmp_path_factory.mktemp("settled")
    with servers(folder, durable=True) as started:
        urls = provision(started.admin_url)
        database = started.admin_url.replace("/postgres?", "/influence?")
        build(urls, database, pytestconfig.cache.mkdir("template"))
        (folder / "seeded").write_text(fingerprint(ROOT, urls.owner))
    return folder


@contextmanager
def run(data_dir: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], float, str]]:
    """The launcher, the seconds until it said that all is ready, and what it had said by then."""
    words, clean = command("run", DATA_DIR=data_dir, PORT=str(port))
    started = time.monotonic()
    with subprocess.Popen(
        words, env=clean, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as popen:
        assert popen.stdout is not None
        said = ""
        try:
            for line in popen.stdout:
                said += line
                if line.startswith("Ctrl-C"):
                    break
            else:
                pytest.fail(said)
            yield popen, time.monotonic() - started, said
        finally:
            popen.terminate()
            popen.communicate(timeout=20)


def ours(port: int, data_dir: Path) -> list[int]:
    """Everything a run over this folder and port started."""
    return alive(data_dir) + running(str(data_dir), ("python",)) + running(f":{port}", ("python",))


def get(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return int(answer.status)


def page_of(address: str, data: bytes | None = None) -> tuple[int, str]:
    """The status and the page of a refused request."""
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(address, data, timeout=10)
    with refused.value as answer:
        return answer.code, answer.read().decode()


def login_kit_hook(sandbox: str) -> tuple[str, int]:
    """The address that the sandbox posts Login Kit's notices to, and the answer to an unsigned one."""
    with urllib.request.urlopen(f"{sandbox}/_sandbox/switches", timeout=10) as answer:
        hook = str(json.load(answer)["authorization_webhook_url"])
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(hook, b"{}", timeout=10)
    with refused.value as answer:
        return hook, answer.code


@pytest.mark.e2e
@pytest.mark.timeout(180)
def test_it_comes_up_keeps_its_data_and_leaves_nothing(tmp_path: Path) -> None:
    port = free_port()
    with run(tmp_path, port) as (popen, seconds, said):
        assert seconds < 90, "the bar is 10 s on an idle machine; this only catches a hang"
        assert f"http://localhost:{port}" in said
        assert get(f"http://localhost:{port}/readyz") == 200
        services_env = tmp_path / "services.env"
        assert services_env.stat().st_mode & 0o777 == 0o600
        settings = environ.Env()
        settings.read_env(services_env, overwrite=True)
        with psycopg.connect(settings.str("DATABASE_URL")) as connection:
            row = connection.execute("SELECT current_user, count(*) FROM tenancy_user").fetchone()
        assert row is not None
        assert row[0] == "influence_app"
        hook = f"http://localhost:{port}/hooks/tiktok/login-kit/"
        assert login_kit_hook(settings.str("TIKTOK_BASE_URL")) == (hook, 401)

        code, page = page_of(f"http://localhost:{port}/nowhere/")
        assert (code, "There is nothing here" in page) == (404, True)
        code, page = page_of(f"http://localhost:{port}/accounts/login/", b"email=x")
        assert (code, "This page is too old" in page) == (403, True)

        started = time.monotonic()
        popen.send_signal(signal.SIGINT)
        assert popen.wait(20) == 0
        assert time.monotonic() - started < 5.0
        assert not ours(port, tmp_path)
        assert not services_env.exists()

    with run(tmp_path, port) as (popen, seconds, _):
        assert seconds < 20, "the bar is 5 s on an idle machine"
        with psycopg.connect(settings.str("DATABASE_URL")) as connection:
            again = connection.execute("SELECT current_user, count(*) FROM tenancy_user").fetchone()
        assert again == row
        os.kill(popen.pid, signal.SIGKILL)
        assert eventually(lambda: not ours(port, tmp_path), within=4.0)


@pytest.mark.e2e
@pytest.mark.timeout(180)
def test_it_stops_with_one_line_when_a_server_dies(settled: Path) -> None:
    def postgres() -> int:
        return int((settled / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def valkey() -> int:
        [number] = running(marker(settled), ("valkey-server",))
        return number

    port = free_port()
    for server in (postgres, valkey):
        with run(settled, port) as (popen, _, _):
            os.kill(server(), signal.SIGKILL)
            started = time.monotonic()
            said, _ = popen.communicate(timeout=20)
            assert popen.returncode == 1
            assert time.monotonic() - started < 10.0
            name = server.__name__
            assert said.splitlines()[-1] == (
                f"{name} ended with code -9; everything is stopped. Its log is {settled / name}.log."
            )
            assert not ours(port, settled)


@pytest.mark.e2e
@pytest.mark.timeout(180)
def test_it_says_which_of_web_and_worker_ended_and_stops(settled: Path) -> None:
    port = free_port()
    with run(settled, port) as (popen, _, _):
        _, web, *_ = sorted(running(f":{port}", ("influence.embedded.forks",)))
        os.kill(web, signal.SIGKILL)
        said, _ = popen.communicate(timeout=20)
        assert popen.returncode == 1
        assert "product | web ended with code -9." in said
        assert said.splitlines()[-1] == "product ended with code 1; everything is stopped."
        assert not ours(port, settled)
