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

  // Copying

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

  // The matrix: one tab stop, arrow keys between its cells

  const KEYS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  for (const table of all("table.matrix")) {
    const cells = all("a", table);
    const place = (cell) => [cell.closest("tr").rowIndex, cell.closest("td, th").cellIndex];
    const focus = (cell) => {
      for (const other of cells) other.tabIndex = other === cell ? 0 : -1;
      cell.focus();
    };
    cells.forEach((cell, index) => { cell.tabIndex = index ? -1 : 0; });
    table.addEventListener("keydown", (event) => {
      const from = event.target.closest("a");
      if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
      const shown = cells.filter((cell) => cell.offsetParent);
      const [row, column] = place(from);
      let to;
      if (event.key === "Home") to = shown.find((cell) => place(cell)[0] === row);
      if (event.key === "End") to = shown.findLast((cell) => place(cell)[0] === row);
      if (KEYS[event.key]) {
        const [down, right] = KEYS[event.key];
        const ahead = shown.filter((cell) => {
          const [r, c] = place(cell);
          return down ? c === column && (r - row) * down > 0 : r === row && (c - column) * right > 0;
        });
        to = down + right > 0 ? ahead[0] : ahead.at(-1);
      }
      if (!to && !KEYS[event.key]) return;
      event.preventDefault();
      if (to) focus(to);
    });
  }

  // Printing opens the causes

  const opened = [];
  addEventListener("beforeprint", () => {
    for (const details of all(".cause, .cause .answer").filter((details) => !details.open)) {
      details.open = true;
      opened.push(details);
    }
  });
  addEventListener("afterprint", () => { for (const details of opened.splice(0)) details.open = false; });

  // Filters: the hash of the URL has those that differ from the first ones, such as #outcome=all&route=generate

  const filters = one("filters");
  if (!filters) return;
  const { search, route, category } = filters.elements;
  const articles = all("article");
  const texts = new Map();
  const textOf = (article) => {
    if (!texts.has(article)) texts.set(article, article.textContent.toLowerCase());
    return texts.get(article);
  };
  const boxes = (name) => all(`input[name=${name}]`, filters);
  const checked = (name) => boxes(name).filter((box) => box.checked).map((box) => box.value);

  const show = () => {
    const outcomes = new Set(checked("outcome"));
    const levels = new Set(checked("level"));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const article of articles) {
      const data = article.dataset;
      const fits = outcomes.has(article.className) && levels.has(data.level)
        && (!route.value || route.value === data.route)
        && (!category.value || category.value === data.category)
        && words.every((word) => textOf(article).includes(word));
      article.hidden = !fits;
      count += fits;
    }
    one("nothing").hidden = count > 0;
    const hidden = articles.length - count;
    one("shown").textContent = hidden ? `${count} shown, ${hidden} hidden by filters` : `${count} shown`;
  };

  const written = () => {
    const values = new URLSearchParams();
    for (const name of ["outcome", "level"]) {
      const some = boxes(name);
      if (some.every((box) => box.checked === box.defaultChecked)) continue;
      values.set(name, some.every((box) => box.checked) ? "all" : checked(name).join(","));
    }
    for (const field of [route, category, search]) if (field.value) values.set(field.name, field.value);
    return values.size ? `#${values}` : "#";
  };

  const read = (hash) => {
    const values = new URLSearchParams(hash.slice(1));
    for (const name of ["outcome", "level"]) {
      const chosen = values.get(name);
      for (const box of boxes(name)) {
        box.checked = chosen === null ? box.defaultChecked : chosen === "all" || chosen.split(",").includes(box.value);
      }
    }
    for (const field of [route, category, search]) field.value = values.get(field.name) ?? "";
    show();
  };

  const showAll = () => {
    for (const box of [...boxes("outcome"), ...boxes("level")]) box.checked = true;
    for (const field of [route, category, search]) field.value = "";
    show();
  };
  const remember = (replace = false) => {
    if (written() !== (location.hash || "#")) history[replace ? "replaceState" : "pushState"](null, "", written());
  };

  const openTarget = () => {
    const target = one(location.hash.slice(1));
    if (!target?.matches("article, details")) return;
    if (target.hidden) showAll();
    const details = target.querySelector(":scope > details") ?? target;
    details.open = true;
    target.scrollIntoView();
    details.querySelector("summary").focus({ preventScroll: true });
  };
  const follow = () => {
    if (!location.hash || location.hash.includes("=")) read(location.hash);
    else openTarget();
  };

  let typing = false; // words typed in one go are one step back
  search.addEventListener("input", () => { show(); remember(typing); typing = true; });
  search.addEventListener("blur", () => { typing = false; });
  filters.addEventListener("change", (event) => { if (event.target !== search) { show(); remember(); } });
  filters.addEventListener("submit", (event) => event.preventDefault());
  one("all").addEventListener("click", () => { showAll(); remember(); });
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);

  for (const cell of all("a.cell")) {
    cell.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      read(cell.hash);
      remember();
      one("findings").scrollIntoView();
      search.focus({ preventScroll: true });
    });
  }

  addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, select, textarea");
    if (event.key === "/" && !inField && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && event.target === search) {
      search.value = "";
      show();
      remember();
    }
  });

  read(location.hash.includes("=") ? location.hash : "");
  follow();
  if (location.hash.includes("=")) one("findings").scrollIntoView();
})();
