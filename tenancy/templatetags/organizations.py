"""Template tags about the organizations of the person who reads the page (built in to every template)."""

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from tenancy.queries import memberships_of
from ui.components import component
from ui.templatetags.navigation import tabs

register = template.Library()


@register.simple_tag(takes_context=True)
def organization_switcher(context: Context, *, logo: str = "") -> SafeString:
    """The organization of this page with its logo, and the person's others to go to."""
    request = context["request"]
    others = [row.organization for row in memberships_of(request.user)]
    return component(
        "organization_switcher", current=request.organization, logo=logo, organizations=others
    )


@register.simple_tag(takes_context=True)
def settings_tabs(context: Context) -> SafeString:
    """Between the pages of an organization's settings."""
    pages = {
        "organization_settings:page": ("Organization", "building"),
        "tiktok_settings:accounts": ("TikTok", "brand-tiktok"),
        "mail:sender": ("E-mail", "mail"),
    }
    request, items = context["request"], []
    for name, (label, sign) in pages.items():
        href = reverse(name, args=[request.organization.slug])
        current = request.path.startswith(href)  # a form that comes back has an address below
        items.append({"label": label, "href": href, "icon": sign, "current": current})
    return tabs(context, items=items, label="Settings")
