# ruff: noqa: INP001 -- a script of the image, not a module
"""Health of the web container: /healthz under the site's own host name."""

import os
import sys
import urllib.request
from urllib.parse import urlsplit

host = urlsplit(os.environ["PUBLIC_URL"]).netloc
request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 -- our own address
    sys.exit(answer.status != 200)
