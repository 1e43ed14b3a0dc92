"""The badge and what other sites embed (formats/18, 18.9). Pure."""

import json
from html import escape

from stanch.communicate.page.language import language_of
from stanch.communicate.page.rollup import overall
from stanch.communicate.page.snapshot import Document, Snapshot

# White text stands on each with a contrast of 4.9 and more.
COLOURS = {
    "operational": "#15803d", "maintenance": "#1d4ed8", "under_maintenance": "#1d4ed8", "degraded": "#a16207",
    "all_degraded": "#a16207", "degraded_performance": "#a16207", "minor": "#b45309", "partial": "#b45309",
    "partial_outage": "#b45309", "major": "#b91c1c", "major_outage": "#b91c1c",
}  # fmt: skip


def documents(snapshot: Snapshot) -> dict[str, Document]:
    """One badge for the whole page, one for each component, and the script that other sites may load."""
    say = language_of(snapshot)
    whole = overall(snapshot)
    found = {"badge.svg": _svg(snapshot.page.title, say(f"all_{whole}"), COLOURS[whole])}
    for component in snapshot.components:
        found[f"badge/{component.id}.svg"] = _svg(component.name, say(component.state), COLOURS[component.state])
    return {**found, "embed.js": Document(_embed(snapshot), "text/javascript; charset=utf-8")}


def _width(text: str) -> int:
    """The approximate width in 11 px Verdana; ``textLength`` makes any font fit."""
    return sum(11 if ord(char) > 0x2E80 else 4 if char in "iljtf.,:;'| " else 7 for char in text)


def _svg(label: str, message: str, colour: str) -> Document:
    left, right = _width(label) + 10, _width(message) + 10
    said = escape(f"{label}: {message}")
    return Document(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{said}">'
        f'<title>{said}</title><rect width="{left}" height="20" fill="#555"/><rect x="{left}" width="{right}" height="20" '
        f'fill="{colour}"/><g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" '
        f'font-size="11"><text x="{left / 2:g}" y="14" textLength="{left - 10}">{escape(label)}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 10}">{escape(message)}</text></g></svg>'.encode(),
        "image/svg+xml",
    )


def _embed(snapshot: Snapshot) -> bytes:
    """A script that shows a bar on another site while something is wrong; its failures never affect that site."""
    say = language_of(snapshot)
    texts = {
        "url": snapshot.url,
        "none": "",
        "words": {key: say(f"all_{key}") for key in ("maintenance", "degraded", "minor", "partial", "major")},
    }
    return (
        "(function(){try{var s=" + json.dumps(texts).replace("<", "\\u003c") + ",c=new AbortController();"
        "setTimeout(function(){c.abort()},3000);"
        "fetch(s.url+'/api/v2/summary.json',{signal:c.signal}).then(function(r){return r.json()}).then(function(d){"
        "var k={maintenance:'maintenance',minor:'degraded',major:'partial',critical:'major'}[d.status.indicator];if(!k)return;"
        "var h=document.createElement('div'),r=h.attachShadow({mode:'closed'}),a=document.createElement('a');"
        "a.href=s.url+'/';a.textContent=d.incidents.length?d.incidents[0].name:s.words[k];"
        "a.style.cssText='display:block;padding:10px 16px;font:600 14px system-ui,sans-serif;color:#fff;text-decoration:none;background:'"
        "+(k==='major'?'#b91c1c':k==='maintenance'?'#1d4ed8':'#a16207');"
        "r.appendChild(a);document.body.insertBefore(h,document.body.firstChild)}).catch(function(){})}catch(e){}})();\n"
    ).encode()
