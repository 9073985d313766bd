"""Subscriptions to webhooks: ``/subscription/…``, with app credentials in the call itself."""

from __future__ import annotations

from .answers import Refusal, invalid, page_info
from .http import Request
from .parameters import Parameters
from .records import Subscription
from .tokens import require_app, require_tto
from .webhooks import may_call
from .world import APP_ID, World

Data = dict[str, object]

ENTITIES = ("TCM_VIDEOS", "API_SERVICE_STATUS")


def subscribe(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/subscription/subscribe/``. It lives as long as the brand's token in it."""
    require_app(given, "app_id", "secret")
    entity = given.one_of("subscribe_entity", ENTITIES)
    url = given.text("callback_url")
    detail = given.nested("subscription_detail")
    token = detail.text("access_token")
    account_id = detail.text("tto_tcm_account_id") if entity == "TCM_VIDEOS" else ""
    products = detail.strings("product_filters", most=100, required=False)
    if not may_call(url):
        raise invalid("callback_url: Must be https, or http on this machine.")
    grant = world.brand_grants.get(token)
    if grant is None:
        raise Refusal(40105, "Access token is incorrect or has been revoked.")
    if account_id:
        require_tto(grant, account_id)
    made = Subscription(world.next_id("7470"), entity, url, token, account_id, products)
    world.subscriptions[made.subscription_id] = made
    return {"subscription_id": made.subscription_id}


def get(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/subscription/get/``; those whose token was revoked are gone."""
    require_app(given, "app_id", "secret")
    entity = given.optional("subscribe_entity")
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 10, 1, 1000)
    found = [
        each
        for each in world.subscriptions.values()
        if each.token in world.brand_grants and entity in {None, each.entity}
    ]
    return {
        "subscriptions": [_shown(each) for each in found[(page - 1) * size : page * size]],
        "page_info": page_info(page, size, len(found)),
    }


def _shown(each: Subscription) -> Data:
    detail: Data = {"access_token": each.token}
    if each.account_id:
        detail["tto_tcm_account_id"] = each.account_id
    if each.product_filters:
        detail["product_filters"] = each.product_filters
    return {
        "app_id": APP_ID,
        "subscription_id": each.subscription_id,
        "subscribe_entity": each.entity,
        "callback_url": each.callback_url,
        "subscription_detail": detail,
    }


def unsubscribe(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/subscription/unsubscribe/``."""
    require_app(given, "app_id", "secret")
    subscription_id = given.text("subscription_id")
    if world.subscriptions.pop(subscription_id, None) is None:
        raise Refusal(40007, f"Subscription {subscription_id} does not exist.")
    world.dirty = True
    return {"subscription_id": subscription_id}
