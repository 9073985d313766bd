// From profile to profile, in the order of the list that one came from: as far as its page went, and back to where it stood.
(() => {
  const KEPT = "trail";
  const isProfile = ({ pathname }) => /\/influencers\/\d+\/$/.test(pathname);

  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("#influencers tbody th a[href]");
    if (!link || !isProfile(link)) return;
    const links = [...document.querySelectorAll("#influencers tbody th a[href]")].filter(isProfile);
    const segment = document.querySelector('#segments a[aria-current][href*="segment="]')?.firstChild;
    const name = (segment || document.querySelector("h1")).textContent.trim();
    const kept = { name, list: location.pathname + location.search, profiles: links.map((each) => each.pathname) };
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // storage is blocked: profiles stand alone
    }
  }, true);

  function read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT));
    } catch {
      return null;
    }
  }
  const trail = document.querySelector("[data-trail]");
  const kept = trail && read();
  const at = kept ? kept.profiles.indexOf(location.pathname) : -1;
  if (at < 0) return;
  const back = trail.querySelector(".back-link");
  back.href = kept.list;
  back.lastChild.textContent = `${kept.name} · ${at + 1} of ${kept.profiles.length} on its page`;
  for (const [key, step] of [["K", -1], ["J", 1]]) {
    const link = trail.querySelector(`[aria-keyshortcuts="${key}"]`);
    const href = kept.profiles[at + step];
    if (href) link.href = href;
    else link.setAttribute("aria-disabled", "true");
    link.hidden = false;
  }
})();
