// Takes from the open page of the marketplace what its shopper sees: the data that the page was drawn from. One
// expression, whose value is the text to be sent; elsewhere it is empty. The bookmarklet and the extension share it.
(() => {
  "use strict";
  if (!/(^|\.)aliexpress\.(com|us|ru)$/.test(location.hostname)) return "";
  // What names a person, an address or a login stays in the page.
  const PERSONAL = /address|phone|e-?mail|token|csrf|nick|login|member|passport|avatar|(full|first|last)name/i;
  const MOST = 20000;
  const isObject = (value) => typeof value === "object" && value !== null;

  const found = [];
  const add = (value) => {
    if (isObject(value) && Object.keys(value).length) found.push(value);
  };
  add(window.runParams?.data);
  add(window._dida_config_?._init_data_);
  add(window.__INIT_DATA__);
  for (const script of document.querySelectorAll("script[type='application/json'],script[type='application/ld+json']")) {
    try {
      add(JSON.parse(script.textContent));
    } catch {
      // No JSON after all.
    }
  }

  // Pages of today ask for their data later and hold it beside what they draw; it is looked for a bounded way far.
  const isData = (value) =>
    isObject(value.GLOBAL_DATA) || Array.isArray(value.couponList) || Object.keys(value).some((key) => key.includes("cart_summary_component"));
  const held = () => {
    const roots = [...document.querySelectorAll("body *")].flatMap((one) =>
      Object.keys(one).filter((key) => key.startsWith("__reactContainer")).map((key) => one[key]));
    const seen = new Set(roots);
    for (const value of seen) {
      if (seen.size > MOST) break;
      try {
        if (isData(value)) return add(value);
        for (const inner of Object.values(value)) if (isObject(inner) && !(inner instanceof Node) && inner !== window) seen.add(inner);
      } catch {
        // What does not let itself be looked at is left alone.
      }
    }
  };
  if (!found.length) held();

  // A whole number that is too long for this language has lost digits: it stands beside it as a text, too.
  const kept = (key, value) =>
    PERSONAL.test(key) || (Number.isInteger(value) && !Number.isSafeInteger(value)) ? undefined : value;
  const pieces = found.flatMap((value) => {
    try {
      return [JSON.stringify(value, kept)];
    } catch {
      return [];
    }
  });
  const region = document.cookie.match(/(?:^|; )aep_usuc_f=([^;]*)/)?.[1].match(/(?:^|&)region=([A-Z]{2})(?:&|$)/)?.[1];
  const head = JSON.stringify({ schema: "tillwatch/browser/1", address: location.origin + location.pathname, market: region });
  return `${head.slice(0, -1)},"data":[${pieces.join(",")}]}`;
})();
