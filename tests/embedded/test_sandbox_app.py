"""`make run` and the sandbox agree about the app they meet under."""

from influence.embedded.launcher import SANDBOX_APP
from tiktok.sandbox import world


def test_the_launcher_names_the_sandboxs_own_app() -> None:
    assert SANDBOX_APP == {
        "TIKTOK_APP_ID": world.APP_ID,
        "TIKTOK_APP_SECRET": world.APP_SECRET,
    }
