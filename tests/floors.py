"""The floor of branch coverage: `python -m tests.floors report.json` after a run of the whole suite.

Services, policies, purge and tenancy are covered whole, file by file; all the rest together to 95 %.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

WHOLE = re.compile(r"^tenancy/|(^|/)services/|(^|/)(policies|purge)(\.py$|/)")
FLOOR = 95.0


def gaps(files: dict[str, Any]) -> list[str]:
    """The modules that fall short of their floor, a sentence each, with the lines and branches that no test has reached."""
    whole = {name: seen for name, seen in files.items() if WHOLE.search(name)}
    rest = [seen["summary"] for name, seen in files.items() if name not in whole]
    found = [
        f"{name}: lines {seen['missing_lines']}, branches {seen['missing_branches']}"
        for name, seen in sorted(whole.items())
        if seen["missing_lines"] or seen["missing_branches"]
    ]
    if (share := covered(rest)) < FLOOR:
        found.append(f"The rest is covered to {share:.1f} %, less than {FLOOR:.0f} %.")
    return found


def covered(summaries: list[dict[str, int]]) -> float:
    """Per cent of all statements and branches."""
    done = sum(each["covered_lines"] + each["covered_branches"] for each in summaries)
    all_ = sum(each["num_statements"] + each["num_branches"] for each in summaries)
    return 100 * done / all_ if all_ else 100.0


if __name__ == "__main__":
    found = gaps(json.loads(Path(sys.argv[1]).read_text())["files"])
    sys.exit("\n".join(["Not covered enough:", *found]) if found else 0)
