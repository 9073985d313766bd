"""Log lines of errors that a library has logged."""

from __future__ import annotations

import logging
import secrets
import sys

import pytest
import structlog
from django.conf import settings


@pytest.mark.parametrize(
    "renderer", [structlog.processors.JSONRenderer(), structlog.dev.ConsoleRenderer(colors=False)]
)
def test_it_tells_where_it_happened_and_no_local_variable(renderer: object) -> None:
    line = settings.LOGGING["formatters"]["line"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[line["processors"][0], renderer], foreign_pre_chain=line["foreign_pre_chain"]
    )
    planted = secrets.token_hex(16)
    try:
        fail(planted)
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "x.py", 1, "Internal", None, sys.exc_info()
        )

    reported = formatter.format(record)

    assert "in fail" in reported
    assert "ValueError: boom" in reported
    assert planted not in reported


def fail(token: str) -> None:
    raise ValueError("boom")
