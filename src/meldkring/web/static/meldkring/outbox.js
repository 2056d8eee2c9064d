// What was written without a network, kept on this device until it has been sent; for open pages and for the service worker alike.
// An item is {key, url, person, fields, at, state}: the form's own key makes the same message sent twice one message.
// States: "waits"; "asks" when it has become old and its writer must say whether it should still go; "refused" by the server.

self.meldkringOutbox = (() => {
  const ASK_AFTER = 30 * 60 * 1000;
  const EVERY_STATE = { waits: true, asks: true, refused: true };

  function store(name, mode, work) {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open("meldkring", 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore("outbox", { keyPath: "key" });
        opening.result.createObjectStore("known");
      };
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const deed = database.transaction(name, mode);
        const asked = work(deed.objectStore(name));
        deed.oncomplete = () => { database.close(); resolve(asked?.result); };
        deed.onerror = deed.onabort = () => { database.close(); reject(deed.error); };
      };
    });
  }

  const know = (name, value) => store("known", "readwrite", (kept) => kept.put(value, name));
  const known = (name) => store("known", "readonly", (kept) => kept.get(name));
  const put = (item) => store("outbox", "readwrite", (kept) => kept.put(item));
  const drop = (key) => store("outbox", "readwrite", (kept) => kept.delete(key));

  async function of(person) {
    const found = await store("outbox", "readonly", (kept) => kept.getAll());
    return found.filter((item) => item.person === person && EVERY_STATE[item.state]).sort((a, b) => a.at - b.at);
  }

  // One at a time on this device; where the browser knows no locks, the key still makes it one message.
  function alone(work) {
    return navigator.locks ? navigator.locks.request("meldkring-outbox", work) : work();
  }

  // Sends what waits. Answers how many still wait.
  async function send(askWho) {
    return alone(async () => {
      const person = await known("person");
      if (!person || !(await of(person)).some((item) => item.state === "waits")) return 0;
      const answer = await fetch(askWho, { cache: "no-store", credentials: "same-origin" });
      const who = answer.ok ? await answer.json() : {};
      // Somebody else's session, or none: it stays until its writer is back.
      if (who.person !== person) return 0;
      for (const item of await of(person)) if (item.state === "waits") await one(item, who.csrf);
      return (await of(person)).filter((item) => item.state === "waits").length;
    });
  }

  async function one(item, csrf) {
    // An alarm about something of an hour ago would call neighbours out for nothing.
    if (Date.now() - item.at > ASK_AFTER && !item.confirmed) return put({ ...item, state: "asks" });
    const body = new URLSearchParams(item.fields);
    const answer = await fetch(item.url, { method: "POST", body, headers: { "X-CSRFToken": csrf }, credentials: "same-origin" });
    if (answer.redirected && answer.ok && !new URL(answer.url).pathname.startsWith("/account/")) return drop(item.key);
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return put({ ...item, state: "refused" });
    return undefined;
  }

  // The writer says: send it all the same. What was refused gets a key of its own, for the first may be taken.
  async function again(item) {
    await drop(item.key);
    const key = item.state === "refused" ? crypto.randomUUID() : item.key;
    const fields = item.fields.map(([name, value]) => [name, name === "key" ? key : value]);
    await put({ ...item, key, fields, state: "waits", confirmed: true });
  }

  return { again, drop, know, known, of, put, send };
})();
