"""Addresses of posts in the forms in which people copy them; one post has one id, whichever form it comes in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.enums import Network
from crm.errors import PostNotReadable, TikTokPostRefused
from crm.policies.post_addresses import post_address

REEL = "https://www.instagram.com/reel/C8xY_z-1Abc/"
FILM = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
SHORT = "https://www.youtube.com/shorts/dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("text", "network", "post_id", "url", "handle"),
    [
        ("https://www.instagram.com/p/C8xY_z-1Abc/?igsh=abc", "instagram", "C8xY_z-1Abc", "https://www.instagram.com/p/C8xY_z-1Abc/", ""),
        ("instagram.com/reel/C8xY_z-1Abc", "instagram", "C8xY_z-1Abc", REEL, ""),
        ("https://instagram.com/reels/C8xY_z-1Abc/", "instagram", "C8xY_z-1Abc", REEL, ""),
        ("https://m.instagram.com/tv/C8xY_z-1Abc/", "instagram", "C8xY_z-1Abc", REEL, ""),
        ("https://www.instagram.com/Lena.Lifts/reel/C8xY_z-1Abc/", "instagram", "C8xY_z-1Abc", REEL, "lena.lifts"),
        ("https://www.instagram.com/stories/lena.lifts/3141592653589793238/", "instagram", "3141592653589793238", "https://www.instagram.com/stories/lena.lifts/3141592653589793238/", "lena.lifts"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10s", "youtube", "dQw4w9WgXcQ", FILM, ""),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", "youtube", "dQw4w9WgXcQ", FILM, ""),
        ("m.youtube.com/watch?list=x&v=dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ", FILM, ""),
        ("https://youtube.com/shorts/dQw4w9WgXcQ?feature=share", "youtube", "dQw4w9WgXcQ", SHORT, ""),
        ("https://www.youtube.com/live/dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ", FILM, ""),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ", FILM, ""),
        ("https://www.youtube.com/post/UgkxAbCdEfGhIjKl123", "youtube", "UgkxAbCdEfGhIjKl123", "https://www.youtube.com/post/UgkxAbCdEfGhIjKl123", ""),
        ("https://x.com/Lena_Lifts/status/1850000000000000001?s=20", "x", "1850000000000000001", "https://x.com/lena_lifts/status/1850000000000000001", "lena_lifts"),
        ("https://mobile.twitter.com/lena_lifts/statuses/1850000000000000001/photo/1", "x", "1850000000000000001", "https://x.com/lena_lifts/status/1850000000000000001", "lena_lifts"),
        ("https://x.com/i/web/status/1850000000000000001", "x", "1850000000000000001", "https://x.com/i/status/1850000000000000001", ""),
        ("https://x.com/i/status/1850000000000000001", "x", "1850000000000000001", "https://x.com/i/status/1850000000000000001", ""),
        ("https://www.facebook.com/lena.lifts/posts/pfbid02abcDEF12345", "facebook", "pfbid02abcDEF12345", "https://www.facebook.com/lena.lifts/posts/pfbid02abcDEF12345", "lena.lifts"),
        ("https://www.facebook.com/lena.lifts/posts/a-title/10158000000000001", "facebook", "10158000000000001", "https://www.facebook.com/lena.lifts/posts/10158000000000001", "lena.lifts"),
        ("https://www.facebook.com/lena.lifts/videos/10158000000000001/?ref=x", "facebook", "10158000000000001", "https://www.facebook.com/lena.lifts/posts/10158000000000001", "lena.lifts"),
        ("https://www.facebook.com/lena.lifts/photos/a.123456/10158000000000001", "facebook", "10158000000000001", "https://www.facebook.com/lena.lifts/posts/10158000000000001", "lena.lifts"),
        ("https://www.facebook.com/reel/10158000000000001", "facebook", "10158000000000001", "https://www.facebook.com/reel/10158000000000001/", ""),
        ("https://www.facebook.com/watch/?v=10158000000000001", "facebook", "10158000000000001", "https://www.facebook.com/10158000000000001", ""),
        ("https://m.facebook.com/story.php?story_fbid=10158000000000001&id=100044", "facebook", "10158000000000001", "https://www.facebook.com/100044/posts/10158000000000001", "100044"),
        ("https://www.facebook.com/photo?fbid=10158000000000001&set=a.1", "facebook", "10158000000000001", "https://www.facebook.com/10158000000000001", ""),
        ("https://www.facebook.com/groups/98765432/permalink/10158000000000001/", "facebook", "10158000000000001", "https://www.facebook.com/10158000000000001", ""),
        ("https://www.twitch.tv/videos/2200000001?t=0h1m", "twitch", "2200000001", "https://www.twitch.tv/videos/2200000001", ""),
        ("https://www.twitch.tv/lena_lifts/v/2200000001", "twitch", "2200000001", "https://www.twitch.tv/videos/2200000001", "lena_lifts"),
        ("https://player.twitch.tv/?video=v2200000001", "twitch", "2200000001", "https://www.twitch.tv/videos/2200000001", ""),
        ("https://www.twitch.tv/lena_lifts/clip/FunnyOwl-abc_123", "twitch", "FunnyOwl-abc_123", "https://clips.twitch.tv/FunnyOwl-abc_123", "lena_lifts"),
        ("https://clips.twitch.tv/FunnyOwl-abc_123", "twitch", "FunnyOwl-abc_123", "https://clips.twitch.tv/FunnyOwl-abc_123", ""),
        ("https://clips.twitch.tv/embed?clip=FunnyOwl-abc_123", "twitch", "FunnyOwl-abc_123", "https://clips.twitch.tv/FunnyOwl-abc_123", ""),
        ("https://www.twitch.tv/clip/FunnyOwl-abc_123", "twitch", "FunnyOwl-abc_123", "https://clips.twitch.tv/FunnyOwl-abc_123", ""),
        (f"New film! → {FILM} <3", "youtube", "dQw4w9WgXcQ", FILM, ""),
        (f"{FILM} and again https://youtu.be/dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ", FILM, ""),
    ],
)  # fmt: skip
def test_a_post_is_read_from_its_address(
    text: str, network: str, post_id: str, url: str, handle: str
) -> None:
    found = post_address(text)
    assert (found.network, found.post_id, found.url, found.handle) == (
        network,
        post_id,
        url,
        handle,
    )


@pytest.mark.parametrize("form", [
    "https://www.tiktok.com/@maya.bakes/video/7450000000000000001", "tiktok.com/@maya.bakes/photo/7450000000000000001",
    "https://vm.tiktok.com/ZSbx1/", "HTTPS://WWW.TIKTOK.COM/@maya.bakes/video/1", "https://m.tiktok.com/v/7450000000000000001.html",
])  # fmt: skip
def test_a_tiktok_post_is_refused_with_what_to_do_instead(form: str) -> None:
    with pytest.raises(TikTokPostRefused, match="Send the creator an order"):
        post_address(form)


@pytest.mark.parametrize(("text", "words"), [
    ("", "no address of a post"), ("@lena.lifts", "no address of a post"), ("https://example.com/p/C8xY_z-1Abc", "no address of a post"),
    ("https://www.instagram.com/lena.lifts/", "no address of a post"), ("https://www.youtube.com/@lena", "no address of a post"),
    ("https://youtu.be/short", "no address of a post"), ("https://x.com/lena/status/", "no address of a post"),
    ("https://www.facebook.com/lena.lifts/posts/", "no address of a post"), ("https://www.facebook.com/lena.lifts", "no address of a post"),
    ("https://www.facebook.com/10158000000000001/posts/", "no address of a post"),
    ("https://www.twitch.tv/lena_lifts", "no address of a post"), ("https://www.instagram.com/share/reel/BAbc12345", "shortened link"),
    ("https://fb.watch/abc123/", "shortened link"), ("https://www.facebook.com/share/v/abc12345/", "shortened link"),
    ("https://bit.ly/3abc", "shortened link"), ("https://t.co/abc", "shortened link"),
    (f"{FILM} {REEL}", "several posts"),
])  # fmt: skip
def test_what_names_no_post_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(PostNotReadable, match=words):
        post_address(text)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        found = post_address(text)
    except PostNotReadable:
        return
    assert found.network != Network.TIKTOK


@pytest.mark.parametrize("url", [REEL, FILM, SHORT, "https://x.com/i/status/1850000000000000001"])
def test_an_address_in_its_one_spelling_is_read_as_itself(url: str) -> None:
    assert post_address(url).url == url
