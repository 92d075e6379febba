// What script adds to pages that are complete without it: local times, the chart's read-out, a page that waits.
"use strict";
(() => {
  const say = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // Times in the reader's own zone; the page says UTC.
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (isNaN(at)) continue;
    time.title = time.textContent;
    const form = time.dataset.day === undefined ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium" };
    time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, form).format(at);
  }

  // Each step of the chart as a sentence, by pointer and by arrow keys.
  for (const plot of document.querySelectorAll("[data-steps]")) {
    const svg = plot.querySelector("svg");
    const out = plot.querySelector(".readout");
    const { from, until, digits, currency, said, gap, outcomes: names, receipt, receipts_from, working } = JSON.parse(plot.dataset.plot);
    let at = from;
    const steps = plot.dataset.steps.split(" ").filter(Boolean).map((step) => {
      const [since, bold, thin] = step.split(",");
      at += Number(since);
      return { at, bold, thin };
    });
    if (!steps.length) continue;
    const amount = (minor) =>
      minor === "" ? "–" : new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits, useGrouping: "min2" }).format(Number(minor) / 10 ** digits) + " " + currency;
    const when = (minute) => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(minute * 60000);
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
    cursor.setAttribute("class", "c-grid");
    svg.append(cursor);
    let place = steps.length - 1;
    const show = (next) => {
      place = Math.max(0, Math.min(steps.length - 1, next));
      const step = steps[place];
      const box = svg.viewBox.baseVal;
      cursor.setAttribute("d", `M${(Math.max(0, step.at - from) / (until - from)) * box.width} 0V${box.height - 48}`);
      out.textContent = step.bold.startsWith("!")
        ? say(gap, { moment: when(step.at), outcome: names[step.bold.slice(1)] })
        : say(said, { moment: when(step.at), price: amount(step.bold), sticker: amount(step.thin ?? "") });
      const href = paper(step);
      if (href) {
        const link = document.createElement("a");
        link.href = href;
        link.textContent = working;
        out.append(" ", link);
      }
    };
    const nearest = (event) => {
      const box = svg.getBoundingClientRect();
      const minute = from + ((event.clientX - box.left) / box.width) * (until - from);
      let found = 0;
      while (found + 1 < steps.length && steps[found + 1].at <= minute) found += 1;
      return found;
    };
    // The receipt of a step, where one is kept: 2026-11-22T04:12:00.000Z is written 20261122T0412Z there.
    const paper = ({ at, bold }) => {
      if (bold.startsWith("!") || receipts_from === null || at < receipts_from) return null;
      return receipt.replace("{at}", new Date(at * 60000).toISOString().slice(0, 16).replace(/[-:]/g, "") + "Z");
    };
    const open = () => {
      const href = paper(steps[place]);
      if (href) location.assign(href);
    };
    svg.addEventListener("pointermove", (event) => show(nearest(event)));
    // A finger reads first; the link beside the words is for it.
    svg.addEventListener("click", (event) => {
      show(nearest(event));
      if (event.pointerType === "mouse") open();
    });
    svg.setAttribute("tabindex", "0");
    svg.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
      if (by) show(place + by);
      else if (event.key === "Home") show(0);
      else if (event.key === "End") show(steps.length - 1);
      else if (event.key === "Enter") open();
      else return;
      event.preventDefault();
    });
  }

  // The list that this browser saw last takes the next watch; nobody else is told of it.
  const opened = location.pathname.match(/^\/l\/([A-Za-z0-9_-]{22})$/);
  try {
    if (opened) localStorage.setItem("list", opened[1]);
    for (const field of document.querySelectorAll("input[data-list]")) field.value = localStorage.getItem("list") ?? "";
  } catch {
    // A browser that keeps nothing opens a new list each time.
  }

  // Coupons stay in this browser: what is typed is kept as it is typed, and an empty field forgets them.
  for (const field of document.querySelectorAll("textarea[data-kept]")) {
    try {
      const name = field.dataset.kept;
      if (!field.value.trim()) field.value = localStorage.getItem(name) ?? "";
      field.addEventListener("input", () => localStorage.setItem(name, field.value));
      if (field.value.trim()) localStorage.setItem(name, field.value);
      const said = document.getElementById(`${field.id}-kept`);
      if (said) said.hidden = false;
    } catch {
      // A browser that keeps nothing is a form.
    }
  }

  // A file that is dropped on a form is the one that it asks for.
  for (const form of document.querySelectorAll("form[data-browser]")) {
    form.querySelector("[data-drop]").hidden = false;
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      form.elements.file.files = event.dataTransfer.files;
      form.requestSubmit();
    });
  }

  // A choice that needs no button of its own once it is made.
  for (const form of document.querySelectorAll("form[data-on-change]")) {
    form.addEventListener("change", () => form.requestSubmit());
    form.querySelector("button")?.setAttribute("hidden", "");
  }
})();
