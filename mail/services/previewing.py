"""A mail as its reader will get it, for a page that shows it before it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mail.policies import refusal
from mail.queries import address_marks
from mail.services.logos import with_embedded_logo
from mail.services.outbox import composed
from mail.services.rendering import render_words

# Rules for dark and narrow screens: no page of ours lets a style sheet of its content in.
STYLES = re.compile(r"<style.*?</style>", re.DOTALL)


@dataclass(frozen=True)
class Preview:
    """A mail that is not sent. Its HTML carries its styles in the elements, and its logo inside; `words` has no footer."""

    sender: str
    recipient: str
    subject: str
    html: str
    words: str


def preview_message(
    template: str, *, to: str, subject: str, values: Mapping[str, object], is_bulk: bool = False
) -> Preview:
    """The mail that `queue_message` would queue; `to` may still be empty."""
    mail = composed(template, to, subject, values, is_bulk=is_bulk)
    html = STYLES.sub("", with_embedded_logo(mail["html"]))
    return Preview(mail["sender_name"], to, mail["subject"], html, render_words(template, values))


def refusals(addresses: Iterable[str], *, is_bulk: bool) -> dict[str, str]:
    """The addresses among these that `queue_message` would refuse, each with the reason."""
    found = ((mark.address, refusal(mark, is_bulk=is_bulk)) for mark in address_marks(addresses))
    return {address: str(problem) for address, problem in found if problem}
