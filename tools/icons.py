"""Draw the app's icons, vedette/web/assets/phone/icon-*.png, out of the mark. For maintainers, when the mark changes.

.venv/bin/python tools/icons.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "vedette" / "web" / "assets"
#: Name, pixels, and the share of it that the mark takes: a maskable icon may be cut to a circle of four fifths.
ICONS = (("icon-192", 192, 1.0), ("icon-512", 512, 1.0), ("icon-maskable", 512, 0.62))
_GROUND = "#12171d"


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from tests.servers import chromium

    mark = (ASSETS / "mark.svg").read_text("utf-8")
    with chromium.running() as browser:
        for name, pixels, share in ICONS:
            page = browser.new_page(viewport={"width": pixels, "height": pixels})
            ground = _GROUND if share < 1 else "transparent"
            size = round(pixels * share)
            page.set_content(
                f"<style>html{{background:{ground}}}body{{margin:0;height:100vh;display:grid;place-items:center}}"
                f"svg{{width:{size}px;height:{size}px;display:block}}</style>{mark}"
            )
            page.screenshot(path=ASSETS / "phone" / f"{name}.png", omit_background=True)
            page.close()


if __name__ == "__main__":
    main()
