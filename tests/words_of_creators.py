"""Every text that creators read, as the catalogs of languages know it: from templates, and from calls of gettext."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(settings.BASE_DIR)
TEMPLATES = (
    "public/orders/**/*.html",
    "public/connect/*.html",
    "public/receipts/*.html",
    "portal/data/*.html",
    "public/too_often.html",
    "components/send_again.html",
    "public/apply/*.html",
    "portal/consent/*.html",
    "portal/connect*.html",
    "portal/agreed_text.html",
    "account/*.html",
    "allauth/layouts/*.html",
    "components/form_field.html",
    "components/language_switch.html",
    "components/theme_toggle.html",
    "base_creator.html",
    "emails/*.*",
)
SOURCES = (
    "public/orders/*.py",
    "public/connect/*.py",
    "portal/views/data.py",
    "crm/queries/receipts.py",
    "crm/services/erasure/*.py",
    "public/apply/*.py",
    "portal/views/consents.py",
    "crm/services/connections/*.py",
    "crm/services/programs/*.py",
    "mail/adapters.py",
    "campaigns/services/orders/**/*.py",
    "campaigns/services/reviews/*.py",
    "campaigns/services/drafts.py",
)
CALLS = {"gettext", "gettext_lazy", "_"}


def in_templates() -> Iterator[str | tuple[str, str]]:
    """The texts of templates; of those with a number both forms."""
    for pattern in TEMPLATES:
        for path in (ROOT / "templates").glob(pattern):
            if path.suffix not in {".html", ".txt"}:
                continue
            name = str(path.relative_to(ROOT / "templates"))
            nodes = engines["django"].get_template(name).template.nodelist
            for node in nodes.get_nodes_by_type(TranslateNode):
                yield node.filter_expression.var.literal or str(node.filter_expression.var)
            for node in nodes.get_nodes_by_type(BlockTranslateNode):
                one = node.render_token_list(node.singular)[0]
                yield (one, node.render_token_list(node.plural)[0]) if node.plural else one


def in_sources() -> Iterator[str | tuple[str, str]]:
    """The texts of calls in Python; `ngettext` is for members' own pages, which stay English, and for creators alike."""
    for pattern in SOURCES:
        for path in ROOT.glob(pattern):
            for node in ast.walk(ast.parse(path.read_text())):
                is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS
                if is_call and isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value
                elif pattern.startswith("public/") and _is_plural(node):
                    yield (node.args[0].value, node.args[1].value)


def _is_plural(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ngettext"


def all_texts() -> list[str | tuple[str, str]]:
    return list(dict.fromkeys([*in_templates(), *in_sources()]))
