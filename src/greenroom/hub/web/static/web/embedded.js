/* Inside another page: tells that page how high this form is, whenever it changes. Nothing else leaves it. */
(() => {
  "use strict";

  if (parent === window) return;
  const tell = () => parent.postMessage({ greenroomFormHeight: document.documentElement.offsetHeight }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
})();
