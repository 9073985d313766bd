"""Streamed answers: what is read while an answer is sent is read in the scope of its request.

A view that streams returns before its content is made. Each step of making it runs in the request's own context, so in its
scope, and all steps together in one transaction, if the request only reads: it begins with the first step and ends with
the last one, with a failure, or when the reader goes away. Between two steps the thread is in nobody's scope.

A failure in mid-stream goes on to the server, which breaks the connection off: no reader takes a part for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import Context, copy_context
from typing import Any

from django.db import connection, transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse


class Steps:
    """An iterator that takes each of its steps, and its end, in one context."""

    def __init__(self, context: Context, steps: Iterator[bytes]) -> None:
        self.context, self.steps = context, steps

    def __iter__(self) -> Steps:
        return self

    def __next__(self) -> bytes:
        return self.context.run(next, self.steps)

    def close(self) -> None:
        self.context.run(self.steps.close)  # type: ignore[attr-defined]  # a generator


def one_transaction(request: HttpRequest) -> AbstractContextManager[None]:
    """A request that only reads is one transaction, so that the database is told its scope once. Writes and calls to
    TikTok (never on GET) have transactions of their own."""
    return transaction.atomic() if request.method in {"GET", "HEAD"} else nullcontext()


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All that is read inside is read as it was when the first row was, whatever others write meanwhile: a list that is
    taken out in pieces names each row once. Not to be opened within a transaction, which has begun to read already."""
    is_first = not connection.in_atomic_block  # never within the transaction of a test
    with transaction.atomic(durable=True):
        if is_first:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def keep_scope(
    response: HttpResponseBase, during: AbstractContextManager[None]
) -> HttpResponseBase:
    """The same answer; if it is streamed, its content will be made in the present context and `during` this transaction.

    To be called in the request's scope. A FileResponse asks the database nothing: it holds no transaction while it is sent.
    """
    if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
        inside: Any = response
        steps = Steps(copy_context(), _within(during, inside._iterator))  # noqa: SLF001 -- Django has no public name for it
        # First: Django noted the closing of the view's own iterator, which would run it outside the scope.
        inside._resource_closers.insert(0, steps.close)  # noqa: SLF001 -- Django has no public name for it
        response.streaming_content = steps
    return response


def _within(during: AbstractContextManager[None], parts: Iterator[bytes]) -> Iterator[bytes]:
    with during:
        yield from parts
