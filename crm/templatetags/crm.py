"""Numbers of accounts in lists, and details of influencers, as people read them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from crm.enums import ApplicationState, ContractState
from crm.models import Application, Contract, Influencer
from crm.policies.contracts import BADGES
from crm.policies.details import shown_phone
from crm.policies.programs import STATE_BADGES
from crm.views.frame import address
from ui.templatetags.labels import badge, why

register = template.Library()
register.filter("phone", shown_phone)
NO_ACCOUNT = "No TikTok account."


def no_account(context: template.RequestContext, influencer: Influencer) -> SafeString:
    """A dash where there is no TikTok account to say something about."""
    if not context.get("may_edit"):
        return why(NO_ACCOUNT)
    href = f"{address(context['request'], 'add_account')}?influencer={influencer.pk}"
    return why(NO_ACCOUNT, remedy_label="Add account", remedy_href=href)


@register.simple_tag
def local_time(zone: str) -> str:
    """The time of day in a time zone and the place it is named after: `02:14, Vienna`."""
    place = zone.rpartition("/")[2].replace("_", " ")
    return f"{timezone.now().astimezone(ZoneInfo(zone)):%H:%M}, {place}"


@register.simple_tag
def contract_state(contract: Contract) -> SafeString:
    """The badge of a contract's state."""
    return badge(contract.get_state_display(), kind=BADGES[ContractState(contract.state)])


@register.simple_tag
def application_state(application: Application) -> SafeString:
    """The badge of an application's state."""
    kind = STATE_BADGES[ApplicationState(application.state)]
    return badge(application.get_state_display(), kind=kind)
