// Makes pages live. Everything works without it.
(() => {
  "use strict";
  const room = document.querySelector("[data-room]");

  function spell(seconds) {
    seconds = Math.max(0, Math.floor(seconds));
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${String(Math.floor(seconds % 3600 / 60)).padStart(2, "0")} min`;
    return `${Math.floor(seconds / 86400)} d`;
  }
  function running(seconds) {
    seconds = Math.max(0, Math.floor(seconds));
    if (seconds >= 60 && seconds < 3600) return `${spell(seconds)} ${seconds % 60} s`;
    return seconds < 86400 ? spell(seconds) : `${spell(seconds)} ${Math.floor(seconds % 86400 / 3600)} h`;
  }
  // The reader's zone, or the one they chose. The exact moment in UTC stays in the title.
  const chosen = document.documentElement.dataset.zone || undefined;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: chosen });
  const date = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: chosen });
  const whole = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: chosen, timeZoneName: "short" });
  const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short", timeZone: chosen }).formatToParts().find((part) => part.type === "timeZoneName").value;
  function tick() {
    for (const time of document.querySelectorAll("time[data-ago], time[data-age]")) time.textContent = spell((Date.now() - Date.parse(time.dateTime)) / 1000) + ("ago" in time.dataset ? " ago" : "");
  }
  function count() {
    for (const time of document.querySelectorAll("time[data-running], time[data-until]")) {
      const passed = (Date.now() - Date.parse(time.dateTime)) / 1000;
      time.textContent = running("until" in time.dataset ? -passed : passed);
    }
  }
  function local() {
    for (const time of document.querySelectorAll("time[data-clock]")) { time.textContent = clock.format(Date.parse(time.dateTime)); time.title = time.dateTime; }
    for (const time of document.querySelectorAll("time[data-moment]")) { time.textContent = whole.format(Date.parse(time.dateTime)); time.title = time.dateTime; }
    for (const word of document.querySelectorAll("body [data-zone]")) word.textContent = zone;
    let day = "";  // the lines between days follow the reader's midnight
    for (const line of document.querySelectorAll(".entries > .day")) line.remove();
    for (const row of document.querySelectorAll(".entries > li")) {
      const time = row.querySelector("time");
      if (!time) continue;
      const today = date.format(Date.parse(time.dateTime));
      if (day && day !== today) row.insertAdjacentHTML("beforebegin", `<li class="day">${today}</li>`);
      day = today;
    }
  }
  local();
  setInterval(count, 1000);
  setInterval(tick, 5000);
  // A region with typed text or the focus is left alone and brought up to date later.
  function busy(region) {
    const active = document.activeElement;
    if (region.querySelector("[data-typed]")) return true;
    if (region.contains(active) && active.matches("input, textarea, select, summary, button")) return true;
    return [...region.querySelectorAll("input:not([type=hidden]), textarea, select")].some((field) =>
      field.matches("[type=checkbox]") ? field.checked !== field.defaultChecked
        : field.matches("select") ? [...field.options].some((o) => o.selected !== o.defaultSelected) && field.selectedIndex > 0
          : field.value !== field.defaultValue);
  }
  const shown = new Map();
  function show(fresh) {
    let left = false;
    for (const region of document.querySelectorAll("[data-live]")) {
      const other = fresh.querySelector(`[data-live="${region.dataset.live}"]`);
      if (!other || shown.get(region) === other.innerHTML) continue;
      if (busy(region)) { left = true; continue; }
      shown.set(region, other.innerHTML);
      const open = [...region.querySelectorAll("details[id]")].map((d) => [d.id, d.open]);
      const known = new Set([...region.querySelectorAll(".entry")].map((e) => e.id));
      region.replaceChildren(...other.childNodes);
      for (const [id, was] of open) { const details = document.getElementById(id); if (details) details.open = was; }
      if (region.dataset.live === "timeline") {
        const added = [...region.querySelectorAll(".entry")].filter((e) => !known.has(e.id));
        for (const entry of added) entry.classList.add("fresh");
        const first = added.length && added[0].querySelector(".sentence");
        const says = document.getElementById("announce");
        if (first && says) says.textContent = added.length === 1 ? first.textContent : `${added.length} new entries`;
      }
    }
    tick();
    local();
    return left;
  }
  let fetching = false, again = false;
  async function refresh() {
    if (fetching) { again = true; return; }
    fetching = true;
    let left = false;
    try {
      const answer = await fetch((room ? room.dataset.here || `/incidents/${room.dataset.room}` : location.pathname) + location.search, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) left = show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { left = true; }
    fetching = false;
    if (again) { again = false; refresh(); } else if (left) setTimeout(refresh, 4000);
  }
  if (document.querySelector("[data-live]") && !new URLSearchParams(location.search).has("at")) {
    setInterval(() => { if (!document.hidden) refresh(); }, 15000);
    // Something runs and has not answered yet: its progress is worth a look every two seconds.
    setInterval(() => { if (!document.hidden && document.querySelector("[data-refresh]")) refresh(); }, 2000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
    document.addEventListener("stale", refresh);
  }
  if (room) {
    // The server says every two seconds that it is there: what is not heard of for four is not live, whatever the reason.
    const address = `/api/v1/incidents/${room.dataset.room}/events?after=`, offline = document.getElementById("offline");
    let events = null, position = room.dataset.position, heard = Date.now(), asking = false, crowd = 0;
    const alive = () => { heard = Date.now(); if (!offline.hidden) { offline.hidden = true; offline.textContent = ""; refresh(); } };
    function entered(event) {
      position = event.lastEventId || position;
      alive();
      // Among many who watch, each waits a moment of its own: the page is rendered for them one after the other.
      const watchers = JSON.parse(event.data).watchers || 1;
      if (watchers < 10) refresh(); else if (!crowd) crowd = setTimeout(() => { crowd = 0; refresh(); }, Math.random() * Math.min(15000, watchers * 40));
    }
    function connect() {
      events = new EventSource(address + position);
      events.addEventListener("entry", entered);
      events.addEventListener("alive", alive);
      events.onerror = lost;
    }
    function lost() {
      if (events) events.close();
      events = null;
      setTimeout(ask, 300);
    }
    // Asks why, and goes on asking until it is live again.
    async function ask() {
      if (asking) return;
      asking = true;
      const ended = new AbortController(), timer = setTimeout(() => ended.abort(), 2000);
      let status = 0;
      try { status = (await fetch(address + position, { headers: { Accept: "text/event-stream" }, signal: ended.signal })).status; } catch { status = 0; }
      clearTimeout(timer);
      ended.abort();
      asking = false;
      if (status === 200) { connect(); return; }
      say(status);
      setTimeout(() => { if (!events) ask(); }, 1500);
    }
    function say(status) {
      const since = clock.format(heard), link = document.createElement("a");
      const words = status === 401 ? `Not live since ${since}: you are signed out. ` : status === 404 ? `Not live since ${since}: you may not see this incident any more.` : `Not live since ${since}, trying again.`;
      if (offline.dataset.said === words && !offline.hidden) return;
      offline.dataset.said = words;
      offline.textContent = words;
      if (status === 401) {
        link.href = "/login?" + new URLSearchParams({ next: location.pathname + location.search });
        link.textContent = "Sign in again";
        offline.append(link);
      }
      offline.hidden = false;
    }
    connect();
    setInterval(() => { if (events && Date.now() - heard > 4000) { say(0); lost(); } }, 500);
    addEventListener("pagehide", () => { if (events) events.close(); });
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // Narration without leaving the page; any failure falls back to the sentence beside the box.
  async function quietly(form) {
    const problem = form.querySelector(".problem"), text = form.querySelector("textarea");
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = fresh.querySelector("[data-problem]");
    if (!answer.ok || said) throw new Error(said ? said.textContent.trim() : `The server answered ${answer.status}. Try again.`);
    const key = form.querySelector("[name=once_key]"), next = fresh.querySelector("#say [name=once_key]");
    if (key && next) key.value = next.value;
    text.value = "";
    problem.hidden = true;
    form.querySelectorAll("[name=corrects], .check").forEach((each) => each.remove());
    show(fresh);
    text.focus();
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    const done = () => { delete form.dataset.sent; event.submitter?.removeAttribute("aria-busy"); };
    if (!("quiet" in form.dataset)) { setTimeout(done, 8000); return; }
    event.preventDefault();
    quietly(form).catch((error) => {
      const problem = form.querySelector(".problem");
      problem.textContent = error instanceof TypeError ? "The server cannot be reached. Your text is kept; try again." : error.message;
      problem.hidden = false;
    }).finally(done);
  });
  // The postmortem is one form; another form of its page, such as a new action item, keeps what was typed in it.
  const parts = document.getElementById("pm"), kept = `typed ${location.pathname}`;
  const typed = () => [...parts.elements].filter((field) => field.name && field.type !== "hidden" && !field.dataset.section);
  if (parts) {
    const before = JSON.parse(sessionStorage.getItem(kept) || "[]"), fields = typed();
    sessionStorage.removeItem(kept);
    if (before.length === fields.length) fields.forEach((field, place) => { if (field.type === "checkbox") field.checked = before[place]; else field.value = before[place]; });
    document.addEventListener("submit", (event) => {
      if (event.target !== parts) sessionStorage.setItem(kept, JSON.stringify(typed().map((field) => field.type === "checkbox" ? field.checked : field.value)));
    });
  }
  // Whoever signs out leaves nothing behind that they typed, in this tab and in the others.
  document.addEventListener("submit", (event) => {
    const form = event.target, me = encodeURIComponent(document.body.dataset.me);
    if (event.defaultPrevented || !["/logout", "/do/sign-out-everywhere"].includes(form.getAttribute("action"))) return;
    const drafts = Object.keys(localStorage).filter((key) => key.startsWith(`draft ${me} `)), of = new Set(drafts.map((key) => key.split(" ")[2]));
    if (drafts.length && !confirm(`What you typed in the postmortem of ${[...of].join(", ")} is not saved. Signing out removes it from this browser.`)) {
      event.preventDefault();
      delete form.dataset.sent;
      event.submitter?.removeAttribute("aria-busy");
      return;
    }
    document.dispatchEvent(new Event("signed-out"));
    for (const key of drafts) localStorage.removeItem(key);
    localStorage.setItem("signed out", `${me} ${Date.now()}`);
    sessionStorage.clear();
  });
  addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });

  // Find: the box at the top shows what the page /find would; the newest question wins.
  const box = document.getElementById("find"), found = document.getElementById("found");
  let asked = 0, later = 0;
  async function look() {
    const mine = ++asked;
    if (!box.value.trim()) { found.hidden = true; return; }
    const answer = await fetch(`/find?${new URLSearchParams({ q: box.value })}`, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected || mine !== asked) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-found]");
    found.replaceChildren(...fresh.childNodes);
    found.hidden = false;
  }
  box?.addEventListener("input", () => { clearTimeout(later); later = setTimeout(() => look().catch(() => {}), 120); });
  box?.closest(".find").addEventListener("keydown", (event) => {
    const hits = [...found.querySelectorAll("a, button")], at = hits.indexOf(document.activeElement);
    if (event.key === "Escape") { found.hidden = true; box.blur(); }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    (hits[at + (event.key === "ArrowDown" ? 1 : -1)] || box).focus();
  });
  document.addEventListener("click", (event) => { if (box && !box.closest(".find").contains(event.target)) found.hidden = true; });
  const seek = () => box?.offsetParent ? box.focus() : location.assign("/find");
  const narration = document.getElementById("narration"), keys = document.getElementById("keys");
  function step(by) {
    const rows = [...document.querySelectorAll(".entry")].filter((row) => row.offsetParent);
    const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(document.activeElement) + by))];
    if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "center" }); }
  }
  const pressed = {
    n: () => narration?.focus(), j: () => step(1), k: () => step(-1), "?": () => keys?.showModal(), "/": seek,
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") { event.preventDefault(); seek(); }
    const typing = event.target.matches("input, textarea, select, [contenteditable]") || event.target.closest("dialog");
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && pressed[event.key]) {
      event.preventDefault();
      pressed[event.key]();
    }
    if (event.key === "Escape") for (const open of document.querySelectorAll(".menu[open], .me[open], :is(.phases, .facts) details[open]")) open.open = false;
    if (event.target === narration && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (narration.value.trim()) narration.form.requestSubmit(narration.form.querySelector("button"));
    }
  });
  // One menu at a time, and none once something else is pressed.
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll(".menu[open], .me[open], :is(.phases, .facts) details[open]")) if (!open.contains(event.target)) open.open = false;
  });
  // On a wide screen a tab changes what stands beside the timeline, and moves nothing.
  for (const link of document.querySelectorAll(".tabs.only-wide a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const at = scrollY;
      location.hash = link.hash;
      scrollTo(0, at);
    });
  }
  // On a phone not all tabs fit: the chosen one is moved into view.
  const tabInView = () => { const at = document.getElementById(location.hash.slice(1)), shown = at?.closest(".tab") || at; for (const tab of document.querySelectorAll(".tabs a")) if (tab.hash === `#${shown?.id}`) tab.parentElement.scrollLeft = tab.offsetLeft - 60; };
  addEventListener("hashchange", tabInView);
  tabInView();
  for (const slider of document.querySelectorAll("[data-slider]")) {
    slider.addEventListener("input", () => { slider.form.querySelector("output").value = slider.value; });
    slider.addEventListener("change", () => slider.form.requestSubmit());
  }
  // Web Push: this device as a contact method (formats/14). Permission is asked for after a tap, never before.
  const worker = navigator.serviceWorker, device = document.getElementById("phone");
  const able = worker && window.PushManager && window.Notification && isSecureContext;
  const held = async () => (await worker.getRegistration("/"))?.pushManager.getSubscription();
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const keyOf = (pushed) => btoa(String.fromCharCode(...new Uint8Array(pushed.options.applicationServerKey))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const asJson = { headers: { Accept: "application/json" } };
  async function enrol(name) {
    const { key } = await (await fetch("/push/key", asJson)).json(), at = await worker.register("/sw.js");
    await worker.ready;
    const pushed = await at.pushManager.getSubscription();
    if (pushed && keyOf(pushed) !== key) await pushed.unsubscribe();
    const { endpoint, keys } = (await at.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })).toJSON();
    const form = { endpoint, p256dh: keys.p256dh, auth: keys.auth, push_key: key, name, replaces: pushed?.endpoint || "" };
    const answer = await fetch("/do/add-device", { method: "POST", body: new URLSearchParams(form), ...asJson });
    if (!answer.ok) { const said = await answer.json(); throw new Error(`${said.detail} ${said.hint || ""}`); }
  }
  // The server has another key than this device was added with, such as after it was set up anew: add it again, without a question.
  async function renew() {
    const pushed = await held();
    if (pushed && keyOf(pushed) !== (await (await fetch("/push/key", asJson)).json()).key) await enrol("");
    sessionStorage.setItem("renewed", "yes");
  }
  if (able && Notification.permission === "granted" && document.querySelector(".shell") && !sessionStorage.getItem("renewed")) renew().catch(() => {});
  // The installed app has a page for when there is no network.
  if (worker && isSecureContext && matchMedia("(display-mode: standalone)").matches) worker.register("/sw.js").catch(() => {});
  function guess() {
    const text = navigator.userAgent, found = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]].find(([mark]) => text.includes(mark));
    const browser = [["Firefox", "Firefox"], ["Edg", "Edge"], ["Chrom", "Chrome"], ["Safari", "Safari"]].find(([mark]) => text.includes(mark));
    return `${browser ? browser[1] : "Browser"} on ${found ? found[1] : "a computer"}`;
  }
  async function standing() {
    if (!able) return /iPhone|iPad/.test(navigator.userAgent) && isSecureContext ? "install" : "none";
    if (Notification.permission === "denied") return "denied";
    const pushed = await held();
    if (!pushed) return "off";
    const mark = [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pushed.endpoint)))].map((b) => b.toString(16).padStart(2, "0")).join("").slice(0, 16);
    document.querySelector(`[data-device="${mark}"] strong`)?.append(" (this device)");
    return document.querySelector(`[data-device="${mark}"]`) ? "on" : "off";
  }
  if (device) {
    const say = (which) => { for (const part of device.querySelectorAll("[data-phone]")) part.hidden = part.dataset.phone !== which; };
    const add = device.querySelector("form"), wrong = device.querySelector(".problem");
    add.elements.name.value = guess();
    standing().then(say).catch(() => {});
    add.addEventListener("submit", async (event) => {
      event.preventDefault();
      wrong.hidden = true;
      try {
        const allowed = await Notification.requestPermission();
        if (allowed === "denied") { say("denied"); return; }
        if (allowed === "granted") { await enrol(add.elements.name.value); location.replace("/me#methods"); location.reload(); }
      } catch (error) {
        wrong.textContent = `This device was not added: ${error.message}`;
        wrong.hidden = false;
      }
      delete add.dataset.sent;
    });
  }
  // The screen of a room stays on.
  async function wake() { if (!document.hidden) await navigator.wakeLock?.request("screen"); }
  if (document.querySelector("[data-wake]")) {
    wake().catch(() => {});
    document.addEventListener("visibilitychange", () => wake().catch(() => {}));
  }
  // A draft follows the state that is chosen, as long as nobody has written over it.
  document.addEventListener("change", (event) => {
    const text = document.getElementById(event.target.dataset.draftsOf);
    if (!text) return;
    const drafts = [...event.target.options].map((option) => option.dataset.draft);
    if (drafts.includes(text.value)) text.value = event.target.selectedOptions[0].dataset.draft;
  });
})();
