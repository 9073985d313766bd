"""Secrets that a process must not start without. The settings ask, so every process and every command does."""

from __future__ import annotations

from collections.abc import Sequence

from tiktok.keyring import read_keys

SHORTEST_SECRET_KEY = 32  # characters


def refuse_bad_secrets(secret_key: str, token_keys: Sequence[str]) -> None:
    """End the process with one line that says what is wrong, and never shows a secret."""
    if len(secret_key) < SHORTEST_SECRET_KEY:
        what = (
            "is not set" if not secret_key else f"is shorter than {SHORTEST_SECRET_KEY} characters"
        )
        raise SystemExit(f"SECRET_KEY {what}. See .env.example for how to make one.")
    try:
        read_keys(token_keys)
    except ValueError as problem:
        raise SystemExit(
            f"TOKEN_KEYS cannot be used: {problem}. See .env.example for how to make one."
        ) from None
