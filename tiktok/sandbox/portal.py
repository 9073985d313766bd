"""The page where a person plays the brand's administrator: ``/portal/auth``."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, urlsplit

from . import tokens
from .answers import Refusal
from .consent import back, frame, html, refused
from .http import Request, Response
from .tto import brand
from .world import APP_ID, World


def page(world: World, request: Request) -> Response:
    """GET shows the page, POST takes the decision and sends the browser back to the app."""
    try:
        redirect_uri = _redirect_uri(request)
    except Refusal as refusal:
        return html(refused(refusal.message), 400)
    if request.method == "GET":
        return html(_form(redirect_uri, ""))
    form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    state = request.query.get("state", "")
    if form.get("decision", [""])[0] != "allow":
        return back(redirect_uri, state, error="access_denied")
    chosen = form.get("accounts", list(brand.ACCOUNTS)[:1])
    known = [account_id for account_id in brand.ACCOUNTS if account_id in chosen]
    if not known:
        return html(_form(redirect_uri, "TikTok One has no such account."))
    return back(redirect_uri, state, auth_code=brand.issue_code(world, known))


def _redirect_uri(request: Request) -> str:
    if request.query.get("app_id") != APP_ID:
        raise Refusal(40101, "app_id is not a known app.")
    address = request.query.get("redirect_uri", "")
    tokens.require_redirect(address)
    return address


def _form(redirect_uri: str, complaint: str) -> str:
    host = escape(urlsplit(redirect_uri).hostname or "")
    wrong = f'<p class="wrong" role="alert">{escape(complaint)}</p>' if complaint else ""
    boxes = "".join(_account(each, place) for place, each in enumerate(brand.ACCOUNTS.values()))
    return frame(
        f"""<p class="eyebrow">Sandbox · not TikTok One</p>
<h1>Authorize {host}</h1>
<p>You play the administrator of a brand on TikTok One. Decide for which accounts the app may act.</p>
<form method="post">{wrong}
<fieldset><legend>{host} will act for</legend>{boxes}</fieldset>
<p>It may read creators and reports, and run campaigns, until you take this back.</p>
<button class="allow" name="decision" value="allow">Allow</button>
<button class="deny" name="decision" value="deny">Deny</button>
</form>"""
    )


def _account(account: brand.Account, place: int) -> str:
    checked = "" if place else " checked"
    return (
        f'<label class="scope"><input type="checkbox" name="accounts"'
        f' value="{escape(account.account_id)}"{checked}><span>{escape(account.name)}'
        f"<small>{escape(account.account_id)} · {escape(account.country)}</small></span></label>"
    )
