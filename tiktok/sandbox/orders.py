"""Orders of workflow 2.0: creation, acceptance by a video, review. ``/tcm/order/…``, ``/tcm/video/…``."""

from __future__ import annotations

from collections.abc import Container

from . import clock, spark_rules
from .answers import Refusal, invalid, page_info
from .cast import INVALID
from .facts import Facts
from .http import Request
from .parameters import Parameters
from .tokens import require_account, require_brand
from .world import ORDERS_PER_CODE, CampaignCode, Order, Published, Tie, World

Data = dict[str, object]

UPLOAD_SECONDS = 60
RESULTS = ("SUCCEED", "CONTENT_REVIEW_FAIL", "AD_REVIEW_FAIL", "ALL_FAIL")
_RUNNING = ("NO_REVIEW", "CONTENT_REVIEWING", "AD_REVIEWING")
DECISIONS = (*RESULTS, *_RUNNING)
_SPARK_DAYS = (0, 7, 30, 60, 365)
_FIELDS = [
    "order_id",
    "handle_name",
    "campaign_code",
    "invite_link",
    "video_ids",
    "current_video_count",
    "total_video_limit",
    "per_creator_video_limit",
]
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def create(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tcm/order/create/v2/``. A handle that does not exist gets no order."""
    require_brand(world, request)
    account_id = given.text("tcm_account_id")
    brand = given.text("brand_name", longest=60)
    given.text("description", longest=60)
    handles = given.strings("handle_names", most=100)
    given.one_of("order_source", ("MSP", "OTHER"), "OTHER")
    number, spark_days = _wanted(given)
    require_account(given)
    existing = [each for each in handles if world.creator(each, account_id).membership != INVALID]
    code = _code(world, given.optional("campaign_code"), brand, number)
    if not existing:
        raise invalid("handle_names: None of the handles exists.")
    world.codes[code.code] = code
    created = [_order(world, code, handle, spark_days) for handle in existing]
    return {
        "campaign_code": code.code,
        "invite_link": code.invite_link,
        "remaining_orders": remaining(world, code),
        "orders": [{"order_id": each.order_id, "handle_name": each.handle} for each in created],
    }


def _wanted(given: Parameters) -> tuple[int, list[int]]:
    """How many videos (0: it is not said), and for how many days each is asked to Spark Ads."""
    usual = _spark_days(given, "default_spark_ads_requested_authorization_days", 0)
    number = given.integer("video_number", 0, 1, 10)
    deliverables = given.objects("deliverables", most=10)
    if not deliverables:
        return number, [usual] * 10
    days = []
    for each in deliverables:
        each.text("deliverable_name", longest=60)
        days.append(_spark_days(each, "spark_ads_requested_authorization_days", usual))
    return len(deliverables), days


def _spark_days(given: Parameters, name: str, default: int) -> int:
    days = given.integer(name, default, 0, 365)
    if days not in _SPARK_DAYS:
        raise invalid(f"{name}: Must be 7, 30, 60 or 365.")
    return days


def _code(world: World, text: str | None, brand: str, number: int) -> CampaignCode:
    if text is None:
        return _new_code(world, brand, number or 10)
    code = world.codes.get(text)
    if code is None:
        raise Refusal(40007, f"Campaign code {text} does not exist.")
    if code.brand_name != brand:
        raise invalid("campaign_code: It does not belong to this brand_name.")
    if number and number != code.video_number:
        raise invalid(f"video_number: Orders of this campaign code have {code.video_number}.")
    if not remaining(world, code):
        raise invalid("campaign_code: No remaining orders.")
    return code


def _new_code(world: World, brand: str, number: int) -> CampaignCode:
    world.numbers += 1
    facts = Facts(world.seed, "code", repr(world.born_at), str(world.numbers))
    letters = "".join(facts.pick(f"{place}", _ALPHABET) for place in range(6))
    slug = "".join(facts.pick(f"link:{place}", _ALPHABET) for place in range(6))
    link = f"https://www.tiktok.com/t/ZSbx{world.numbers}{slug}/"
    code = f"{letters[:3]}-{letters[3:]}"
    if code in world.codes:
        return _new_code(world, brand, number)
    return CampaignCode(code, link, brand, number)


def _order(world: World, code: CampaignCode, handle: str, spark_days: list[int]) -> Order:
    order = Order(world.next_id("731"), handle.lower(), code.code, spark_days=spark_days)
    world.orders[order.order_id] = order
    code.order_ids.append(order.order_id)
    return order


def remaining(world: World, code: CampaignCode) -> int:
    """Orders of a code that can still be accepted; an order counts when its creator accepts it."""
    accepted = sum(world.orders[each].accepted_at is not None for each in code.order_ids)
    return ORDERS_PER_CODE - accepted


def get(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/order/get/v2/``."""
    require_brand(world, request)
    given.text("tcm_account_id")
    query = given.one_of("query_type", ("ORDER_ID", "CAMPAIGN_CODE", "INVITE_LINK"))
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 10, 1, 20)
    fields = given.strings("fields", most=len(_FIELDS), required=False) or _FIELDS
    unknown = [name for name in fields if name not in _FIELDS]
    if unknown:
        raise invalid(f"fields: {unknown[0]} is not a valid field.")
    found = _found(world, query, given)
    require_account(given)
    shown = found[(page - 1) * size : page * size]
    return {
        "orders": [_state(world, world.orders[order_id], fields) for order_id in shown],
        "page_info": page_info(page, size, len(found)),
    }


def _found(world: World, query: str, given: Parameters) -> list[str]:
    if query == "ORDER_ID":
        wanted = given.strings("order_ids", most=200)
        return [order_id for order_id in dict.fromkeys(wanted) if order_id in world.orders]
    key = given.text("campaign_code" if query == "CAMPAIGN_CODE" else "invite_link")
    code = world.codes.get(key) if query == "CAMPAIGN_CODE" else by_link(world, key)
    return [] if code is None else code.order_ids


def by_link(world: World, link: str) -> CampaignCode | None:
    """The code an invite link belongs to."""
    return next((code for code in world.codes.values() if code.invite_link == link), None)


def _state(world: World, order: Order, fields: Container[str]) -> Data:
    code = world.codes[order.code]
    known: Data = {
        "order_id": order.order_id,
        "handle_name": order.handle,
        "campaign_code": code.code,
        "invite_link": code.invite_link,
        "video_ids": order.video_ids,
    }
    quota = {
        "current_video_count": len(order.video_ids),
        "per_creator_video_limit": code.video_number,
        "total_video_limit": code.video_number * ORDERS_PER_CODE,
    }
    asked = {name: value for name, value in known.items() if name in fields}
    part = {name: value for name, value in quota.items() if name in fields}
    return {**asked, "quota": part} if part else asked


def publish(world: World, handle: str, code: CampaignCode, caption: str, at: float) -> str:
    """The creator accepts the order and publishes a new video for it at this moment."""
    order = _open_order(world, handle, code)
    shot = Published(world.next_id("745"), order.handle, at, caption)
    world.publish(shot)
    _bind(world, order, shot.video_id, afterwards=False)
    return shot.video_id


def tie(world: World, handle: str, video_id: str, code: CampaignCode) -> None:
    """The creator adds the campaign code to a video that is already public."""
    if world.video(handle, video_id) is None:
        raise Refusal(40007, "The creator has no such video.")
    if video_id in world.ties:
        raise invalid("video_id: It is tied to an order already.")
    _bind(world, _open_order(world, handle, code), video_id, afterwards=True)


def _open_order(world: World, handle: str, code: CampaignCode) -> Order:
    mine = [world.orders[each] for each in code.order_ids]
    mine = [order for order in mine if order.handle == handle.lower()]
    if not mine:
        raise Refusal(40007, "The creator has no order of this campaign code.")
    open_ones = [order for order in mine if len(order.video_ids) < code.video_number]
    if not open_ones:
        raise invalid("The order has all its videos.")
    order = open_ones[0]
    if order.accepted_at is None and not remaining(world, code):
        raise invalid("campaign_code: No remaining orders.")
    return order


def _bind(world: World, order: Order, video_id: str, *, afterwards: bool) -> None:
    now = world.clock.now()
    order.accepted_at = order.accepted_at or now
    place = len(order.video_ids)
    order.video_ids.append(video_id)
    if place < len(order.spark_days):  # an order of an old state has none
        spark_rules.grant_with_upload(world, video_id, order.spark_days[place])
    world.ties[video_id] = Tie(video_id, order.handle, order.order_id, now, afterwards)
    world.dirty = True


def review_status(world: World, bound: Tie) -> str:
    """NO_REVIEW, then CONTENT_REVIEWING, then what was decided or, with the switch, SUCCEED."""
    if bound.result is not None:
        return bound.result
    age = world.clock.now() - bound.at
    limit = world.switches.auto_review_seconds
    if limit is not None and age >= limit:
        return "SUCCEED"
    return "NO_REVIEW" if age < UPLOAD_SECONDS else "CONTENT_REVIEWING"


def reviews(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/video/audit_status/get/``; the id is ``order_id`` or ``v2_order_id``."""
    require_brand(world, request)
    given.text("tcm_account_id")
    order_id = given.optional("order_id") or given.text("v2_order_id")
    require_account(given)
    order = world.orders.get(order_id)
    if order is None:
        raise Refusal(40007, f"Order {order_id} does not exist.")
    return {
        "audit_status_list": [_review(world, world.ties[video_id]) for video_id in order.video_ids]
    }


def _review(world: World, bound: Tie) -> Data:
    status = review_status(world, bound)
    video = world.video(bound.handle, bound.video_id)
    created_at = bound.at if video is None else video.created_at
    fresh = status == "NO_REVIEW" and not bound.afterwards
    done = status in RESULTS
    times = {
        "upload_time": created_at,
        "publish_time": None if fresh else created_at,
        "operation_time": bound.decided_at,
        "delete_time": bound.deleted_at,
    }
    return {
        "video_id": bound.video_id,
        "video_status": "DELETE" if bound.deleted_at else "UPLOAD" if fresh else "RELEASE",
        "bind_status": "BIND",
        "review_status": status,
        # Absent until then: some clients cannot read a time that is null.
        **{name: clock.text(at) for name, at in times.items() if at},
        "embed_url": _embed_url(bound.video_id) if status == "SUCCEED" else "",
        "reject_reason": bound.reason if done and status != "SUCCEED" else "",
        "advertiser_operate": "DEFAULT",
    }


def _embed_url(video_id: str) -> str:
    return f"https://www.tiktok.com/player/v1/{video_id}"


def delete(world: World, video_id: str) -> None:
    """The creator deletes a video that is tied to an order."""
    bound = world.ties.get(video_id)
    if bound is None:
        raise Refusal(40007, "No such video is tied to an order.")
    bound.deleted_at = world.clock.now()
    world.private.append(video_id)
    world.dirty = True


def decide(world: World, video_id: str, result: str, reason: str) -> None:
    """The control plane ends (or moves) a review."""
    bound = world.ties.get(video_id)
    if bound is None:
        raise Refusal(40007, "No such video is tied to an order.")
    if result not in DECISIONS:
        raise invalid(f"result: Must be one of {', '.join(DECISIONS)}.")
    bound.result, bound.reason, bound.decided_at = result, reason, world.clock.now()
    world.dirty = True
