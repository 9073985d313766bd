"""A device with passkeys: what a browser makes of the options of a page, without a browser."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

HOST, ORIGIN = "localhost", "http://localhost"


class Device:
    """One key for one person at `localhost`. `is_verified`: did it ask for a finger, a face or its code?"""

    def __init__(self, *, is_verified: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.user_handle = ""
        flags = AuthenticatorData.FLAG.USER_PRESENT
        self.flags = flags | AuthenticatorData.FLAG.USER_VERIFIED if is_verified else flags

    def add(self, options: dict[str, Any]) -> str:
        """The answer to the options of a page on which a passkey is added."""
        wanted = options["publicKey"]
        self.user_handle = wanted["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        attested = AttestedCredentialData.create(bytes(16), self.id, public)
        data = self._data(attested)
        return self._answer(
            wanted["challenge"],
            "webauthn.create",
            attestationObject=websafe_encode(AttestationObject.create("none", data, {})),
        )

    def sign_in(self, options: dict[str, Any]) -> str:
        """The answer to the options of a page on which it signs in."""
        challenge, data = options["publicKey"]["challenge"], self._data()
        said = self._client_data(challenge, "webauthn.get")
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            challenge,
            "webauthn.get",
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(signature),
            userHandle=self.user_handle,
        )

    def _data(self, attested: bytes = b"") -> AuthenticatorData:
        flags = self.flags | (AuthenticatorData.FLAG.ATTESTED if attested else 0)
        return AuthenticatorData.create(sha256(HOST.encode()).digest(), flags, 1, attested)

    def _client_data(self, challenge: str, kind: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": ORIGIN}).encode()

    def _answer(self, challenge: str, kind: str, **response: str) -> str:
        said = websafe_encode(self._client_data(challenge, kind))
        ident = websafe_encode(self.id)
        return json.dumps(
            {
                "id": ident,
                "rawId": ident,
                "type": "public-key",
                "response": {"clientDataJSON": said, **response},
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )
