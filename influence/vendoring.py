"""Copy the front-end files that package.json lists from node_modules to static/vendor.

package.json's "vendor" object is the one list: "files" are copied under their own name, "icons"
(names of outline icons of @tabler/icons, or "filled/NAME") become one sprite, icons.svg, used as
`<svg class="icon"><use href="{% static 'vendor/icons.svg' %}#NAME"/></svg>`.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

# The maps are not shipped, and whitenoise's manifest refuses a reference to a missing file.
SOURCE_MAP = re.compile(r"\n?(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")
SVG_BODY = re.compile(r"<svg.*?>(.*)</svg>", re.DOTALL)
OUTLINE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
FILLED = 'fill="currentColor"'


def symbol(modules: Path, name: str) -> str:
    """One <symbol> of the sprite; a filled icon's id is `NAME-filled`."""
    style, _, bare = name.rpartition("/")
    source = modules / "@tabler/icons/icons" / (style or "outline") / f"{bare}.svg"
    match = SVG_BODY.search(source.read_text())
    if match is None:
        raise ValueError(f"{source} is not an SVG")
    body = re.sub(r"\s*\n\s*", "", match[1])
    body = body.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
    ident, paint = (f"{bare}-filled", FILLED) if style else (bare, OUTLINE)
    return f'<symbol id="{ident}" viewBox="0 0 24 24" {paint}>{body}</symbol>'


def vendor(root: Path) -> list[Path]:
    """Replace static/vendor under `root`; returns the files written."""
    listed = json.loads((root / "package.json").read_text())["vendor"]
    modules, target = root / "node_modules", root / "static/vendor"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    written = []
    for name in listed["files"]:
        copy = target / Path(name).name
        source = modules / name
        if source.suffix == ".woff2":
            shutil.copyfile(source, copy)
        else:
            copy.write_text(SOURCE_MAP.sub("\n", source.read_text()))
        written.append(copy)
    symbols = "\n".join(symbol(modules, name) for name in listed["icons"])
    sprite = target / "icons.svg"
    sprite.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n')
    return [*written, sprite]


if __name__ == "__main__":
    try:
        vendor(Path(__file__).resolve().parent.parent)
    except FileNotFoundError as error:
        sys.exit(f"vendoring: {error.filename} is missing: correct package.json, or run `npm ci`")
