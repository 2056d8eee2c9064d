// Does this device still get the messages that were switched on here? A browser may change or drop its address by itself, and then nobody notices:
// so each page compares what the browser says with what the server was told last, repairs it, and says so where it cannot.

const outbox = self.meldkringOutbox;

export async function lookAfter() {
  const told = await outbox.known("told");
  if (!told || !("PushManager" in window)) return;
  if (Notification.permission !== "granted") return lost();
  const manager = (await navigator.serviceWorker.ready).pushManager;
  const now = await manager.getSubscription() ?? await manager.subscribe({ userVisibleOnly: true, applicationServerKey: told.key }).catch(() => null);
  if (!now) return lost();
  if (now.endpoint !== told.endpoint) await moved(told, now.toJSON());
}

async function moved(old, subscription) {
  const place = document.getElementById("told-lost");
  const body = JSON.stringify({ old, subscription });
  const answer = await fetch(place.dataset.renewed, { method: "POST", body, headers: { "Content-Type": "application/json" } });
  if (answer.ok) return outbox.know("told", { ...subscription, key: old.key });
  // The server does not know this device any more.
  if (answer.status === 403) return lost();
  return undefined;
}

function lost() {
  const place = document.getElementById("told-lost");
  place.hidden = false;
  place.querySelector("[data-leave]").addEventListener("click", async () => { await outbox.know("told", undefined); place.hidden = true; });
}
