"""What a line of the log says of an error that a library of ours has logged."""

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

    told = formatter.format(record)

    assert "in fail" in told
    assert "ValueError: boom" in told
    assert planted not in told


def fail(token: str) -> None:
    raise ValueError("boom")
