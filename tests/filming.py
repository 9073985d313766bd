"""Films for tests, and a host that serves them over HTTP as ours does."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(2_000)


class FilmHost:
    """Serves `film` with `status` at every address; counts how often it was asked."""

    def __init__(self, film: bytes = MP4) -> None:
        self.film, self.status, self.asked = film, 200, 0
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked += 1
                self.send_response(host.status)
                self.send_header("Content-Type", "video/mp4")
                self.send_header("Content-Length", str(len(host.film)))
                self.end_headers()
                self.wfile.write(host.film)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/film.mp4"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
