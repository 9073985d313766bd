"""Brand profiles and anchors: ``/tto/tcm/brand/profile/…``, ``/tto/tcm/anchor/…``."""

from __future__ import annotations

from tiktok.sandbox.answers import Refusal, invalid, page_info
from tiktok.sandbox.http import Request
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.records import Anchor, BrandProfile
from tiktok.sandbox.tokens import require_brand, require_tto
from tiktok.sandbox.webhooks import may_call
from tiktok.sandbox.world import World

Data = dict[str, object]

ANCHOR_STATES = ("DRAFT", "CREATED", "IN_REVIEW", "APPROVED", "REJECTED_BY_AUDIT")
_TITLES = (
    "WATCH_NOW",
    "LISTEN_NOW",
    "READ_MORE",
    "SHOW_NOW",
    "GET_OFFER",
    "LEARN_MORE",
    "CONTACT_US",
    "JOIN_NOW",
    "APPLY_NOW",
)
_SHOP_COUNTRIES = {"US", "GB", "ID", "MY", "PH", "SG", "TH", "VN"}
_LARGEST_FILE = 2 * 1024 * 1024
_FOREVER = 4_102_444_800


def create_profile(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/tcm/brand/profile/create/``."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    name = given.text("brand_name", longest=60)
    industry = given.text("brand_industry_id")
    website, logo = given.text("brand_website"), given.text("logo_url")
    tiktok_url = given.optional("tiktok_account_url")
    if not website.startswith("https://"):
        raise invalid("brand_website: Must start with https://.")
    if not may_call(logo):
        raise invalid("logo_url: Not a valid URL.")
    require_tto(grant, account_id)
    profile_id = world.next_id("7463")
    brand = BrandProfile(profile_id, account_id, name, industry, website, tiktok_url)
    world.brands[profile_id] = brand
    return _profile(request, brand)


def get_profiles(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/brand/profile/get/``."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    wanted = given.strings("brand_profile_ids", most=20, required=False)
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 10, 1, 100)
    require_tto(grant, account_id)
    found = [
        each
        for each in world.brands.values()
        if each.account_id == account_id and (not wanted or each.brand_profile_id in wanted)
    ]
    return {
        "brands": [_profile(request, each) for each in found[(page - 1) * size : page * size]],
        "page_info": page_info(page, size, len(found)),
    }


def _profile(request: Request, brand: BrandProfile) -> Data:
    name = f"brand-{brand.brand_profile_id}"
    return {
        "brand_profile_id": brand.brand_profile_id,
        "brand_name": brand.brand_name,
        "brand_industry_id": brand.brand_industry_id,
        "brand_website": brand.brand_website,
        "logo_url": f"{request.origin}/_sandbox/a/{name}.svg?x-expires={_FOREVER}",
        "tiktok_account_url": brand.tiktok_account_url,
    }


def create_anchor(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/tcm/anchor/create/``, JSON or multipart; not for countries with a shop."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    given.one_of("anchor_type", ("WEB_ANCHOR",))
    sub_type = given.one_of("anchor_sub_type", ("DESTINATION",), "DESTINATION")
    category = given.integer("category_label_id", 0, 1, 10**18)
    if not category:
        raise invalid("category_label_id: Missing data for required field.")
    country = given.text("country_code", longest=2)
    page_url = given.nested("call_to_action").text("landing_page_url")
    title = given.one_of("anchor_title", _TITLES)
    name = given.text("anchor_name", longest=32)
    _require_thumbnail(given)
    require_tto(grant, account_id)
    if country in _SHOP_COUNTRIES:
        raise invalid("country_code: Anchors are not available where TikTok Shop is.")
    anchor = Anchor(
        anchor_id=world.next_id("7464"),
        account_id=account_id,
        status="IN_REVIEW",
        anchor_sub_type=sub_type,
        category_label_id=category,
        country_code=country,
        landing_page_url=page_url,
        anchor_title=title.replace("_", " ").capitalize(),
        anchor_name=name,
    )
    world.anchors[anchor.anchor_id] = anchor
    return _anchor(request, anchor)


def _require_thumbnail(given: Parameters) -> None:
    way = given.one_of("upload_type", ("UPLOAD_BY_FILE", "UPLOAD_BY_URL"))
    if way == "UPLOAD_BY_URL":
        if not may_call(given.text("thumbnail_url")):
            raise invalid("thumbnail_url: Not a valid URL.")
    elif not given.integer("thumbnail_file", 0, 0, _LARGEST_FILE):
        raise invalid("thumbnail_file: Missing data for required field.")


def get_anchors(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/anchor/get/``."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    wanted = given.strings("anchor_ids", most=100, required=False)
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 10, 1, 50)
    require_tto(grant, account_id)
    found = [
        each
        for each in world.anchors.values()
        if each.account_id == account_id and (not wanted or each.anchor_id in wanted)
    ]
    return {
        "anchors": [_anchor(request, each) for each in found[(page - 1) * size : page * size]],
        "page_info": page_info(page, size, len(found)),
    }


def delete_anchor(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/tcm/anchor/delete/``: drafts only."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    anchor_id = given.text("anchor_id")
    require_tto(grant, account_id)
    anchor = world.anchors.get(anchor_id)
    if anchor is None or anchor.account_id != account_id:
        raise Refusal(40007, f"Anchor {anchor_id} does not exist.")
    if anchor.status != "DRAFT":
        raise invalid("anchor_id: Only a DRAFT anchor can be deleted.")
    del world.anchors[anchor_id]
    world.dirty = True
    return {}


def _anchor(request: Request, anchor: Anchor) -> Data:
    name = f"anchor-{anchor.anchor_id}"
    return {
        "anchor_id": anchor.anchor_id,
        "status": anchor.status,
        "anchor_type": "WEB_ANCHOR",
        "anchor_sub_type": anchor.anchor_sub_type,
        "category_label_id": anchor.category_label_id,
        "country_code": anchor.country_code,
        "call_to_action": {"landing_page_url": anchor.landing_page_url},
        "anchor_title": anchor.anchor_title,
        "anchor_name": anchor.anchor_name,
        "thumbnail_url": f"{request.origin}/_sandbox/a/{name}.svg?x-expires={_FOREVER}",
    }
