/* Small comforts. Nothing here is needed: every page works without it. */
(() => {
  "use strict";

  const MINUTE = 60_000;
  const SAID_AT = [60, 15, 5, 1];

  // Dialogs: a link to `#id` with data-dialog floats the dialog; forms with data-confirm ask first.

  function openDialog(dialog) {
    if (dialog && !dialog.open) dialog.showModal();
  }

  function confirmFirst(form, submitter) {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    const title = document.createElement("h2");
    title.id = "confirm-title";
    title.textContent = form.dataset.confirm;
    dialog.setAttribute("aria-labelledby", title.id);
    const kind = submitter?.classList.contains("button-danger") ? "danger" : "primary";
    const go = makeButton(form.dataset.confirmLabel || submitter?.textContent.trim() || "Go on", kind);
    const stay = makeButton("Cancel", "quiet");
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(go, stay);
    dialog.append(title, actions);
    document.body.append(dialog);
    go.addEventListener("click", () => {
      form.dataset.confirmed = "yes";
      dialog.close();
      form.requestSubmit(submitter);
    });
    stay.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    stay.focus();
  }

  function makeButton(label, kind) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `button button-${kind}`;
    button.textContent = label;
    return button;
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      openDialog(document.getElementById(opener.hash ? opener.hash.slice(1) : opener.dataset.dialog));
      return;
    }
    const closer = event.target.closest("[data-dialog-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog")?.close();
    }
    if (event.target instanceof HTMLDialogElement && isOutside(event, event.target)) event.target.close();
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  function isOutside(event, dialog) {
    const box = dialog.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // In the capture phase, so that htmx does not send what has not been confirmed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm) return;
    if (form.dataset.confirmed) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    confirmFirst(form, event.submitter);
  }, true);

  // Copying

  async function copy(button, text) {
    const label = button.querySelector("[data-copy-label]");
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(text);
      label.textContent = "Copied";
    } catch {
      label.textContent = "Select and copy";
    }
    setTimeout(() => { label.textContent = before; }, 2000);
  }

  function prepareCopying(root) {
    root.querySelectorAll("[data-copy]").forEach((button) => {
      const input = document.getElementById(button.dataset.copy);
      button.hidden = false;
      button.onclick = () => { input.select(); copy(button, input.value); };
    });
    root.querySelectorAll("[data-copy-code]").forEach((button) => {
      button.hidden = false;
      button.onclick = () => copy(button, button.closest("figure").querySelector("code").textContent);
    });
  }

  // Countdowns: the server's clock counts, however wrong the one of this device is.

  function countDown(timer) {
    const skew = Date.parse(timer.dataset.serverNow) - Date.now();
    const to = Date.parse(timer.dataset.countdownTo);
    const says = timer.parentElement.querySelector("[data-countdown-says]");
    let before = to - Date.now() - skew;
    const tick = () => {
      if (!timer.isConnected) return;
      const left = to - Date.now() - skew;
      const length = describe(left);
      timer.textContent = left <= 0 ? "now" : timer.dataset.verb === "ends" ? `${length} left` : `in ${length}`;
      announce(says, `${timer.dataset.subject} ${timer.dataset.verb}`, before, left);
      before = left;
      // Seconds are shown in the last hour only.
      if (left > 0) setTimeout(tick, left > 60 * MINUTE ? 15_000 : 1000 - (Date.now() % 1000));
    };
    tick();
  }

  function describe(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000);
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, "0")} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
    return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
  }

  function announce(says, what, before, left) {
    if (!says) return;
    const minutes = SAID_AT.find((limit) => before > limit * MINUTE && left <= limit * MINUTE);
    if (minutes) says.textContent = `${what} in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
    else if (before > 0 && left <= 0) says.textContent = `${what} now.`;
  }

  // Moving: a handle is dragged before or behind another thing of its kind; its own form then says where to.

  let dragged = null;

  function placeUnder(event) {
    const target = event.target.closest?.(`[data-movable="${dragged?.dataset.movable}"]`) || emptyList(event);
    if (!target || target === dragged) return null;
    const box = target.getBoundingClientRect();
    return { target, isBefore: event.clientY < box.top + box.height / 2 };
  }

  // An item also goes into a section that has none: behind everything that stands in its list.
  function emptyList(event) {
    const section = dragged.dataset.movable === "item" && event.target.closest?.("[data-movable=section]");
    return section && !section.querySelector("[data-movable=item]") ? section.querySelector(".item-list > :last-child") : null;
  }

  function clearPlaces() {
    document.querySelectorAll(".is-drop-before, .is-drop-after").forEach((one) => {
      one.classList.remove("is-drop-before", "is-drop-after");
    });
  }

  function nextOfItsKind(target) {
    let next = target.nextElementSibling;
    while (next && (next.dataset.movable !== target.dataset.movable || next === dragged)) next = next.nextElementSibling;
    return next;
  }

  function sendMove({ target, isBefore }) {
    const form = dragged.querySelector("form.move");
    const before = isBefore ? target : nextOfItsKind(target);
    const values = { before: before?.dataset.pk || "" };
    if (dragged.dataset.movable === "item") values.section = target.closest("[data-movable=section]").dataset.pk;
    for (const [name, value] of Object.entries(values)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    form.submit();
  }

  document.addEventListener("dragstart", (event) => {
    if (!event.target.closest?.(".move-handle")) return;
    dragged = event.target.closest("[data-movable]");
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(dragged, 0, 0);
  });
  document.addEventListener("dragover", (event) => {
    const place = dragged && placeUnder(event);
    clearPlaces();
    if (!place) return;
    event.preventDefault();
    place.target.classList.add(place.isBefore ? "is-drop-before" : "is-drop-after");
  });
  document.addEventListener("drop", (event) => {
    const place = dragged && placeUnder(event);
    if (!place) return;
    event.preventDefault();
    sendMove(place);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    clearPlaces();
  });

  // Who moves a thing by a button finds themselves on the same button again, and is told where the thing stands now.

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.move") || !event.submitter) return;
    sessionStorage.setItem("moved", JSON.stringify([event.target.action, event.submitter.value]));
  });

  function returnToMove() {
    const moved = sessionStorage.getItem("moved");
    if (!moved) return;
    sessionStorage.removeItem("moved");
    const [action, to] = JSON.parse(moved);
    const form = [...document.querySelectorAll("form.move")].find((one) => one.action === action);
    const button = form?.querySelector(`[value="${to}"]`);
    button?.setAttribute("aria-describedby", "messages");
    button?.focus();
  }

  // Previews: what is written is shown anew in the frame beside it when the typing pauses.

  function keepPreviewing(form) {
    let pause;
    const show = () => form.requestSubmit(form.querySelector("[data-preview]"));
    form.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(show, 600);
    });
    show();
  }

  function prepare(root) {
    root.querySelectorAll("form[data-previews]").forEach(keepPreviewing);
    root.querySelectorAll(".move-handle").forEach((handle) => {
      handle.hidden = false;
    });
    prepareCopying(root);
    root.querySelectorAll("[data-countdown-to]:not([data-counts])").forEach((timer) => {
      timer.dataset.counts = "yes";
      countDown(timer);
    });
    root.querySelector("[data-focus-on-load]")?.focus();
  }

  // Whoever comes back to a page sees it as it stands now.
  const tellThatItIsSeen = () => {
    if (!document.hidden) document.dispatchEvent(new Event("seen"));
  };
  document.addEventListener("visibilitychange", tellThatItIsSeen);
  window.addEventListener("focus", tellThatItIsSeen);

  // What renews itself waits while a dialog in it is open: nothing is taken from under somebody who reads.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.querySelector("dialog[open]")) event.detail.shouldSwap = false;
  });

  // What somebody has unfolded in it stays so.
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = [...event.detail.target.querySelectorAll("details[open][id]")].map((one) => one.id);
  });
  document.addEventListener("htmx:load", (event) => {
    event.detail.elt.querySelectorAll("details[id]").forEach((one) => {
      if (unfolded.includes(one.id)) one.open = true;
    });
  });

  // On a phone the areas may go on beyond the edge; nothing moves where all of them are seen.
  const areas = document.querySelector(".navigation ul");
  const area = areas?.querySelector("[aria-current]");
  if (area) areas.scrollLeft = area.offsetLeft - (areas.clientWidth - area.clientWidth) / 2;

  prepare(document);
  // Later than the browser goes to the place the address names, which takes the focus away.
  window.addEventListener("load", () => requestAnimationFrame(returnToMove));
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) prepare(event.detail.elt);
  });
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDialogElement) openDialog(target);
})();
