"""One tick of the mail worker as a process of its own: `python -m tests.mail.worker PORT`."""

from __future__ import annotations

import sys

import django
from django.conf import settings


def main(port: int) -> None:
    django.setup()
    settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    from jobs.enums import Lane
    from jobs.services.pool import work_off

    work_off(Lane.MAIL, threads=1, seconds=30)


if __name__ == "__main__":
    main(int(sys.argv[1]))
