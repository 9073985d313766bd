"""The checks of `manage.py check --deploy` about the settings of a public machine."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Caution

DELIVERS_NOWHERE = ("console", "filebased", "dummy", "locmem")


@register(Tags.security, deploy=True)
def check_mail(**_: Any) -> list[CheckMessage]:
    """Sign-in codes travel by mail: one that is printed stands in the log, where others read it."""
    kind = settings.EMAIL_BACKEND.rpartition(".")[0].rpartition(".")[2]
    if kind not in DELIVERS_NOWHERE:
        return []
    return [
        Caution(
            f"EMAIL_URL delivers no mail ({kind}): sign-in codes and links would stand in a log or a file.",
            hint="Name a mail server: EMAIL_URL=smtp+tls://user:password@host:587",
            id="influence.W001",
        )
    ]


@register(Tags.security, deploy=True)
def check_proxies(**_: Any) -> list[CheckMessage]:
    """Check that proxies are counted: behind one that is not, all people share one address and its limits."""
    if settings.TRUSTED_PROXY_COUNT or not settings.HTTPS:
        return []
    return [
        Caution(
            "TRUSTED_PROXY_COUNT is 0 although PUBLIC_URL is https: if a proxy speaks TLS for this process, everybody has the "
            "proxy's address.",
            hint="Set TRUSTED_PROXY_COUNT to the number of proxies in a row.",
            id="influence.W002",
        )
    ]
