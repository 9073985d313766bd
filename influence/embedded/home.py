"""The data directory, held by one launcher at a time, and a short private folder for sockets."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .errors import CannotStart, from_os_error
from .processes import Account, identity, running

LONGEST_SOCKET = 103  # bytes: 107 on Linux, 103 on macOS
PROGRAMS = ("postgres", "valkey-server")


@dataclass(frozen=True)
class Box:
    """A wheel used as a box of programs: where it is installed, and its folders there."""

    site: Path
    parts: tuple[str, ...]


def box(package: str, *parts: str) -> Box:
    """The box of an installed package; `parts` that this platform's wheel lacks are left out."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise CannotStart(f"The package {package} is not installed: start with `make run`.")
    site = Path(found.origin).parent.parent
    return Box(site, tuple(part for part in parts if (site / part).is_dir()))


@dataclass(frozen=True)
class Home:
    """The folder of one set of servers.

    `data` stays 0700 and ours. `run` is short and belongs to `account`, whom the servers run as:
    None when that is ourselves; PostgreSQL refuses to be root, so root hands both to another user.
    """

    data: Path
    run: Path
    account: Account | None

    @property
    def marker(self) -> str:
        """The text that every server process of this home shows in its command line."""
        return self.run.name

    def folder(self, name: str) -> Path:
        """A 0700 folder under `data` that belongs to the servers' account."""
        path = self.data / name
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        elif path.stat().st_uid != os.geteuid():
            raise CannotStart(f"{path} belongs to another user: set DATA_DIR to a folder of yours.")
        return path

    @contextmanager
    def reach(self, folder: Path) -> Iterator[tuple[str, list[int]]]:
        """A path by which the servers' account reaches `folder`, and descriptors to pass along.

        `/proc/self/fd/N` needs no right on the parents, so nobody's home is opened up for it.
        """
        if self.account is None or sys.platform != "linux":
            yield str(folder), []
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{descriptor}", [descriptor]
        finally:
            os.close(descriptor)

    def executable(self, box: Box, program: str) -> str:
        """`program` of the box, or its copy under `run` where the account cannot execute it."""
        original, copy = box.site / program, self.run / "box" / program
        if self.account is None or _can_execute(original, self.account):
            return str(original)
        if not copy.exists():
            for part in box.parts:
                shutil.copytree(
                    box.site / part, self.run / "box" / part, copy_function=_link_or_copy
                )
        if not _can_execute(copy, self.account):
            raise CannotStart(f"Programs in {self.run} cannot be run: set TMPDIR elsewhere.")
        return str(copy)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _can_execute(program: Path, account: Account) -> bool:
    try:
        asked = subprocess.run(
            [program, "--version"],
            cwd="/",
            capture_output=True,
            check=False,
            **identity(account),
        )
    except PermissionError:
        return False
    return asked.returncode == 0


@contextmanager
def hold(data_dir: Path) -> Iterator[Home]:
    """Create or open a data directory, alone; afterwards only `data_dir` itself is left."""
    data = data_dir.resolve()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        lock = (data / "lock").open("a+")
    except OSError as error:
        raise from_os_error(error, data) from None
    with lock:
        _take(lock.fileno(), data)
        account = _account(data)
        home = Home(data, _run_path(data), account)
        end_leftovers(home)
        _make_run_folder(home)
        try:
            yield home
        finally:
            shutil.rmtree(home.run, ignore_errors=True)


def _take(lock: int, data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode().strip()
        raise CannotStart(
            f"{data} is in use by process {holder}: stop it, or set DATA_DIR to another folder."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)


def _account(data: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    existing = data / "postgres"
    owner = existing.stat() if existing.exists() else None
    if owner and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotStart(
            "PostgreSQL does not run as root and there is no user `nobody`: start as another user."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def _run_path(data: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    name = f"influence-{os.geteuid()}-{digest}"
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base / name / ".s.PGSQL.5432")) > LONGEST_SOCKET:
        base = Path("/tmp")  # noqa: S108 -- never used unless we made it: `_make_run_folder`
    return base / name


def _make_run_folder(home: Home) -> None:
    """Make it anew, without the sockets of a killed launcher."""
    try:
        shutil.rmtree(home.run)
    except FileNotFoundError:
        pass
    except OSError:  # of another user, in a shared temporary folder
        raise CannotStart(f"{home.run} is not ours: remove it, or set TMPDIR.") from None
    try:
        home.run.mkdir(mode=0o700)
        if home.account:
            os.chown(home.run, home.account.uid, home.account.gid)
    except OSError as error:
        raise from_os_error(error, home.run.parent) from None


def end_leftovers(home: Home, *, within: float = 5.0) -> None:
    """Wait for servers of a killed launcher to end, as they were told; after `within` kill them.

    We hold the lock, so whatever still carries our marker has lost its launcher. Two servers over
    the same files would destroy them.
    """
    deadline = time.monotonic() + within
    while pids := running(home.marker, PROGRAMS):
        if time.monotonic() > deadline:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
