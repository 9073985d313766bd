"""The state of TikTok One after a restart of the sandbox."""

import json

from tests.sandbox_process import APP_ID, BRAND_TOKEN, SECRET, TTO_ACCOUNT_ID, sandbox


def everything(tiktok, videos):
    who = {"tto_tcm_account_id": TTO_ACCOUNT_ID}
    return [
        tiktok.read("campaigns"),
        tiktok.read("webhooks"),
        tiktok.api("GET", "/tto/tcm/campaign/", **who)["data"],
        tiktok.api("GET", "/tto/tcm/brand/profile/get/", **who)["data"]["brands"][0]["brand_name"],
        [
            tiktok.api(
                "GET", "/tcm/tt_video/status/", tcm_account_id=TTO_ACCOUNT_ID, video_id=each
            )["data"]
            for each in videos
        ],
        tiktok.api("GET", "/subscription/get/", app_id=APP_ID, secret=SECRET)["data"],
        tiktok.control("privacy", video_id=videos[0], private=True),
    ]


def test_a_restarted_sandbox_remembers_tiktok_one(tmp_path):
    state = tmp_path / "sandbox.json"
    with sandbox(state=state) as first:
        videos = [*first.control("seed")["sparks"].values()]
        first.api(
            "POST",
            "/subscription/subscribe/",
            token="",
            app_id=APP_ID,
            secret=SECRET,
            subscribe_entity="TCM_VIDEOS",
            callback_url="https://influence.invalid/hooks/",
            subscription_detail={
                "access_token": BRAND_TOKEN,
                "tto_tcm_account_id": TTO_ACCOUNT_ID,
            },
        )
        first.control("privacy", video_id=videos[0], private=True)
        before = everything(first, videos)
        assert first.stop() == 0
    assert json.loads(state.read_text())["private"] == [videos[0]]
    with sandbox(state=state) as second:
        assert everything(second, videos) == before


def test_a_state_of_before_tiktok_one_is_still_read(tmp_path):
    state = tmp_path / "sandbox.json"
    with sandbox(state=state, seed=9) as first:
        first.control("creator", handle="tom_trails", membership="IN")
        assert first.stop() == 0
    old = json.loads(state.read_text())
    newer = "campaigns link_requests linked brands anchors sparks brand_codes brand_grants"
    for name in (*newer.split(), "subscriptions", "deliveries", "private"):
        del old[name]
    state.write_text(json.dumps(old))
    with sandbox(state=state) as second:
        assert second.read("creator", handle="tom_trails")["membership"] == "IN"
        asked = {"tto_tcm_account_id": TTO_ACCOUNT_ID}
        assert second.api("GET", "/tto/tcm/campaign/", **asked)["code"] == 0
