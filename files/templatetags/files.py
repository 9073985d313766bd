"""Files that pages show."""

from django import template
from django.urls import reverse

from files.queries import current_logo
from tenancy.models import Organization

register = template.Library()


@register.simple_tag
def logo_url(organization: Organization) -> str:
    """Address of the logo of the organization in scope; empty where there is none."""
    logo = current_logo()
    return reverse("file_picture", args=[organization.slug, logo.key]) if logo else ""
