// A form with a large file is sent with its progress on screen; what was typed stays if that fails. Without this script the
// browser sends it as it is.
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const file = form.querySelector("input[type=file]");
  const shown = form.querySelector("[data-progress]");
  const bar = shown.querySelector("progress");
  const said = shown.querySelector("[data-said]");
  const problem = form.querySelector("[data-problem]");
  const button = form.querySelector("button[type=submit]");
  const TOLD_EVERY = 25; // percent

  function say(text) {
    problem.hidden = !text;
    problem.textContent = text;
  }
  const isTooLarge = () => file.files[0]?.size > Number(file.dataset.most);
  file.addEventListener("change", () => say(isTooLarge() ? form.dataset.tooLarge : ""));

  function fail(words) {
    shown.hidden = true;
    button.disabled = false;
    say(words);
    button.focus();
  }
  form.addEventListener("submit", (event) => {
    if (!file.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isTooLarge()) {
      say(form.dataset.tooLarge);
      file.focus();
      return;
    }
    const request = new XMLHttpRequest();
    let told = -1;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      const percent = Math.floor((loaded / total) * 100);
      bar.value = percent;
      const step = Math.floor(percent / TOLD_EVERY);
      if (step === told) return;
      told = step;
      said.textContent = `${percent} % ${form.dataset.sent}`;
    });
    request.addEventListener("load", () => {
      const isRefused = [422, 503].includes(request.status);
      if (request.status === 200) location.assign(request.responseURL);
      else if (isRefused) {
        const answer = new DOMParser().parseFromString(request.responseText, "text/html");
        const words = [...answer.querySelectorAll("form[data-upload] .field-error:not([hidden])")].map((each) => each.textContent.trim()).join(" ");
        fail(words || form.dataset.busy);
        file.value = "";
      } else fail(request.status === 429 ? form.dataset.busy : form.dataset.broken);
    });
    request.addEventListener("error", () => fail(form.dataset.broken));
    request.open("POST", form.action);
    const data = new FormData(form);
    say("");
    button.disabled = true;
    shown.hidden = false;
    bar.value = 0;
    request.send(data);
  }, true);
})();
