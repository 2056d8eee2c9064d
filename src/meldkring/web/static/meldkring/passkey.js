// Passkeys: make one, or sign in with one. The browser does the work; this only carries its answer into the form.
// <form data-passkey="create|get" data-options="id of the JSON"> or data-fetch for signing in; a hidden field "credential", a button.

const forms = document.querySelectorAll("form[data-passkey]");
const able = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON && window.PublicKeyCredential?.parseRequestOptionsFromJSON);

for (const form of forms) {
  form.hidden = !able;
  if (able) form.addEventListener("submit", (event) => start(event, form));
}
for (const words of document.querySelectorAll("[data-passkey-missing]")) words.hidden = able;

async function start(event, form) {
  if (form.elements.credential.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const failed = form.querySelector("[data-passkey-failed]");
  if (failed) failed.hidden = true;
  try {
    const options = await asked(form);
    const credential = form.dataset.passkey === "create" ? await create(options) : await get(options);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    // Cancelled, or no passkey on this device: the person can try again or take another way.
    if (failed) failed.hidden = false;
  }
}

async function asked(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

function create({ creation_options: { publicKey } }) {
  // Kept on the device and asking for a finger, face or PIN, so that it can stand for the whole of signing in.
  const wish = { ...publicKey.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const options = PublicKeyCredential.parseCreationOptionsFromJSON({ ...publicKey, authenticatorSelection: wish });
  return navigator.credentials.create({ publicKey: options });
}

function get(options) {
  const { publicKey } = options.request_options ?? options;
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}
