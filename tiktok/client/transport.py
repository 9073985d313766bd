"""One HTTP call to ``/open_api/v1.3/…``: limits, envelope, errors, repetition.

Nothing here knows an endpoint. Clock, sleep and session are handed in.
"""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

import requests
from urllib3.exceptions import HTTPError

from . import envelope
from .ask import Ask
from .connection import checked_base_url, new_session
from .errors import GarbledAnswerError, TikTokError, UnreachableError
from .reader import Row, Unreadable
from .redaction import masked, secrets_of
from .retry import seconds_before_retry

API_PREFIX = "/open_api/v1.3"
LARGEST_ANSWER_BYTES = 8 * 1024 * 1024

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to be made. ``bucket`` names the request budget it is charged to."""

    method: str
    path: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange on the wire, with nothing secret in it.

    ``status`` and ``code`` are None when no HTTP answer or no envelope came; ``seconds`` is the time to
    the end of the body; ``attempt`` counts from 1; ``error`` is what the attempt ended in, if in one. ``question`` is the same for
    calls that ask the same of the same subject; ``unreadable`` is what was left out of the answer.
    """

    method: str
    path: str
    status: int | None
    code: int | None
    request_id: str
    seconds: float
    attempt: int
    bucket: str = "app"
    error: TikTokError | None = None
    question: str = ""
    unreadable: tuple[Unreadable, ...] = ()


class Client:
    """Talks to TikTok's API for Business for one app. Safe to share between threads.

    ``base_url`` is the host only. ``before_call`` runs before every attempt: a rate limiter may block in
    it, a guard may raise. ``on_exchange`` runs after every attempt. ``timeout`` is (connect, read) in
    seconds; an answer that drips longer than twice the read time-out is given up.
    """

    def __init__(  # noqa: PLR0913 - everything a test or a host wants to replace
        self,
        *,
        base_url: str = "https://business-api.tiktok.com",
        app_id: str,
        secret: str,
        before_call: Callable[[Call], None] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        timeout: tuple[float, float] = (3.05, 20.0),
        max_attempts: int = 3,
    ) -> None:
        self.app_id = app_id
        self.base_url = checked_base_url(base_url)
        self._secret = secret
        self._before_call = before_call
        self._on_exchange = on_exchange
        self._clock = clock
        self._sleep = sleep
        self._monotonic = monotonic
        self._timeout = timeout
        self._max_attempts = max_attempts
        self._session = new_session(self.base_url)

    def __repr__(self) -> str:
        return f"Client(base_url={self.base_url!r}, app_id={self.app_id!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    @property
    def secret(self) -> str:
        """The app's secret, for the calls that carry it as a parameter."""
        return self._secret

    def call(self, ask: Ask) -> None:
        """`read` what says no more than that it is done."""
        self.read(ask, lambda _: None)

    def read(self, ask: Ask, build: Callable[[Row], R]) -> R:
        """Make the call and return what ``build`` makes of the envelope's ``data``.

        Raises the class of `errors` that fits; what is safe to repeat has then been repeated. Where
        ``build`` cannot say what the answer is about (ValueError), it is an `UnreadableDataError`.
        """
        attempt = 1
        while True:
            try:
                return self._attempt(ask, build, attempt)
            except TikTokError as error:
                delay = seconds_before_retry(
                    error,
                    attempt,
                    idempotent=ask.idempotent,
                    max_attempts=self._max_attempts,
                    spread=random.random(),  # noqa: S311 - only keeps clients out of step
                )
                if delay is None:
                    raise
            self._sleep(delay)
            attempt += 1

    def reporting_to(self, on_exchange: Callable[[Exchange], None]) -> Self:
        """A copy of the client with the same connections, for calls whose exchanges somebody else wants to hear of."""
        twin = copy.copy(self)
        twin._on_exchange = on_exchange  # noqa: SLF001 - its own
        return twin

    def _attempt(self, ask: Ask, build: Callable[[Row], R], attempt: int) -> R:
        if self._before_call is not None:
            self._before_call(Call(ask.method, ask.path, ask.bucket))
        started = self._monotonic()
        outcome = self._outcome(ask, build, started)
        if self._on_exchange is not None:
            self._on_exchange(
                Exchange(
                    ask.method,
                    ask.path,
                    outcome.status,
                    outcome.code,
                    outcome.request_id,
                    self._monotonic() - started,
                    attempt,
                    ask.bucket,
                    outcome.error,
                    ask.question,
                    outcome.unreadable,
                )
            )
        return outcome.data_or_raise()

    def _outcome(self, ask: Ask, build: Callable[[Row], R], started: float) -> envelope.Outcome[R]:
        # An exception of requests carries the URL and so its secrets: keep none as cause or context.
        received = self._received(ask, started)
        if isinstance(received, TikTokError):
            return envelope.Outcome(error=received)
        status, headers, body = received
        secrets = (*secrets_of(ask.params, ask.body, token=ask.token), self._secret)
        return envelope.read(
            status,
            headers,
            body,
            build,
            endpoint=ask.path,
            now=self._clock(),
            mask=lambda text: masked(text, secrets),
            is_secret=ask.is_secret,
        )

    def _received(
        self, ask: Ask, started: float
    ) -> tuple[int, Mapping[str, str], bytes] | TikTokError:
        query = ask.query
        try:
            with self._session.request(
                ask.method,
                f"{self.base_url}{API_PREFIX}{ask.path}",
                params=query,
                data=ask.content,
                files=ask.files,
                headers=ask.all_headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                return response.status_code, response.headers, self._body(response, started)
        except _AnswerTooBig:
            return GarbledAnswerError("the answer is too big", endpoint=ask.path)
        except _AnswerTooSlow:
            return UnreachableError("the answer came too slowly", endpoint=ask.path)
        except requests.RequestException as error:
            sent = not isinstance(error, requests.ConnectTimeout) and not _refused(error)
            return UnreachableError(_kind(error), sent=sent, endpoint=ask.path)
        except (HTTPError, OSError) as error:  # urllib3 leaks its own classes from a streamed body
            return UnreachableError(f"connection lost: {type(error).__name__}", endpoint=ask.path)

    def _body(self, response: requests.Response, started: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        longest = self._timeout[0] + 2 * self._timeout[1]
        while part := response.raw.read1(65536, decode_content=True):
            size += len(part)
            if size > LARGEST_ANSWER_BYTES:
                raise _AnswerTooBig
            if self._monotonic() - started > longest:
                raise _AnswerTooSlow
            parts.append(part)
        return b"".join(parts)


class _AnswerTooBig(Exception):
    pass


class _AnswerTooSlow(Exception):
    pass


def _refused(error: requests.RequestException) -> bool:
    # A connection that was never established; an established one that broke says "aborted".
    return isinstance(error, requests.ConnectionError) and "NewConnectionError" in repr(error)


def _kind(error: requests.RequestException) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return "connection refused" if _refused(error) else "connection lost"
