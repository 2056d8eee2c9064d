// The small conveniences of every page. Each works on what stands in the HTML and is missed by nobody without it.

import { save, startDrafts, watchDrafts } from "./drafts.js";
import { startSteps } from "./steps.js";

// English dates as they are written here: the day first.
const language = document.documentElement.lang.replace(/^en$/, "en-GB") || "nl";
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });

const announced = new Set([...document.querySelectorAll("#home-cases > .case")].map((card) => card.id));
let focused = null;

document.documentElement.classList.add("has-js");
startDrafts();
forgetSent();
document.querySelectorAll("[data-reveal]").forEach(startReveal);
document.querySelectorAll("form[data-steps]").forEach(startSteps);
prepare(document);
// Which tab is open is seen at once, also of many on a narrow page.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const tabs = tab.closest(".tabs");
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}
// What is wrong may stand far below on a long page; focus stays where it is.
document.querySelector("main [role=alert]")?.scrollIntoView({ block: "nearest" });
setInterval(() => tellTimes(document), 30_000);

document.addEventListener("meldkring:inserted", (event) => { prepare(event.target); announce(event.target); });
document.addEventListener("htmx:after:swap", swapped);
document.addEventListener("focusin", (event) => { focused = event.target; });
document.addEventListener("click", clicked);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(null, true));
document.addEventListener("submit", guard);
addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

// That something was sent is said once: a reload must not say it again, nor clear what was typed since.
function forgetSent() {
  const here = new URL(location.href);
  if (!here.searchParams.has("sent")) return;
  here.searchParams.delete("sent");
  history.replaceState(history.state, "", here);
}

function prepare(part) {
  tellTimes(part);
  offerSharing(part);
  const undo = [...part.querySelectorAll("[data-undo-seconds]:not([data-counting])")];
  if (part.matches?.("[data-undo-seconds]:not([data-counting])")) undo.push(part);
  undo.forEach(countDown);
}

function swapped() {
  prepare(document);
  watchDrafts();
  findFocus();
}

// A part that was renewed takes away what had the focus: it goes to what stands there now, not back to the top of the page.
function findFocus() {
  if (!focused || focused.isConnected || document.activeElement !== document.body) return;
  const address = focused.getAttribute("href");
  const same = (focused.id && document.getElementById(focused.id)) || (address && document.querySelector(`main a[href="${CSS.escape(address)}"]`));
  (same || document.getElementById("main")).focus({ preventScroll: true });
}

// A new case is said once; what changes about it later is not.
function announce(card) {
  if (card.parentElement?.id !== "home-cases" || announced.has(card.id)) return;
  announced.add(card.id);
  const title = card.querySelector(".case__title")?.textContent.trim();
  document.getElementById("live-said").textContent = document.body.dataset.newCase.replace("{title}", title);
}

function clicked(event) {
  closeMenus(event.target.closest("details[data-menu]"));
  const button = event.target.closest("button");
  if (button?.dataset.reveal) reveal(button, button.getAttribute("aria-expanded") !== "true", true);
  if (button && "locate" in button.dataset) locate(button);
  if (button?.dataset.share) share(button);
  if (button && ("copy" in button.dataset || "copyText" in button.dataset)) copy(button);
}

// Times as people say them.

function tellTimes(part) {
  const times = [...part.querySelectorAll("time[data-relative]")];
  if (part.matches?.("time[data-relative]")) times.push(part);
  for (const time of times) {
    const words = inWords(new Date(time.dateTime));
    if (words && words !== time.textContent) time.textContent = words;
  }
}

function inWords(moment) {
  const seconds = (moment - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return "";
  const past = Math.abs(seconds);
  if (past < 45) return document.body.dataset.justNow || ago.format(0, "second");
  if (past < 3570) return ago.format(Math.round(seconds / 60), "minute");
  if (past < 79_200) return ago.format(Math.round(seconds / 3600), "hour");
  if (past < 518_400) return ago.format(Math.round(seconds / 86_400), "day");
  return day.format(moment);
}

// More fields only for who wants them.

function startReveal(button) {
  const target = document.querySelector(button.dataset.reveal);
  if (!target) return;
  const filled = [...target.querySelectorAll("input, textarea, select")].some((field) =>
    field.type === "radio" || field.type === "checkbox" ? field.checked : field.type !== "hidden" && field.value);
  button.setAttribute("aria-controls", target.id);
  reveal(button, filled || Boolean(target.querySelector(".field__error")), false);
}

function reveal(button, open, focus) {
  const target = document.querySelector(button.dataset.reveal);
  if (!target) return;
  target.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  if (open && focus) target.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}

// Where I am now: only on a tap, and a refusal is explained.

function locate(button) {
  const { lat = "[name=lat]", lon = "[name=lon]", status, locating, located, refused, failed } = button.dataset;
  const form = button.form ?? document;
  const say = (text) => {
    const place = status ? document.querySelector(status) : button.parentElement.querySelector("[role=status]");
    if (place) place.textContent = text ?? "";
  };
  if (!navigator.geolocation) return say(failed);
  say(locating);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.querySelector(lat).value = coords.latitude.toFixed(6);
      form.querySelector(lon).value = coords.longitude.toFixed(6);
      button.setAttribute("aria-pressed", "true");
      say(located?.replace("{m}", Math.round(coords.accuracy)));
      if (form.dataset?.draft) save(form);
    },
    (problem) => say(problem.code === problem.PERMISSION_DENIED ? refused : failed),
    { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 },
  );
}

async function copy(button) {
  const from = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
  const words = button.textContent;
  try {
    await navigator.clipboard.writeText(from ? from.value ?? from.textContent.trim() : button.dataset.copyText);
    button.textContent = button.dataset.copied ?? words;
    setTimeout(() => { button.textContent = words; }, 2500);
  } catch {
    from?.select?.();
  }
}

// Where the device has a sheet to share with, it is offered; elsewhere the button never appears.

function offerSharing(part) {
  if (navigator.share) for (const button of part.querySelectorAll("[data-share][hidden]")) button.hidden = false;
}

function share(button) {
  const from = document.querySelector(button.dataset.share);
  navigator.share({ text: from.value ?? from.textContent.trim() }).catch(() => {});
}

function closeMenus(except, focus = false) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu === except) continue;
    if (focus && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

// A few seconds to take it back.

function countDown(toast) {
  const until = Date.now() + Number(toast.dataset.undoSeconds) * 1000;
  const place = toast.querySelector("[data-undo-left]");
  toast.dataset.counting = "";
  const tick = setInterval(step, 1000);
  step();
  function step() {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (place) place.textContent = String(Math.max(left, 0));
    if (left > 0) return;
    clearInterval(tick);
    toast.hidden = true;
  }
}

// A tap sends once; without a network it waits and says so.

function guard(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  // With a service worker it is kept and sent later, also when this page is closed by then.
  if (!navigator.onLine && form.dataset.offline && !navigator.serviceWorker?.controller) return waitForNetwork(event, form);
  if (form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete], [hx-boost]")) return;
  if ("sending" in form.dataset) return event.preventDefault();
  form.dataset.sending = "";
  event.submitter?.setAttribute("aria-busy", "true");
  // A file comes beside the page, which stays as it is.
  setTimeout(() => release(form), event.submitter && "file" in event.submitter.dataset ? 2_000 : 15_000);
}

function release(form) {
  delete form.dataset.sending;
  for (const element of form.elements) element.removeAttribute("aria-busy");
}

function waitForNetwork(event, form) {
  event.preventDefault();
  event.stopPropagation();
  const state = document.getElementById("live-state");
  if (state) state.textContent = form.dataset.offline;
  if ("queued" in form.dataset) return;
  form.dataset.queued = "";
  addEventListener("online", () => {
    delete form.dataset.queued;
    if (state) state.textContent = "";
    form.requestSubmit(event.submitter);
  }, { once: true });
}
