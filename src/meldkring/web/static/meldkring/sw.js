// The service worker: keeps pages readable without a network, and holds what was written until it can be sent; push messages are in push.js.
// The server puts `SETTINGS` above this text: version, files, and which addresses are which.

importScripts(SETTINGS.outbox, SETTINGS.push);

const FILES = `meldkring-files-${SETTINGS.version}`;
const PAGES = "meldkring-pages";
const MOST_PAGES = 40;
const PATIENCE = 8_000;
const POST_PATIENCE = 15_000;
const KEPT = new RegExp(SETTINGS.kept);
const QUEUED = new RegExp(SETTINGS.queued);
// What stands before the server says that it is away.
const AWAY = new Set([502, 503, 504]);
const outbox = self.meldkringOutbox;
// Goes up when somebody else takes over this device: what was asked for before that is not kept any more, however late it comes.
let era = 0;

self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", answer);
self.addEventListener("sync", (event) => event.tag === "outbox" && event.waitUntil(sendAll({ again: true })));
self.addEventListener("message", (event) => event.data?.kind === "send" && event.waitUntil(sendAll().catch(() => {})));

async function prepare() {
  const files = await caches.open(FILES);
  // Past what the browser keeps by itself: that may be of the version before.
  await files.addAll(SETTINGS.files.map((address) => new Request(address, { cache: "reload" })));
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
  const asked = era;
  const copy = await kept(url);
  const coming = fetch(event.request);
  event.waitUntil(coming.then((fresh) => keep(fresh.clone(), url, asked)).catch(() => {}));
  try {
    const fresh = await within(coming, copy ? PATIENCE : 60_000);
    return copy && AWAY.has(fresh.status) ? asCopy(copy) : fresh;
  } catch {
    return copy ? asCopy(copy) : offlinePage();
  }
}

function within(promise, patience) {
  return Promise.race([promise, new Promise((_, reject) => { setTimeout(() => reject(new Error("too slow")), patience); })]);
}

// That something was sent just now is no other page.
function addressOf(url) {
  const told = new URLSearchParams(url.search);
  told.delete("sent");
  return told.size ? `${url.pathname}?${told}` : url.pathname;
}

async function kept(url) {
  if (!KEPT.test(url.pathname)) return undefined;
  const pages = await caches.open(PAGES);
  return (await pages.match(addressOf(url))) ?? pages.match(url.pathname, { ignoreSearch: true });
}

// A copy says that it is one; each time it is opened its forms are new, for two reports must not share a key; and no draft of now is cleared
// by what was sent then.
async function asCopy(copy) {
  const html = (await copy.text())
    .replace("<body ", `<body data-read-offline="${copy.headers.get("X-Kept-At")}" `)
    .replace(/(<body [^>]*)data-clear-draft="[^"]*"/, (_, before) => before)
    .replace(/(name="key" value=")[0-9a-f-]{36}"/g, (_, before) => `${before}${crypto.randomUUID()}"`);
  return new Response(html, { headers: copy.headers });
}

async function offlinePage() {
  return (await caches.match(SETTINGS.offline, { cacheName: FILES })) ?? Response.error();
}

async function keep(fresh, url, asked) {
  const page = await read(fresh);
  if (!page || asked !== era) return;
  const before = await outbox.known("person") ?? "";
  if (asked !== era) return;
  const now = page.person === before ? era : await handOver(page.person);
  if (!page.person || now !== era) return;
  if (!page.secret && KEPT.test(url.pathname)) await put(addressOf(url), page, now);
  // To report something must work out of reach too, also for who never opened that page here.
  const pages = await caches.open(PAGES);
  if (now !== era || await pages.match(SETTINGS.report)) return;
  const report = await read(await fetch(SETTINGS.report, { credentials: "same-origin" }));
  if (report?.person === page.person) await put(SETTINGS.report, report, now);
}

// What a page says of itself: whose it is ("" for nobody's), and whether it may be kept. Undefined for what is none of our pages.
async function read(response) {
  if (!response.ok || response.type !== "basic" || !/text\/html/.test(response.headers.get("Content-Type") ?? "")) return undefined;
  const html = await response.text();
  const person = /<body [^>]*data-person="(\d*)"/.exec(html)?.[1];
  const secret = /no-store/.test(response.headers.get("Cache-Control") ?? "");
  return person === undefined ? undefined : { person, secret, html, headers: new Headers(response.headers) };
}

// From now on this device is somebody else's, or nobody's: nothing of before can be read here any more. Answers the era that begins with it.
async function handOver(person) {
  era += 1;
  const begun = era;
  await caches.delete(PAGES);
  await outbox.know("person", person);
  return begun;
}

async function put(address, { html, headers }, asked) {
  if (asked !== era) return;
  const pages = await caches.open(PAGES);
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
    if (AWAY.has(answered.status) && QUEUED.test(url.pathname)) return hold(copy, url);
    if (url.pathname === SETTINGS.logout) await forget();
    else if (answered.type === "opaqueredirect" || answered.ok) event.waitUntil(sendAll().catch(() => {}));
    return answered;
  } catch {
    return hold(copy, url);
  }
}

// The page that comes says by its `#` what became of it.
async function hold(request, url) {
  const instead = (became) => Response.redirect(`${SETTINGS.offline}#${became}`, 303);
  if (url.pathname === SETTINGS.logout) {
    await forget();
    return instead("uitloggen");
  }
  const fields = [...(await request.formData())].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
  const { key, writer } = Object.fromEntries(fields);
  if (!key || !writer || !QUEUED.test(url.pathname)) return instead("niet-verstuurd");
  try {
    await outbox.put({ key, url: url.pathname, person: writer, fields, at: Date.now(), state: "waits" });
  } catch {
    return instead("vol");
  }
  await self.registration.sync?.register("outbox").catch(() => {});
  return instead("wacht");
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
  await handOver("");
  await self.meldkringPush.end();
}
