// Passkeys: allauth's scripts speak to the device, this shows what they are for where the browser knows passkeys, and says when
// the device has made or given none.
"use strict";

if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-passkeys-missing]")) part.hidden = true;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const problem of document.querySelectorAll("[data-passkeys-problem]")) problem.hidden = false;
});
