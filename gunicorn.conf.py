"""What gunicorn reads wherever it serves us, in the image and under `make run`."""

import gc
import os
from typing import Any

worker_class = "gthread"
workers = 2
# The settings read the same variable: one thread of each process is kept for probes (`influence.outages`).
threads = int(os.environ.get("WEB_THREADS") or 16)
preload_app = True
control_socket_disable = True


def when_ready(server: Any) -> None:
    """The application is loaded: what the workers inherit is shared, as long as their collector leaves it alone.

    A page makes thousands of objects that go as it is sent; looking for cycles among each 700 of them found none.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)
