// Shows the updates of a status page, and ends them with one tap.
"use strict";
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
function show(data) {
  let said = {};
  try { said = data.json(); } catch { /* a title alone is shown */ }
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
  const ended = await fetch(said.leave, { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) }).then((answer) => answer.ok, () => false);
  if (!ended) return self.clients.openWindow(new URL(said.leave, self.location.origin).href);
  return (await self.registration.pushManager.getSubscription())?.unsubscribe();
}
