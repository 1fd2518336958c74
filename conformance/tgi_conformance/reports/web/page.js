"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  root.classList.add("scripted");

  const say = (text) => { one("said").textContent = text; };

  one("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    say(`${root.dataset.theme} theme`);
  });

  const copyBySelection = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("the browser did not copy");
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyBySelection(text); // a page that came from a file or by plain HTTP may not use the clipboard's API
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const before = "Copy curl";
    try {
      await copy(button.parentElement.querySelector("pre").textContent);
      button.textContent = "Copied ✓";
      say("Copied");
    } catch {
      button.textContent = "Not copied";
      say("The browser did not allow copying");
    }
    setTimeout(() => { button.textContent = before; }, 1600);
  });

  const search = one("search");
  if (!search) return;
  const articles = all("article");
  const texts = new Map();
  const textOf = (article) => {
    if (!texts.has(article)) texts.set(article, article.textContent.toLowerCase());
    return texts.get(article);
  };
  const checked = (name) => new Set(all(`input[name=${name}]:checked`).map((box) => box.value));

  const show = () => {
    const outcomes = checked("outcome");
    const levels = checked("level");
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const article of articles) {
      const { outcome, level, route, category } = article.dataset;
      const fits = outcomes.has(outcome) && levels.has(level)
        && (!one("route").value || one("route").value === route)
        && (!one("category").value || one("category").value === category)
        && words.every((word) => textOf(article).includes(word));
      article.hidden = !fits;
      count += fits;
    }
    one("nothing").hidden = count > 0;
    one("shown").textContent = `${count} of ${articles.length} shown`;
  };

  const showAll = () => {
    for (const box of all("input[name=outcome], input[name=level]")) box.checked = true;
    search.value = one("route").value = one("category").value = "";
    show();
  };

  for (const control of all(".toolbar input, .toolbar select")) control.addEventListener("input", show);
  one("all").addEventListener("click", showAll);

  for (const cell of all(".cell")) {
    cell.addEventListener("click", () => {
      showAll();
      one("route").value = cell.dataset.route;
      one("category").value = cell.dataset.category;
      show();
      one("findings").scrollIntoView();
      search.focus({ preventScroll: true });
    });
  }

  const openTarget = () => {
    const article = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!article || article.tagName !== "ARTICLE") return;
    if (article.hidden) showAll();
    article.querySelector("details").open = true;
    article.scrollIntoView();
    article.querySelector("summary").focus({ preventScroll: true });
  };
  addEventListener("hashchange", openTarget);

  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && event.target === search) {
      search.value = "";
      show();
    }
  });

  const opened = [];
  addEventListener("beforeprint", () => {
    for (const details of all("article:not([hidden]) > details:not([open])")) {
      if (!details.querySelector(".versus, .reason")) continue;
      details.open = true;
      opened.push(details);
    }
  });
  addEventListener("afterprint", () => { for (const details of opened.splice(0)) details.open = false; });

  show();
  openTarget();
})();
