// Passkeys: a form with data-passkey ("get" or "create") asks its data-options for what the browser is
// to do, and sends what the device answered. Without script or passkeys the page offers a password.
(() => {
  const forms = [...document.querySelectorAll("[data-passkey]")];
  if (!window.PublicKeyCredential || !window.isSecureContext || !navigator.credentials) return;
  forms.forEach((form) => { form.hidden = false; });

  const bytes = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

  const asked = async (form) => {
    const answer = await fetch(form.dataset.options, { method: "POST", headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error("no challenge");
    const options = await answer.json();
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const one of options.excludeCredentials ?? options.allowCredentials ?? []) one.id = bytes(one.id);
    return options;
  };

  const told = (credential) => {
    const { response } = credential;
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    if (response.getTransports) parts.transports = response.getTransports();
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: parts });
  };

  const say = (form, sentence) => {
    const place = form.querySelector("[data-passkey-error]");
    place.textContent = sentence;
    place.hidden = !sentence;
  };

  const REASONS = {
    NotAllowedError: "That was called off, or took too long. Try again.",
    InvalidStateError: "This device has a passkey for this account already.",
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const kind = form.dataset.passkey;
    if (!kind || form.elements.answer.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(form, "");
    try {
      const publicKey = await asked(form);
      form.elements.answer.value = told(await navigator.credentials[kind]({ publicKey }));
      form.submit();
    } catch (error) {
      form.elements.answer.value = "";
      say(form, REASONS[error.name] ?? "That did not work here. Use another way.");
    }
  }, true);
  window.addEventListener("pageshow", () => forms.forEach((form) => { form.elements.answer.value = ""; }));
})();
