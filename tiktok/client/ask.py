"""One request to TikTok as an endpoint describes it, and how it is written on the wire."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as an endpoint function describes it.

    ``params`` become the query (arrays and objects as JSON), ``body`` the JSON body; with ``files``
    (field to name, bytes and media type) the body travels as a multipart form. ``headers`` come on top
    of the token's. A call is ``idempotent`` when repeating it changes nothing more. Of an answer that
    ``is_secret`` (it holds tokens) nothing is kept, however odd it is.
    """

    method: str
    path: str
    token: str | None = None
    params: Mapping[str, object] | None = None
    body: Mapping[str, object] | None = None
    idempotent: bool = True
    bucket: str = "app"
    headers: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    is_secret: bool = False

    @property
    def question(self) -> str:
        """A short digest of the question, from which nothing of it can be read."""
        asked = repr((self.path, self.params, self.body, self.headers))
        return hashlib.sha256(asked.encode(errors="replace")).hexdigest()[:16]

    @property
    def all_headers(self) -> dict[str, str]:
        """The token, the media type of the body, and the headers of its own."""
        headers = {"Accept": "application/json"}
        if self.body is not None and self.files is None:
            headers["Content-Type"] = "application/json"
        if self.token is not None:
            headers["Access-Token"] = self.token
        return {**headers, **(self.headers or {})}

    @property
    def query(self) -> dict[str, str]:
        """The parameters as they stand in the address."""
        return _fields(self.params)

    @property
    def content(self) -> bytes | dict[str, str] | None:
        """JSON, or the fields of a form when a file goes with them."""
        if self.files is not None:
            return _fields(self.body)
        return None if self.body is None else msgspec.json.encode(_present(self.body))

    def __repr__(self) -> str:
        return f"Ask({self.method} {self.path})"


def _present(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _fields(values: Mapping[str, object] | None) -> dict[str, str]:
    """Scalars as they are, arrays and objects as JSON; what is None is not sent."""
    return {name: _scalar(value) for name, value in _present(values or {}).items()}


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
