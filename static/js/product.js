// The product editor: what search engines will show while one types, files that go up as soon as
// they are chosen, and a word before unsaved work is left behind. Everything works without.
(() => {
  const form = () => document.getElementById("product-form");
  const field = (name) => form()?.elements[name]?.value.trim() ?? "";
  let unsaved = false;
  let asked = "";

  const put = (name, text) => {
    const place = document.querySelector(`[data-snippet-${name}]`);
    if (place) place.textContent = text;
  };
  const shop = document.querySelector("[data-snippet-title]")?.textContent.split(" · ").pop();
  const preview = () => {
    put("title", `${field("seo_title") || field("title") || "Title"} · ${shop}`);
    put("text", field("seo_description") || field("summary") || "What search engines show below the title.");
    put("slug", field("slug") || "...");
  };

  document.addEventListener("input", ({ target }) => {
    if (!target.closest("#product-form")) return;
    unsaved = true;
    if (["title", "summary", "slug", "seo_title", "seo_description"].includes(target.name)) preview();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.id === "uploads" && target.files.length) {
      unsaved = true;
      form().requestSubmit(document.getElementById("upload"));
    }
  });
  document.addEventListener("submit", ({ target, submitter }) => {
    if (target !== form()) return;
    asked = submitter?.value ?? "save";
    if (!target.hasAttribute("data-hx-post")) unsaved = false;
  }, true);
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement !== form()) return;
    if (asked === "save") unsaved = false;
    // The answer takes the form's place: what was typed while a picture goes up would be lost.
    form().inert = true;
  });
  document.addEventListener("htmx:finally:request", () => {
    if (form()) form().inert = false;
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.response?.status === 422) unsaved = true;
    const place = document.getElementById(form()?.dataset.focusOn);
    place?.closest("details")?.setAttribute("open", "");
    place?.focus();
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();
