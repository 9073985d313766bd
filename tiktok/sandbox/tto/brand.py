"""The brand's consent on the API's side: ``/oauth2/…``, ``/tto/oauth2/…``."""

from __future__ import annotations

from dataclasses import dataclass

from tiktok.sandbox.answers import Refusal
from tiktok.sandbox.http import Request
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.records import BrandCode, BrandGrant
from tiktok.sandbox.tokens import require_app, require_brand, require_tto
from tiktok.sandbox.world import TTO_ACCOUNT_ID, TTO_US_ACCOUNT_ID, World

Data = dict[str, object]

CODE_SECONDS = 3600
_PERMISSIONS = [12, 31]


@dataclass(frozen=True, slots=True)
class Account:
    """A TTO Creator Marketplace account."""

    account_id: str
    name: str
    country: str
    timezone: str
    verification: str


ACCOUNTS = {
    each.account_id: each
    for each in (
        Account(TTO_ACCOUNT_ID, "Harbour Goods", "GB", "Europe/London", "PASSED"),
        Account(
            TTO_US_ACCOUNT_ID,
            "Harbour & Pine",
            "US",
            "America/New_York",
            "UNDER_REVIEW",
        ),
    )
}


def issue_code(world: World, account_ids: list[str]) -> str:
    """A code for the callback of the portal page."""
    code = world.token("bac")
    world.brand_codes[code] = BrandCode(code, account_ids, world.clock.now() + CODE_SECONDS)
    return code


def exchange(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/oauth2/access_token/``: an hour for the code, once; the token has no expiry."""
    require_app(given, "app_id", "secret")
    text = given.text("auth_code")
    with_advertisers = given.flag("return_advertiser_ids", default=True)
    code = world.brand_codes.pop(text, None)
    world.dirty = True
    if code is None or code.expires_at <= world.clock.now():
        raise Refusal(40110, "Auth code is invalid, expired or has been used.")
    grant = BrandGrant(world.token("brt"), code.account_ids)
    world.brand_grants[grant.token] = grant
    advertisers = ["7409000000000000001"] if with_advertisers else []
    return {
        "access_token": grant.token,
        "advertiser_ids": advertisers,
        "scope": list(_PERMISSIONS),
    }


def revoke(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/oauth2/revoke_token/``. Subscriptions made with the token fall silent with it."""
    require_brand(world, request)
    require_app(given, "app_id", "secret")
    token = given.text("access_token")
    if world.brand_grants.pop(token, None) is None:
        raise Refusal(40105, "Access token is incorrect or has been revoked.")
    world.dirty = True
    return {"app_id": given.text("app_id"), "advertiser_ids": []}


def accounts(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/oauth2/tcm/``."""
    grant = require_brand(world, request)
    require_app(given, "app_id", "secret")
    return {"tto_tcm_account_ids": list(grant.account_ids)}


def info(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/oauth2/info/``."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    require_tto(grant, account_id)
    account = ACCOUNTS[account_id]
    return {
        "tto_tcm_account_id": account_id,
        "account_name": account.name,
        "timezone": account.timezone,
        "country": account.country,
        "business_verification_status": account.verification,
    }
