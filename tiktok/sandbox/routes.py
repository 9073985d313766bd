"""Every call this TikTok answers."""

from __future__ import annotations

from collections.abc import Callable

from . import accounts, orders, publishing, report, subscriptions, tcm, tokens
from .http import Request
from .parameters import Parameters
from .tto import brand, brands, campaigns, creators, directory, linking, spark
from .tto import report as tto_report
from .world import World

PREFIX = "/open_api/v1.3"
Endpoint = Callable[[World, Request, Parameters], dict[str, object]]

ROUTES: dict[tuple[str, str], Endpoint] = {
    ("GET", "/tcm/creator/status/get/"): tcm.status,
    ("POST", "/tcm/creator/invite/"): tcm.invite,
    ("GET", "/tcm/creator/public/"): tcm.public,
    ("GET", "/tcm/creator/public/video/list/"): tcm.public_videos,
    ("GET", "/tcm/creator/authorized/"): tcm.authorized,
    ("GET", "/tcm/creator/authorized/video/list/"): tcm.authorized_videos,
    ("POST", "/tcm/order/create/v2/"): orders.create,
    ("GET", "/tcm/order/get/v2/"): orders.get,
    ("GET", "/tcm/video/audit_status/get/"): orders.reviews,
    ("GET", "/tcm/report/get/v2/"): report.get,
    ("POST", "/tt_user/oauth2/token/"): tokens.exchange,
    ("POST", "/tt_user/oauth2/refresh_token/"): tokens.refresh,
    ("POST", "/tt_user/oauth2/revoke/"): tokens.revoke,
    ("POST", "/tt_user/token_info/get/"): tokens.info,
    ("GET", "/oauth2/tcm/get/"): tokens.accounts,
    ("POST", "/oauth2/access_token/"): brand.exchange,
    ("POST", "/oauth2/revoke_token/"): brand.revoke,
    ("GET", "/tto/oauth2/tcm/"): brand.accounts,
    ("GET", "/tto/oauth2/info/"): brand.info,
    ("GET", "/tto/tcm/creator/status/get/"): creators.status,
    ("GET", "/tto/tcm/creator/public/"): creators.public,
    ("GET", "/tto/tcm/creator/public/video/list/"): creators.public_videos,
    ("GET", "/tto/tcm/creator/discover/"): directory.discover,
    ("GET", "/tto/tcm/rank/"): directory.rank,
    ("GET", "/tto/tcm/category/label/"): directory.labels,
    ("POST", "/tto/tcm/brand/profile/create/"): brands.create_profile,
    ("GET", "/tto/tcm/brand/profile/get/"): brands.get_profiles,
    ("POST", "/tto/tcm/campaign/create/"): campaigns.create,
    ("POST", "/tto/tcm/campaign/update/"): campaigns.update,
    ("GET", "/tto/tcm/campaign/"): campaigns.get,
    ("POST", "/tto/tcm/campaign/link/"): linking.ask,
    ("GET", "/tto/tcm/campaign/link/status/"): linking.status,
    ("GET", "/tto/tcm/report/"): tto_report.get,
    ("POST", "/tto/tcm/anchor/create/"): brands.create_anchor,
    ("GET", "/tto/tcm/anchor/get/"): brands.get_anchors,
    ("POST", "/tto/tcm/anchor/delete/"): brands.delete_anchor,
    ("GET", "/tto/creator/authorized/"): creators.authorized,
    ("GET", "/tto/creator/authorized/video/list/"): creators.authorized_videos,
    ("POST", "/tto/creator/campaign/join/"): linking.join,
    ("POST", "/tto/creator/campaign/video/link/"): linking.link_video,
    ("GET", "/tto/creator/link/request/get/"): linking.requests,
    ("POST", "/tto/creator/link/request/confirm/"): linking.confirm,
    ("POST", "/tcm/tt_video/apply/"): spark.apply,
    ("GET", "/tcm/tt_video/status/"): spark.status,
    ("GET", "/spark_ad/recommend/"): spark.recommend,
    ("GET", "/business/get/"): accounts.profile,
    ("GET", "/business/video/list/"): accounts.video_list,
    ("POST", "/business/video/publish/"): publishing.publish,
    ("GET", "/business/publish/status/"): publishing.status,
    ("POST", "/subscription/subscribe/"): subscriptions.subscribe,
    ("GET", "/subscription/get/"): subscriptions.get,
    ("POST", "/subscription/unsubscribe/"): subscriptions.unsubscribe,
}
