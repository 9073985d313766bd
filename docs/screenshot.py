"""Takes the README's picture of a running `make run`: `make screenshot`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "images" / "post.png"


def main(site: str) -> None:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1020})
        page.goto(f"{site}/accounts/login/")
        page.get_by_label("E-mail").fill("olivia@northlight.example")
        page.get_by_label("Password").fill("sunlit-harbour-42")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("link", name="Northlight Agency").first.click()
        page.get_by_role("link", name="Seeded loaf").first.click()
        page.get_by_role("link", name="Published Posts").click()
        page.get_by_role("row").filter(has_text="@lena.lifts").get_by_role("link").first.click()
        page.locator("canvas").first.wait_for()
        page.wait_for_timeout(1_500)  # the curve draws itself
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
