// Looks again at the parts of a page that change by themselves: elements with an id and data-live, in seconds.
// Without this script people reload the page.
"use strict";

const parts = [...document.querySelectorAll("[data-live]")];
if (parts.length) {
  const seconds = Math.min(...parts.map((part) => Number(part.dataset.live)));
  setTimeout(look, seconds * 1000, seconds);
}

async function look(seconds) {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The sandbox may be restarting; look again.
    }
  }
  setTimeout(look, seconds * 1000, seconds);
}

function renew(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
      part.replaceWith(document.adoptNode(next));
    }
  }
}
