// A draft's video beside what is said to it: a comment's time plays from there, and a new comment takes the video's time.
(() => {
  const stage = document.querySelector("[data-draft]");
  const video = stage?.querySelector("video");
  if (!video) return;
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;
  const field = stage.querySelector("[data-second-field]");
  const take = stage.querySelector("[data-take-second]");
  if (take) take.hidden = false;

  stage.addEventListener("click", ({ target }) => {
    const second = target.closest("[data-second]");
    if (second) {
      video.currentTime = Number(second.dataset.second);
      video.focus();
      video.play().catch(() => {}); // a browser may want a second press
    } else if (target.closest("[data-take-second]")) {
      video.pause();
      field.value = clock(video.currentTime);
      field.focus();
    }
  });
})();
