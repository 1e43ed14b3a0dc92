// The service worker: shows what is pushed, answers a page from its notification, and says so where there is no network.
"use strict";
const OFFLINE = "/offline", FILES = FILES_OF_THE_OFFLINE_PAGE, CACHE = "offline " + FILES.join(" ");

self.addEventListener("install", (event) => event.waitUntil((async () => {
  await (await caches.open(CACHE)).addAll([OFFLINE, ...FILES]);
  await self.skipWaiting();
})()));
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
})()));
// Nothing of the product is kept: an old war room would be worse than none.
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") {
    event.respondWith((async () => {
      try { return await event.preloadResponse || await fetch(event.request); } catch { return await caches.match(OFFLINE) || Response.error(); }
    })());
  } else if (FILES.includes(event.request.url.slice(self.location.origin.length))) {
    event.respondWith(fetch(event.request).catch(async () => await caches.match(event.request) || Response.error()));
  }
});

self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
function read(data) {
  try { return { title: "stanch", ...data.json() }; } catch { return { title: "stanch has something for you", url: "/" }; }
}
function show(said) {
  const page = said.kind === "page", quiet = said.kind === "message" || said.kind === "over";
  const options = {
    body: said.body || "", icon: "/static/icon-192.png", badge: "/static/badge-96.png", data: said,
    requireInteraction: page, silent: quiet,
    actions: page ? [{ action: "ack", title: "I have it" }, { action: "open", title: "Open" }] : [],
  };
  if (said.tag) { options.tag = said.tag; options.renotify = !quiet; }
  return self.registration.showNotification(said.title, options);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clicked(event.action, event.notification.data || {}));
});
async function clicked(action, said) {
  if (action === "ack" && said.ack) return have(said);
  if (action === "open") return open(said.open);
  // Only a tap says that a test page was seen; the page that opens says so, or offers the button where this failed.
  if (said.arrived) await fetch(said.arrived, { method: "POST" }).catch(() => {});
  return open(said.ack || said.arrived || said.open);
}
async function have(said) {
  let title = `Not noted: ${said.title}`, body = "stanch cannot be reached. You do not have it yet: tap to try again.", left = said;
  try {
    const answer = await fetch(said.ack, { method: "POST", headers: { Accept: "application/json" } }), words = await answer.json();
    if (answer.ok) { title = words.said; body = said.title; left = { open: said.open }; } else body = `${words.detail} Tap to open it.`;
  } catch { /* the words above say so */ }
  await self.registration.showNotification(title, { body, icon: "/static/icon-192.png", badge: "/static/badge-96.png", tag: said.tag || "", data: left });
}
async function open(address) {
  const url = new URL(address || "/", self.location.origin).href;
  for (const client of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) if (client.url === url) return client.focus();
  return self.clients.openWindow(url);
}

// The browser has given this device another address: the profile keeps it.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil((async () => {
  const key = (await (await fetch("/push/key")).json()).key;
  const now = event.newSubscription || await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = now.toJSON(), form = { endpoint, p256dh: keys.p256dh, auth: keys.auth, push_key: key };
  if (event.oldSubscription) form.replaces = event.oldSubscription.endpoint;
  await fetch("/do/add-device", { method: "POST", body: new URLSearchParams(form), headers: { Accept: "application/json" } });
})()));
