// Updates of a status page as notifications of this browser. Without it, and where it cannot be, nothing of this is shown.
(async () => {
  "use strict";
  const part = document.getElementById("push"), workers = navigator.serviceWorker;
  if (!part || !workers || !window.PushManager || !window.Notification || !isSecureContext) return;
  const { key, scope, worker } = part.dataset, button = part.querySelector("button"), said = part.querySelector("p");
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const held = async () => (await workers.getRegistration(scope))?.pushManager.getSubscription();
  async function send(form) {
    const answer = await fetch(location.href, { method: "POST", body: new URLSearchParams(form), headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  }
  async function active() {
    const at = await workers.register(worker, { scope }), coming = at.installing || at.waiting;
    if (!at.active) await new Promise((done) => coming.addEventListener("statechange", () => { if (coming.state === "activated") done(); }));
    return at;
  }
  async function start() {
    if (await Notification.requestPermission() !== "granted") return "denied";
    const at = await active();
    await (await at.pushManager.getSubscription())?.unsubscribe();  // it may know an earlier key
    const pushed = await at.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    const { endpoint, keys } = pushed.toJSON(), form = new FormData(document.querySelector("main form"));
    const own = { kind: "push", address: endpoint, p256dh: keys.p256dh, auth: keys.auth, key };
    for (const [name, value] of Object.entries(own)) form.set(name, value);
    try { await send(form); } catch (error) { await pushed.unsubscribe(); throw error; }
    return "on";
  }
  async function stop() {
    const pushed = await held();
    if (pushed) { await send({ kind: "push", address: pushed.endpoint, stop: "yes" }); await pushed.unsubscribe(); }
    return "off";
  }
  let on = Boolean(await held());
  function show(word) {
    button.textContent = on ? part.dataset.stop : part.dataset.start;
    said.textContent = word ? part.dataset[word] : "";
  }
  button.addEventListener("click", async () => {
    button.disabled = true;
    let word = "failed";
    try { word = await (on ? stop() : start()); } catch { /* the words say so */ }
    if (word === "on" || word === "off") on = word === "on";
    show(word);
    button.disabled = false;
  });
  show("");
  part.hidden = false;
})();
