/* Trying the API from its page: the key stays in the page, and is sent to this hub alone. */
(() => {
  "use strict";

  const key = document.getElementById("api-key");

  function addressOf(form) {
    const query = new URLSearchParams();
    let path = new URL(form.dataset.path).pathname;
    for (const field of form.querySelectorAll("input[name]")) {
      const place = encodeURI(`{${field.name}}`);
      if (path.includes(place)) path = path.replace(place, encodeURIComponent(field.value));
      else if (field.value) query.append(field.name, field.value);
    }
    return query.size ? `${path}?${query}` : path;
  }

  async function send(form) {
    const body = form.querySelector("[data-body]")?.value;
    const headers = { Authorization: `Bearer ${key.value.trim()}` };
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(addressOf(form), { method: form.dataset.try, headers, body, credentials: "omit" });
    return `${answer.status} ${answer.statusText}\n\n${readable(await answer.text())}`;
  }

  function readable(text) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  }

  async function tryIt(form) {
    const shown = document.createElement("pre");
    shown.tabIndex = 0;
    form.querySelector("output").replaceChildren(shown);
    if (!key.value.trim()) {
      shown.textContent = "Enter your key at the top of the page first.";
      return;
    }
    shown.textContent = "Asking…";
    shown.textContent = await send(form).catch(() => "The hub does not answer. Try again in a moment.");
  }

  document.querySelectorAll("[data-try], [data-api-key]").forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.dataset.try) tryIt(form);
    });
  });
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
})();
