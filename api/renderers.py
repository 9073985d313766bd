"""How a document becomes bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import BaseRenderer


class JSONRenderer(BaseRenderer):
    """JSON by msgspec: times in UTC end in `Z`, a Decimal is a string. TypeError for what no document may hold."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is bytes: always UTF-8

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else msgspec.json.encode(data)
