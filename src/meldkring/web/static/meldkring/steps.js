// One question at a time: shows the fieldsets of `form[data-steps]` one by one.
// Without this module they stand one below another and the form works the same.
// Buttons `[data-next]`, `[data-back]` and `[data-send]` may stand outside the form with a `form` attribute.

export function startSteps(form) {
  const steps = [...form.querySelectorAll("fieldset[data-step]")];
  if (steps.length < 2) return;
  const buttons = (selector) => [...form.elements].filter((element) => element.matches(selector));
  const next = buttons("[data-next]");
  const back = buttons("[data-back]");
  const send = buttons("[data-send], button[type=submit]:not([data-step-any])");
  let current = 0;

  function show(index, { focus = true } = {}) {
    current = Math.max(0, Math.min(index, steps.length - 1));
    const last = current === steps.length - 1;
    steps.forEach((step, at) => step.classList.toggle("is-current", at === current));
    for (const button of next) button.hidden = last;
    for (const button of back) button.hidden = current === 0;
    for (const button of send) button.hidden = !last;
    markBar(current);
    fillPreview(form);
    if (!focus) return;
    scrollTo({ top: 0, behavior: "instant" });
    const heading = steps[current].querySelector("h1, h2, legend");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  function forward() {
    const wrong = [...steps[current].querySelectorAll("input, textarea, select")].find((field) => !field.checkValidity());
    if (wrong) return wrong.reportValidity();
    history.pushState({ step: current + 1 }, "");
    show(current + 1);
  }

  // A link to a question, as the list of what is wrong has them, opens the step in which it stands.
  function follow(event) {
    const target = document.getElementById(event.target.closest("a[href^='#']")?.getAttribute("href").slice(1));
    const at = target ? steps.findIndex((step) => step.contains(target)) : -1;
    if (at < 0 || at === current) return;
    event.preventDefault();
    for (let step = current + 1; step <= at; step += 1) history.pushState({ step }, "");
    if (at < current) history.go(at - current);
    show(at);
    target.focus();
  }

  document.addEventListener("click", follow);
  for (const button of next) button.addEventListener("click", forward);
  for (const button of back) button.addEventListener("click", () => history.back());
  addEventListener("popstate", (event) => show(event.state?.step ?? 0));
  form.addEventListener("input", () => fillPreview(form));
  form.addEventListener("keydown", (event) => {
    // Enter in a text field would send a half report.
    if (event.key !== "Enter" || event.target.tagName !== "INPUT" || current === steps.length - 1) return;
    event.preventDefault();
    forward();
  });

  form.classList.add("is-stepping");
  document.documentElement.classList.add("has-steps");
  const wrong = steps.findIndex((step) => step.querySelector("[aria-invalid=true], .field__error"));
  // Each step has its own place in the history, so that the phone's back key goes one question back.
  history.replaceState({ step: 0 }, "");
  for (let step = 1; step <= wrong; step += 1) history.pushState({ step }, "");
  show(Math.max(0, wrong), { focus: wrong > 0 });
}

function markBar(current) {
  document.querySelectorAll("[data-steps-bar] > *").forEach((item, at) => {
    item.classList.toggle("is-done", at < current);
    if (at === current) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}

function fillPreview(form) {
  for (const place of document.querySelectorAll("[data-preview]")) {
    const text = wordsOf(form, place.dataset.preview);
    place.textContent = text || place.dataset.previewEmpty || "";
    const row = place.closest("[data-preview-row]");
    if (row) row.hidden = !place.textContent;
  }
}

function wordsOf(form, name) {
  const words = [...form.elements].filter((field) => field.name === name).map((field) => {
    if (field.type === "radio" || field.type === "checkbox") return field.checked ? labelOf(field) : "";
    if (field.tagName === "SELECT") return field.value ? field.selectedOptions[0].textContent : "";
    return field.type === "file" ? [...field.files].map((file) => file.name).join(", ") : field.value;
  });
  return words.map((word) => word.trim()).filter(Boolean).join(", ");
}

function labelOf(field) {
  const label = field.labels?.[0];
  const own = label?.querySelector(".choice__label") ?? label;
  return own?.firstChild?.nodeType === Node.TEXT_NODE && own.firstChild.textContent.trim() ? own.firstChild.textContent : own?.textContent ?? field.value;
}
