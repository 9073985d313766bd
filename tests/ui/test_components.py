"""Components refuse what they do not know, and numbers read as people write them."""

from __future__ import annotations

import pytest
from django.template import Context, Template, TemplateSyntaxError

from ui.templatetags.labels import person


@pytest.mark.parametrize(
    "tag",
    [
        '{% page_header title="T" kind="x" %}{% endpage_header %}',
        '{% card colour="red" %}{% endcard %}',
        '{% data_table caption="C" striped=True %}{% enddata_table %}',
        '{% sort_header label="L" field="f" width=3 %}',
        "{% keyset_pager page=page size=3 %}",
        '{% badge "x" colour="red" %}',
        "{% tabs items=items style=1 %}",
        '{% dialog id="d" title="T" modal=True %}{% enddialog %}',
        '{% dialog_panel title="T" id="d" %}{% enddialog_panel %}',
        "{% form_field field class=1 %}",
        "{% form_errors form class=1 %}",
        '{% empty_state title="T" picture="p" %}{% endempty_state %}',
        "{% loading_state colour=1 %}",
        '{% error_state title="T" code=1 %}{% enderror_state %}',
        '{% toast text="T" level="x" %}',
        '{% stat label="L" value=1 colour="red" %}',
        '{% chart id="c" kind="line" data=d label="L" height=3 %}',
        '{% icon "x" class="y" %}',
        '{% avatar name="N" alt="y" %}',
        '{% why "r" title="t" %}',
        '{% remark "r" title="t" %}',
        '{% cover url="u" alt="a" %}',
    ],
)
def test_component_refuses_an_unknown_attribute(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="unexpected keyword argument"):
        Template(tag)


@pytest.mark.parametrize(
    "tag",
    [
        '{% badge "x" kind="purple" %}',
        '{% toast text="x" kind="purple" %}',
        '{% stat label="L" value=1 format="roman" %}',
        '{% chart id="c" kind="pie" data=data label="L" %}',
    ],
)
def test_component_refuses_an_unknown_kind(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="is not one of"):
        Template(tag).render(Context({"data": []}))


def test_missing_number_is_a_dash_with_reason_and_remedy_never_zero() -> None:
    shown = Template(
        '{% stat label="Reach" value=None reason="Only by order." remedy_label="Send an order" remedy_href="/o/" %}'
        "{{ nothing|compact }}{{ nothing|percent }}{{ nothing|duration }}{{ nothing|number }}"
    ).render(Context({"nothing": None}))
    assert "Only by order." in shown
    assert '<a class="stat-remedy" href="/o/">Send an order</a>' in shown
    assert shown.endswith("————")
    assert "0" not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 1234567|number }}", "1,234,567"),
        ("{{ 541213|compact }}", '<span title="541,213">541.2K</span>'),
        ("{{ 999960|compact }}", '<span title="999,960">1M</span>'),
        ("{{ 0|compact }}", "0"),
        ("{{ 0.031|percent }}", "3.1\N{NO-BREAK SPACE}%"),
        ("{{ 12.4|duration }}", "12.4\N{NO-BREAK SPACE}s"),
        ("{{ 200|duration }}", "3\N{NO-BREAK SPACE}min 20\N{NO-BREAK SPACE}s"),
        ('{{ 1200|money:"EUR" }}', "1,200.00\N{NO-BREAK SPACE}EUR"),
    ],
)
def test_numbers_read_as_people_write_them(text: str, expected: str) -> None:
    assert Template(text).render(Context()) == expected


def test_a_dash_names_its_reason_to_screen_readers_and_holds_no_markup_of_others() -> None:
    shown = Template("{% why reason %}").render(Context({"reason": '<b>"Only" by order.'}))
    assert 'aria-label="&lt;b&gt;&quot;Only&quot; by order."' in shown
    assert Template('{% remark "" word="calculated" %}').render(Context()) == ""
    marked = Template('{% remark "Of 30 videos." word="calculated" %}').render(Context())
    assert 'aria-label="calculated: Of 30 videos."' in marked


def test_a_cover_without_an_address_asks_nobody_for_a_picture() -> None:
    assert "<img" not in Template('{% cover url="" %}').render(Context())
    shown = Template('{% cover url="https://p16.tiktokcdn.com/a.jpeg" %}').render(Context())
    assert 'src="https://p16.tiktokcdn.com/a.jpeg"' in shown
    assert 'loading="lazy"' in shown


def test_the_address_of_a_person_may_break_before_its_sign_and_a_handle_stays_whole() -> None:
    row = person(name="Maya", href="/", note="maya@a.example")
    assert '<span class="person-note">maya<wbr>@a.example</span>' in row
    assert ">@maya.bakes</span>" in person(name="Maya", href="/", note="@maya.bakes")
    assert "&lt;b&gt;<wbr>@x" in person(name="Maya", href="/", note="<b>@x")
