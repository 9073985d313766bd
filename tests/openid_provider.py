"""A provider of OpenID Connect over HTTP on this machine, as honest or as false as a test wants it."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, CLIENT_SECRET = "influence-client", "planted-client-secret-4711"
ANN = {
    "sub": "a1",
    "email": "ann@elm.example",
    "email_verified": True,
    "name": "Ann",
}
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


@dataclass
class OpenIdProvider:
    """`metadata`, `token` and `answers` change what it says: about itself, in the ID token, and (status, body) at a path."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: dict(ANN))
    metadata: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    secret: str = CLIENT_SECRET
    key: rsa.RSAPrivateKey = KEY
    algorithm: str = "RS256"
    besides: dict[str, Any] = field(default_factory=dict)
    content_type: str | None = "application/json"
    user_info: dict[str, Any] | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def agree(self, address: str) -> dict[str, str]:
        """The query with which a person comes back who was sent to this address and signed in there."""
        given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_hex(8)
        self.codes[code] = given
        return {"code": code, "state": given["state"]}

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/token":
            return self._tokens(form, authorization)
        known = {
            "/.well-known/openid-configuration": self._about(),
            "/jwks": {"keys": [{**json.loads(RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "k1"}]},
            "/userinfo": self.user_info or {"sub": self.person.get("sub")},
        }
        return (200, json.dumps(known[path]).encode()) if path in known else (404, b"")

    def _about(self) -> dict[str, Any]:
        paths = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
            "userinfo_endpoint": "userinfo",
        }
        return {
            "issuer": self.url,
            **{name: f"{self.url}/{path}" for name, path in paths.items()},
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            **self.metadata,
        }

    def _tokens(self, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        secret = form.get("client_secret")
        if authorization:
            secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")[1]
        if secret != self.secret:
            return 401, b'{"error": "invalid_client"}'
        begun = self.codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        if begun is None or begun["code_challenge"] != proof:
            return 400, b'{"error": "invalid_grant"}'
        said = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": begun["nonce"],
            **self.person,
            **self.token,
        }
        said = {name: value for name, value in said.items() if value is not None}
        keys: dict[str, Any] = {"RS256": self.key, "HS256": self.secret * 2, "none": None}
        id_token = jwt.encode(
            said, keys[self.algorithm], algorithm=self.algorithm, headers={"kid": "k1"}
        )
        body = {"access_token": "at", "token_type": "Bearer", "id_token": id_token, **self.besides}
        return 200, json.dumps(body).encode()


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """One that listens until the end of the block."""
    provider = OpenIdProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith("/authorize?"):
                return self.reply({})
            self.send_response(302)  # whoever comes is signed in there already
            back = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
            self.send_header("Location", f"{back}?{urlencode(provider.agree(self.path))}")
            self.end_headers()
            return None

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply({name: values[0] for name, values in parse_qs(body).items()})

        def reply(self, form: dict[str, str]) -> None:
            path, authorization = urlsplit(self.path).path, self.headers.get("Authorization", "")
            status, body = provider.answer(path, form, authorization)
            self.send_response(status)
            if provider.content_type:
                self.send_header("Content-Type", provider.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        provider.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield provider
        server.shutdown()
