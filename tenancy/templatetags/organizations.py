"""What pages show of the organizations of the person who reads them (built in to every template)."""

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from tenancy.queries import memberships_of
from ui.templatetags.ui import component

register = template.Library()


@register.simple_tag(takes_context=True)
def organization_switcher(context: Context) -> SafeString:
    """The organization of this page, and the person's others to go to."""
    request = context["request"]
    others = [row.organization for row in memberships_of(request.user)]
    return component("organization_switcher", current=request.organization, organizations=others)
