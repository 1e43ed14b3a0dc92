// The page is complete without this: it offers the times in the reader's own zone, and remembers the choice.
(function () {
  var place = document.getElementById("local");
  if (!place || !window.Intl) return;
  var key = "stanch-local-time";
  function kept() { try { return localStorage.getItem(key) === "1"; } catch (e) { return false; } }
  function show() {
    var form = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
    document.querySelectorAll("time[datetime]").forEach(function (time) { time.textContent = form.format(new Date(time.dateTime)); });
    place.textContent = "";
  }
  if (kept()) { show(); return; }
  var button = document.createElement("button");
  button.type = "button"; button.className = "link"; button.textContent = place.dataset.word;
  button.addEventListener("click", function () { try { localStorage.setItem(key, "1"); } catch (e) { /* only not remembered */ } show(); });
  place.append(" · ", button);
})();
