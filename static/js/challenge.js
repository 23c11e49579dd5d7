// A form that was sent by many: a small computation, in a worker, in place of waiting. Without
// script, or where the browser has no Web Crypto (it has on HTTPS), the form says how long to wait.
(() => {
  const solve = (box) => {
    box.dataset.started = "";
    const form = box.closest("form");
    const words = box.querySelector("[data-challenge-words]");
    const before = words.textContent;
    words.textContent = "We have to make sure that no program floods us. Your browser is doing a small computation …";
    const worker = new Worker(document.querySelector("[data-worker]").dataset.worker);
    worker.addEventListener("message", ({ data }) => {
      worker.terminate();
      if (!box.isConnected) return;
      form.elements.proof.value = data;
      words.textContent = "Done. Sending …";
      form.requestSubmit(form.querySelector("[type=submit][name=place]") ?? undefined);
    });
    worker.addEventListener("error", () => { words.textContent = before; });
    worker.postMessage({ nonce: box.dataset.challenge, bits: Number(box.dataset.bits) });
  };
  const look = () => {
    if (!window.crypto?.subtle || !window.Worker) return;
    document.querySelectorAll("[data-challenge]:not([data-started])").forEach(solve);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  look();
})();
