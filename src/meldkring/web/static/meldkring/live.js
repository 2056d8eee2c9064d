// What is new, put where it belongs: keeps an open page up to date over one event stream.
// A page names in `data-live-groups` up to where it has seen each group ("12:41.7": posting 41, change 7),
// gets what it missed and then what comes. Nothing is shown twice and focus never moves.
// The server says something every so often, if only "beat"; a line that stays silent is dead, whatever the browser thinks.

const POLL_AFTER = 3;
const POLL_EVERY = 20_000;
const QUIET_FOR = 5_000;
const LONGEST_WAIT = 30_000;
const NEAR_BOTTOM = 120;
const BEATS_MISSED = 2.5;
const RENEW_WITHIN = 1000;

const body = document.body;
const seen = readSeen(body.dataset.liveGroups ?? "");
let source = null;
let failures = 0;
let pollTimer = 0;
let lostTimer = 0;
let reopenTimer = 0;
let silenceTimer = 0;
let beatEvery = 15_000;
const toRenew = new Set();
const stayOpen = new Set();
let unread = 0;

if (body.dataset.liveUrl) {
  open();
  document.addEventListener("htmx:after:swap", unfold);
  addEventListener("online", reopenNow);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && reopenNow());
  addEventListener("scroll", () => unread && atBottom() && forgetUnread(), { passive: true });
}

function readSeen(text) {
  const positions = new Map();
  for (const [, group, number, change] of text.matchAll(/(\d+):(\d+)\.(\d+)/g)) {
    positions.set(group, { number: Number(number), change: Number(change) });
  }
  return positions;
}

function seenText() {
  return [...seen].map(([group, at]) => `${group}:${at.number}.${at.change}`).join(",");
}

// The stream: opened with what we have, closed on any trouble, opened again after a while.

function open() {
  clearTimeout(reopenTimer);
  source?.close();
  const url = new URL(body.dataset.liveUrl, location.href);
  url.searchParams.set("seen", seenText());
  source = new EventSource(url);
  source.addEventListener("hello", (event) => hello(JSON.parse(event.data)));
  source.addEventListener("entry", (event) => receive(JSON.parse(event.data)));
  source.addEventListener("beat", (event) => { beatEvery = Number(event.data) * 1000 || beatEvery; });
  source.addEventListener("error", failed);
  for (const kind of ["hello", "entry", "beat"]) source.addEventListener(kind, heard);
  heard();
}

function heard() {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(silent, BEATS_MISSED * beatEvery);
}

function silent() {
  tellState(body.dataset.liveLost);
  failed();
}

function reopenNow() {
  failures = 0;
  open();
}

function failed() {
  source.close();
  clearTimeout(silenceTimer);
  failures += 1;
  lostTimer ||= setTimeout(() => tellState(body.dataset.liveLost), QUIET_FOR);
  if (failures >= POLL_AFTER && !pollTimer) {
    poll();
    pollTimer = setInterval(poll, POLL_EVERY);
  }
  const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(failures - 1, 5));
  clearTimeout(reopenTimer);
  // Jitter, so that all pages of a restarted server do not return in the same second.
  reopenTimer = setTimeout(open, wait * (0.75 + Math.random() / 2));
}

function hello({ positions }) {
  failures = 0;
  clearInterval(pollTimer);
  clearTimeout(lostTimer);
  pollTimer = lostTimer = 0;
  tellState("");
  document.dispatchEvent(new Event("meldkring:connected"));
  // A group we did not have, as after a division: what was said there since is not on this page yet, so it is asked for once.
  if (seen.size && Object.keys(positions).some((group) => !seen.has(group))) poll();
  // The server names where it starts for us: what follows comes after exactly these positions.
  for (const [group, [number, change]] of Object.entries(positions)) seen.set(group, { number, change });
}

function tellState(text) {
  const place = document.getElementById("live-state");
  if (place && place.textContent !== text) place.textContent = text;
}

// One entry: ignored when already seen, else its fragments are put in place.

function receive(entry) {
  const group = String(entry.group);
  const at = seen.get(group) ?? { number: 0, change: 0 };
  const number = entry.number ?? 0;
  const change = entry.change ?? 0;
  if (number <= at.number && change <= at.change) return;
  seen.set(group, { number: Math.max(number, at.number), change: Math.max(change, at.change) });
  body.dispatchEvent(new CustomEvent("meldkring:entry", { detail: entry }));
  const wasAtBottom = atBottom();
  const added = (entry.fragments ?? []).filter(place).length;
  if (!added) return;
  if (wasAtBottom) scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
  else countUnread(added);
}

// Returns whether something was added at the end, which a reader who scrolled up does not see.
function place({ target, mode, key, html }) {
  if (mode === "renew") return renew(target);
  const existing = key ? document.getElementById(key) : null;
  if (mode === "remove") {
    (existing ?? find(target))?.remove();
    return false;
  }
  const holder = existing ?? find(target);
  if (!holder) return false;
  if (existing && mode === "prepend" && find(target)?.contains(existing) === false) {
    // It stood elsewhere, such as among what has ended: it moves to where it belongs now.
    existing.remove();
    return place({ target, mode, html });
  }
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = [...template.content.children];
  if (existing || mode === "replace") {
    swap(holder, template.content, Boolean(existing) || (fresh.length === 1 && fresh[0].id === holder.id));
  } else {
    for (const element of fresh) element.classList.add("is-new");
    holder[mode === "prepend" ? "prepend" : "append"](template.content);
  }
  ready(fresh);
  return !existing && mode === "append";
}

// What differs per person is asked from the server; not by everybody in the same moment.
function renew(target) {
  if (toRenew.has(target) || !find(target)) return false;
  toRenew.add(target);
  setTimeout(() => {
    toRenew.delete(target);
    const part = find(target);
    for (const unfolded of part?.querySelectorAll("details[open][id]") ?? []) stayOpen.add(unfolded.id);
    part?.dispatchEvent(new Event("renew"));
  }, Math.random() * RENEW_WITHIN);
  return false;
}

function unfold() {
  for (const id of stayOpen) document.getElementById(id)?.setAttribute("open", "");
  stayOpen.clear();
}

function find(selector) {
  try {
    return selector ? document.querySelector(selector) : null;
  } catch {
    return null;
  }
}

// Puts new content in place of old without taking away what someone is typing or where they are.
function swap(old, content, whole) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  if (whole) old.replaceWith(content);
  else old.replaceChildren(content);
  const again = active?.id ? document.getElementById(active.id) : null;
  if (!again || again === active) return;
  if ("value" in again && /^(TEXTAREA|INPUT)$/.test(again.tagName)) again.value = active.value;
  again.focus({ preventScroll: true });
}

function ready(elements) {
  for (const element of elements) {
    window.htmx?.process(element);
    element.dispatchEvent(new CustomEvent("meldkring:inserted", { bubbles: true }));
  }
}

// The reader who scrolled up is told, and not moved.

function atBottom() {
  const page = document.documentElement;
  return scrollY + innerHeight >= page.scrollHeight - NEAR_BOTTOM;
}

function countUnread(added) {
  unread += added;
  let button = document.getElementById("new-posts");
  if (!button) {
    button = document.createElement("button");
    button.id = "new-posts";
    button.type = "button";
    button.className = "button button--primary button--small new-posts";
    button.addEventListener("click", toBottom);
    body.append(button);
  }
  button.textContent = unread === 1 ? body.dataset.newOne : body.dataset.newMany.replace("{n}", unread);
}

function toBottom() {
  forgetUnread();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: document.documentElement.scrollHeight, behavior: calm ? "instant" : "smooth" });
}

function forgetUnread() {
  unread = 0;
  document.getElementById("new-posts")?.remove();
}

// No stream: ask for the page itself now and then.

async function poll() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const wasAtBottom = atBottom();
    for (const old of document.querySelectorAll("[data-poll][id]")) {
      const renewed = fresh.getElementById(old.id);
      if (!renewed || renewed.innerHTML === old.innerHTML) continue;
      swap(old, renewed, true);
      ready([renewed]);
    }
    for (const [group, at] of readSeen(fresh.body.dataset.liveGroups ?? "")) seen.set(group, at);
    if (wasAtBottom) scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
  } catch {
    // The next round tries again; the page already says that the connection is lost.
  }
}
