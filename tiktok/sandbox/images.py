"""Avatars and covers, drawn for the occasion. Their addresses expire, as TikTok's do."""

from __future__ import annotations

from collections.abc import Callable

from .facts import Facts
from .http import Request, Response
from .world import World

# Sky above, sky below, then three layers from far to near.
PALETTES = (
    ("#fbd3a2", "#f2845c", "#c8553d", "#7a3b4a", "#2f2440"),
    ("#cfe8ef", "#86c5d8", "#4a9cb3", "#1f6f8b", "#0f3b57"),
    ("#fde2e4", "#f7a6b8", "#d8688f", "#8e3f73", "#43244f"),
    ("#e9f2d0", "#b7d07a", "#7aa84f", "#41733f", "#1f4033"),
    ("#d9d4f5", "#a897e0", "#7360bf", "#473a8c", "#241f4d"),
    ("#fff1c9", "#ffd166", "#ef9f3b", "#b9602a", "#5a2d26"),
    ("#dfe7ee", "#a9bccd", "#6d879e", "#40586f", "#1e2d3d"),
    ("#d5f2ea", "#83d3bd", "#3fa18d", "#1d6f69", "#113f45"),
)
SKIN = ("#f6d7c3", "#ecbc98", "#d49a6f", "#b07447", "#85522f", "#5c3822")
HAIR = ("#1f1a1d", "#3b2a22", "#6b4226", "#a8682f", "#d9a441", "#8c8f94", "#b5483a")
CLOTHES = ("#e4572e", "#2e86ab", "#f6ae2d", "#3d5a40", "#7d4e9e", "#e8e4da", "#22333b", "#d1495b")
HAIRCUTS = (
    "M30 46q-3-27 18-27t18 27q-4-13-11-15-15 6-25 15z",
    "M28 70q-6-51 20-51t20 51h-7q3-18-1-30-14-1-20-7-8 2-5 37z",
    "M30 43q-2-24 19-24 20 0 17 24-6-10-18-10t-18 10z",
    "M29 50q-8-10 0-19 0-11 11-11 8-6 16 0 11 0 11 11 8 9 0 19-2-16-10-16-13 2-18-2-8 4-10 18z",
)


def picture(world: World, request: Request, name: str) -> Response:
    """A drawn SVG; 403 once ``x-expires`` has passed."""
    expires = request.query.get("x-expires", "0")
    if not expires.isdigit() or int(expires) <= world.clock.now():
        return Response(b"", 403, "text/plain")
    facts = Facts(world.seed, "picture", name)
    drawing = _cover(facts) if "/t/" in request.path else _portrait(facts)
    return Response(drawing.encode(), 200, "image/svg+xml", {"Cache-Control": "max-age=3600"})


def _svg(width: int, height: int, sky: tuple[str, str], inside: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        '<linearGradient id="s" x2=".3" y2="1">'
        f'<stop stop-color="{sky[0]}"/><stop offset="1" stop-color="{sky[1]}"/></linearGradient>'
        f'<rect width="{width}" height="{height}" fill="url(#s)"/>{inside}</svg>'
    )


def _portrait(facts: Facts) -> str:
    """Somebody from the shoulders up."""
    palette = facts.pick("palette", PALETTES)
    skin, hair, clothes = (
        facts.pick(name, tones)
        for name, tones in (("skin", SKIN), ("hair", HAIR), ("clothes", CLOTHES))
    )
    ground = facts.whole("ground", 0, 2)
    return _svg(
        96,
        96,
        (palette[ground], palette[ground + 1]),
        f'<path d="M12 96q4-27 36-27t36 27z" fill="{clothes}"/>'
        f'<path d="M40 58h16v14q-8 7-16 0z" fill="{skin}"/>'
        f'<ellipse cx="48" cy="47" rx="17" ry="20" fill="{skin}"/>'
        f'<path d="{facts.pick("haircut", HAIRCUTS)}" fill="{hair}"/>'
        '<g fill="none" stroke="#2b1d1d" stroke-width="1.8" stroke-linecap="round">'
        f'<path d="M42 57q6 {facts.whole("smile", 2, 6)} 12 0"/>'
        f'<path d="M41 48v1M55 48v1"/>{_GLASSES if facts.unit("glasses") < 0.25 else ""}</g>',
    )


_GLASSES = '<circle cx="41" cy="48" r="5"/><circle cx="55" cy="48" r="5"/><path d="M46 48h4"/>'


def _cover(facts: Facts) -> str:
    """A scene, upright as videos are."""
    palette = facts.pick("palette", PALETTES)
    scene = facts.pick("scene", (_hills, _sea, _city, _lights))
    return _svg(90, 160, (palette[0], palette[1]), scene(facts, palette))


Palette = tuple[str, str, str, str, str]


def _sun(facts: Facts, lowest: int) -> str:
    place = f'cx="{facts.whole("sun:x", 15, 75)}" cy="{facts.whole("sun:y", 25, lowest)}"'
    return f'<circle {place} r="{facts.whole("sun:r", 8, 15)}" fill="#fff" opacity=".75"/>'


def _layers(facts: Facts, palette: Palette, top: int, shape: Callable[[int], str]) -> str:
    return "".join(
        f'<path d="M0 160V{top + step * 26}{shape(step)}V160z" fill="{palette[step + 2]}"/>'
        for step in range(3)
    )


def _hills(facts: Facts, palette: Palette) -> str:
    def ridge(step: int) -> str:
        height = facts.whole(f"ridge:{step}", 12, 34)
        return f"q{facts.whole(f'at:{step}', 12, 34)} -{height} 45 0t45 {facts.whole(f'end:{step}', -12, 8)}"

    return _sun(facts, 60) + _layers(facts, palette, 82, ridge)


def _sea(facts: Facts, palette: Palette) -> str:
    def wave(step: int) -> str:
        height = facts.whole(f"wave:{step}", 3, 8)
        return f"q11 -{height} 22 0t23 0 23 0 22 0"

    x = facts.whole("sail", 18, 66)
    sail = f'<path d="M{x} 86V58l14 26zM{x - 3} 88h22l-4 6h-14z" fill="#fff" opacity=".92"/>'
    return _sun(facts, 55) + sail + _layers(facts, palette, 92, wave)


def _city(facts: Facts, palette: Palette) -> str:
    houses = []
    for step in range(3):
        for place in range(5):
            name = f"{step}:{place}"
            top = 70 + step * 26 - facts.whole(f"height:{name}", 0, 34)
            houses.append(
                f'<path d="M{place * 18 + facts.whole(f"x:{name}", -3, 3)} 160V{top}h17V160z"'
                f' fill="{palette[step + 2]}"/>'
            )
    windows = "".join(
        f'<path d="M{facts.whole(f"w:{n}", 4, 84)} {facts.whole(f"v:{n}", 112, 154)}h2v3h-2z" fill="#ffe9a8"/>'
        for n in range(14)
    )
    return _sun(facts, 40) + "".join(houses) + windows


def _lights(facts: Facts, palette: Palette) -> str:
    """A table in front of lights that are out of focus."""
    spots = "".join(
        f'<circle cx="{facts.whole(f"x:{n}", 0, 90)}" cy="{facts.whole(f"y:{n}", 0, 104)}"'
        f' r="{facts.whole(f"r:{n}", 4, 13)}" fill="{palette[n % 4]}" opacity=".6"/>'
        for n in range(16)
    )
    cup, x = facts.pick("cup", CLOTHES), facts.whole("cup:x", 28, 52)
    return (
        f'<rect width="90" height="160" fill="{palette[3]}"/>{spots}'
        f'<path d="M0 118h90v42H0z" fill="{palette[4]}"/>'
        f'<ellipse cx="{x + 11}" cy="128" rx="24" ry="6" fill="#fff" opacity=".9"/>'
        f'<path d="M{x} 98h22v16q0 12-11 12t-11-12z" fill="{cup}"/>'
        f'<path d="M{x + 22} 102q9 0 8 8t-10 7" fill="none" stroke="{cup}" stroke-width="3"/>'
    )
