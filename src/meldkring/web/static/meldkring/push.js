// Push messages, in the service worker: shown, tapped, told back that they arrived, and reachable again when the browser changes the address.
// What the server was last told of this device is kept as `told`: a page compares it with what the browser says now (told.js).

self.meldkringPush = (() => {
  self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
  self.addEventListener("notificationclick", tapped);
  self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

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

  // Browsers do not always say what it was before, or what it is now. If this fails, the next page that opens here tries again.
  async function renew({ oldSubscription, newSubscription }) {
    const outbox = self.meldkringOutbox;
    const old = await outbox.known("told") ?? oldSubscription?.toJSON();
    if (!old) return;
    const options = { userVisibleOnly: true, applicationServerKey: oldSubscription?.options?.applicationServerKey ?? SETTINGS.key };
    const subscription = newSubscription ?? await self.registration.pushManager.subscribe(options);
    const answer = await tell(SETTINGS.renewed, { old, subscription });
    if (answer.ok) await outbox.know("told", { ...subscription.toJSON(), key: SETTINGS.key });
  }

  // Nobody is signed in here any more: what happens in the neighbourhood no longer shows on this device.
  async function end() {
    await self.meldkringOutbox.know("told", undefined);
    const subscription = await self.registration.pushManager?.getSubscription();
    if (!subscription) return;
    await tell(SETTINGS.stopped, { subscription }).catch(() => {});
    await subscription.unsubscribe();
  }

  return { end };
})();
