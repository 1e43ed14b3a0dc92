"""``python -m tests.browser.icons``: the icons of the installed app as PNG, drawn from ``stanch.svg``, which stays the only drawing."""

import re
from pathlib import Path

from tests.browser.house import chromium
from tests.conftest import need

STATIC = Path("src/stanch/web/static")
# Name: size, share of the edge that the mark fills. Launchers cut a maskable one to a circle of 80 %, and iOS rounds the corners itself.
ICONS = {"icon-192": (192, 1.0), "icon-512": (512, 1.0), "icon-maskable-512": (512, 0.7), "icon-apple-180": (180, 0.82)}
BADGE = ("badge-96", 96)


def page_of(svg: str, size: int, share: float, background: str) -> str:
    inner = round(size * share)
    sized = svg.replace("<svg ", f'<svg width="{inner}" height="{inner}" ', 1)
    return (
        f"<style>html,body{{margin:0;background:{background}}}body{{width:{size}px;height:{size}px;display:grid;place-items:center}}"
        f"</style>{sized}"
    )


def main() -> None:
    svg = (STATIC / "stanch.svg").read_text()
    ground = re.findall(r'fill="(#[0-9a-f]{6})"', svg)[0]
    mark = re.sub(r"<rect[^>]*/>", "", svg)
    with chromium(need("chromium")) as browser:
        page = browser.new_page()

        def draw(name: str, size: int, html: str, *, clear: bool) -> None:
            page.set_viewport_size({"width": size, "height": size})
            page.set_content(html)
            page.screenshot(path=STATIC / f"{name}.png", omit_background=clear)

        for name, (size, share) in ICONS.items():
            background, drawing = ("transparent", svg) if share == 1.0 else (ground, mark)
            draw(name, size, page_of(drawing, size, share, background), clear=share == 1.0)
        # Of a badge the system uses the shape only.
        draw(BADGE[0], BADGE[1], page_of(mark, BADGE[1], 1.4, "transparent"), clear=True)


if __name__ == "__main__":
    main()
