"""Every text on creators' side is in the catalogue of each language, translated, with the same gaps to fill."""

from __future__ import annotations

import ast
import re

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo

from tests.words_of_creators import (
    UNREAD,
    all_texts,
    forms,
    languages,
    place,
    source,
    templates,
    unmarked,
    unmarked_in,
    unmarked_sentences,
    written,
)

GAP = re.compile(r"%\(\w+\)s|<[^>]+>|\{\w*\}")
FROM_RIGHT = {"ar"}
BARE_HANDLE_OF_PAGE = re.compile(r"""(?<!bdi>)(?<!"ltr">)(?<!/)@\{\{""")
BARE_HANDLE = re.compile(r"(?<![\u2066>])@%\(")


def faults(catalog: Catalog, texts: list[str | tuple[str, str]]) -> list[str]:
    """The texts that a catalogue lacks, has not translated for sure, or gives with other gaps or another number of forms."""
    wrong = []
    for text in texts:
        message = catalog.get(text)
        if (
            message is None
            or message.fuzzy
            or not all(forms(message))
            or not _has_its_gaps(catalog, message)
        ):
            wrong.append(str(text))
    return wrong


def _has_its_gaps(catalog: Catalog, message: Message) -> bool:
    """The gaps are those of the text. A form for one number or two may say it in a word instead."""
    if isinstance(message.id, str):
        return _gaps(message.id) == _gaps(message.string)
    gaps, given = _gaps(message.id[1]), [_gaps(form) for form in message.string]
    is_complete = len(given) == catalog.num_plurals and given[-1] == gaps
    return is_complete and all(form <= gaps for form in given)


def _gaps(text: str) -> set[str]:
    return set(GAP.findall(text))


@pytest.mark.parametrize("language", languages())
def test_a_language_is_complete(language: str) -> None:
    assert faults(written(language), all_texts()) == []


@pytest.mark.parametrize("language", languages())
def test_a_language_is_compiled_and_keeps_nothing_old(language: str) -> None:
    with place(language).with_suffix(".mo").open("rb") as file:
        assert in_words(written(language)) == in_words(read_mo(file))
    assert {message.id for message in written(language) if message.id} == set(all_texts())


def in_words(catalog: Catalog) -> list[str]:
    """Every text of a catalogue with its translations, sorted."""
    return sorted(f"{_texts(message)}: {forms(message)}" for message in catalog if message.id)


def _texts(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


@pytest.mark.parametrize("language", sorted(FROM_RIGHT & set(languages())))
def test_a_handle_between_words_from_the_right_keeps_its_sign_in_front(language: str) -> None:
    said = [form for message in written(language) for form in forms(message)]
    assert [form for form in said if BARE_HANDLE.search(form)] == []


def test_a_handle_of_a_page_stands_apart_with_its_sign() -> None:
    pages = {name: UNREAD.sub("", source(name)) for name in templates() if name.endswith(".html")}
    assert [name for name, text in pages.items() if BARE_HANDLE_OF_PAGE.search(text)] == []


def test_no_text_is_outside_the_catalogues() -> None:
    assert unmarked() == []


def test_there_are_texts_to_translate() -> None:
    assert len(all_texts()) > 600


# --- planted sins ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "sin",
    [
        "<p>Your orders</p>",
        "<p>{{ name }} asks you</p>",
        '<button aria-label="Close">x</button>',
        '{% badge "Connected" kind="success" %}',
        '{% card title="Your answer" %}{% endcard %}',
        '{{ day }} {% with text="Version "|add_name:number %}{{ text }}{% endwith %}',
        "{% if is_late %}late{% endif %}",
    ],
)
def test_an_unmarked_text_of_a_page_is_seen(sin: str) -> None:
    assert unmarked_in(sin) != []


@pytest.mark.parametrize(
    "text",
    [
        '<p>{% translate "Your orders" %}</p>',
        "<p>{% blocktranslate with who=name %}{{ who }} asks you{% endblocktranslate %}</p>",
        '{% badge _("Connected") kind="success" icon="check" %}',
        "{# Not read by anybody. #}<b>TikTok</b>",
        '{% include "portal/_state.html" %}{{ day|date:"DATE_FORMAT" }}',
    ],
)
def test_a_marked_text_of_a_page_is_not(text: str) -> None:
    assert unmarked_in(text) == []


@pytest.mark.parametrize(
    "sin",
    [
        'messages.success(request, "You accepted it.")',
        'SAID = {"accepted": "You accepted it."}',
        'text = f"{who} no longer sees it."\ntext = f"You are {who} now."',
    ],
)
def test_an_unmarked_sentence_of_a_module_is_seen(sin: str) -> None:
    assert len(unmarked_sentences(ast.parse(sin))) == 1


@pytest.mark.parametrize(
    "text",
    [
        'messages.success(request, _("You accepted it."))',
        '"""The first page: what brands ask of me."""',
        'raise Http404("The brief has no such file.")',
        'assert isinstance(person, User), "Not a person at all"',
    ],
)
def test_a_marked_sentence_of_a_module_is_not(text: str) -> None:
    assert unmarked_sentences(ast.parse(text)) == []


def catalog(text: str | tuple[str, str], *given: str, flags: tuple[str, ...] = ()) -> Catalog:
    made = Catalog(locale="de")
    made.add(text, given if isinstance(text, tuple) else given[0], flags=flags)
    return made


VIDEOS = ("%(count)s video of %(who)s", "%(count)s videos of %(who)s")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Hello %(name)s", ("",)),
        ("Hello %(name)s", ("Hallo",)),
        ("Hello %(name)s", ("Hallo %(nane)s",)),
        ("<b>Hello</b>", ("<b>Hallo<b>",)),
        (VIDEOS, ("ein Video von %(who)s", "Videos von %(who)s")),
        (VIDEOS, ("%(count)s Video von %(wen)s", "%(count)s Videos von %(who)s")),
        (VIDEOS, ("%(count)s Videos von %(who)s",)),
    ],
)
def test_a_translation_that_is_missing_or_has_other_gaps_is_seen(text, given) -> None:
    assert faults(catalog(text, *given), [text]) == [str(text)]


def test_a_translation_that_nobody_has_looked_at_is_seen() -> None:
    text = "Hello %(name)s"
    assert faults(catalog(text, "Hallo %(name)s", flags=("fuzzy",)), [text]) == [text]
    assert faults(catalog(text, "Hallo %(name)s"), [text, "Bye"]) == ["Bye"]


def test_a_form_for_one_may_say_it_in_a_word() -> None:
    given = ("ein Video von %(who)s", "%(count)s Videos von %(who)s")
    assert faults(catalog(VIDEOS, *given), [VIDEOS]) == []
