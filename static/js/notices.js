// Notices go by themselves after a while (not errors, and not while one reads them).
(() => {
  const region = document.getElementById("notices");
  const STAYS = 7000;
  const timers = new WeakMap();

  const stop = (notice) => clearTimeout(timers.get(notice));
  const start = (notice) => {
    if (notice.dataset.notice === "error" || notice.dataset.notice === "warning") return;
    stop(notice);
    timers.set(notice, setTimeout(() => notice.remove(), STAYS));
  };
  const each = (nodes) => nodes.forEach((node) => node.matches?.("[data-notice]") && start(node));

  each(region.childNodes);
  new MutationObserver((changes) => changes.forEach((change) => each(change.addedNodes)))
    .observe(region, { childList: true });

  for (const [event, then] of [["pointerover", stop], ["focusin", stop], ["pointerout", start], ["focusout", start]]) {
    region.addEventListener(event, ({ target }) => {
      const notice = target.closest("[data-notice]");
      if (notice) then(notice);
    });
  }
  document.addEventListener("click", ({ target }) => {
    target.closest("[data-dismiss]")?.closest("[data-notice]")?.remove();
  });

  document.addEventListener("shop:notice", ({ detail }) => {
    const notice = document.createElement("div");
    notice.className = "notice notice--error";
    notice.dataset.notice = "error";
    const text = document.createElement("div");
    text.textContent = detail;
    const close = document.createElement("button");
    close.className = "notice__close";
    close.type = "button";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", "Dismiss");
    close.textContent = "×";
    notice.append(text, close);
    region.append(notice);
  });
})();
