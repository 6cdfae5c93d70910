// <form data-passkey="create|get" data-options="…"> asks the device for a passkey and is sent with the answer in its empty
// hidden field. data-at-once: without a click, as far as the browser lets it. The words for what goes wrong are the page's.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const decoded = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function optionsOf(form) {
  const { publicKey } = JSON.parse(form.dataset.options);
  const found = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (form.dataset.passkey === "get") return { ...found, allowCredentials: decoded(publicKey.allowCredentials) };
  const user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  return { ...found, user, excludeCredentials: decoded(publicKey.excludeCredentials) };
}

function told(credential) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = {};
  for (const name of names) if (credential.response[name]) response[name] = text(credential.response[name]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

function complain(form, error) {
  const place = form.querySelector("[data-passkey-problem]");
  const said = place.dataset;
  place.textContent =
    { SecurityError: said.place, InvalidStateError: said.known, NotAllowedError: said.cancelled }[error.name] ??
    `${error.message}`;
  place.hidden = false;
}

async function ask(form, isAsked) {
  const place = form.querySelector("[data-passkey-problem]");
  if (!window.PublicKeyCredential) {
    complain(form, { name: "", message: window.isSecureContext ? place.dataset.missing : place.dataset.place });
    return;
  }
  place.hidden = true;
  try {
    const publicKey = optionsOf(form);
    const container = navigator.credentials;
    const made = form.dataset.passkey === "create" ? container.create({ publicKey }) : container.get({ publicKey });
    form.querySelector('input[type="hidden"][name$="passkey"]').value = told(await made);
    form.submit();
  } catch (error) {
    if (isAsked) complain(form, error);
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(form, true);
  });
  if ("atOnce" in form.dataset && window.PublicKeyCredential) void ask(form, false);
}
