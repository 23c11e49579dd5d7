// Small help for forms; each works without it.
(() => {
  // data-confirm="Cancel this order?" asks before the form (or the button's form) is sent.
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // A plain form is sent once, and shows that it is being sent. htmx does the same for its own.
  const isHtmx = (form) => ["get", "post", "put", "patch", "delete"].some((verb) =>
    form.hasAttribute(`data-hx-${verb}`) || form.hasAttribute(`hx-${verb}`));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const staysHere = event.submitter?.formTarget; // the answer goes into a frame
    if (event.defaultPrevented || staysHere || isHtmx(form) || form.method !== "post") return;
    if (form.classList.contains("is-busy")) event.preventDefault();
    else form.classList.add("is-busy");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll(".is-busy").forEach((form) => form.classList.remove("is-busy"));
  });

  // data-autosubmit on a select or a checkbox sends its form when it changes.
  document.addEventListener("change", ({ target }) => {
    if (target.closest("[data-autosubmit]")) target.form?.requestSubmit();
  });

  // Minus and plus beside a number.
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-stepper] [data-by]");
    if (!button) return;
    const input = button.parentElement.querySelector("input");
    const before = input.value;
    button.dataset.by > 0 ? input.stepUp() : input.stepDown();
    if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // data-limits on a password says how long it is while it is typed.
  document.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-limits]")) return;
    let note = target.parentElement.querySelector("[data-typed]");
    if (!note) {
      note = Object.assign(document.createElement("p"), { className: "field__hint" });
      note.dataset.typed = "";
      note.setAttribute("aria-live", "polite");
      target.after(note);
    }
    const typed = [...target.value].length;
    const left = target.minLength - typed;
    note.textContent = !typed ? "" : left > 0 ? `${left} more to go` : `${typed} characters: long enough`;
  });

  // data-print prints the page.
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-print]")) window.print();
  });

  // data-copy="text" puts the text on the clipboard.
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.setAttribute("data-copied", "");
    setTimeout(() => button.removeAttribute("data-copied"), 1500);
  });
})();
