// One click on the button, and nothing without it: what the open page shows goes to the shopper's own instance.
"use strict";
const api = globalThis.browser ?? chrome;

// Opens a page of the instance; its tab, once it is there.
function opened(url) {
  return new Promise((resolve) => {
    let wanted;
    const look = (id, { status }) => {
      if (id !== wanted || status !== "complete") return;
      api.tabs.onUpdated.removeListener(look);
      resolve(id);
    };
    api.tabs.onUpdated.addListener(look);
    api.tabs.create({ url }).then((tab) => {
      wanted = tab.id;
    });
  });
}

// Runs in the page of the instance: fills its form and sends it, as a person would.
function hand(text) {
  const field = document.querySelector("form[data-browser] textarea[name=page]");
  if (!field) return;
  field.value = text;
  field.form.requestSubmit();
}

async function send(tab) {
  const { instance, origin } = await api.storage.local.get(["instance", "origin"]);
  if (!instance || !(await api.permissions.contains({ origins: [origin] }))) {
    await api.runtime.openOptionsPage();
    return;
  }
  const [{ result }] = await api.scripting
    .executeScript({ target: { tabId: tab.id }, world: "MAIN", files: ["take.js"] })
    // Pages of the browser itself let nobody look.
    .catch(() => [{}]);
  const id = await opened(`${instance}/browser`);
  if (result) await api.scripting.executeScript({ target: { tabId: id }, func: hand, args: [result] });
}

api.action.onClicked.addListener(send);
