/*
 * Shows a form in a page of yours, as high as it is:
 * <script src="https://greenroom.example.com/static/web/embed.js" data-form="ID" data-title="Register" async></script>
 */
(() => {
  "use strict";

  const script = document.currentScript;
  const hub = new URL(script.src).origin;
  const frame = document.createElement("iframe");
  frame.src = `${hub}/f/${encodeURIComponent(script.dataset.form)}/embed/${location.search}`;
  frame.title = script.dataset.title || "Form";
  frame.style.cssText = "width: 100%; height: 640px; border: 0";
  script.before(frame);

  addEventListener("message", (event) => {
    if (event.origin !== hub || event.source !== frame.contentWindow) return;
    const height = Number(event.data?.greenroomFormHeight);
    if (height > 0) frame.style.height = `${Math.ceil(height)}px`;
  });
})();
