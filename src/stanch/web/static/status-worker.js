// Shows the updates of a status page, and ends them with one tap.
"use strict";
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
async function show(data) {
  let said = {};
  try { said = data.json(); } catch { /* a title alone is shown */ }
  // The first one: this browser answers, so it is none that somebody made up. Where that fails, its owner can still do it.
  if (said.confirm && !await posted(said.confirm)) said = { ...said, title: said.question, open: said.confirm };
  const options = { body: said.body || "", data: said, actions: said.leave ? [{ action: "leave", title: said.stop }] : [] };
  if (said.tag) { options.tag = said.tag; options.renotify = true; }
  return self.registration.showNotification(said.title || "Status", options);
}
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clicked(event.action, event.notification.data || {}));
});
async function clicked(action, said) {
  if (action !== "leave") return self.clients.openWindow(new URL(said.open || "/status/", self.location.origin).href);
  if (!await posted(said.leave, { "List-Unsubscribe": "One-Click" })) return self.clients.openWindow(new URL(said.leave, self.location.origin).href);
  return (await self.registration.pushManager.getSubscription())?.unsubscribe();
}
function posted(path, form = {}) {
  return fetch(path, { method: "POST", body: new URLSearchParams(form) }).then((answer) => answer.ok, () => false);
}
