"""E-mails to applicants: that it was received, what is asked back, and how it was decided."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from crm.models import Application
from crm.services.mailings.ties import tie_mail
from mail.errors import MailProblem
from mail.services.outbox import queue_message
from ui.bidi import isolated
from ui.languages import written_in

log = structlog.get_logger()


def page_url(application: Application) -> str:
    """The address of the applicant's own page of the application."""
    program = application.program
    path = reverse("apply_form", args=[program.organization.slug, program.key])
    return f"{settings.PUBLIC_URL}{path}"


def mail_applicant(application: Application, what: str) -> None:
    """Tell the applicant: `received`, `asked_back`, `accepted` or `declined`. An address that takes no mail is left alone:
    the page of the application says the same."""
    program = application.program
    influencer = application.influencer
    assert influencer is not None  # noqa: S101 -- nothing is sent without one
    with translation.override(written_in(influencer.reads_in or program.language)):
        values = {
            "what": what,
            "name": application.name,
            "email": application.person.email,
            "organization": program.organization.name,
            "program": program.name,
            "said": application.said if what in {"asked_back", "declined"} else "",
            "has_contract": bool(program.contract_title),
            "link": page_url(application),
        }
        try:
            queued = queue_message(
                "crm_application",
                to=application.person.email,
                subject=_subject(what) % {"program": isolated(program.name)},
                values=values,
                intent=f"application:{application.pk}:{what}:{_moment(application, what)}",
            )
        except MailProblem as problem:
            log.info("application.not_mailed", application=application.pk, problem=str(problem))
            return
    tie_mail(queued[0], influencer.pk)


def _moment(application: Application, what: str) -> int:
    at = application.submitted_at if what == "received" else application.decided_at
    return int(at.timestamp()) if at else 0


def _subject(what: str) -> str:
    return {
        "received": _("Your application for %(program)s is received"),
        "asked_back": _("A question about your application for %(program)s"),
        "accepted": _("You are accepted: %(program)s"),
        "declined": _("Your application for %(program)s"),
    }[what]
