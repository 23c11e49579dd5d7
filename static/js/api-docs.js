// Shows the API's description with the vendored Swagger UI; nothing is sent anywhere else.
"use strict";

const place = document.getElementById("api-docs");
if (place && window.SwaggerUIBundle) {
  window.SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    deepLinking: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    tryItOutEnabled: true,
  });
}
