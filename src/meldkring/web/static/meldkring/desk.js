// A part of the page that keeps itself fresh: `[data-renew]` is fetched again when something happens in one of the groups.
// Never while someone is busy in it: what is half filled in stays, and the renewal comes when they are done.
// Also adds up how many people the ticked groups reach.

const WAIT = 150;
let timer = 0;
let owed = false;
let unfolded = [];
let focused = "";

document.body.addEventListener("meldkring:entry", soon);
document.addEventListener("htmx:after:swap", start);
for (const kind of ["input", "focusout"]) document.addEventListener(kind, settle, true);
start();

function start() {
  owed = false;
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
  for (const form of document.querySelectorAll("form[data-adds-up]")) addUp(form);
}

function soon() {
  owed = true;
  clearTimeout(timer);
  timer = setTimeout(renew, WAIT);
}

function settle(event) {
  const form = event.target.closest?.("form[data-adds-up]");
  if (form) addUp(form);
  for (const part of parts()) part.toggleAttribute("data-poll", !busy(part));
  if (owed) soon();
}

function renew() {
  unfolded = [...document.querySelectorAll("[data-renew] details[open][id]")].map((part) => part.id);
  focused = document.activeElement?.id ?? "";
  for (const part of parts().filter((part) => !busy(part))) part.dispatchEvent(new Event("renew"));
}

function parts() {
  return [...document.querySelectorAll("[data-renew]")];
}

function busy(part) {
  const fields = [...part.querySelectorAll("input:not([type=hidden]), textarea, select")];
  return fields.some((field) => field === document.activeElement || changed(field));
}

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return "defaultValue" in field && field.value !== field.defaultValue;
}

function addUp(form) {
  const ticked = [...form.querySelectorAll("[data-people]:checked")];
  const people = ticked.reduce((sum, field) => sum + Number(field.dataset.people), 0);
  const place = form.querySelector("[data-total]");
  if (place) place.textContent = ticked.length ? place.dataset.total.replace("{n}", people) : place.dataset.none;
}
