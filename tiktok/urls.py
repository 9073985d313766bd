"""Addresses TikTok sends people back to and posts its news to, and the settings of an organization's own accounts."""

from django.urls import path

from tiktok.services.brands.subscriptions import WEBHOOK_PATH
from tiktok.views import brands, creators, hooks

urlpatterns = [
    path("oauth/tiktok/", creators.callback, name="tiktok_callback"),
    path("oauth/tiktok/finished/<int:job_pk>/", creators.finished, name="tiktok_connect_finished"),
    path("oauth/tiktok/result/", creators.result, name="tiktok_connect_result"),
    path("oauth/tiktok/brand/", brands.callback, name="tiktok_brand_callback"),
    path(
        "oauth/tiktok/brand/finished/<int:job_pk>/", brands.finished, name="tiktok_brand_finished"
    ),
    path(WEBHOOK_PATH, hooks.subscription_hook, name="tiktok_hook"),
    path(f"{WEBHOOK_PATH}login-kit/", hooks.login_kit_hook, name="tiktok_login_kit_hook"),
]

# Below `/o/<slug>/settings/tiktok/`.
ACCOUNT = "<int:marketplace_account_id>/"
settings_pages = (
    [
        path("", brands.accounts, name="accounts"),
        path("connect/", brands.connect, name="connect"),
        path(f"{ACCOUNT}choose/", brands.choose, name="choose"),
        path(f"{ACCOUNT}check/", brands.check, name="check"),
        path(f"{ACCOUNT}disconnect/", brands.disconnect, name="disconnect"),
    ],
    "tiktok_settings",
)
