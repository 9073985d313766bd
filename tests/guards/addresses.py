"""All addresses of the site, flat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

AUDIENCES = {"staff", "portal", "public", "api", "hooks", "ops"}
# Addresses of packages: nobody of ours marks their views.
FRAMEWORK = {
    "accounts/": "allauth: signing in, codes, second factors",
    "admin/": "django.contrib.admin: asks for `is_staff` itself",
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>")
PARENT = re.compile(r"([\w-]+)/(?:<(?:\w+:)?pk>|\(\?P<pk>)")


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver, with the whole route that leads to it."""

    route: str
    name: str
    view: Callable[..., Any]

    def __str__(self) -> str:
        return self.name

    @property
    def marks(self) -> Any:
        """The view class, or the function: where `audience` stands."""
        return (
            getattr(self.view, "cls", None) or getattr(self.view, "view_class", None) or self.view
        )

    @property
    def audience(self) -> str:
        return getattr(self.marks, "audience", "")

    @property
    def parameters(self) -> list[str]:
        """The parameters of the route; a `pk` is told by the word before it: `campaigns.pk`."""
        parent = PARENT.search(self.route)
        names = [first or second for first, second in PARAMETER.findall(self.route)]
        return [f"{parent[1]}.pk" if parent and name == "pk" else name for name in names]

    def url(self, values: dict[str, Any]) -> str:
        kwargs = {name.rpartition(".")[2]: values[name] for name in self.parameters}
        return reverse(self.name, kwargs=kwargs)


def addresses() -> list[Address]:
    """Every address of ours."""
    return [a for a in every_address() if not a.route.startswith(tuple(FRAMEWORK))]


def every_address() -> list[Address]:
    return list(walk(get_resolver().url_patterns, "", ""))


def walk(patterns: list[Any], route: str, namespace: str) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            yield Address(here, f"{namespace}{pattern.name}", pattern.callback)
