// Every page, whole: on a phone and on a desk, light and dark, in the languages with the longest words, for axe.
"use strict";
const { after, before, test } = require("node:test");
const { SIZES, accessible, fits, launch, visit } = require("./browser.cjs");
const { PAGES, known } = require("./pages.cjs");

let browser;
let facts;
before(async () => {
  [browser, facts] = [await launch(), await known()];
});
after(() => browser.close());

async function each(page, look) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await look(page);
  }
}

for (const [name, open] of Object.entries(PAGES)) {
  for (const size of Object.keys(SIZES)) {
    test(`${name} is whole on a ${size}`, async () => {
      const { page, leave } = await visit(browser, size);
      await open(page, facts, "en");
      await each(page, fits);
      await each(page, accessible);
      await leave();
    });
  }
  for (const lang of ["de", "pl"]) {
    test(`${name} has room for its words in ${lang}`, async () => {
      const { page, leave } = await visit(browser, "phone");
      await open(page, facts, lang);
      for (const { viewport } of Object.values(SIZES)) {
        await page.setViewportSize(viewport);
        await each(page, fits);
      }
      await leave();
    });
  }
}
