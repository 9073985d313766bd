"""The choice of a time zone: by region and place, with the one that is kept."""

from __future__ import annotations

from django import forms
from django.utils.choices import flatten_choices

from ui.zones import TimeZoneField


class Form(forms.Form):
    theirs = TimeZoneField(required=False)
    own = TimeZoneField(is_own=True)


def choices(form: Form, name: str) -> dict[str, str]:
    return dict(flatten_choices(form[name].field.choices))


def test_zones_stand_in_their_regions_by_place() -> None:
    form = Form()
    groups = dict(form["own"].field.choices)
    assert list(groups)[:3] == ["UTC", "Africa", "America"]
    assert ("Europe/Berlin", "Berlin") in groups["Europe"]
    assert ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in groups["America"]
    assert next(iter(choices(form, "theirs").items())) == ("", "—")
    assert not {"US/Eastern", "Etc/GMT+1", "UTC"} & choices(form, "theirs").keys()


def test_the_kept_zone_is_a_choice_wherever_it_comes_from() -> None:
    form = Form(initial={"theirs": "US/Eastern"})
    assert choices(form, "theirs")["US/Eastern"] == "US/Eastern"
    sent = Form({"theirs": "US/Eastern", "own": "UTC"}, initial={"theirs": "US/Eastern"})
    assert sent.is_valid()
    assert sent.cleaned_data == {"theirs": "US/Eastern", "own": "UTC"}
    assert Form({"theirs": "US/Eastern", "own": "UTC"}).errors.keys() == {"theirs"}


def test_only_ones_own_zone_is_proposed_and_only_while_none_is_chosen() -> None:
    assert "data-own-zone" in str(Form()["own"])
    assert "data-own-zone" not in str(Form()["theirs"])
    assert "data-own-zone" not in str(Form(initial={"own": "UTC"})["own"])
    assert "data-own-zone" not in str(Form({"own": "UTC"})["own"])
