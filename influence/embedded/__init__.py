"""Real PostgreSQL and Valkey without an installation, for `make run`, `make demo` and the tests.

    with servers(folder, durable=False) as s:
        s.admin_url, s.redis_url

Nothing here imports Django. Both servers listen on Unix sockets in a private folder only, run as
another user when we are root, and end when the process that started them ends, however it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import postgres as pg
from . import valkey as vk
from .errors import CannotStart, from_os_error
from .home import Home, hold
from .processes import Process, stop

__all__ = ["CannotStart", "Servers", "servers"]


@dataclass(frozen=True)
class Servers:
    """The addresses of running servers; empty for one that was not asked for."""

    home: Home
    admin_url: str
    redis_url: str
    processes: tuple[Process, ...]


@contextmanager
def servers(
    data_dir: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True
) -> Iterator[Servers]:
    """Run the servers over `data_dir` (created if missing) until the block ends.

    `durable=False` is for tests: much faster, survives killed processes but no power cut. Enter it
    from a thread that lives as long as the servers shall. Raises CannotStart with one sentence.
    """
    with hold(data_dir) as home, ExitStack() as stack:
        processes = []
        for wanted, start in ((valkey, vk.start), (postgres, pg.start)):
            if wanted:
                try:
                    process = start(home, durable=durable)
                except OSError as error:
                    raise from_os_error(error, home.data) from error
                stack.callback(stop, [process], within=5.0)
                processes.append(process)
        yield Servers(
            home,
            pg.admin_url(home) if postgres else "",
            vk.url(home) if valkey else "",
            tuple(processes),
        )
