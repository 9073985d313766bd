"""Signatures of receipts that anyone can check who has the public key: Ed25519 (RFC 8032), by a key pair that SECRET_KEY makes.

Another SECRET_KEY makes another pair; receipts of before are this installation's for as long as the old one stands in
SECRET_KEY_FALLBACKS (decision 31).
"""

from __future__ import annotations

from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

SALT = "tiktok.purge_receipt"
PEM = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"


def _private_key(secret: str) -> Ed25519PrivateKey:
    seed = salted_hmac(f"{SALT}.ed25519", "", secret=secret, algorithm="sha256").digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_keys() -> dict[str, Ed25519PublicKey]:
    """The public keys of this installation by the one line of their PEM: of the pair that signs now first, then of those before."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return {_line(key): key for key in (_private_key(each).public_key() for each in secrets)}


def _line(key: Ed25519PublicKey) -> str:
    return b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def public_keys_as_pem() -> str:
    """The same as a file that every library of cryptography reads."""
    return "".join(PEM.format(line) for line in public_keys())


def signature_of(text: str) -> str:
    """The signature of a text by the pair that signs now, in base64."""
    return b64encode(_private_key(settings.SECRET_KEY).sign(text.encode())).decode()


def is_signed_here(text: str, signature: str, public_key: str) -> bool:
    """Did this installation sign the text? `public_key`: the line of the one that is said to have done it; empty for receipts of
    versions that had none, whose signatures nobody else can check."""
    try:
        if public_key:
            public_keys()[public_key].verify(b64decode(signature), text.encode())
        else:
            signing.Signer(salt=SALT).unsign(f"{text}:{signature}")
    except (KeyError, ValueError, InvalidSignature, signing.BadSignature):
        return False
    return True
