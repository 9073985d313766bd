"""Settings a process does not start without, and what `check --deploy` says about a public machine's."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from influence.checks import check_mail, check_proxies
from influence.secret_settings import refuse_bad_secrets

KEY = base64.b64encode(bytes(32)).decode()
LONG = "a-secret-key-of-more-than-thirty-two-characters"
PRODUCTION = {
    "DATA_DIR": "/nonexistent",
    "PUBLIC_URL": "https://influence.example",
    "ALLOWED_HOSTS": "influence.example",
    "SECRET_KEY": LONG + "-3f9Qw7Zx2Lk8Vn5Rb1Tc6Yh4Md0Ps",
    "TOKEN_KEYS": f"k1:{KEY}",
    "EMAIL_URL": "smtp+tls://localhost:587",
    "PATH": os.defpath,
}


def start(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=PRODUCTION | given, cwd=settings.BASE_DIR,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("secret_key", "token_keys", "line"),
    [
        ("", [f"k1:{KEY}"], "SECRET_KEY is not set."),
        ("short", [f"k1:{KEY}"], "SECRET_KEY is shorter than 32 characters."),
        (LONG, [], "TOKEN_KEYS cannot be used: it is empty, so tokens cannot be stored."),
        (LONG, [""], "TOKEN_KEYS cannot be used: entry 1 does not read NAME:BASE64."),
        (LONG, [KEY], "TOKEN_KEYS cannot be used: entry 1 does not read NAME:BASE64."),
        (LONG, [f"k.1:{KEY}"], "TOKEN_KEYS cannot be used: entry 1 does not read NAME:BASE64."),
        (LONG, [f"k1:{KEY}", "k2:"], "TOKEN_KEYS cannot be used: key k2 is not 32 bytes in base64."),
        (LONG, [f"k1:{KEY[:-8]}"], "TOKEN_KEYS cannot be used: key k1 is not 32 bytes in base64."),
        (LONG, [f"k1:*{KEY}"], "TOKEN_KEYS cannot be used: key k1 is not 32 bytes in base64."),
        (LONG, [f"k1:{KEY}", f"k1:{KEY}"], "TOKEN_KEYS cannot be used: two keys are named k1."),
    ],
)  # fmt: skip
def test_missing_and_malformed_secrets_are_refused_without_showing_them(
    secret_key, token_keys, line
) -> None:
    with pytest.raises(SystemExit) as refused:
        refuse_bad_secrets(secret_key, token_keys)
    assert str(refused.value) == f"{line} See .env.example for how to make one."


def test_good_secrets_are_taken() -> None:
    refuse_bad_secrets(LONG, [f"k2:{KEY}", f" k1:{KEY}"])


def test_secret_keys_of_before_are_taken_from_the_environment() -> None:
    said = "from influence.settings import SECRET_KEY_FALLBACKS; print(SECRET_KEY_FALLBACKS)"
    assert start("-c", said).stdout == "[]\n"
    assert start("-c", said, SECRET_KEY_FALLBACKS="old,older").stdout == "['old', 'older']\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["manage.py", "check"],
        ["manage.py", "migrate"],
        ["-m", "gunicorn", "influence.wsgi:application", "--preload", "--bind", "127.0.0.1:0"],
        ["-m", "celery", "--app", "influence.celery", "worker"],
        ["-m", "celery", "--app", "influence.celery", "beat"],
    ],
    ids=lambda arguments: " ".join(arguments[-2:]),
)
def test_no_process_starts_without_its_secrets(arguments) -> None:
    for missing in ("SECRET_KEY", "TOKEN_KEYS"):
        ended = start(*arguments, **{missing: ""})
        assert ended.returncode == 1
        assert ended.stderr.count("\n") == 1
        assert ended.stderr.startswith(missing)


@pytest.mark.parametrize(
    ("given", "warnings"),
    [
        ({}, []),
        ({"EMAIL_URL": "consolemail://"}, ["influence.W001"]),
        ({"EMAIL_URL": "filemail:///tmp/mail"}, ["influence.W001"]),
        ({"EMAIL_URL": "memorymail://"}, ["influence.W001"]),
        ({"EMAIL_URL": "dummymail://"}, ["influence.W001"]),
        ({"TRUSTED_PROXY_COUNT": "0"}, ["influence.W002"]),
    ],
)
def test_a_deployment_whose_mail_is_printed_or_whose_proxy_is_unknown_is_warned_of(
    given, warnings
) -> None:
    ended = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **given)
    assert ended.returncode == (1 if warnings else 0), ended.stderr
    assert [word for word in ("influence.W001", "influence.W002") if word in ended.stderr] == warnings  # fmt: skip


def test_the_checks_themselves(settings: Any) -> None:
    settings.HTTPS, settings.TRUSTED_PROXY_COUNT = False, 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert (check_mail(), check_proxies()) == ([], [])
    settings.HTTPS, settings.EMAIL_BACKEND = True, "django.core.mail.backends.console.EmailBackend"
    assert [problem.id for problem in (*check_mail(), *check_proxies())] == [
        "influence.W001",
        "influence.W002",
    ]
