"""The reader of accounts: handles and addresses of six networks, as people write and paste them."""

from __future__ import annotations

import pytest

from crm.enums import Network
from crm.errors import (
    HandleNotReadable,
    LinkElsewhere,
    LinkWithoutName,
    OtherNetwork,
    SeveralAccounts,
    ShortLinkNotReadable,
)
from crm.policies.addresses import (
    AccountAddress,
    account_address,
    account_handle,
    account_name,
    profile_address,
    tiktok_handle,
)

CHANNEL = "UCabcdefghijKLMNOPQRSTUV"
READ = {
    "tiktok": {
        "maya.bakes": [
            "maya.bakes",
            "@Maya.Bakes",
            "  @maya.bakes ",
            "＠maya.bakes",
            "%40maya.bakes",
            "<@maya.bakes>",
            "@maya\u200b.bakes",
            "maya.bakes.",
            "@maya.bakes,",
            "„@maya.bakes“",
            "@maya.bakes!",
            "TikTok: maya.bakes",
            "tiktok - @maya.bakes",
            "Maya Bakes (@maya.bakes)",
            "https://www.tiktok.com/@maya.bakes?lang=en",
            "https://www.tiktok.com/@Maya.Bakes/video/7301?is_from_webapp=1#x",
            "https://www.tiktok.com/%40maya.bakes",
            "http://m.tiktok.com/@maya.bakes/",
            "https://us.tiktok.com/@maya.bakes",
            "https://www.tiktok.com/de-DE/@maya.bakes",
            "tiktok.com/@maya.bakes",
            "//www.tiktok.com/@maya.bakes",
            "WWW.TIKTOK.COM/@maya.bakes",
            "<https://www.tiktok.com/@maya.bakes>",
            "https://www.tiktok.com/@maya.bakes.",
            "https://www.tiktok.com/@maya.bakes/live",
            "[Maya](https://www.tiktok.com/@maya.bakes)",
            '<a href="https://www.tiktok.com/@maya.bakes">Maya</a>',
            "Find me here: https://www.tiktok.com/@maya.bakes?_t=8x!",
            "https://www.tiktok.com/@maya.bakes and again https://m.tiktok.com/@Maya.Bakes",
            "https://www.tiktok.com/@maya.bakes, shop: https://linktr.ee/maya",
            "https://www.tiktok.com:443/@maya.bakes",
        ],
        "under_": ["@under_"],
        "maya.tv": ["maya.tv", "@maya.tv"],
        "twitch.tv": ["@twitch.tv"],
    },
    "instagram": {
        "maya_bakes": [
            "https://www.instagram.com/maya_bakes/",
            "https://instagram.com/Maya_Bakes?igshid=abc&utm_source=qr",
            "instagram.com/maya_bakes/reels/",
            "https://www.instagram.com/maya_bakes/p/C1x/",
            "https://m.instagram.com/maya_bakes",
            "https://de-de.instagram.com/maya_bakes",
            "https://www.instagram.com/stories/maya_bakes/3141/",
            "https://www.instagram.com/_u/maya_bakes",
            "https://instagr.am/maya_bakes",
            "https://ig.me/m/maya_bakes",
            "https://www.instagram.com/@maya_bakes",
            "Instagram: @maya_bakes",
            "IG: maya_bakes",
            "maya_bakes on insta: @maya_bakes",
        ],
    },
    "youtube": {
        "mayabakes": [
            "https://www.youtube.com/@MayaBakes",
            "https://youtube.com/@mayabakes/videos?view=0",
            "https://m.youtube.com/%40mayabakes",
            "https://uk.youtube.com/user/MayaBakes",
            "https://www.youtube.com/c/MayaBakes/about",
            "youtube.com/mayabakes",
            "https://music.youtube.com/@mayabakes",
            "https://youtu.be/@mayabakes",
            "yt: mayabakes",
        ],
        "maïa-κ": ["https://www.youtube.com/@Ma%C3%AFa-%CE%BA"],
        CHANNEL: [
            CHANNEL,
            f"https://www.youtube.com/channel/{CHANNEL}",
            f"https://studio.youtube.com/channel/{CHANNEL}/videos",
        ],
    },
    "x": {
        "maya_b": [
            "https://x.com/Maya_B",
            "https://twitter.com/maya_b?s=20",
            "https://mobile.twitter.com/maya_b/status/12",
            "https://twitter.com/#!/maya_b",
            "https://twitter.com/intent/user?screen_name=maya_b",
            "www.x.com/@maya_b",
            "X: @maya_b",
            "Twitter: maya_b",
        ],
    },
    "facebook": {
        "maya.bakes": [
            "https://www.facebook.com/Maya.Bakes",
            "https://m.facebook.com/maya.bakes/posts/12?ref=x",
            "https://de-de.facebook.com/pg/maya.bakes/about/",
            "https://fb.com/maya.bakes",
            "https://m.me/maya.bakes",
            "https://web.facebook.com/maya.bakes#top",
            "fb: maya.bakes",
        ],
        "100012345678": [
            "https://www.facebook.com/profile.php?id=100012345678",
            "https://www.facebook.com/people/Maya-Bakes/100012345678/",
            "https://www.facebook.com/p/Maya-Bakes-100012345678/",
            "https://www.facebook.com/pages/category/Bakery/Maya-100012345678/",
            "https://www.facebook.com/Maya-Bakes-100012345678",
            "https://www.facebook.com/story.php?story_fbid=9&id=100012345678",
        ],
    },
    "twitch": {
        "mayalive": [
            "https://www.twitch.tv/MayaLive",
            "https://m.twitch.tv/mayalive?desktop-redirect=true",
            "https://www.twitch.tv/popout/mayalive/chat",
            "https://player.twitch.tv/?channel=mayalive&parent=x",
            "twitch.tv/mayalive/clip/Abc",
            "Twitch: @mayalive",
        ],
    },
}  # fmt: skip
SPELLED = [
    (text, network, handle)
    for network, handles in READ.items()
    for handle, texts in handles.items()
    for text in texts
]


@pytest.mark.parametrize(("text", "network", "handle"), SPELLED)
def test_an_account_is_read_from_what_people_write(text: str, network: str, handle: str) -> None:
    assert account_address(text) == AccountAddress(Network(network), handle)


@pytest.mark.parametrize(
    ("network", "text", "handle"),
    [
        ("instagram", "@maya", "maya"),
        ("youtube", "@Maya", "maya"),
        ("x", "maya", "maya"),
        ("facebook", "100012345678", "100012345678"),
        ("twitch", " <Maya> ", "maya"),
    ],
)
def test_a_handle_alone_is_of_the_usual_network(network: str, text: str, handle: str) -> None:
    assert account_address(text, Network(network)) == AccountAddress(Network(network), handle)


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "a", "maya bakes", "@ma ya", "@maya bakes here", "máya", "x" * 25, "maya\x00bakes", "maya@example.com",
        "https://www.tiktok.com@evil.example/@maya", "evil.example/tiktok.com/@maya", "#maya", "note: maya",
    ],
)  # fmt: skip
def test_anything_else_is_no_handle(text: str) -> None:
    with pytest.raises(HandleNotReadable, match=r"This is not a TikTok handle\. Enter it as @name"):
        account_address(text)


@pytest.mark.parametrize(
    ("network", "text"),
    [
        ("instagram", "x" * 31), ("youtube", "ab"), ("x", "x" * 16), ("facebook", "maya bakes"),
        ("twitch", "maya.live"),
    ],
)  # fmt: skip
def test_each_network_has_its_own_letters_and_length(network: str, text: str) -> None:
    with pytest.raises(HandleNotReadable, match=f"handle. .*{network}"):
        account_address(text, Network(network))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://vm.tiktok.com/ZMabc/", "A shortened TikTok link"),
        ("vt.tiktok.com/ZS1", "A shortened TikTok link"),
        ("Look! https://www.tiktok.com/t/ZTx/", "A shortened TikTok link"),
        ("https://www.instagram.com/share/BAx/", "A shortened Instagram link"),
        ("https://fb.watch/abc/", "A shortened Facebook link"),
        ("https://www.facebook.com/share/1Ab/", "A shortened Facebook link"),
        ("https://clips.twitch.tv/Abc", "A shortened Twitch link"),
        ("https://t.co/abc", "A shortened link"),
        ("bit.ly/maya", "A shortened link"),
    ],
)
def test_a_short_link_says_what_to_paste_instead(text: str, said: str) -> None:
    with pytest.raises(ShortLinkNotReadable, match=f"{said} does not name the account. Open it"):
        account_address(text)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("https://m.tiktok.com/v/73011.html", "TikTok"),
        ("https://www.tiktok.com/@/video/7301", "TikTok"),
        ("https://www.tiktok.com/tag/bakes", "TikTok"),
        ("https://www.tiktok.com/", "TikTok"),
        ("https://www.instagram.com/p/C1x/", "Instagram"),
        ("https://www.instagram.com/reel/C1x/?igsh=1", "Instagram"),
        ("https://www.instagram.com/stories/highlights/17/", "Instagram"),
        ("https://youtu.be/dQw4w9WgXcQ", "YouTube"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&ab_channel=Maya", "YouTube"),
        ("https://youtube.com/shorts/dQw4w9WgXcQ", "YouTube"),
        ("https://x.com/i/status/12", "X"),
        ("https://www.facebook.com/watch/?v=12", "Facebook"),
        ("https://www.facebook.com/groups/12/", "Facebook"),
        ("https://www.facebook.com/people/", "Facebook"),
        ("https://www.twitch.tv/videos/12", "Twitch"),
    ],
)
def test_a_link_to_a_video_without_a_name_says_what_is_needed(text: str, network: str) -> None:
    with pytest.raises(
        LinkWithoutName, match=f"This {network} link does not name .* the profile and paste"
    ):
        account_address(text)


def test_a_link_to_another_site_says_where_it_should_lead() -> None:
    for text in ("https://linktr.ee/maya", "https://evil.example/tiktok.com/@maya", "http://tiktok.com.evil.io/@m"):  # fmt: skip
        with pytest.raises(LinkElsewhere, match="none of TikTok, Instagram, YouTube, X, Facebook"):
            account_address(text)


def test_several_accounts_in_one_text_are_not_guessed_at() -> None:
    for text in ("@maya and @tom", "tiktok.com/@maya instagram.com/maya"):
        with pytest.raises(SeveralAccounts, match=r"several accounts\. Enter one at a time"):
            account_address(text)


def test_where_one_network_is_asked_for_another_is_refused() -> None:
    with pytest.raises(OtherNetwork, match=r"an account on Instagram\. Enter one on TikTok"):
        tiktok_handle("https://www.instagram.com/@maya.bakes")
    with pytest.raises(OtherNetwork, match=r"an account on TikTok\. Enter one on X"):
        account_handle(Network.X, "tiktok.com/@maya")
    assert account_handle(Network.TWITCH, "twitch.tv/maya") == "maya"


@pytest.mark.parametrize(("network", "handle"), sorted({each[1:] for each in SPELLED}))
def test_the_profile_of_an_account_is_read_as_the_same_account(network: str, handle: str) -> None:
    read = account_address(profile_address(network, handle))
    assert read == AccountAddress(Network(network), handle)


def test_ids_are_written_without_an_at_sign() -> None:
    assert account_name("tiktok", "123456789") == "@123456789"
    assert account_name("facebook", "100012345678") == "100012345678"
    assert account_name("youtube", CHANNEL) == CHANNEL
    assert profile_address("youtube", CHANNEL).endswith(f"/channel/{CHANNEL}")
