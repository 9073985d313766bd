"""The page where a person plays the creator: ``/v2/auth/authorize``."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from . import tokens
from .answers import Refusal
from .cast import INVALID, KNOWN
from .http import Request, Response
from .world import APP_ID, World

_HTML = "text/html; charset=utf-8"
_NO_STORE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}
MEANINGS = {
    "user.info.basic": "Your avatar and display name",
    "biz.creator.info": "Your creator profile",
    "biz.creator.insights": "Insights about your audience",
    "video.list": "Your public videos and their counts",
    "tcm.order.update": "Accept marketplace orders for you",
    "tto.campaign.link": "Join campaigns and link videos for you",
    "video.publish": "Publish videos for you",
    "user.info.username": "Your handle",
    "user.info.profile": "Your bio and profile link",
    "user.info.stats": "Your follower, like and video counts",
    "user.account.type": "Whether this is a business account",
    "user.insights": "Daily figures of your account",
    "video.insights": "Reach, play time and viewers of your videos",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """The scopes that an app asks the creator for."""

    scopes: list[str]
    redirect_uri: str
    state: str


def page(world: World, request: Request) -> Response:
    """GET shows the page, POST takes the decision and sends the browser back to the app."""
    try:
        wish = _wish(request)
    except Refusal as refusal:
        return html(refused(refusal.message), 400)
    if request.method == "GET":
        return html(_form(wish, "", ""))
    form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    if form.get("decision", [""])[0] != "allow":
        return back(
            wish.redirect_uri,
            wish.state,
            error="access_denied",
            error_description="User denied the request.",
        )
    handle = form.get("handle", [""])[0].strip().removeprefix("@")
    if world.creator(handle).membership == INVALID:
        complaint = f"TikTok knows no account {handle}." if handle else "Say who you are."
        return html(_form(wish, handle, complaint))
    granted = [scope for scope in wish.scopes if scope in form.get("scopes", [])]
    code = tokens.issue_code(world, handle, granted, wish.redirect_uri)
    return back(wish.redirect_uri, wish.state, code=code, scopes=",".join(granted))


def _wish(request: Request) -> Wish:
    query = request.query
    if query.get("client_key") != APP_ID:
        raise Refusal(40101, "client_key is not a known app.")
    if query.get("response_type") != "code":
        raise Refusal(40002, "response_type must be code.")
    redirect_uri = query.get("redirect_uri", "")
    tokens.require_redirect(redirect_uri)
    scopes = tokens.known_scopes(query.get("scope", ""))
    return Wish(scopes, redirect_uri, query.get("state", ""))


def back(redirect_uri: str, state: str, **answer: str) -> Response:
    """Sends the browser to the app with its state and the answer."""
    parts = urlsplit(redirect_uri)
    answer["state"] = state
    query = "&".join(part for part in (parts.query, urlencode(answer)) if part)
    location = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
    return Response(b"", 302, _HTML, {"Location": location, "Cache-Control": "no-store"})


def html(text: str, status: int = 200) -> Response:
    """A page that may load nothing from anywhere."""
    return Response(text.encode(), status, _HTML, dict(_NO_STORE))


def _form(wish: Wish, handle: str, complaint: str) -> str:
    boxes = "".join(
        f'<label class="scope"><input type="checkbox" name="scopes" value="{escape(scope)}" checked>'
        f"<span>{escape(MEANINGS.get(scope, scope))}<small>{escape(scope)}</small></span></label>"
        for scope in wish.scopes
    )
    known = "".join(f'<option value="{escape(name)}">' for name in KNOWN)
    wrong = f'<p class="wrong" role="alert">{escape(complaint)}</p>' if complaint else ""
    host = escape(urlsplit(wish.redirect_uri).hostname or "")
    return frame(
        f"""<p class="eyebrow">Sandbox · not TikTok</p>
<h1>Authorize {host}</h1>
<p>You play the creator. Pick an account and decide what the app may see.</p>
<form method="post">
{wrong}<label class="field" for="handle">TikTok handle</label>
<div class="handle"><span aria-hidden="true">@</span><input id="handle" name="handle" list="known"
 value="{escape(handle)}" placeholder="maya.bakes" autocomplete="off" autocapitalize="none"
 spellcheck="false" autofocus></div><datalist id="known">{known}</datalist>
<fieldset><legend>{host} will be able to see</legend>{boxes}</fieldset>
<button class="allow" name="decision" value="allow">Allow</button>
<button class="deny" name="decision" value="deny">Deny</button>
</form>"""
    )


def refused(message: str) -> str:
    """The page for an address that cannot be used."""
    return frame(
        f"""<p class="eyebrow">Sandbox · not TikTok</p><h1>This link does not work</h1>
<p class="wrong" role="alert">{escape(message)}</p>"""
    )


def frame(body: str) -> str:
    """The phone around a page."""
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Sandbox consent</title>
<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"""


_STYLE = """
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;
background:#1c1d26;font:16px/1.45 system-ui,sans-serif;color:#161823}
main{width:100%;max-width:390px;min-height:100vh;padding:28px 22px 32px;background:#fff}
@media(min-width:480px){main{min-height:720px;border-radius:38px;border:10px solid #000;
margin:24px 0;box-shadow:0 24px 60px #0008}}
.eyebrow{margin:0 0 28px;font-size:12px;font-weight:600;color:#6b6c75;text-align:center}
h1{font-size:24px;line-height:1.2;margin:0 0 8px;overflow-wrap:anywhere}p{margin:0 0 20px;color:#5a5b64}
.field,legend{font-weight:600;font-size:14px;margin-bottom:6px;display:block;padding:0}
.handle{display:flex;align-items:center;border:1px solid #8a8b91;border-radius:10px;padding:0 12px}
.handle:focus-within{outline:3px solid #25a9b8;outline-offset:1px}
.handle input{flex:1;min-width:0;border:0;outline:0;font:inherit;padding:13px 4px;background:none}
fieldset{border:0;padding:0;margin:24px 0}.scope{display:flex;gap:12px;align-items:flex-start;
padding:11px 0;border-bottom:1px solid #ececee}.scope input{width:20px;height:20px;margin:2px 0 0;
accent-color:#c81e45}small{display:block;color:#6b6c75;font-size:12px}
button{width:100%;min-height:48px;border-radius:10px;font:600 16px system-ui,sans-serif;
cursor:pointer;margin-top:10px}.allow{border:0;background:#c81e45;color:#fff}
.deny{border:1px solid #8a8b91;background:#fff;color:#161823}
.wrong{padding:10px 12px;border-radius:10px;background:#fdecef;color:#9a1232;font-size:14px}
@media(prefers-color-scheme:dark){:root{color-scheme:dark}body{background:#0c0d11;color:#f1f2f5}
main{background:#17181f}p,.eyebrow,small{color:#a7aab6}.scope{border-color:#343743}
.handle input,.deny{color:#f1f2f5}.deny{background:#21232c}
.allow{background:#ff5c7e;color:#1b0007}.scope input{accent-color:#ff5c7e}
.wrong{background:#40101d;color:#ff9db1}}
"""
