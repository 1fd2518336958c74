"use strict";
(() => {
  // Filters of the targets; the hash of the URL has those that are set, such as #cause=3&search=eu-west
  const filters = document.getElementById("fleet-filters");
  const { search, cause } = filters.elements;
  const boxes = [...filters.querySelectorAll("input[name=verdict]")];
  const rows = [...document.querySelectorAll("table.fleet tbody tr")];
  const articles = [...document.querySelectorAll("#targets article")]; // in the order of the rows
  const texts = rows.map((row, index) => `${row.cells[0].textContent} ${articles[index].textContent}`.toLowerCase());

  const show = () => {
    const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, index) => {
      const fits = verdicts.has(row.dataset.verdict)
        && (!cause.value || row.dataset.causes.split(" ").includes(cause.value))
        && words.every((word) => texts[index].includes(word));
      row.hidden = !fits;
      articles[index].hidden = !fits;
      count += fits;
    });
    document.getElementById("fleet-nothing").hidden = count > 0;
    document.getElementById("fleet-shown").textContent = `${count} of ${rows.length} targets`;
  };

  const remember = () => {
    const values = new URLSearchParams();
    if (!boxes.every((box) => box.checked)) values.set("verdict", boxes.filter((box) => box.checked).map((box) => box.value).join(","));
    for (const field of [cause, search]) if (field.value) values.set(field.name, field.value);
    history.replaceState(null, "", values.size ? `#${values}` : "#");
  };

  const follow = () => {
    if (!location.hash.includes("=")) {
      const target = document.getElementById(location.hash.slice(1));
      const details = target?.matches("details") ? target : target?.querySelector(":scope > details");
      if (!details) return;
      target.hidden = false;
      details.open = true;
      target.scrollIntoView();
      details.querySelector("summary").focus({ preventScroll: true });
      return;
    }
    const values = new URLSearchParams(location.hash.slice(1));
    const chosen = values.get("verdict");
    for (const box of boxes) box.checked = chosen === null || chosen.split(",").includes(box.value);
    for (const field of [cause, search]) field.value = values.get(field.name) ?? "";
    show();
  };

  filters.addEventListener("input", () => { show(); remember(); });
  filters.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.only");
    if (!button) return;
    cause.value = button.value;
    show();
    remember();
    document.getElementById("targets").scrollIntoView();
  });
  show();
  follow();
})();
