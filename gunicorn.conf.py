"""What gunicorn reads wherever it serves us, in the image and under `make run`."""

import gc
import os
import socket
import struct
from typing import Any

worker_class = "gthread"
workers = 2
# The settings read the same variable: one thread of each process is kept for probes (`influence.outages`).
threads = int(os.environ.get("WEB_THREADS") or 16)
preload_app = True
control_socket_disable = True
SILENCE_SECONDS = 20


def when_ready(server: Any) -> None:
    """The application is loaded: what the workers inherit is shared, as long as their collector leaves it alone.

    A page makes thousands of objects that go as it is sent; looking for cycles among each 700 of them found none.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)
    limit_silence(server)


def limit_silence(server: Any) -> None:
    """Nobody holds a thread by falling silent in the middle of a request: connections have this from the socket they come by."""
    for listener in server.LISTENERS:
        period = struct.pack("ll", SILENCE_SECONDS, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, period)
