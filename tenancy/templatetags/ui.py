"""Components and filters for pages (built in to every template)."""

from django import template

register = template.Library()
