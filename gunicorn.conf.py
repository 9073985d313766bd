"""What gunicorn reads wherever it serves us, in the image and under `make run`."""

import os

worker_class = "gthread"
workers = 2
# The settings read the same variable: one thread of each process is kept for probes (`influence.outages`).
threads = int(os.environ.get("WEB_THREADS") or 16)
preload_app = True
control_socket_disable = True
