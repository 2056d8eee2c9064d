// Without a network: says so, shows what waits to be sent, and what can still be read. Also puts the service worker in place.

import { drop } from "./drafts.js";

const outbox = self.meldkringOutbox;
const line = document.getElementById("offline-state");
const list = document.getElementById("outbox");
const SENT_DRAFT = "meldkring-sent-draft";
const language = document.documentElement.lang || "nl";
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(language, { weekday: "long", hour: "2-digit", minute: "2-digit" });
let sent = 0;

if ("serviceWorker" in navigator && window.isSecureContext) start();

function start() {
  navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
  navigator.serviceWorker.addEventListener("message", (event) => event.data?.kind === "outbox" && showWaiting({ after: true }));
  addEventListener("online", () => { tellState(); send(); });
  addEventListener("offline", tellState);
  addEventListener("submit", rememberDraft, true);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(send, 20_000);
  tellState();
  heldDraft();
  showWaiting();
  send();
  listKept();
}

// The line under the header.

function tellState() {
  const read = document.body.dataset.readOffline;
  const away = !navigator.onLine || read !== undefined || document.querySelector("[data-kept-pages]");
  let text = "";
  if (away) text = read ? line.dataset.copy.replace("{time}", inWords(new Date(read))) : line.dataset.offline;
  if (line.textContent !== text) line.textContent = text;
  const live = document.getElementById("live-state");
  if (live) live.hidden = Boolean(text);
}

function inWords(moment) {
  return (moment.toDateString() === new Date().toDateString() ? clock : dayAndClock).format(moment);
}

// What waits.

async function send() {
  const person = await outbox.known("person").catch(() => "");
  if (!person || !navigator.onLine || !(await outbox.of(person)).some((item) => item.state === "waits")) return;
  (await navigator.serviceWorker.ready).active?.postMessage({ kind: "send" });
}

async function showWaiting({ after = false } = {}) {
  const person = await outbox.known("person").catch(() => "");
  const items = person ? await outbox.of(person) : [];
  const before = list.childElementCount;
  list.replaceChildren(...items.map(card));
  if (after && before > items.length) say();
  for (const part of document.querySelectorAll("[data-when-waiting]")) part.hidden = !items.length;
}

function say() {
  sent += 1;
  document.getElementById("outbox-said").textContent = list.dataset.sent;
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

// A draft that became a waiting message must not come back as a second one.

function rememberDraft(event) {
  if (event.target.dataset.draft) sessionStorage.setItem(SENT_DRAFT, event.target.dataset.draft);
}

function heldDraft() {
  const draft = sessionStorage.getItem(SENT_DRAFT);
  if (draft && location.hash === "#wacht") drop(draft);
  sessionStorage.removeItem(SENT_DRAFT);
}

// What can be read.

async function listKept() {
  const place = document.querySelector("[data-kept-pages]");
  if (!place) return;
  const pages = await caches.open("meldkring-pages");
  for (const request of (await pages.keys()).reverse()) {
    const html = await (await pages.match(request)).text();
    const link = document.createElement("a");
    link.href = request.url;
    link.textContent = new DOMParser().parseFromString(html, "text/html").title.replace(/ – Meldkring$/, "");
    const item = document.createElement("li");
    item.append(link);
    place.append(item);
  }
}
