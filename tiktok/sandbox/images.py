"""Avatars and thumbnails whose addresses expire, as TikTok's do."""

from __future__ import annotations

from html import escape

from .facts import Facts
from .http import Request, Response
from .world import World


def picture(world: World, request: Request, name: str) -> Response:
    """A drawn SVG; 403 once ``x-expires`` has passed."""
    expires = request.query.get("x-expires", "0")
    if not expires.isdigit() or int(expires) <= world.clock.now():
        return Response(b"", 403, "text/plain")
    hue = Facts(world.seed, "picture", name).whole("hue", 0, 359)
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<rect width="96" height="96" fill="hsl({hue} 55% 42%)"/>'
        '<text x="48" y="62" font-size="40" font-family="sans-serif" text-anchor="middle" '
        f'fill="#fff">{escape(name[:1].upper())}</text></svg>'
    )
    return Response(drawing.encode(), 200, "image/svg+xml", {"Cache-Control": "max-age=3600"})
