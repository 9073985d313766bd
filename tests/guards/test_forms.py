"""Forms take names that can be seen, and replace nothing that their reader has not seen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.guards.sources import python_files, where
from ui.editing import EditForm

NAMED = re.compile(r"^ +((?:\w+_)?(?:name|title)|client|brand) = forms\.CharField\(", re.MULTILINE)
# A form of the page of components: nothing is kept.
OTHER_NAMES = {"influence/views.py name", "influence/views.py client"}
# Forms with values of their own from the start, of which nobody else can have changed any meanwhile.
FRESH = {
    "AddAccountForm": "A new account.",
    "ApiKeyForm": "A new key.",
    "CampaignForm": "A new campaign.",
    "ContractForm": "A new version: the earlier one stays.",
    "InviteForm": "A new invitation.",
    "PasskeyForm": "A new passkey.",
    "SignOnForm": "An address to sign in with.",
}


def forms_of_names() -> set[str]:
    return {
        f"{where(path)} {found[1]}"
        for path in python_files()
        if where(path).partition("/")[0] != "tests"
        for found in NAMED.finditer(path.read_text())
    }


def forms_with_values() -> Iterator[str]:
    """The forms that some code makes of sent data and of values that they begin with."""
    for path in python_files():
        if where(path).partition("/")[0] == "tests":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id.endswith("Form")
                and node.args
                and "initial" in {each.arg for each in node.keywords}
            ):
                yield node.func.id


def edit_forms(form: type = EditForm) -> Iterator[str]:
    for each in form.__subclasses__():
        yield each.__name__
        yield from edit_forms(each)


def test_a_field_of_a_name_refuses_what_nobody_can_see() -> None:
    assert forms_of_names() == OTHER_NAMES


def test_a_form_over_stored_values_asks_before_it_replaces_anothers() -> None:
    assert set(forms_with_values()) - set(edit_forms()) == set(FRESH)
