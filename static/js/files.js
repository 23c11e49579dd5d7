// A place to drop files shows what was chosen, pictures as pictures.
(() => {
  const zone = (event) => event.target.closest?.("[data-drop]");
  // Drawn on a canvas: an address made for the file (blob:) is not allowed to be shown here.
  const sketch = async (file, canvas) => {
    const picture = await createImageBitmap(file, { resizeWidth: 160 });
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
  };
  const list = (input) => {
    const place = input.closest("[data-drop]").querySelector("[data-drop-list]");
    place.replaceChildren(...[...input.files].slice(0, 24).map((file) => {
      const item = document.createElement("li");
      if (/^image\/(jpeg|png|webp|gif|avif)$/.test(file.type)) {
        const canvas = document.createElement("canvas");
        item.append(canvas);
        sketch(file, canvas).catch(() => canvas.remove());
      }
      item.append(`${file.name} (${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB)`);
      return item;
    }));
  };

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-drop] input[type=file]")) list(target);
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const place = zone(event);
      if (!place) return;
      place.classList.toggle("is-over", name === "dragenter" || name === "dragover");
      if (name === "dragover") event.preventDefault();
      if (name !== "drop" || !event.dataTransfer.files.length) return;
      event.preventDefault();
      const input = place.querySelector("input[type=file]");
      const files = new DataTransfer();
      for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) files.items.add(file);
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
})();
