"""The sandbox's stand-in for TikTok's embedded player."""

from __future__ import annotations

import requests

from tests.sandbox_process import Sandbox


def test_a_player_stands_at_tiktoks_address_and_speaks_its_messages(tiktok: Sandbox) -> None:
    answer = requests.get(f"{tiktok.url}/player/v1/7450000000000000023?autoplay=1", timeout=5)
    assert answer.status_code == 200
    for word in ("onPlayerReady", "onCurrentTime", "onStateChange", "seekTo", "x-tiktok-player"):
        assert word in answer.text
    assert "7450000000000000023" in answer.text


def test_no_player_stands_for_what_is_no_video(tiktok: Sandbox) -> None:
    answer = requests.get(f"{tiktok.url}/player/v1/%3Cscript%3E", timeout=5)
    assert "onPlayerReady" not in answer.text
