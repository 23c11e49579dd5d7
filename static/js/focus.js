// Where the focus goes when a part of the page is replaced, and what is said about it.
(() => {
  const region = document.getElementById("said");

  document.addEventListener("htmx:after:swap", ({ target, detail: { ctx } }) => {
    if (ctx.response?.status === 422) {
      const place = target.querySelector?.("[data-errors]") ?? document.querySelector("[data-errors]");
      place?.focus();
      return;
    }
    // data-announce on what came in: said aloud. data-focus: takes the focus.
    const root = target instanceof Element ? target : document;
    const said = root.matches?.("[data-announce]") ? root : root.querySelector("[data-announce]");
    if (said) region.textContent = said.dataset.announce;
    root.querySelector("[data-focus]")?.focus();
  });

  // A link of the error summary leads into the field, not only to it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-errors] a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.matches("fieldset") ? field.querySelector("input") ?? field : field).focus();
    field.scrollIntoView({ block: "center" });
  });

  // A page that came back whole with errors (no htmx) starts at its summary.
  document.querySelector("[data-errors]")?.focus();
})();
