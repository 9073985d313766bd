"""E-mails to influencers: a pair of templates, sent once however often somebody clicks."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from crm.errors import MailNotSent

log = structlog.get_logger()
QUIET_SECONDS = 600  # the same twice within ten minutes is one e-mail


def send_once(
    template: str, *, to: str, subject: str, values: Mapping[str, object], mark: str
) -> bool:
    """Send `emails/<template>.txt` and `.html`. False when the same, by its `mark`, has just gone out.

    Raises MailNotSent.
    """
    mark = f"crm:{template}:{mark}"
    if not cache.add(mark, True, QUIET_SECONDS):
        return False
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"emails/{template}.txt", dict(values)),
        to=[to],
    )
    html = render_to_string(f"emails/{template}.html", dict(values))
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except OSError as error:  # smtplib's errors are OSErrors
        cache.delete(mark)
        log.warning("mail.not_sent", template=template, error=type(error).__name__)
        raise MailNotSent(to) from error
    return True
