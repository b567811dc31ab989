// Small comforts. Every page works without this file.
(() => {
  "use strict";

  // A filter applies as soon as it is chosen.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.getAttribute("method") !== "post") return;
    if (event.target.dataset.sent) {
      event.preventDefault();
      return;
    }
    event.target.dataset.sent = "yes";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
  });
  // ... and can be sent again after coming back to the page.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  });

  // Menus of the top bar close by Escape and by a press elsewhere.
  const close = (menu) => {
    menu.open = false;
  };
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".topbar details[open]")) {
      if (!menu.contains(event.target)) close(menu);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll(".topbar details[open]")) {
      close(menu);
      menu.querySelector("summary").focus();
    }
  });

  // What is wrong with a form is read out first.
  const problem = document.getElementById("problem");
  if (problem) problem.focus();

  // One box selects all rows of a list.
  for (const all of document.querySelectorAll("input[data-select-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of document.getElementsByName(all.dataset.selectAll)) box.checked = all.checked;
    });
  }

  // How many are selected is said as it changes, and after coming back to the page.
  for (const words of document.querySelectorAll("[data-selected]")) {
    const boxes = [...document.getElementsByName(words.dataset.selected)];
    const count = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      words.textContent = chosen ? `${chosen} selected:` : "Selected:";
      const all = document.querySelector(`input[data-select-all="${words.dataset.selected}"]`);
      if (all) all.checked = chosen === boxes.length;
    };
    document.addEventListener("change", count);
    window.addEventListener("pageshow", count);
  }
})();
