// Shows the API's description with the vendored Redoc, which is made for a light page; nothing is
// sent anywhere else. Its search would run in a worker made of text, which our policy forbids.
"use strict";

const place = document.getElementById("api-redoc");
if (place && window.Redoc) {
  document.documentElement.style.colorScheme = "light";
  const options = {
    disableSearch: true,
    nativeScrollbars: true,
    theme: {
      typography: {
        fontFamily: "inherit",
        headings: { fontFamily: "inherit" },
        code: { fontFamily: "monospace" },
      },
    },
  };
  window.Redoc.init(place.dataset.description, options, place);
}
