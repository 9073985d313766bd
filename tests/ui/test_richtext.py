"""Rich text keeps what its list names and nothing else, and reads as plain text, too."""

from __future__ import annotations

import time

import pytest
from django import forms
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict

from ui.editing import shown_of
from ui.richtext import (
    MOST_TAGS,
    RichTextarea,
    RichTextFormField,
    clean_html,
    from_plain,
    plain_text,
)

ALL = (
    "<h3>Shots</h3><div>A <strong>bold</strong> and <em>calm</em> one.<br>Second line.</div>"
    '<ul><li>Crumb</li><li>Crust<ol><li>top</li><li>side</li></ol></li></ul><p>See <a href="https://oak.example/?a=1&amp;b=2" '
    'rel="noopener noreferrer nofollow">the page</a></p>'
)


def test_what_is_allowed_stays_as_it_is() -> None:
    assert clean_html(ALL) == ALL


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<script>alert(1)</script>hi", "hi"),
        ("<style>p{color:red}</style>hi", "hi"),
        ("<div onclick=alert(1) style='position:fixed' class=x id=y>hi</div>", "<div>hi</div>"),
        ("<img src=x onerror=alert(1)>hi", "hi"),
        ('<a href="data:text/html,x"><img src=x>hi</a>', '<a rel="noopener noreferrer nofollow">hi</a>'),
        ('<a href=" JaVa&#9;Script:alert(1)">hi</a>', '<a rel="noopener noreferrer nofollow">hi</a>'),
        ('<a href="//evil.example/">hi</a>', '<a rel="noopener noreferrer nofollow">hi</a>'),
        ('<a href="/o/oak/settings/">hi</a>', '<a rel="noopener noreferrer nofollow">hi</a>'),
        ('<a href="https://oak.example" target=_top onclick=x>hi</a>', '<a href="https://oak.example" rel="noopener noreferrer nofollow">hi</a>'),
        ("<svg><script>alert(1)</script><a xlink:href=javascript:alert(1)>hi</a></svg>there", "there"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
        ("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)"),
        ("<form action=/x><input name=y><button>hi</button></form>", "hi"),
        ("<iframe srcdoc='<script>alert(1)</script>'></iframe>hi", "hi"),
        ("<h1>hi</h1><table><tr><td>there</td></tr></table>", "hithere"),
        ("<div>1 < 2 &amp; &lt;b&gt;</div>", "<div>1 &lt; 2 &amp; &lt;b&gt;</div>"),
        ("<div>safe &#x202E;evil</div>", "<div>safe evil</div>"),
        ("<div><br></div><ul><li> </li></ul>", ""),
    ],
)  # fmt: skip
def test_what_is_not_allowed_goes_and_words_stay(given: str, kept: str) -> None:
    assert clean_html(given) == kept
    assert clean_html(kept) == kept


def test_rich_text_reads_as_plain_text() -> None:
    assert plain_text(ALL) == (
        "Shots\nA bold and calm one.\nSecond line.\n• Crumb\n• Crust\n1. top\n2. side\nSee the page (https://oak.example/?a=1&b=2)"
    )
    assert plain_text('<a href="https://oak.example">https://oak.example</a>') == "https://oak.example"  # fmt: skip
    assert plain_text('<a href="mailto:a@oak.example">a@oak.example</a></ul>') == "a@oak.example"
    assert plain_text("<li>alone</li>") == "• alone"


def test_plain_text_keeps_its_lines() -> None:
    html = from_plain("One & <two>\r\n\r\n“three”\n")
    assert html == "<div>One &amp; &lt;two&gt;<br><br>“three”</div>"
    assert clean_html(html) == html
    assert plain_text(html) == "One & <two>\n\n“three”"
    assert from_plain(" \n ") == ""


def test_the_filter_cleans_what_it_shows() -> None:
    shown = Template("{{ text|rich }}|{{ none|rich }}").render(
        Context({"text": "<script>alert(1)</script><em>hi</em>", "none": ""})
    )
    assert shown == '<div class="rich" dir="auto"><em>hi</em></div>|'


class Brief(forms.Form):
    brief = RichTextFormField(max_length=10, required=False)


def sent(**data: str) -> Brief:
    return Brief(MultiValueDict({name: [value] for name, value in data.items()}))


def test_a_field_without_the_editor_keeps_the_formatting_of_a_text_that_was_not_touched() -> None:
    html = "<div><strong>One</strong><br>two</div>"
    for form, kept in (
        (sent(brief="One\r\ntwo\r\n", brief_html=html), html),
        (sent(brief="One\r\n2", brief_html=html), "<div>One<br>2</div>"),
        (sent(brief_html=html + "<script>x</script>"), html),
        (sent(brief="", brief_html=html), ""),
        (sent(brief="<b>", brief_html=""), "<div>&lt;b&gt;</div>"),
        (sent(), ""),
    ):
        assert form.is_valid()
        assert form.cleaned_data["brief"] == kept


def test_the_control_shows_readable_text_beside_the_html() -> None:
    control = RichTextarea().render("brief", '<div>One<br>"two"</div>', {"id": "id_brief"})
    assert '<textarea name="brief" cols="40" rows="10" id="id_brief">\nOne\n&quot;two&quot;</textarea>' in control  # fmt: skip
    assert 'name="brief_html" value="&lt;div&gt;One&lt;br&gt;&quot;two&quot;&lt;/div&gt;"' in control  # fmt: skip


def test_the_length_is_that_of_the_words() -> None:
    assert sent(brief_html="<div><strong>1234567890</strong></div>").is_valid()
    assert sent(brief="12345678901").errors == {
        "brief": ["This text has 11 characters, and at most 10 are kept. Shorten it."]
    }


def test_text_of_too_many_tags_is_refused_before_it_costs_anything() -> None:
    began = time.process_time()
    form = sent(brief="", brief_html="<ul><li>" * 200_000)
    assert sent(brief_html="<ul>" * (MOST_TAGS + 1)).errors == {
        "brief": ["This text has too many lines or too much formatting. Shorten it."]
    }
    assert form.is_valid()
    assert sent(brief="x", brief_html='<a href="https://x.example">y</a>' * 50_000).is_valid()
    assert clean_html("<ul><li>" * (MOST_TAGS // 2) + "hi") != ""
    assert time.process_time() - began < 10


def test_a_conflict_of_two_editors_is_told_in_readable_text() -> None:
    assert shown_of(Brief().fields["brief"], "<ul><li>One</li></ul>") == "• One"


@pytest.mark.parametrize("html", ["<a " * 4_000, "<a " * 100_000, "<div>" * 4_000])
def test_broken_html_is_cleaned_before_it_is_read(html: str) -> None:
    """Python's parser would take hours for a megabyte of it."""
    data = {"brief": "Typed", "brief_html": html}
    assert RichTextarea().value_from_datadict(data, {}, "brief") == "<div>Typed</div>"
    assert "brief_html" in RichTextarea().render("brief", html)
