"""Creator consent on the API's side: codes, tokens, their deadlines, and who may call what."""

from __future__ import annotations

from urllib.parse import urlsplit

from . import webhooks
from .answers import Refusal, invalid, page_info
from .http import Request
from .parameters import Parameters
from .records import BrandGrant
from .world import (
    ACCOUNT_ID,
    APP_ID,
    APP_SECRET,
    AuthCode,
    Grant,
    World,
)

CODE_SECONDS = 600
BY_CREATOR, BY_DEVELOPER = 1, 5
ACCESS_SECONDS = 86_400
REFRESH_SECONDS = 31_536_000


def require_brand(world: World, request: Request) -> BrandGrant:
    """The brand's consent whose token the header carries."""
    token = _header(request)
    grant = world.brand_grants.get(token)
    if grant is None:
        living(world, token)
        raise Refusal(40001, "No permission: a creator token cannot act for a marketplace account.")
    return grant


def require_creator(world: World, request: Request, scope: str) -> Grant:
    """The grant whose token the header carries; it must include ``scope``."""
    token = _header(request)
    if token in world.brand_grants:
        raise Refusal(40001, "No permission: this endpoint needs a creator token.")
    grant = living(world, token)
    if scope not in grant.scopes:
        raise Refusal(40130, f"The scope {scope} is not authorized by the user.")
    return grant


def _header(request: Request) -> str:
    token = request.headers.get("access-token", "")
    if not token:
        raise Refusal(40104, "Access token is empty.")
    return token


def living(world: World, token: str) -> Grant:
    """The grant of an access token that is neither revoked nor expired."""
    grant = next((each for each in world.grants.values() if token in each.access), None)
    if grant is None:
        raise Refusal(40105, "Access token is incorrect or has been revoked.")
    if grant.access[token] <= world.clock.now():
        raise Refusal(40102, "Access token has expired.")
    return grant


def require_account(given: Parameters) -> None:
    """The brand's token acts for one marketplace account."""
    if given.text("tcm_account_id") != ACCOUNT_ID:
        raise Refusal(40001, "No permission to operate this TCM account.")


def require_tto(grant: BrandGrant, account_id: str) -> None:
    """The brand's token acts for the TikTok One accounts it was given for."""
    if account_id not in grant.account_ids:
        raise Refusal(40001, "No permission to operate this TTO Creator Marketplace account.")


def require_app(given: Parameters, id_name: str, secret_name: str) -> None:
    """App id and secret must fit."""
    if given.text(id_name) != APP_ID or given.text(secret_name) != APP_SECRET:
        raise Refusal(40101, "Invalid partner: app id or secret is incorrect.")


def accounts(world: World, request: Request, given: Parameters) -> dict[str, object]:
    """GET ``/oauth2/tcm/get/``."""
    require_brand(world, request)
    require_app(given, "app_id", "secret")
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 10, 1, 100)
    listed = [str(int(ACCOUNT_ID) + n) for n in range(world.switches.legacy_accounts)]
    return {
        "tcm_account_ids": listed[(page - 1) * size : page * size],
        "page_info": page_info(page, size, len(listed)),
    }


def issue_code(world: World, handle: str, scopes: list[str], redirect_uri: str) -> str:
    """A code for the callback. It holds signs that need URL encoding, as TikTok's do."""
    code = world.token("cac") + "*!sbx.va"
    expires_at = world.clock.now() + CODE_SECONDS
    world.auth_codes[code] = AuthCode(code, handle.lower(), scopes, redirect_uri, expires_at)
    return code


def exchange(world: World, request: Request, given: Parameters) -> dict[str, object]:
    """POST ``/tt_user/oauth2/token/``."""
    require_app(given, "client_id", "client_secret")
    _require_grant_type(given, "authorization_code")
    text, redirect_uri = given.text("auth_code"), given.text("redirect_uri")
    code = world.auth_codes.pop(text, None)
    world.dirty = True
    if code is None or code.expires_at <= world.clock.now() or code.redirect_uri != redirect_uri:
        raise Refusal(40110, "Auth code is invalid, expired or has been used.")
    person = world.creator(code.handle)
    deadline = world.clock.now() + REFRESH_SECONDS
    refresh_token = world.token("rft")
    kept = world.grants.get(person.open_id)
    access = {} if kept is None else kept.access
    grant = Grant(person.open_id, person.handle, code.scopes, refresh_token, deadline, access)
    world.grants[person.open_id] = grant
    return _tokens(world, grant)


def refresh(world: World, request: Request, given: Parameters) -> dict[str, object]:
    """POST ``/tt_user/oauth2/refresh_token/``."""
    require_app(given, "client_id", "client_secret")
    _require_grant_type(given, "refresh_token")
    text = given.text("refresh_token")
    grant = next((each for each in world.grants.values() if each.refresh_token == text), None)
    if grant is None:
        raise Refusal(40107, "Refresh token is invalid.")
    if grant.deadline <= world.clock.now():
        raise Refusal(40103, "Refresh token has expired.")
    if world.switches.rotate_refresh:
        grant.refresh_token = world.token("rft")
    return _tokens(world, grant)


def _require_grant_type(given: Parameters, expected: str) -> None:
    if given.text("grant_type") != expected:
        raise Refusal(40108, "Invalid grant type.")


def _tokens(world: World, grant: Grant) -> dict[str, object]:
    now = world.clock.now()
    token = world.token("act")
    expired_days_ago = now - 2 * ACCESS_SECONDS
    grant.access = {each: at for each, at in grant.access.items() if at > expired_days_ago}
    grant.access[token] = now + ACCESS_SECONDS
    world.dirty = True
    return {
        "access_token": token,
        "token_type": "Bearer",
        "scope": ",".join(grant.scopes),
        "expires_in": ACCESS_SECONDS,
        "refresh_token": grant.refresh_token,
        "refresh_token_expires_in": round(grant.deadline - now),
        "open_id": grant.open_id,
    }


def revoke(world: World, request: Request, given: Parameters) -> dict[str, object]:
    """POST ``/tt_user/oauth2/revoke/``."""
    require_app(given, "client_id", "client_secret")
    token = given.text("access_token")
    grant = next((each for each in world.grants.values() if token in each.access), None)
    if grant is None:
        raise Refusal(40105, "Access token is incorrect or has been revoked.")
    end(world, grant, reason=BY_DEVELOPER)
    return {}


def end(world: World, grant: Grant, *, reason: int) -> None:
    """All tokens of a consent die at once, and the app's webhook hears of it."""
    world.grants.pop(grant.open_id, None)
    webhooks.tell_removed(world, grant, reason)
    world.dirty = True


def expire(world: World, grant: Grant) -> None:
    """All access tokens of a consent expire now; the refresh token lives on."""
    now = world.clock.now()
    grant.access = {token: min(at, now) for token, at in grant.access.items()}
    world.dirty = True


def info(world: World, request: Request, given: Parameters) -> dict[str, object]:
    """POST ``/tt_user/token_info/get/``."""
    if given.text("app_id") != APP_ID:
        raise Refusal(40101, "Invalid partner: app id is incorrect.")
    grant = living(world, given.text("access_token"))
    return {"app_id": APP_ID, "scope": ",".join(grant.scopes), "creator_id": grant.open_id}


def require_self(grant: Grant, given: Parameters) -> None:
    """A creator's token serves its own account only."""
    creator_id = given.text("creator_id")
    if creator_id != grant.open_id:
        raise Refusal(40001, f"No permission to operate tiktok creator id: {creator_id}")


def require_redirect(address: str) -> None:
    """A place people may be sent back to."""
    if not webhooks.may_call(address) or urlsplit(address).fragment:
        raise invalid("redirect_uri must be https, or http on this machine.")


def known_scopes(text: str) -> list[str]:
    """The scopes of an authorize address, once each."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise invalid("scope: Missing data for required field.")
    return list(dict.fromkeys(names))
