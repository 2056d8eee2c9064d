// Messages on this device: switched on by a tap, which is the only moment at which a browser may be asked.

const part = document.getElementById("this-device");
const form = document.getElementById("push-on");
let invitation = null;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  invitation = event;
  document.getElementById("install").hidden = false;
});
document.getElementById("install-button")?.addEventListener("click", async () => {
  await invitation?.prompt();
  document.getElementById("install").hidden = true;
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  switchOn().catch(failed);
});
look().catch(failed);

async function look() {
  const isApple = /iPhone|iPad/.test(navigator.userAgent);
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return tell(isApple ? "apple" : "unable");
  if (Notification.permission === "denied") return tell("denied");
  const subscription = await (await worker()).pushManager.getSubscription();
  const mark = subscription && await digest(subscription.endpoint);
  const row = mark && document.querySelector(`[data-endpoint="${mark}"]`);
  if (!row || row.dataset.state !== "active") return tell("off");
  row.querySelector("[data-this]").hidden = false;
  await self.meldkringOutbox.know("told", { ...subscription.toJSON(), key: part.dataset.key });
  return tell("on");
}

// Where a browser keeps it away, as in a private window, waiting for it would never end.
function worker() {
  const tooLong = new Promise((_, reject) => { setTimeout(() => reject(new Error("no worker")), 10_000); });
  return Promise.race([navigator.serviceWorker.ready, tooLong]);
}

function tell(state) {
  for (const one of part.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== state;
}

function failed(problem) {
  const place = document.getElementById("push-problem");
  place.hidden = false;
  place.querySelector("[data-why]").textContent = problem?.told ?? part.dataset.failed;
}

async function switchOn() {
  const allowed = await Notification.requestPermission();
  if (allowed === "denied") return tell("denied");
  if (allowed !== "granted") throw Object.assign(new Error("closed"), { told: part.dataset.closed });
  const manager = (await worker()).pushManager;
  const key = bytes(part.dataset.key);
  const known = await manager.getSubscription();
  // One made with another key can never be reached again.
  if (known && String(new Uint8Array(known.options.applicationServerKey)) !== String(key)) await known.unsubscribe();
  const subscription = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const body = JSON.stringify({ subscription, name: new FormData(form).get("name") });
  const headers = { "Content-Type": "application/json", "X-CSRFToken": new FormData(form).get("csrfmiddlewaretoken") };
  const answer = await fetch(form.action, { method: "POST", body, headers });
  if (answer.ok) {
    await self.meldkringOutbox.know("told", { ...subscription.toJSON(), key: part.dataset.key });
    return location.replace(`${location.pathname}?aan`);
  }
  await subscription.unsubscribe();
  throw Object.assign(new Error("refused"), { told: answer.status === 422 ? (await answer.json()).words : null });
}

async function digest(text) {
  const found = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(found)].slice(0, 12).map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytes(text) {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}
