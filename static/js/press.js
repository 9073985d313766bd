// A press reaches what was pressed, also when that moves before it is released: a part arrives above it, or the page scrolls.
// Loaded first, so that no other script hears a click that went astray. While something is pressed, live.js changes nothing.
(() => {
  const PRESSABLE = "a[href], button, summary, label, input:is([type=checkbox], [type=radio], [type=file])";
  const STEADY = 8; // px that a hand moves while it presses; who moves further has thought better of it
  const LONGEST = 500; // ms after which no click comes any more
  const on = (name, act) => document.addEventListener(name, act, true);
  let press = null;

  on("pointerdown", ({ target, isPrimary, button, clientX: x, clientY: y }) => {
    const element = isPrimary && button === 0 && target.closest(PRESSABLE);
    press = element ? { element, x, y } : null;
  });
  on("pointercancel", () => (press = null));
  on("pointerup", () => {
    const mine = press;
    setTimeout(() => press === mine && (press = null), LONGEST);
  });

  // The press has ended at `event`. Give it to what was pressed if it missed that; true if so.
  function end(event) {
    const { element, x, y } = press;
    press = null;
    const isSteady = Math.hypot(event.clientX - x, event.clientY - y) <= STEADY;
    if (!isSteady || !element.isConnected || element.contains(event.target)) return false;
    element.dispatchEvent(new PointerEvent("click", event)); // with the keys that were held
    return true;
  }
  on("click", (event) => {
    if (!press || !event.isTrusted || !end(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  // A click comes in the same turn; some browsers send none where press and release differ.
  on("mouseup", (event) => {
    const mine = press;
    setTimeout(() => mine && press === mine && end(event));
  });

  window.isPressing = () => press !== null;
})();
