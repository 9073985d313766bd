"""The mailbox of `make run`: what would have been sent."""

from __future__ import annotations

from csp.decorators import csp_replace, csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from mail.services import mailbox
from mail.services.mailbox import KeptMail
from tenancy.access import public_page

MOST_SHOWN = 50


def _mails() -> list[KeptMail]:
    if not mailbox.is_open():
        raise Http404
    return mailbox.kept_mails()[:MOST_SHOWN]


@csp_update({"frame-src": ["'self'"]})
@public_page
def mailbox_page(request: HttpRequest) -> HttpResponse:
    """The mails, newest first, and one of them as its reader would see it."""
    mails = _mails()
    chosen = request.GET.get("mail", "")
    shown = next((mail for mail in mails if mail.key == chosen), mails[0] if mails else None)
    return render(request, "public/mailbox.html", {"mails": mails, "shown": shown})


@csp_replace(
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],  # a mail brings its styles along
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
@xframe_options_sameorigin
@public_page
def mailbox_html(request: HttpRequest, key: str) -> HttpResponse:
    """The mail itself, without any right of a page of ours; its links open in a new window."""
    for mail in _mails():
        if mail.key == key:
            return HttpResponse(mail.html.replace("<head>", '<head><base target="_blank">', 1))
    raise Http404
