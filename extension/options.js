// Names the instance, and asks the browser for leave to fill that instance's form: for it alone, and for the last one no more.
"use strict";
const api = globalThis.browser ?? chrome;
const word = (name) => api.i18n.getMessage(name);
const form = document.querySelector("form");
const field = form.elements.instance;
const said = document.querySelector("output");

for (const one of document.querySelectorAll("[data-word]")) one.textContent = word(one.dataset.word);
document.documentElement.lang = api.i18n.getUILanguage();
api.storage.local.get("instance").then(({ instance }) => {
  field.value = instance ?? "";
});

function read(text) {
  try {
    const { protocol, hostname, origin, pathname } = new URL(text.trim());
    if (!["http:", "https:"].includes(protocol)) return null;
    // Firefox knows no ports here.
    return { instance: origin + pathname.replace(/\/+$/, ""), origin: `${protocol}//${hostname}/*` };
  } catch {
    return null;
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = read(field.value);
  field.setAttribute("aria-invalid", String(!wanted));
  if (!wanted) {
    said.textContent = word("wrong");
    return;
  }
  if (!(await api.permissions.request({ origins: [wanted.origin] }))) {
    said.textContent = word("denied");
    return;
  }
  const before = (await api.storage.local.get("origin")).origin;
  await api.storage.local.set(wanted);
  if (before && before !== wanted.origin) await api.permissions.remove({ origins: [before] });
  field.value = wanted.instance;
  said.textContent = word("saved");
});
