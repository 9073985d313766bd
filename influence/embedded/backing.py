"""The servers that the product runs on: the embedded ones, or those the environment names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

from . import servers
from .errors import CannotStart
from .processes import Process
from .provision import Passwords, Urls, may_provision, provision
from .secrets import load_or_create

LEAST_FREE_BYTES = 200_000_000  # a new cluster and its first write-ahead log


@dataclass(frozen=True)
class Backing:
    """Addresses and secrets for the product's processes; `data` is the absolute DATA_DIR."""

    data: Path
    urls: Urls
    redis_url: str
    secrets: dict[str, str]
    processes: tuple[Process, ...] = ()  # the servers that are ours


@contextmanager
def backing(data_dir: Path, given: Mapping[str, str], *, durable: bool = True) -> Iterator[Backing]:
    """Start what `given` (the environment) does not name, and provision the database."""
    database_url, redis_url = given.get("DATABASE_URL", ""), given.get("REDIS_URL", "")
    with servers(
        data_dir, postgres=not database_url, valkey=not redis_url, durable=durable
    ) as running:
        data = running.home.data
        if shutil.disk_usage(data).free < LEAST_FREE_BYTES:
            raise CannotStart(
                f"The disk under {data} is full: free some space, or set DATA_DIR to another disk."
            )
        secrets = load_or_create(data / "secrets")
        if database_url:
            urls = _given_database(database_url, given.get("DATABASE_OWNER_URL", ""), secrets)
        else:
            urls = provision(running.admin_url)
        if redis_url:
            _require_redis(redis_url)
        yield Backing(data, urls, redis_url or running.redis_url, secrets, running.processes)


def _given_database(url: str, owner_url: str, secrets: Mapping[str, str]) -> Urls:
    if owner_url:
        return Urls(owner_url, url)
    if not may_provision(url):
        raise CannotStart(
            "The role in DATABASE_URL may not create roles, so it is taken for the run-time role: "
            "set DATABASE_OWNER_URL to the owner's address for migrations."
        )
    named = urlsplit(url).path.strip("/")
    database = named if named not in ("", "postgres", "template1") else "influence"
    passwords = Passwords(secrets["OWNER_PASSWORD"], secrets["APP_PASSWORD"])
    return provision(url, database, passwords=passwords)


def _require_redis(url: str) -> None:
    try:
        with redis.from_url(url, socket_connect_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise CannotStart(f"Redis at REDIS_URL does not answer: {error}") from None
