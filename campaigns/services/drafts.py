"""Drafts of messages to creators about an order that has no post yet, in their language. Nobody sends them but a member."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from campaigns.models import Order
from campaigns.services.orders.contact.pages import page_language, page_url
from ui.bidi import isolated

# By the cause that the order doctor found.
TEXTS: dict[str, str] = {
    "cannot": _("thank you for telling us that you cannot do the order. Is there anything that would make it possible?"),
    "asked": _("thank you for your message about the order. Here is our answer:"),
    "mail_lost": _("we sent you an order, and the e-mail came back. This is its page:"),
    "rejected": _("TikTok did not approve your video. Its reason, and what you can do, stand on the page of the order:"),
    "deleted": _("your video for the order is no longer on TikTok. Please publish it again, from the invitation on the page of the order:"),
    "link_asked": _("TikTok has asked you to link your video to the order. Please open the TikTok app and agree."),
    "untied": _("you have published a video. If it is for this order, TikTok does not know that yet. The page of the order shows how to link it:"),
    "other_account": _("the order is for @%(handle)s, and it seems that you published with another account. Please publish with this one, or tell us:"),
    "quota": _("TikTok takes no more creators under this code. We send you a new order soon."),
    "not_used": _("you have opened the order. Is anything unclear? You can ask us on its page:"),
}  # fmt: skip
USUAL = _("your order is still open. Everything that you need stands on its page:")


def draft_message(order: Order, cause: str) -> str:
    """A message that fits the cause, to be sent by whatever way the team writes to the creator."""
    with translation.override(page_language(order)):
        hello = gettext("Hello %(name)s,") % {"name": isolated(order.account.influencer.name)}
        text = gettext(TEXTS.get(cause, USUAL))
        said = text % {"handle": isolated(order.account.handle)} if "%(" in text else text
    return f"{hello}\n\n{said}\n\n{page_url(order)}"
