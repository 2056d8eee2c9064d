// Nothing typed is lost: keeps what stands in `form[data-draft="key"]` on this device until it has been sent.
// The server names a sent draft in `<body data-clear-draft="key">`. A draft older than a day goes.

const PREFIX = "meldkring-draft:";
const KEPT_FOR = 24 * 60 * 60 * 1000;

export function startDrafts() {
  dropOld();
  for (const key of (document.body.dataset.clearDraft ?? "").split(/\s+/).filter(Boolean)) drop(key);
  watchDrafts();
}

// Also for forms that come later: a case that opens again brings its form back, and what was half typed with it.
export function watchDrafts() {
  for (const form of document.querySelectorAll("form[data-draft]:not([data-draft-watched])")) {
    form.dataset.draftWatched = "";
    restore(form);
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => save(form));
    form.addEventListener("htmx:after:request", (event) => {
      if (event.detail?.ctx?.response?.raw?.ok) drop(form.dataset.draft);
    });
  }
}

function fieldsOf(form) {
  return [...form.elements].filter(
    (field) => field.name && !["password", "file", "submit", "button", "fieldset"].includes(field.type)
      && (field.type !== "hidden" || "draftKeep" in field.dataset),
  );
}

export function save(form) {
  const values = fieldsOf(form).map((field) => [field.name, isTick(field) ? field.value : null, isTick(field) ? field.checked : field.value]);
  const filled = values.some(([, , value]) => value && value !== true) || values.some(([, , value]) => value === true);
  if (!filled) return drop(form.dataset.draft);
  try {
    localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify({ at: Date.now(), values }));
  } catch {
    // A full or closed store: the form itself still holds the text.
  }
}

function restore(form) {
  const kept = read(PREFIX + form.dataset.draft);
  if (!kept || form.querySelector("[aria-invalid=true]")) return;
  for (const field of fieldsOf(form)) {
    const found = kept.values.find(([name, value]) => name === field.name && (!isTick(field) || value === field.value));
    if (!found) continue;
    if (isTick(field)) field.checked = found[2];
    else if (!field.value || field.tagName === "SELECT") field.value = found[2];
  }
  form.dispatchEvent(new CustomEvent("meldkring:restored", { bubbles: true }));
}

function isTick(field) {
  return field.type === "radio" || field.type === "checkbox";
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

export function drop(key) {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // No store, so no draft either.
  }
}

function dropOld() {
  try {
    for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      if (Date.now() - (read(name)?.at ?? 0) > KEPT_FOR) localStorage.removeItem(name);
    }
  } catch {
    // No store, so nothing to forget.
  }
}
