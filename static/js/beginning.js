// htmx begins when somebody is there: a page that is only looked at on a phone does not pay for it.
// What is done before it is there is kept, and done as soon as it is; where it cannot be had, forms
// and links do what they do without it. A page that asks for something by itself begins with it.
(() => {
  const address = document.currentScript.dataset.htmx;
  const asking = ["get", "post", "put", "patch", "delete"].map((verb) => `[data-hx-${verb}]`).join();
  const signs = ["pointerover", "pointerdown", "touchstart", "keydown", "focusin", "scroll"];
  const LONGEST = 4000; // milliseconds that somebody is kept waiting for it
  const held = [];
  let state = "waits";
  // The page, and all scripts that it names.
  const read = new Promise((done) => document.addEventListener("DOMContentLoaded", done));

  // An extension that comes after htmx is not heard; so htmx comes after all of them, and what they
  // register before is kept.
  const extensions = [];
  const early = { registerExtension: (...one) => extensions.push(one) };
  Object.defineProperty(window, "htmx", {
    configurable: true,
    get: () => early,
    set: (htmx) => {
      Object.defineProperty(window, "htmx", { value: htmx, writable: true, configurable: true });
      extensions.forEach((one) => htmx.registerExtension(...one));
    },
  });

  const goOn = () => {
    state = "goes on";
    // Without it, what is there for a browser without script is there (see base.css).
    document.documentElement.classList.toggle("no-htmx", !window.htmx.version);
    held.splice(0).forEach(({ of, again }) => of.isConnected && again());
  };
  const begin = async () => {
    if (state !== "waits") return;
    state = "comes";
    signs.forEach((sign) => removeEventListener(sign, begin, true));
    await read;
    const script = document.createElement("script");
    // It begins with the page in a turn of its own, which comes first.
    script.onload = script.onerror = () => setTimeout(goOn);
    setTimeout(goOn, LONGEST);
    script.src = address;
    document.head.append(script);
  };

  // Of several clicks on one thing, and several changes of it, the last is meant.
  const hold = (event, of, again) => {
    if (state === "goes on" || !of) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    begin();
    const before = held.findIndex((one) => one.of === of && one.kind === event.type);
    if (before >= 0) held.splice(before, 1);
    held.push({ of, kind: event.type, again });
  };
  addEventListener("submit", (event) => {
    const form = event.target;
    hold(event, form.matches(asking) && form, () => form.requestSubmit(event.submitter));
  }, true);
  addEventListener("click", (event) => {
    const plain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = event.target.closest?.("a, button");
    hold(event, plain && link?.matches(asking) && link, () => link.click());
  }, true);
  for (const kind of ["input", "change"]) {
    addEventListener(kind, (event) => {
      const field = event.target;
      hold(event, field.closest?.(asking) && field, () => field.dispatchEvent(new Event(kind, { bubbles: true })));
    }, true);
  }

  signs.forEach((sign) => addEventListener(sign, begin, { capture: true, passive: true }));
  // Fetched ahead, when all that is seen is there.
  addEventListener("load", () => setTimeout(() => {
    if (state !== "waits") return;
    const link = document.createElement("link");
    Object.assign(link, { rel: "prefetch", href: address });
    document.head.append(link);
  }, 1000));
  // Reading `document.cookie` halts the page until another process has answered; this does not.
  const carries = async () => {
    const names = window.cookieStore
      ? (await cookieStore.getAll()).map(({ name }) => name)
      : document.cookie.split("; ").map((one) => one.split("=")[0]);
    return names.some((name) => /^(__Host-)?carries$/.test(name));
  };
  read.then(async () => {
    // A browser that carries nothing of ours has nothing to ask about itself.
    if (!await carries()) document.querySelector("[data-myself]")?.remove();
    if (document.querySelector("[data-hx-trigger~=load], [data-hx-trigger~=every], [data-hx-sse\\:connect]")) begin();
  });
})();
