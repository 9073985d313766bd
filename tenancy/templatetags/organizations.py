"""Template tags about the organizations of the person who reads the page (built in to every template)."""

from collections.abc import Callable

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from tenancy.enums import FORMER, Permission
from tenancy.models import Membership, User
from tenancy.policies import can
from tenancy.queries.former_members import former_member_ids
from ui.bidi import isolated
from ui.components import component
from ui.templatetags.navigation import tabs

register = template.Library()

# Pages of the settings: address, label, icon, and what a member needs to open it.
SETTINGS = (
    ("organization_settings:page", "Organization", "building", Permission.READ),
    ("members:page", "Members", "users", Permission.READ),
    ("alerts:settings", "My notifications", "bell", Permission.READ),
    ("groups:page", "Groups", "users-group", Permission.READ),
    ("crm:fields", "Fields", "list", Permission.READ),
    ("crm:tags", "Tags", "tag", Permission.READ),
    ("tiktok_settings:accounts", "TikTok", "brand-tiktok", Permission.READ),
    ("mail:sender", "E-mail", "mail", Permission.READ),
    ("crm:mail_templates", "Mail templates", "message", Permission.READ),
    ("api_keys:page", "API keys", "key", Permission.MANAGE_KEYS),
    ("sign_in:page", "Sign-in", "lock", Permission.MANAGE_ORGANIZATION),
    ("audit:page", "Audit log", "history", Permission.READ_EVENTS),
    ("migration:page", "Migration", "refresh", Permission.RUN_MIGRATION),
)
# Settings that not every organization has, and whether the one in scope does.
_conditions: dict[str, Callable[[], bool]] = {}


def show_settings_if(name: str, is_there: Callable[[], bool]) -> None:
    """Let a page of the settings be shown only where this holds; once, when the app that knows is ready."""
    _conditions[name] = is_there


def _always() -> bool:
    return True


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
    """Between the pages of an organization's settings; twelve names leave no room for icons."""
    request, items = context["request"], []
    for name, label, _, permission in SETTINGS:
        if can(request.membership, permission) and _conditions.get(name, _always)():
            href = reverse(name, args=[request.organization.slug])
            current = request.path.startswith(href)  # a form that comes back has an address below
            items.append({"label": label, "href": href, "current": current})
    return tabs(context, items=items, label="Settings")


@register.filter
def may(membership: Membership | None, permission: str) -> bool:
    """May this member do this? For what stands on every page; a view gives its own pages what they need."""
    return can(membership, Permission(permission))


@register.simple_tag(takes_context=True)
def member(context: Context, person: User | None, *, default: str = "") -> SafeString:
    """The name of a person who may be a member no more, which is said quietly; `default` for nobody."""
    if person is None:
        return conditional_escape(default)
    request = context["request"]
    if not hasattr(request, "former_member_ids"):
        request.former_member_ids = former_member_ids()
    is_former = person.pk in request.former_member_ids
    mark = format_html('<span class="muted">{}</span>', FORMER) if is_former else ""
    return format_html("<bdi>{}</bdi>{}", isolated(person), mark)
