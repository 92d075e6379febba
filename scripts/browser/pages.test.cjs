// Every page, whole: on a phone and on a desk, light and dark, in the languages with the longest words, for axe.
"use strict";
const { after, before, describe, test } = require("node:test");
const { SIZES, accessible, fits, launch, visit } = require("./browser.cjs");
const { PAGES, known } = require("./pages.cjs");

let browser;
let facts;
before(async () => {
  [browser, facts] = [await launch(), await known()];
});
after(() => browser?.close());

// Looks at a page on a phone and on a desk, light and dark.
async function each(page, look) {
  for (const { viewport } of Object.values(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await look(page);
    }
  }
}

describe("every page", { concurrency: 2 }, () => {
  for (const [name, open] of Object.entries(PAGES)) {
    for (const [lang, looks] of Object.entries({ en: [fits, accessible], de: [fits], pl: [fits] })) {
      test(`${name}, in ${lang}`, async () => {
        const { page, leave } = await visit(browser, "phone");
        await open(page, facts, lang);
        for (const look of looks) await each(page, look);
        await leave();
      });
    }
  }
});
