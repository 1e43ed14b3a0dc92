// Saves the sections of a postmortem while they are typed, together with others. Without it the form saves them.
(() => {
  "use strict";
  const form = document.getElementById("pm");
  const incident = form.dataset.incident, address = `/api/v1/incidents/${incident}`;
  const tab = sessionStorage.getItem("tab") || Math.random().toString(36).slice(2);
  sessionStorage.setItem("tab", tab);
  const me = encodeURIComponent(form.dataset.person), mine = `draft ${me} ${incident} `;
  let out = false;  // whoever typed here has signed out: nothing of it stays in the browser, only on this page
  const PAUSE = 700, LONGEST_WAIT = 2500, LOOK = 3000, ORPHAN = 10000, TRY_AGAIN = 1500;

  const blank = (text) => /\s/.test(text);
  const glued = (left, right) => Boolean(left && right) && !blank(left.slice(-1)) && !blank(right.slice(0, 1));
  const splits = (text, at) => at > 0 && at < text.length && !blank(text[at - 1]) && !blank(text[at]);
  // Where letters were added: the same texts come out of several places where words begin alike, and people rather write between words.
  function added(before, after, start) {
    const more = after.length - before.length;
    let free = -1;
    for (let at = start; ; at--) {
      if (!splits(before, at)) {
        if (!splits(after, at) && !splits(after, at + more)) return at;
        if (free < 0) free = at;
      }
      if (!at || before[at - 1] !== after[at - 1 + more]) return free < 0 ? start : free;
    }
  }
  // The one place in which two texts differ: before[start..end] became text; as learn/merging.py has it.
  function hunk(before, after) {
    const most = Math.min(before.length, after.length);
    const within = (at, there) => splits(before, at) || splits(after, there);
    let start = 0, same = 0;
    while (start < most && before[start] === after[start]) start++;
    while (same < most - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
    if (start + same < before.length) {
      // A letter that two words happen to share at their ends tells nothing of what became of either.
      while (start && within(start, start)) start--;
      while (same && within(before.length - same, after.length - same)) same--;
    } else if (after.length > before.length) {
      start = added(before, after, start);
      same = before.length - start;
    }
    return { start, end: before.length - same, text: after.slice(start, after.length - same) };
  }
  // Whether both fit in. Where they touch, neither may go on with a word that the other one would move away from it.
  function apart(first, second, base) {
    if (first.end > second.start) return false;
    const between = base.slice(first.end, second.start);
    if (!between && (glued(base.slice(0, second.start), second.text) || glued(first.text, base.slice(second.start)))) return false;
    // Both within one word: where either went on cannot be told.
    if (between && !blank(between) && splits(base, first.start) && splits(base, second.end)) return false;
    return blank(between) || blank(first.text.slice(-1)) || blank(second.text.slice(0, 1));
  }

  // A section: its field, `base`: the text of the server that what is in the field started from; `sent`: what is on its way.
  const sections = [...document.querySelectorAll("[data-section]")].map((field) => ({
    field, part: field.dataset.section, base: field.defaultValue, key: `${mine}${field.dataset.section} ${tab}`,
    sent: null, since: 0, typed: 0, not_before: 0, conflict: false, kept: null, composing: false,
    status: field.parentElement.querySelector("[role=status]"), box: field.parentElement.querySelector("[role=alert]"),
  }));
  const dirty = (s) => s.field.value !== s.base, waiting = (s) => s.sent || (dirty(s) && !s.conflict);

  function say(s, words, link) {
    s.status.hidden = !words;
    if (s.status.dataset.said === words) return;
    s.status.dataset.said = words;
    s.status.textContent = words;
    if (link) s.status.insertAdjacentHTML("beforeend", ` <a href="/login?next=${encodeURIComponent(location.pathname)}">Sign in again</a>`);
  }
  // What is typed is in the browser before it is anywhere else, and is sent again after a restart of either.
  function keep(s) {
    form.dataset.unsaved = sections.filter(waiting).length;
    if (out) return false;
    try {
      if (dirty(s) || s.sent) localStorage.setItem(s.key, JSON.stringify({ text: s.field.value, base: s.base, sent: s.sent, at: Date.now() }));
      else localStorage.removeItem(s.key);
      return true;
    } catch { return false; }
  }
  function take(s, draft) {
    Object.assign(s, { base: draft.base, sent: draft.sent, since: 1, typed: 1, conflict: false });
    s.field.value = draft.text;
    s.field.closest("details").open = true;
  }
  // A draft that no open page looks after: this tab's before it was loaded again, or that of a browser that was ended.
  function adopt(s) {
    if (dirty(s) || s.sent) return;
    for (let n = 0; n < localStorage.length; n++) {
      const key = localStorage.key(n);
      if (!key.startsWith(`${mine}${s.part} `)) continue;
      const draft = JSON.parse(localStorage.getItem(key));
      if (key !== s.key && Date.now() - draft.at < ORPHAN) continue;
      localStorage.removeItem(key);
      take(s, draft);
      keep(s);
      return;
    }
  }

  // Shows what others wrote, and moves neither the caret nor a word that is being typed.
  function receive(s, theirs) {
    const { field, base } = s;
    if (theirs === base || s.composing || s.conflict) return;
    const other = hunk(base, theirs);
    let at = other;
    if (dirty(s)) {
      const own = hunk(base, field.value);
      if (apart(own, other, base)) {
        const by = own.text.length - (own.end - own.start);
        at = { start: other.start + by, end: other.end + by, text: other.text };
      } else if (!apart(other, own, base)) return;  // the server puts them together when this is saved
    }
    let after = false;
    if (document.activeElement === field && field.selectionStart <= at.end && field.selectionEnd >= at.start) {
      if (field.selectionStart !== field.selectionEnd || at.start !== at.end) return;
      // It stays with the word that is being typed: before white space, or else behind it.
      after = !blank(at.text.slice(0, 1));
      if (after && (!blank(at.text.slice(-1)) || glued(field.value.slice(0, at.start), at.text))) return;
    }
    const top = field.scrollTop;
    field.setRangeText(at.text, at.start, at.end, "preserve");
    if (after) field.selectionStart = field.selectionEnd = at.start + at.text.length;
    field.scrollTop = top;
    s.base = theirs;
    keep(s);
    if (!dirty(s)) say(s, "Saved. Somebody else wrote here, too.");
  }
  const due = (s) => dirty(s) && !s.conflict && Date.now() >= s.not_before && (Date.now() - s.typed >= PAUSE || Date.now() - s.since >= LONGEST_WAIT + s.field.value.length / 5);

  async function send(s, whenLeaving) {
    // The same body under the same key until there is an answer: however often it is sent, and days later, it is written once.
    s.sent ||= { text: s.field.value, key: `${tab}-${Date.now()}-${Math.random().toString(36).slice(2)}`, base: s.base };
    keep(s);
    const body = JSON.stringify({ part: s.part, text: s.sent.text, base: s.sent.base, save: s.sent.key });
    // Only as whoever typed it: somebody else may have signed in meanwhile in another tab.
    const headers = { "Content-Type": "application/json", "Idempotency-Key": s.sent.key, "Stanch-Person": me };
    const answer = await fetch(`${address}/postmortem`, { method: "POST", body, headers, keepalive: Boolean(whenLeaving), signal: whenLeaving ? undefined : AbortSignal.timeout(10000) });
    if (answer.ok) {
      out = false;
      s.base = s.sent.text;
      s.sent = null;
      s.since = dirty(s) ? Date.now() : 0;
      stale = true;
      keep(s);
      say(s, dirty(s) ? "Saving …" : "Saved.");
      return;
    }
    const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    refused(s, answer.status, said);
  }
  function refused(s, status, said) {
    s.not_before = Date.now() + TRY_AGAIN;
    if (status === 409 && said.repeat) {
      s.sent = null;
      s.conflict = true;
      s.kept = said.repeat.base;
      s.box.hidden = false;
      const [words, , theirs] = s.box.children;
      words.textContent = `${said.detail.split(" It reads now:")[0]} What you typed is kept in the field, and is not saved yet.`;
      theirs.textContent = s.kept;
      s.field.closest("details").open = true;
      say(s, "");
    } else if (status === 401) say(s, `Not saved: ${form.dataset.person} is not signed in here any more. What you typed is kept ${out ? "on this page only" : "in this browser"}.`, true);
    else if (status === 409 || status >= 500) say(s, "Not saved yet: the server does not answer as it should. What you typed is kept in this browser and is sent again.");
    else {
      s.sent = null;
      s.not_before = Date.now() + 5000;
      say(s, `Not saved: ${said.detail || `the server answered ${status}.`} ${said.hint || ""} What you typed is kept in this browser.`);
    }
    keep(s);
  }
  const lost = (s) => {
    s.not_before = Date.now() + TRY_AGAIN;
    say(s, keep(s) ? "Not saved yet: the server cannot be reached. What you typed is kept in this browser and is sent again." : "Not saved yet: the server cannot be reached, and this browser keeps nothing. Leave this page open.");
  };

  let looked = 0, seen = "";
  async function look() {
    looked = Date.now();
    const answer = await fetch(`${address}/sections`, { headers: { "If-None-Match": seen, "Stanch-Person": me }, cache: "no-store", signal: AbortSignal.timeout(10000) });
    if (!answer.ok) return;
    const all = new Map((await answer.json()).map((section) => [section.part, section]));
    let shown = true;
    for (const s of sections) {
      if (!all.has(s.part)) continue;  // the template names it no more
      const { text } = all.get(s.part);
      if (s.conflict) { if (text !== s.kept) { s.conflict = false; s.box.hidden = true; keep(s); } }  // try again: it may fit now
      else if (!s.sent) receive(s, text);
      shown &&= s.base === text;
    }
    seen = shown ? answer.headers.get("etag") : "";
  }
  // One request after the other: an answer always belongs to what was sent last.
  let busy = false, stale = false;
  async function turn() {
    if (busy) return;
    busy = true;
    for (const s of sections) {
      try { adopt(s); } catch { /* this browser keeps nothing, or not what this page has written */ }
      if ((s.sent && Date.now() >= s.not_before) || due(s)) {
        try { await send(s); looked = 0; } catch { lost(s); }
      }
      if (dirty(s) || s.sent) keep(s);
    }
    if (!document.hidden && Date.now() - looked >= LOOK) await look().catch(() => {});
    // What the page says of the sections, such as what is missing, once nobody types.
    if (stale && sections.every((s) => !dirty(s) && Date.now() - s.typed > 1500)) { stale = false; document.dispatchEvent(new Event("stale")); }
    busy = false;
  }
  for (const s of sections) {
    s.field.addEventListener("input", () => {
      s.typed = Date.now();
      s.since ||= s.typed;
      if (!keep(s)) say(s, "This browser keeps nothing: leave this page open until it says that it is saved.");
      else if (s.status.dataset.said?.startsWith("Saved.")) say(s, "Saving …");
    });
    s.field.addEventListener("compositionstart", () => { s.composing = true; });
    s.field.addEventListener("compositionend", () => { s.composing = false; });
    s.field.addEventListener("blur", () => { looked = 0; seen = ""; });
    s.box.querySelector("button").addEventListener("click", () => {
      Object.assign(s, { base: s.kept, conflict: false, since: 1, typed: 1 });
      s.box.hidden = true;
      keep(s);
      s.field.focus();
    });
  }
  // The form's other fields go with it; the sections have a way of their own.
  for (const s of sections) { s.field.removeAttribute("form"); s.field.parentElement.querySelector("[name=seen]")?.remove(); }
  const waits = () => sections.some(waiting);
  async function flush() {
    for (const s of sections) Object.assign(s, { since: 1, typed: 1, not_before: 0 });
    for (let n = 0; n < 50 && waits(); n++) { await turn(); if (waits()) await new Promise((go) => setTimeout(go, 100)); }
  }
  const right = () => [...form.elements].some((field) => field.name === "confirm" && field.checked);
  // Whatever is pressed, such as Publish: what was typed is saved first.
  document.addEventListener("submit", (event) => {
    const { target, submitter } = event, only = target === form && submitter?.name !== "also" && !right();
    if (!only && !waits()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    flush().then(() => { if (!only && !waits()) target.requestSubmit(submitter); });
  }, true);
  const file = document.getElementById("import-file");
  if (file) {
    file.hidden = file.labels[0].hidden = false;
    file.addEventListener("change", async () => { if (file.files[0]) document.getElementById(file.dataset.into).value = await file.files[0].text(); });
  }
  document.addEventListener("signed-out", () => { out = true; });
  addEventListener("storage", (event) => { if (event.key === "signed out" && event.newValue?.startsWith(`${me} `)) out = true; });
  addEventListener("pagehide", () => { for (const s of sections) if (dirty(s) && !s.conflict && !s.sent) send(s, true).catch(() => {}); });
  setInterval(turn, 250);
  turn();
})();
