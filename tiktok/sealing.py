"""Tokens at rest: AES-256-GCM with a key id, bound to their row.

Sealed text is `<key id>.<base64 of nonce + ciphertext>`. The context (table, row, field, organization) is authenticated,
so a ciphertext copied into another row does not open. Keys come from TOKEN_KEYS; the first seals, all open.
"""

from __future__ import annotations

import base64
import os

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tiktok.errors import SealBroken
from tiktok.keyring import read_keys

log = structlog.get_logger()

NONCE_BYTES = 12


def keys() -> dict[str, bytes]:
    """Key id → 32 bytes, in the order of TOKEN_KEYS."""
    try:
        return read_keys(settings.TOKEN_KEYS)
    except ValueError as problem:
        raise ImproperlyConfigured(f"TOKEN_KEYS cannot be used: {problem}.") from problem


def seal(text: str, context: str) -> str:
    """Encrypt with the newest key, bound to this context."""
    key_id, key = next(iter(keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), f"{key_id}|{context}".encode())
    return f"{key_id}.{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, context: str) -> str:
    """Decrypt; raises SealBroken unless both text and context are what was sealed."""
    key_id, _, encoded = sealed.partition(".")
    try:
        raw = base64.b64decode(encoded)
        key = keys()[key_id]
        return (
            AESGCM(key)
            .decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"{key_id}|{context}".encode())
            .decode()
        )
    except (KeyError, ValueError, InvalidTag) as broken:
        log.error("seal.broken", key=key_id, table=context.partition("|")[0])
        raise SealBroken(key_id) from broken
