"""The forks that should last end together; the seed, which ends by itself, leaves its exit code in its log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from influence.embedded.launcher import COMPLETE, _outcome
from influence.embedded.services import Errand

from .launching import ROOT

FORK = "from influence.embedded import forks; forks.LOADED = (); raise SystemExit(forks.main())"


@pytest.mark.parametrize(("words", "code"), [("print('made')", 0), ("print('made'); no.such", 1)])
def test_a_seed_that_ends_stops_nobody_and_leaves_its_code(
    tmp_path: Path, words: str, code: int
) -> None:
    errand = Errand(tmp_path / "seed.log")
    log = os.open(errand.log, os.O_WRONLY | os.O_CREAT)
    lasting = os.open(os.devnull, os.O_WRONLY)
    forks = [
        ("web", lasting, signal.SIGTERM, ["timeit", "-n1", "-r1", "import time; time.sleep(1)"], True),
        ("seed", log, signal.SIGTERM, ["timeit", "-n1", "-r1", words], False),
    ]  # fmt: skip
    assert errand.code is None
    ended = subprocess.run(
        [sys.executable, "-c", FORK, json.dumps(forks)],
        cwd=ROOT, pass_fds=(log, lasting), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (1, "web ended with code 0.\n")
    assert errand.text.startswith("made\n")
    assert errand.code == code
    assert (_outcome(errand) == COMPLETE) is (code == 0)
