// htmx begins with the page as soon as it has run, and an extension that comes later is not heard:
// over a slow line that was the one that keeps a page up to date. So htmx is the last script of a
// page, and what its extensions register before is kept here until it is there.
(() => {
  const waiting = [];
  const early = { registerExtension: (...one) => waiting.push(one) };
  Object.defineProperty(window, "htmx", {
    configurable: true,
    get: () => early,
    set: (htmx) => {
      Object.defineProperty(window, "htmx", { value: htmx, writable: true, configurable: true });
      waiting.forEach((one) => htmx.registerExtension(...one));
    },
  });
})();
