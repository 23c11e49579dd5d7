// The product's pictures: thumbnails follow the track, arrows turn it, a click looks closely.
// Without script the track still scrolls and snaps, and a picture opens by itself.
(() => {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const parts = (gallery) => {
    const track = gallery.querySelector("[data-track]");
    return { track, slides: [...track.children], thumbs: [...gallery.querySelectorAll("[data-thumb]")] };
  };
  const at = ({ track }) => Math.round(Math.abs(track.scrollLeft) / track.clientWidth);
  const turn = (gallery, to) => {
    const { track, slides } = parts(gallery);
    const slide = slides[Math.max(0, Math.min(slides.length - 1, to))];
    track.scrollTo({ left: slide.offsetLeft - track.offsetLeft, behavior: still.matches ? "instant" : "smooth" });
  };

  document.addEventListener("scroll", ({ target }) => {
    if (!target.matches?.("[data-gallery] [data-track]")) return;
    const all = parts(target.closest("[data-gallery]"));
    const now = at(all);
    all.thumbs.forEach((thumb, n) => {
      if (n === now) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
  }, true);

  document.addEventListener("keydown", (event) => {
    const gallery = event.target.closest?.("[data-gallery]");
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!gallery || !step) return;
    event.preventDefault();
    turn(gallery, at(parts(gallery)) + step);
  });

  document.addEventListener("click", (event) => {
    const gallery = event.target.closest("[data-gallery]");
    if (!gallery || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const thumb = event.target.closest("[data-thumb]");
    const close = event.target.closest("[data-zoom]");
    if (!thumb && !close) return;
    event.preventDefault();
    const all = parts(gallery);
    if (thumb) turn(gallery, all.thumbs.indexOf(thumb));
    else look(gallery, all.slides.findIndex((slide) => slide.contains(close)));
  });

  // What comes in may name the picture that belongs to it: data-shows has the picture's address.
  document.addEventListener("htmx:after:swap", () => {
    const shown = document.querySelector("[data-shows]")?.dataset.shows;
    const gallery = shown && document.querySelector("[data-gallery]");
    if (!gallery) return;
    const to = parts(gallery).slides.findIndex((slide) => slide.querySelector(`[data-zoom][href="${CSS.escape(shown)}"]`));
    if (to >= 0) turn(gallery, to);
  });

  const button = (label, sign, name, value) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button--icon";
    made.dataset[name] = value;
    made.setAttribute("aria-label", label);
    made.textContent = sign;
    return made;
  };

  function look(gallery, from) {
    const links = [...gallery.querySelectorAll("[data-zoom]")];
    const dialog = document.createElement("dialog");
    dialog.className = "zoom";
    dialog.setAttribute("aria-label", gallery.querySelector("[data-track]").getAttribute("aria-label"));
    const picture = document.createElement("img");
    let now = from;
    const show = (n) => {
      now = (n + links.length) % links.length;
      picture.src = links[now].href;
      picture.alt = links[now].querySelector("img")?.alt ?? "";
    };
    dialog.append(picture, button("Close", "✕", "close", ""));
    if (links.length > 1) dialog.append(button("Previous picture", "←", "step", "-1"), button("Next picture", "→", "step", "1"));
    dialog.addEventListener("click", ({ target }) => {
      const step = Number(target.closest("[data-step]")?.dataset.step);
      if (step) show(now + step);
      else dialog.close();
    });
    dialog.addEventListener("keydown", ({ key }) => {
      if (key === "ArrowLeft") show(now - 1);
      if (key === "ArrowRight") show(now + 1);
    });
    dialog.addEventListener("close", () => {
      turn(gallery, now);
      dialog.remove();
      links[now].focus({ preventScroll: true });
    });
    document.body.append(dialog);
    show(from);
    dialog.showModal();
  }
})();
