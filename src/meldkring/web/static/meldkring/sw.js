// The service worker: shows push messages, keeps pages readable without a network, and holds what was written until it can be sent.
// The server puts `SETTINGS` above this text: version, files, and which addresses are which.

importScripts(SETTINGS.outbox);

const FILES = `meldkring-files-${SETTINGS.version}`;
const PAGES = "meldkring-pages";
const MOST_PAGES = 40;
const PATIENCE = 8_000;
const POST_PATIENCE = 15_000;
const KEPT = new RegExp(SETTINGS.kept);
const QUEUED = new RegExp(SETTINGS.queued);
const outbox = self.meldkringOutbox;

self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", answer);
self.addEventListener("sync", (event) => event.tag === "outbox" && event.waitUntil(sendAll({ again: true })));
self.addEventListener("message", (event) => event.data?.kind === "send" && event.waitUntil(sendAll().catch(() => {})));
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", tapped);
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function prepare() {
  const files = await caches.open(FILES);
  await files.addAll(SETTINGS.files);
  // Without cookies: what everybody may see, whoever is signed in now.
  await files.put(SETTINGS.offline, await fetch(SETTINGS.offline, { credentials: "omit", cache: "no-store" }));
  await self.skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith("meldkring-files-") && name !== FILES) await caches.delete(name);
  }
  await self.clients.claim();
}

function answer(event) {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && request.method === "POST") event.respondWith(posted(event, url));
  else if (request.mode === "navigate" && request.method === "GET") event.respondWith(opened(event, url));
  else if (request.method === "GET" && url.pathname.startsWith(SETTINGS.static)) event.respondWith(file(request));
}

async function file(request) {
  return (await caches.match(request, { cacheName: FILES })) ?? fetch(request);
}

// Pages: from the network if there is one, else as they were.

async function opened(event, url) {
  if (url.pathname === SETTINGS.offline) return offlinePage();
  const copy = await kept(url);
  try {
    const fresh = await within(fetch(event.request), copy ? PATIENCE : 60_000);
    event.waitUntil(keep(fresh.clone(), url).catch(() => {}));
    return fresh;
  } catch {
    return copy ? asCopy(copy) : offlinePage();
  }
}

function within(promise, patience) {
  return Promise.race([promise, new Promise((_, reject) => { setTimeout(() => reject(new Error("too slow")), patience); })]);
}

async function kept(url) {
  if (!KEPT.test(url.pathname)) return undefined;
  const pages = await caches.open(PAGES);
  return (await pages.match(url.pathname + url.search)) ?? pages.match(url.pathname, { ignoreSearch: true });
}

// A copy says that it is one, and each time it is opened its forms are new: two reports must not share a key.
async function asCopy(copy) {
  const html = (await copy.text())
    .replace("<body ", `<body data-read-offline="${copy.headers.get("X-Kept-At")}" `)
    .replace(/(name="key" value=")[0-9a-f-]{36}"/g, (_, before) => `${before}${crypto.randomUUID()}"`);
  return new Response(html, { headers: copy.headers });
}

async function offlinePage() {
  return (await caches.match(SETTINGS.offline, { cacheName: FILES })) ?? Response.error();
}

async function keep(fresh, url) {
  const person = await personOn(fresh);
  if (person === undefined) return;
  if (person.id !== (await outbox.known("person") ?? "")) {
    await caches.delete(PAGES);
    await outbox.know("person", person.id);
    // The phone may have found its network before it knew whose words wait.
    if (person.id) await sendAll().catch(() => {});
  }
  if (!person.id) return;
  if (KEPT.test(url.pathname)) await put(url.pathname + url.search, fresh, person.html);
  const pages = await caches.open(PAGES);
  if (await pages.match(SETTINGS.report)) return;
  // To report something must work out of reach too, also for who never opened that page here.
  const report = await fetch(SETTINGS.report, { credentials: "same-origin" });
  const found = await personOn(report);
  if (found?.id === person.id) await put(SETTINGS.report, report, found.html);
}

async function personOn(response) {
  if (!response.ok || response.type !== "basic" || !/text\/html/.test(response.headers.get("Content-Type") ?? "")) return undefined;
  if (/no-store/.test(response.headers.get("Cache-Control") ?? "")) return undefined;
  const html = await response.text();
  const found = /<body [^>]*data-person="(\d*)"/.exec(html);
  return found ? { id: found[1], html } : undefined;
}

async function put(address, response, html) {
  const pages = await caches.open(PAGES);
  const headers = new Headers(response.headers);
  headers.set("X-Kept-At", new Date().toISOString());
  await pages.delete(address);
  await pages.put(address, new Response(html, { headers }));
  const addresses = await pages.keys();
  for (const old of addresses.slice(0, Math.max(0, addresses.length - MOST_PAGES))) await pages.delete(old);
}

// What is sent: as always; without a network it is kept and sent later, once.

async function posted(event, url) {
  const copy = event.request.clone();
  try {
    const answered = await within(fetch(event.request), POST_PATIENCE);
    if (url.pathname === SETTINGS.logout) await forget();
    else if (answered.type === "opaqueredirect" || answered.ok) event.waitUntil(sendAll().catch(() => {}));
    return answered;
  } catch {
    return hold(copy, url);
  }
}

async function hold(request, url) {
  const fields = [...(await request.formData())].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
  const key = new Map(fields).get("key");
  const person = await outbox.known("person");
  if (!key || !person || !QUEUED.test(url.pathname)) return offlinePage();
  await outbox.put({ key, url: url.pathname, person, fields, at: Date.now(), state: "waits" });
  await self.registration.sync?.register("outbox").catch(() => {});
  return Response.redirect(`${SETTINGS.offline}#wacht`, 303);
}

async function sendAll({ again = false } = {}) {
  let left = 0;
  try {
    left = await outbox.send(SETTINGS.sending);
  } finally {
    for (const page of await self.clients.matchAll({ includeUncontrolled: true })) page.postMessage({ kind: "outbox" });
  }
  // The browser wakes us again for a sync that failed.
  if (again && left) throw new Error(`${left} wait`);
}

async function forget() {
  await caches.delete(PAGES);
  await outbox.know("person", "");
  const subscription = await self.registration.pushManager?.getSubscription();
  if (!subscription) return;
  await tell(SETTINGS.stopped, { subscription }).catch(() => {});
  await subscription.unsubscribe();
}

// Push messages.

async function show(data) {
  let told = {};
  try {
    told = data.json();
  } catch {
    // Something came that is not readable; a browser wants it shown all the same.
  }
  const tag = told.tag ?? "meldkring";
  const shown = await self.registration.getNotifications({ tag });
  await self.registration.showNotification(told.title ?? SETTINGS.words.news, {
    body: told.text ?? "", tag, lang: told.lang, icon: SETTINGS.icon, badge: SETTINGS.badge, data: told, actions: told.actions ?? [],
    requireInteraction: Boolean(told.alarm), renotify: !shown.some((one) => one.data?.id === told.id), timestamp: Date.now(),
    ...(told.alarm ? { vibrate: [300, 150, 300, 150, 600] } : {}),
  });
  await receipt(told, "delivered");
}

function tapped(event) {
  const told = event.notification.data ?? {};
  const way = (told.actions ?? []).find((one) => one.action === event.action);
  event.notification.close();
  event.waitUntil(Promise.all([bringForward(way?.url ?? told.url ?? "/"), receipt(told, "read")]));
}

async function bringForward(address) {
  const asked = new URL(address, self.location.origin);
  const url = self.location.origin + asked.pathname + asked.search + asked.hash;
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((page) => page.url.split("#")[0] === url.split("#")[0]);
  // A page where somebody may be typing is left alone.
  return there ? there.focus() : self.clients.openWindow(url);
}

async function receipt({ id, seal }, state) {
  if (id && seal) await tell(SETTINGS.received, { id, seal, state }).catch(() => {});
}

function tell(address, what) {
  return fetch(address, { method: "POST", body: JSON.stringify(what), headers: { "Content-Type": "application/json" }, keepalive: true });
}

async function renew({ oldSubscription, newSubscription }) {
  if (!oldSubscription) return;
  const options = { userVisibleOnly: true, applicationServerKey: oldSubscription.options?.applicationServerKey ?? SETTINGS.key };
  const subscription = newSubscription ?? await self.registration.pushManager.subscribe(options);
  await tell(SETTINGS.renewed, { old: oldSubscription, subscription });
}
