"""A stand-in for TikTok's embedded player: a still picture that plays by the clock and speaks the player's messages."""

from __future__ import annotations

from html import escape

from . import videos
from .http import Request, Response
from .world import World

PLACE = "/player/v1/"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
}
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox player</title><style>
html,body{height:100%%;margin:0}body{display:grid;place-content:center;gap:12px;background:#16181d;color:#fff;text-align:center;
font:14px system-ui,sans-serif}button{font:inherit;padding:8px 14px;border:0;border-radius:8px}progress{width:160px}</style></head>
<body><p>Sandbox · not TikTok<br>Video %(id)s</p><progress max="%(seconds)d" value="0"></progress><output>0:00</output>
<button type="button">Play</button><script>
const seconds = %(seconds)d, bar = document.querySelector("progress"), said = document.querySelector("output");
const button = document.querySelector("button");
let at = 0, timer = null;
const tell = (type, value) => parent.postMessage({ "x-tiktok-player": true, type, value }, "*");
const show = () => {
  bar.value = at;
  said.value = `0:${String(Math.floor(at)).padStart(2, "0")}`;
  tell("onCurrentTime", { currentTime: at, duration: seconds });
};
function play() {
  timer ??= setInterval(() => { at = Math.min(at + 0.25, seconds); show(); if (at >= seconds) pause(0); }, 250);
  button.textContent = "Pause";
  tell("onStateChange", 1);
}
function pause(state = 2) {
  clearInterval(timer);
  timer = null;
  button.textContent = "Play";
  tell("onStateChange", state);
}
button.onclick = () => (timer ? pause() : play());
addEventListener("message", ({ data }) => {
  if (!data?.["x-tiktok-player"]) return;
  if (data.type === "play") play();
  if (data.type === "pause") pause();
  if (data.type === "seekTo") { at = Math.max(0, Math.min(data.value, seconds)); show(); }
});
tell("onPlayerReady");
show();
if (new URLSearchParams(location.search).get("autoplay") === "1") play();
</script></body></html>"""


def page(world: World, request: Request) -> Response | None:
    """The player of a video, as long as the sandbox's own idea of it; None for another address."""
    video_id = request.path.removeprefix(PLACE)
    if not request.path.startswith(PLACE) or not video_id.isdigit():
        return None
    seconds = videos.habits(world.seed, video_id).duration
    filled = _PAGE % {"id": escape(video_id), "seconds": seconds}
    return Response(filled.encode(), 200, "text/html; charset=utf-8", dict(_HEADERS))
