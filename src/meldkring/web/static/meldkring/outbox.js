// What was written without a network, kept on this device until it has been sent; for open pages and for the service worker alike.
// An item is {key, url, person, fields, at, state}: the form's own key makes the same message sent twice one message, and the form itself
// says who wrote it: whoever has this device by the time there is a network again, it goes in nobody else's name.
// States: "waits"; "asks" when it has become old and its writer must say whether it should still go; "refused" by the server.

self.meldkringOutbox = (() => {
  const ASK_AFTER = 30 * 60 * 1000;
  const PATIENCE = 20_000;
  const EVERY_STATE = { waits: true, asks: true, refused: true };
  // The session or its token changed meanwhile, somebody else is signed in, or the server is busy: none of these says that it cannot go.
  const TRY_LATER = new Set([401, 403, 408, 409, 425, 429]);

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
        let asked;
        deed.oncomplete = () => { database.close(); resolve(asked?.result); };
        deed.onerror = deed.onabort = () => { database.close(); reject(deed.error); };
        try {
          asked = work(deed.objectStore(name));
        } catch (problem) {
          database.close();
          reject(problem);
        }
      };
    });
  }

  const know = (name, value) => store("known", "readwrite", (kept) => kept.put(value, name));
  const known = (name) => store("known", "readonly", (kept) => kept.get(name));
  const put = (item) => store("outbox", "readwrite", (kept) => kept.put(item));
  const drop = (key) => store("outbox", "readwrite", (kept) => kept.delete(key));

  async function all() {
    const found = await store("outbox", "readonly", (kept) => kept.getAll());
    return found.filter((item) => EVERY_STATE[item.state]).sort((a, b) => a.at - b.at);
  }

  const of = async (person) => (await all()).filter((item) => item.person === person);
  const waiting = async () => (await all()).filter((item) => item.state === "waits");

  // One at a time on this device; where the browser knows no locks, the key still makes it one message.
  function alone(work) {
    return navigator.locks ? navigator.locks.request("meldkring-outbox", work) : work();
  }

  // Sends what waits of whom the server says is signed in here. Answers how many of theirs still wait.
  async function send(askWho) {
    return alone(async () => {
      if (!(await waiting()).length) return 0;
      const answer = await fetch(askWho, { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
      const who = answer.ok ? await answer.json() : {};
      const theirs = async () => (await waiting()).filter((item) => item.person === who.person);
      for (const item of await theirs()) await one(item, who.csrf);
      return (await theirs()).length;
    });
  }

  async function one(item, csrf) {
    // An alarm about something of an hour ago would call neighbours out for nothing; so would one of a phone whose clock has jumped.
    if (Math.abs(Date.now() - item.at) > ASK_AFTER && !item.confirmed) return put({ ...item, state: "asks" });
    const body = new URLSearchParams(item.fields);
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(item.url, { method: "POST", body, headers: { "X-CSRFToken": csrf }, credentials: "same-origin", signal });
    if (answer.redirected && answer.ok && !new URL(answer.url).pathname.startsWith("/account/")) return drop(item.key);
    if (answer.status >= 400 && answer.status < 500 && !TRY_LATER.has(answer.status)) return put({ ...item, state: "refused" });
    return undefined;
  }

  // The writer says: send it all the same. What was refused gets a key of its own, for the first may be taken.
  async function again(item) {
    const key = item.state === "refused" ? crypto.randomUUID() : item.key;
    const fields = item.fields.map(([name, value]) => [name, name === "key" ? key : value]);
    await put({ ...item, key, fields, state: "waits", confirmed: true });
    if (key !== item.key) await drop(item.key);
  }

  return { again, all, drop, know, known, of, put, send };
})();
