// Dialogs by data attribute: data-opens="id" on a button, data-close inside the dialog.
// Drawers (popover) need no script; a swap or a link inside closes them. What unfolds in the menu
// folds again when one goes on elsewhere.
(() => {
  document.addEventListener("click", (event) => {
    const unfolded = document.querySelector(".menu details[open]");
    if (unfolded && !unfolded.contains(event.target)) unfolded.open = false;
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (dialog?.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
      return;
    }
    const dialog = event.target.closest("dialog[open]");
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) {
      event.preventDefault();
      dialog.close();
    }
  });
})();
