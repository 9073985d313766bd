// The video of a post beside its retention: TikTok's player comes when somebody presses play, and the marker moves with it.
(() => {
  const stage = document.querySelector("[data-stage]");
  if (!stage) return;
  const place = stage.querySelector("[data-player-place]");
  const field = stage.querySelector("[data-seek]");
  const marker = stage.querySelector("[data-marker]");
  const said = stage.querySelector("[data-at]");
  const curve = field ? JSON.parse(document.getElementById("retention-curve").textContent) : [];
  const address = stage.dataset.player;
  const SLOWEST = 8000; // ms that the player may take to say that it is there
  const PLAYING = 1;
  let frame = null, isReady = false, isPlaying = false, at = 0, wanted = null;

  function show(second) {
    at = Math.max(0, Math.min(second, curve.length - 1));
    const whole = Math.floor(at);
    const text = `${whole}\u00a0s · ${Math.round(curve[whole] * 100)}\u00a0% watching`;
    marker.setAttribute("x1", at);
    marker.setAttribute("x2", at);
    said.value = text;
    field.setAttribute("aria-valuenow", whole);
    field.setAttribute("aria-valuetext", text);
  }
  const tell = (type, value) =>
    frame.contentWindow.postMessage({ "x-tiktok-player": true, type, value }, new URL(address).origin);

  function load() {
    frame = Object.assign(document.createElement("iframe"), {
      src: `${address}?autoplay=1&rel=0`,
      title: "TikTok’s player",
      allow: "autoplay; fullscreen; encrypted-media",
      referrerPolicy: "strict-origin-when-cross-origin",
    });
    place.replaceChildren(frame);
    frame.focus();
    setTimeout(() => isReady || fail(), SLOWEST);
  }
  function fail() {
    const link = Object.assign(document.createElement("a"), {
      href: stage.dataset.post, target: "_blank", rel: "noopener noreferrer", textContent: "Open on TikTok",
    });
    const note = Object.assign(document.createElement("p"), { className: "player-note is-alone" });
    note.setAttribute("role", "alert");
    note.append("TikTok’s player did not load. ", link);
    place.replaceChildren(note);
    frame = null;
  }
  function seek(second) {
    if (curve.length) show(second);
    if (!address) return;
    wanted = second;
    if (!frame) return load();
    if (!isReady) return;
    tell("seekTo", second);
    tell("play");
    wanted = null;
  }

  addEventListener("message", ({ data, origin, source }) => {
    if (!frame || source !== frame.contentWindow || origin !== new URL(address).origin || !data?.["x-tiktok-player"]) return;
    if (data.type === "onPlayerReady") {
      isReady = true;
      if (wanted !== null) seek(wanted);
    }
    if (data.type === "onStateChange") isPlaying = data.value === PLAYING;
    if (data.type === "onCurrentTime" && curve.length) show(data.value.currentTime);
    if (data.type === "onPlayerError") fail();
  });
  stage.addEventListener("click", ({ target }) => {
    const second = target.closest("[data-second]");
    if (second) seek(Number(second.dataset.second));
    else if (target.closest("[data-play]")) load();
  });
  field?.addEventListener("click", (event) => {
    const { left, width } = field.getBoundingClientRect();
    seek(Math.round(((event.clientX - left) / width) * (curve.length - 1)));
  });
  field?.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: curve.length - 1 };
    if (event.key === " ") {
      if (isReady && frame) tell(isPlaying ? "pause" : "play");
      else if (address && !frame) load();
    } else if (event.key in steps) {
      show(steps[event.key]);
      if (isReady && frame) tell("seekTo", Math.floor(at));
    } else return;
    event.preventDefault();
  });
})();
