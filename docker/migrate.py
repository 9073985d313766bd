# ruff: noqa: INP001 -- a script of the image, not a module
"""The one-shot before everything else: roles and database as the administrator, then migrations.

May run at every deployment: it creates what is missing and takes over changed passwords.
"""

import os
import sys

from influence.embedded.errors import CannotStart
from influence.embedded.provision import Passwords, provision

try:
    urls = provision(
        os.environ.pop("DATABASE_ADMIN_URL"),
        passwords=Passwords(os.environ["OWNER_PASSWORD"], os.environ["APP_PASSWORD"]),
    )
except CannotStart as error:
    sys.exit(str(error))
os.environ["DATABASE_URL"] = urls.owner
os.execv(sys.executable, [sys.executable, "manage.py", "migrate", "--noinput"])  # noqa: S606
