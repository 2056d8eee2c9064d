// Without a network: says so, shows what waits to be sent, and what can still be read. Also puts the service worker in place.

import { drop } from "./drafts.js";

const outbox = self.meldkringOutbox;
const line = document.getElementById("offline-state");
const list = document.getElementById("outbox");
const said = document.getElementById("outbox-said");
// Only there on the page that stands in for one that could not be had; on it stands nobody's name, for it was made for everybody.
const instead = document.querySelector("[data-kept-pages]");
const mine = document.body.dataset.person ?? "";
const SENT_DRAFT = "meldkring-sent-draft";
const language = document.documentElement.lang || "nl";
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(language, { weekday: "long", hour: "2-digit", minute: "2-digit" });

if ("serviceWorker" in navigator && window.isSecureContext) start();

function start() {
  // What it keeps on the device comes after what this page still needs itself.
  if (document.readyState === "complete") register();
  else addEventListener("load", register);
  navigator.serviceWorker.addEventListener("message", (event) => event.data?.kind === "outbox" && showWaiting({ after: true }));
  addEventListener("online", () => { tellState(); send(); renewCopy(); });
  addEventListener("offline", tellState);
  addEventListener("submit", rememberDraft, true);
  addEventListener("pageshow", (event) => event.persisted && leaveIfTaken());
  document.addEventListener("meldkring:connected", renewCopy);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && (send(), leaveIfTaken()));
  setInterval(send, 20_000);
  tellState();
  tellOutcome();
  showWaiting();
  send();
  listKept();
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") leaveIfTaken();
}

function register() {
  navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
  lookAfterPush().catch(() => {});
}

async function lookAfterPush() {
  if (mine && await outbox.known("told")) (await import("./told.js")).lookAfter();
}

// Whose words may stand on this page.
async function whose() {
  return mine || !instead ? mine : outbox.known("person").catch(() => "");
}

// Somebody else has this device now, or nobody is signed in any more: a page that was still open shows nothing of who was.
async function leaveIfTaken() {
  const now = await outbox.known("person").catch(() => mine);
  if (mine && now !== undefined && now !== mine) location.reload();
}

// The line under the header.

function tellState() {
  const read = document.body.dataset.readOffline;
  const away = !navigator.onLine || read !== undefined || instead;
  let text = "";
  if (away && !instead) text = read ? line.dataset.copy.replace("{time}", inWords(new Date(read))) : line.dataset.offline;
  if (line.textContent !== text) line.textContent = text;
  const live = document.getElementById("live-state");
  if (live) live.hidden = Boolean(away);
}

function inWords(moment) {
  return (moment.toDateString() === new Date().toDateString() ? clock : dayAndClock).format(moment);
}

// There is a network again: the page as it is now, unless somebody is typing on it.
function renewCopy() {
  const isCopy = document.body.dataset.readOffline !== undefined || (instead && location.pathname !== instead.dataset.keptPages);
  const typed = [...document.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
  if (isCopy && navigator.onLine && !typed) location.reload();
}

// What waits.

async function send() {
  const person = await whose();
  if (!person || !navigator.onLine || !(await outbox.of(person)).some((item) => item.state === "waits")) return;
  (await navigator.serviceWorker.ready).active?.postMessage({ kind: "send" });
}

async function showWaiting({ after = false } = {}) {
  const person = await whose();
  const found = await outbox.all().catch(() => []);
  const items = person ? found.filter((item) => item.person === person) : [];
  const before = list.childElementCount;
  list.replaceChildren(...items.map(card));
  if (after && before > items.length) said.hidden = false;
  if (items.length) said.hidden = true;
  const stranger = document.getElementById("outbox-unsigned");
  if (stranger) stranger.hidden = Boolean(instead) || !found.length;
}

function card(item) {
  const part = document.getElementById("outbox-item").content.cloneNode(true);
  const fields = new Map(item.fields);
  part.querySelector("[data-text]").textContent = [fields.get("quick"), fields.get("text")].filter(Boolean).join("\n");
  part.querySelector("[data-state]").textContent = list.dataset[item.state].replace("{time}", inWords(new Date(item.at)));
  const again = part.querySelector("[data-again]");
  again.hidden = item.state === "waits";
  again.addEventListener("click", async () => { await outbox.again(item); await showWaiting(); await send(); });
  part.querySelector("[data-away]").addEventListener("click", async () => { await outbox.drop(item.key); await showWaiting(); });
  return part;
}

// What became of what was just sent: the service worker writes it behind the `#`.
function tellOutcome() {
  const became = instead ? location.hash.slice(1) : "";
  for (const part of document.querySelectorAll("[data-became]")) part.hidden = part.dataset.became !== became;
  for (const part of document.querySelectorAll("[data-sync]")) part.hidden = (part.dataset.sync === "yes") !== "SyncManager" in window;
  // A draft that became a waiting message must not come back as a second one.
  const draft = sessionStorage.getItem(SENT_DRAFT);
  if (draft && became === "wacht") drop(draft);
  sessionStorage.removeItem(SENT_DRAFT);
}

function rememberDraft(event) {
  if (event.target.dataset.draft) sessionStorage.setItem(SENT_DRAFT, event.target.dataset.draft);
}

// What can be read.

async function listKept() {
  if (!instead) return;
  const pages = await caches.open("meldkring-pages");
  for (const request of (await pages.keys()).reverse()) {
    const html = await (await pages.match(request)).text();
    const link = document.createElement("a");
    link.href = request.url;
    link.textContent = new DOMParser().parseFromString(html, "text/html").title.replace(/ – Meldkring$/, "");
    const item = document.createElement("li");
    item.append(link);
    instead.append(item);
  }
  for (const part of document.querySelectorAll("[data-when-kept]")) part.hidden = !instead.childElementCount;
}
