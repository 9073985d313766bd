"""Addresses of the pages: ``/``, ``/@handle``, ``/@handle/videos``, ``/@handle/apps``, and ``/do``."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from tiktok.sandbox.answers import Refusal
from tiktok.sandbox.cast import INVALID
from tiktok.sandbox.consent import html
from tiktok.sandbox.creators import Creator
from tiktok.sandbox.http import Request, Response
from tiktok.sandbox.world import World

from . import desk, screens
from .actions import ACTIONS
from .parts import address, moment, typed
from .style import STYLE

_TYPED = ("caption", "invite_link", "code", "reason")
_TABS = (("", "Inbox"), ("videos", "Videos"), ("apps", "Apps"))


def page(world: World, request: Request) -> Response | None:
    """The page at this address; None where there is none."""
    if request.path == "/do" and request.method == "POST":
        return _done(world, request)
    if request.method != "GET":
        return None
    typed.set(request.query)
    if request.path == "/":
        return _home(world, request)
    handle, _, tab = request.path.removeprefix("/@").partition("/")
    if not request.path.startswith("/@") or tab not in dict(_TABS):
        return None
    person = world.creator(handle)
    if person.membership == INVALID:
        return _to("/", wrong=f"TikTok knows no account {handle}.")
    return html(_framed(world, request, _screen(world, request, person, tab), person, tab))


def _home(world: World, request: Request) -> Response:
    handle = request.query.get("handle", "").strip().removeprefix("@").lower()
    if handle and world.creator(handle).membership == INVALID:
        return _to("/", {"handle-home": handle}, wrong=f"TikTok knows no account {handle}.")
    if handle:
        return _to(address(handle))
    return html(_framed(world, request, screens.home(world), None, ""))


def _screen(world: World, request: Request, person: Creator, tab: str) -> str:
    if tab == "videos":
        return screens.clips(world, person, everything="all" in request.query)
    return screens.apps(world, person) if tab == "apps" else screens.inbox(world, person)


def _done(world: World, request: Request) -> Response:
    """Do it, then show the page again with a sentence about it."""
    origin = request.headers.get("origin", "")
    if origin not in {"", "null"} and urlsplit(origin).netloc != request.headers.get("host"):
        return Response(b"", 403, "text/plain")
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    back = form.get("back", "/")
    back = back if back == "/" or back.startswith("/@") else "/"
    action = ACTIONS.get(form.get("action", ""))
    if action is None:
        return _to(back, wrong="There is no such button.")
    try:
        return _to(back, done=action(world, form))
    except Refusal as refusal:
        return _to(back, _typed(form), wrong=refusal.message)
    except (KeyError, ValueError):
        return _to(back, wrong="That form was not complete. Try it again from this page.")


def _typed(form: dict[str, str]) -> dict[str, str]:
    """The typed values by the ids of the fields."""
    return {
        f"{name}-{form['key']}": form[name] for name in _TYPED if name in form and "key" in form
    }


def _to(place: str, kept: Mapping[str, str] | None = None, **said: str) -> Response:
    query = {**said, **(kept or {})}
    location = f"{place}?{urlencode(query)}" if query else place
    return Response(b"", 303, "text/html", {"Location": location, "Cache-Control": "no-store"})


def _framed(world: World, request: Request, screen: str, person: Creator | None, tab: str) -> str:
    back = "/" if person is None else address(person.handle, tab)
    title = "TikTok sandbox"
    if person is not None:
        title = f"{dict(_TABS)[tab]} · {person.display_name} · {title}"
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>
<style>{STYLE}</style></head><body><div class="stage">
<main class="phone"><div class="strip"><a href="/">{"Sandbox" if person is None else "‹ Switch creator"}</a>
<span>{moment(world.clock.now())}</span></div>
<div class="screen">{_said(request)}{screen}</div>{_tabs(person, tab)}</main>
<aside class="desk" id="desk" aria-label="Clock and review">{desk.panel(world, back)}</aside>
</div></body></html>"""


def _said(request: Request) -> str:
    query = request.query
    if "wrong" in query:
        return f'<p class="note wrong" role="alert">{escape(query["wrong"])}</p>'
    return f'<p class="note" role="status">{escape(query["done"])}</p>' if "done" in query else ""


def _tabs(person: Creator | None, current: str) -> str:
    desk_tab = '<a href="#desk">Desk</a>'
    if person is None:
        return f'<nav class="tabs" aria-label="Screens"><a href="/" aria-current="page">Creators</a>{desk_tab}</nav>'
    links = "".join(
        f'<a href="{address(person.handle, tab)}"{_is_current(tab == current)}>{label}</a>'
        for tab, label in _TABS
    )
    return f'<nav class="tabs" aria-label="Screens">{links}{desk_tab}</nav>'


def _is_current(yes: bool) -> str:
    return ' aria-current="page"' if yes else ""
