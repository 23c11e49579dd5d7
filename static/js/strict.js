// No code in attributes, and no answer swapped where it does not belong.
(() => {
  const refuse = () => { throw new Error("Code in an attribute is not run here."); };
  htmx.registerExtension("no-eval", { init: (api) => api.initSecurity(null, refuse, refuse) });

  const say = (text) => document.dispatchEvent(new CustomEvent("shop:notice", { detail: text }));

  // A form that comes back (422) replaces itself. Any other failure is said in the notices and
  // leaves the page as it is; what is not a notice of ours (a proxy's error page) is not shown.
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (ctx.response.status === 422) return;
    const ours = /^\s*(<[^>]+>\s*)?<div class="notice/.test(ctx.text);
    ctx.push = ctx.replace = ctx.select = null;
    ctx.hx.retarget = "#notices";
    ctx.hx.reswap = ours ? "beforeend" : "none";
    delete ctx.hx.reselect;
    if (!ours && ctx.request.method !== "GET") say("That did not work. Please try again in a moment.");
  });

  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    if (ctx && error?.name !== "AbortError" && ctx.request.method !== "GET") {
      say("The shop cannot be reached. Check your connection and try again.");
    }
  });
})();
