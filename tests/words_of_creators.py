"""Every text that creators read, as the catalogues of languages know it; and every one that no catalogue can know.

Pages and mails are creators' unless named here as members'. A page's components count with it. After a change:
`python -m tests.words_of_creators` adds what is new to each catalogue, empty, drops what is gone, and compiles them.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template import engines
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

Text = str | tuple[str, str]
ROOT = Path(__file__).parents[1]
HOME = ROOT / "templates"
PAGES = (
    "portal/**/*.html", "public/**/*.html", "account/*.html", "mfa/**/*.*", "allauth/layouts/*.html", "emails/*.html", "emails/*.txt",
    "404.html", "429.html", "403_csrf.html", "base_portal.html", "base_creator.html", "base_public.html",
)  # fmt: skip
# Pages and mails that members, clients, developers and operations read: in English.
OF_OTHERS = (
    "public/join*.html", "public/single_sign_on*.html", "public/organizations.html", "public/second_factor_needed.html",
    "public/mailbox.html", "public/components.html", "public/api_*.html", "public/alerts_off.html", "public/brand_refused.html",
    "public/report/*.html", "allauth/layouts/manage.html", "portal/viewing/*.html", "emails/tenancy_*.*", "emails/alerts_news.*",
    "components/form_conflicts.html", "components/rich_text.html",
)  # fmt: skip
# Not taken back by others: a text that has been agreed to stays as it is (`tiktok.queries.consents`).
AS_AGREED = "portal/consent/2026-11.html"
SOURCES = (
    "public/**/*.py", "portal/**/*.py", "tiktok/views/creators.py", "tiktok/errors.py", "tiktok/availability.py",
    "tiktok/queries/audience.py", "tiktok/queries/syncs.py", "tiktok/queries/metrics.py", "tiktok/templatetags/*.py", "tiktok/services/grants/*.py",
    "tiktok/services/connect/*.py", "tiktok/services/webhooks/events.py", "crm/services/connections/*.py", "crm/services/programs/*.py",
    "crm/services/invitations.py", "crm/queries/receipts.py", "crm/services/erasure/*.py", "mail/adapters.py", "mail/views/addresses.py", "campaigns/queries/posts.py", "campaigns/services/orders/contact/*.py",
    "campaigns/services/reviews/*.py", "campaigns/services/publishing/*.py", "campaigns/policies/publications.py", "campaigns/services/drafts.py", "ui/templatetags/formats.py",
    "ui/templatetags/layout.py", "ui/names.py",
)  # fmt: skip
# Modules that say nothing but what creators read, so that every sentence in them is marked.
CREATORS_ONLY = ("public/**/*.py", "portal/**/*.py", "tiktok/views/creators.py")
MEMBERS_TOO = {"portal/copying/purge.py", "public/report.py", "public/views.py"}
HEADER = """# What creators read, in this language (tests/public/test_words_of_creators.py). After a change of texts:
# python -m tests.words_of_creators
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""
CALLS = {"gettext", "gettext_lazy", "gettext_noop", "_", "ngettext", "ngettext_lazy"}
OURS = {"Influence", "TikTok", "UTC", "MB"}  # said so in every language
QUOTED = re.compile(r"""(?P<mark>_\()?(?P<sign>["'])(?P<text>(?:(?!(?P=sign)).)*)(?P=sign)""")
TAG = re.compile(r"\{%-?\s*(?P<name>\w+)(?P<rest>.*?)%\}", re.DOTALL)
UNREAD = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}|\{% blocktranslate.*?endblocktranslate %\}|\{% translate.*?%\}", re.DOTALL
)  # fmt: skip
READ_ALOUD = {"alt", "title", "aria-label", "aria-description", "placeholder"}
WORD = re.compile(r"[^\W\d_]{2,}")
# Filled in within a tag, by pages that extend the one around them.
WITHIN_TAG = re.compile(r"\{% block (?:body_class|person|width) %\}.*?\{% endblock \w+ %\}")
ADDRESS = re.compile(r"\S+/\S*")
SENTENCE = re.compile(r"^[A-Z@%].* .*[a-z]")


# --- pages -------------------------------------------------------------------------------------------------------
def _matching(patterns: Iterable[str]) -> set[str]:
    return {str(path.relative_to(HOME)) for pattern in patterns for path in HOME.glob(pattern)}


@cache
def templates() -> list[str]:
    """The templates of creators' pages and mails, and of the components that stand on them."""
    found, others = set(), _matching(OF_OTHERS) | {AS_AGREED}
    waiting = _matching(PAGES) - others
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= _parts(source(name)) - found - others
    return sorted(found)


def _parts(text: str) -> set[str]:
    named = {f"components/{tag['name']}.html" for tag in TAG.finditer(text)}
    named |= {each["text"] for tag in TAG.finditer(text) for each in QUOTED.finditer(tag["rest"])}
    return {name for name in named if (HOME / name).is_file() and not name.startswith("staff/")}


def source(name: str) -> str:
    return (HOME / name).read_text()


def in_templates() -> Iterator[Text]:
    """The texts of templates; of those with a number both forms."""
    for name in templates():
        for node in _nodes(engines["django"].get_template(name).template.nodelist):
            if isinstance(node, TranslateNode) and node.filter_expression.var.literal:
                yield node.filter_expression.var.literal
            elif isinstance(node, BlockTranslateNode):
                one = node.render_token_list(node.singular)[0]
                yield (one, node.render_token_list(node.plural)[0]) if node.plural else one
        for tag in TAG.finditer(source(name)):
            yield from (each["text"] for each in QUOTED.finditer(tag["rest"]) if each["mark"])


def _nodes(nodes: Iterable[Any]) -> Iterator[Any]:
    """All nodes, the inner ones too; Django's own walk leaves out the blocks of our components."""
    for node in nodes:
        yield node
        for name in {*node.child_nodelists, "nodelist"}:
            yield from _nodes(getattr(node, name, None) or ())


# --- Python ------------------------------------------------------------------------------------------------------
def _trees(patterns: Iterable[str]) -> Iterator[tuple[str, ast.Module]]:
    paths = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    for path in paths:
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def _is_mark(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS


def in_sources() -> Iterator[Text]:
    for _name, tree in _trees(SOURCES):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_mark(node):
                texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                is_counted = getattr(node.func, "id", "").startswith("ngettext")
                if texts:
                    yield (texts[0], texts[1]) if is_counted else texts[0]


def in_words_of_numbers() -> Iterator[str]:
    """The texts that are looked up by what they are about: metrics, where they come from, and why there are none."""
    from crm.enums import ContractState
    from portal.reading import OWN_WORDS
    from tiktok import availability, enums
    from tiktok.queries import NOT_YET

    for labels in (enums.AccountMetric, enums.PostMetric, enums.Source, enums.Flag):
        yield from map(str, labels.labels)
    yield from map(str, enums.PostponedReason.labels)
    yield from (str(state.label) for state in ContractState if state != ContractState.DRAFT)
    yield from availability.COMPUTED_DEFINITIONS.values()
    yield from availability.POST_DEFINITIONS.values()
    yield from (availability.TOO_FEW_VIDEOS, NOT_YET)
    yield from OWN_WORDS.values()


def all_texts() -> list[Text]:
    return list(dict.fromkeys([*in_templates(), *in_sources(), *in_words_of_numbers()]))


# --- what no catalogue can know ----------------------------------------------------------------------------------
class _Read(HTMLParser):
    """Collects what is read: text, and attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.is_read = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_read = tag not in {"script", "style"}
        self.found += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        self.is_read = True

    def handle_data(self, data: str) -> None:
        self.found += [data] if self.is_read else []


def unmarked_in(text: str) -> list[str]:
    """The words of a template's source that no catalogue can know: in the page, in attributes, in arguments of tags."""
    text = WITHIN_TAG.sub("", UNREAD.sub("", text))
    found = []
    for tag in TAG.finditer(text):
        given = (each["text"] for each in QUOTED.finditer(tag["rest"]) if not each["mark"])
        found += (
            []
            if tag["name"] in {"extends", "include", "load", "url", "static"}
            else filter(_is_said, given)
        )
    reader = _Read()
    reader.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL))
    found += [" ".join(each.split()) for each in reader.found if _has_words(each)]
    return found


def _is_said(literal: str) -> bool:
    """Is this argument a sentence, a label, or the shape of a date in one language, and not a name of the program's?"""
    return (
        _has_words(literal) and (" " in literal or literal[:1].isupper()) and not literal.isupper()
    )


def _has_words(text: str) -> bool:
    return any(word not in OURS for word in WORD.findall(ADDRESS.sub("", text)))


def unmarked_sentences(tree: ast.Module) -> list[str]:
    """The sentences of a module that stand in no call of gettext; not docstrings, nor what no person reads."""
    unread = {
        id(each)
        for node in ast.walk(tree)
        for each in ast.walk(node)
        if _is_mark(node) or _is_unread(node)
    }
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [
        node.value
        for node in texts
        if isinstance(node.value, str) and SENTENCE.match(node.value) and id(node) not in unread
    ]


def _is_unread(node: ast.AST) -> bool:
    called = getattr(node, "func", None)
    return (
        (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or isinstance(node, ast.Assert)
        or getattr(called, "id", "") in {"Http404", "re"}
        or getattr(getattr(called, "value", None), "id", "") in {"re", "log"}
    )


def unmarked() -> list[str]:
    """Every text on creators' side outside the catalogues, with where it stands."""
    found = [f"{name}: {text}" for name in templates() for text in unmarked_in(source(name))]
    for name, tree in _trees(CREATORS_ONLY):
        if name not in MEMBERS_TOO:
            found += [f"{name}: {text}" for text in unmarked_sentences(tree)]
    return found


# --- catalogues --------------------------------------------------------------------------------------------------
def languages() -> list[str]:
    """All but English, which is what stands in the sources."""
    return sorted(set(settings.PAGE_LANGUAGES) - {"en"})


def place(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def written(language: str) -> Catalog:
    with place(language).open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(language: str) -> int:
    """Write the catalogue anew with all texts, and compile it; return how many wait for a translation."""
    before, after = written(language), Catalog(locale=language, fuzzy=False)
    for text in all_texts():
        known = before.get(text)
        nothing = "" if isinstance(text, str) else ("",) * after.num_plurals
        after.add(text, known.string if known else nothing)
    path, header = (
        place(language),
        HEADER.format(language=language, plural_forms=after.plural_forms),
    )
    with path.open("wb") as file:
        file.write(header.encode())
        write_po(file, after, width=0, no_location=True, omit_header=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, written(language))
    return sum(not all(forms(message)) for message in after if message.id)


def forms(message: Message) -> list[str]:
    """The translations of a message: one, or one for each form of a number."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    for each in languages():
        print(each, brought_up_to_date(each), "to be translated")  # noqa: T201 - a command
