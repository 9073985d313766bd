"""Template tags about the organizations of the person who reads the page (built in to every template)."""

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from tenancy.enums import Permission
from tenancy.policies import can
from ui.components import component
from ui.templatetags.navigation import tabs

register = template.Library()

# Pages of the settings: address, label, icon, and what a member needs to open it.
SETTINGS = (
    ("organization_settings:page", "Organization", "building", Permission.READ),
    ("members:page", "Members", "users", Permission.READ),
    ("groups:page", "Groups", "users-group", Permission.READ),
    ("crm:fields", "Fields", "list", Permission.READ),
    ("crm:tags", "Tags", "tag", Permission.READ),
    ("tiktok_settings:accounts", "TikTok", "brand-tiktok", Permission.READ),
    ("mail:sender", "E-mail", "mail", Permission.READ),
    ("crm:mail_templates", "Mail templates", "message", Permission.READ),
    ("api_keys:page", "API keys", "key", Permission.MANAGE_KEYS),
    ("sign_in:page", "Sign-in", "lock", Permission.MANAGE_ORGANIZATION),
    ("audit:page", "Audit log", "history", Permission.READ_EVENTS),
)


@register.simple_tag(takes_context=True)
def organization_switcher(context: Context, *, logo: str = "") -> SafeString:
    """The organization of this page with its logo, and the person's others to go to."""
    request = context["request"]
    others = [each.organization for each in request.memberships]
    return component(
        "organization_switcher", current=request.organization, logo=logo, organizations=others
    )


@register.simple_tag(takes_context=True)
def settings_tabs(context: Context) -> SafeString:
    """Between the pages of an organization's settings."""
    request, items = context["request"], []
    for name, label, sign, permission in SETTINGS:
        if can(request.membership, permission):
            href = reverse(name, args=[request.organization.slug])
            current = request.path.startswith(href)  # a form that comes back has an address below
            items.append({"label": label, "href": href, "icon": sign, "current": current})
    return tabs(context, items=items, label="Settings")
