"""Numbers of accounts in lists: a missing one with its reason, and its remedy for who may."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from crm.models import Influencer
from crm.queries.accounts import AccountView
from crm.views.frame import address
from crm.views.remedies import remedy_for
from tiktok.templatetags.tiktok import metric_number
from ui.templatetags.labels import why

register = template.Library()
NO_ACCOUNT = "No TikTok account."


@register.simple_tag(takes_context=True)
def account_number(
    context: template.RequestContext, influencer: Influencer, view: AccountView | None, name: str
) -> SafeString:
    """A number of an account in the list of influencers: `followers` or `engagement_rate`."""
    if view is None:
        return no_account(context, influencer)
    metric = getattr(view, name)
    remedy = remedy_for(context["request"], metric.reason, view.account, influencer.name)
    return metric_number(metric, remedy_label=remedy.label, remedy_href=remedy.href)


@register.simple_tag(takes_context=True)
def no_account(context: template.RequestContext, influencer: Influencer) -> SafeString:
    """A dash where there is no TikTok account to say something about."""
    if not context.get("may_edit"):
        return why(NO_ACCOUNT)
    href = f"{address(context['request'], 'add_account')}?influencer={influencer.pk}"
    return why(NO_ACCOUNT, remedy_label="Add TikTok account", remedy_href=href)
