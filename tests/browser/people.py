"""People at browsers of their own: they log in, find their work on their desk, and do it there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page

from procurement.accounts.models import User
from procurement.accounts.workspace import desk
from procurement.cases import demo

FITS = "document.documentElement.scrollWidth <= window.innerWidth"
BUTTON = "main .act-bar button.btn:not([disabled])"
ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


class Person:
    """One person and their browser. What it does, it does by what can be seen on the page."""

    def __init__(self, page: Page, name: str, look: Callable[[Page, str], None]) -> None:
        self.page, self.name, self._look = page, name, look

    def go(self, path: str) -> Page:
        """Opens an address that everybody knows: the desk, the public pages."""
        answer = self.page.goto(path)
        assert answer is not None, path
        assert answer.status == 200, (path, answer.status)
        return self.page

    def take(self, key: str) -> Page:
        """From the desk to one deed, by its name there."""
        found = desk.find(key)
        assert found is not None, key
        with translation.override("zh-hans"):
            label = str(found.label)
        page = self.go("/workspace/")
        link = page.locator("main table.agenda").get_by_role("link", name=label, exact=True)
        offer = page.locator("main details.offer").filter(
            has=page.locator("summary").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*\(")),
        )
        if link.count() == 0:
            offer.locator("summary").click()
            link = offer.get_by_role("link")
        self.follow(link.first)
        return page

    def follow(self, link: Any) -> Page:
        """Follows a link (or what is found by this selector); where it leads, something is there."""
        found = self.page.locator(link).first if isinstance(link, str) else link
        with self.page.expect_navigation() as led:
            found.click()
        assert led.value is None or led.value.status < 400, (self.page.url, led.value.status)
        return self.page

    def fill(self, **values: str) -> Page:
        for name, value in values.items():
            self.page.locator(f"main [name={name}]:visible").fill(value)
        return self.page

    def press(self, button: str = BUTTON, *, status: int = 200) -> Page:
        """Presses the page's button; the answer is a page, or the refusal that is awaited."""
        with self.page.expect_navigation() as led:
            self.page.locator(button).first.click()
        assert led.value is None or led.value.status == status, (led.value.status, self.words())
        return self.page

    def sure(self) -> Page:
        self.page.check("main [name=sure]:visible")
        return self.page

    def words(self) -> str:
        """What the page says, without its head and foot."""
        return self.page.locator("main").inner_text()

    def look(self, what: str) -> None:
        """The page as a phone and a desk show it: it fits both, and where asked for, pictures are kept."""
        self._look(self.page, what)


class People:
    """Everybody of one test."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._contexts: list[BrowserContext] = []
        self._seen: dict[str, Person] = {}
        self.wrong: list[str] = []
        self._shots = 0

    def _come(self, name: str) -> Person:
        context = self._browser.new_context(
            base_url=self._address, viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai"
        )  # type: ignore[call-overload] # Playwright's TypedDict
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"{name}: {error}"))
        page.on("console", lambda said: self.wrong.append(said.text) if "Content Security" in said.text else None)
        page.on("response", lambda got: self.wrong.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        return Person(page, name, self._look)

    def stranger(self) -> Person:
        return self._come("stranger")

    def __getitem__(self, name: str) -> Person:
        """Somebody with a login, logged in by the login page when first asked for."""
        if name not in self._seen:
            person = self._seen[name] = self._come(name)
            person.go("/accounts/login/")
            person.page.fill("input[name=login]", name)
            person.page.fill("input[name=password]", demo.PASSWORD)
            person.page.locator("main form button").first.click()
            person.page.wait_for_url("**/workspace/")
        return self._seen[name]

    def _look(self, page: Page, what: str) -> None:
        self._shots += 1
        folder = os.environ.get("HUIQUN_SHOTS", "")
        for size in (PHONE, DESK):
            page.set_viewport_size(size)  # type: ignore[arg-type] # Playwright's TypedDict
            assert page.evaluate(FITS), f"{what}: wider than {size['width']} px"
            if folder:
                Path(folder).mkdir(parents=True, exist_ok=True)
                # as high as the page: what sticks to a window's foot stands where it belongs
                high = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": size["width"], "height": max(high, size["height"])})
                page.screenshot(path=f"{folder}/{self._shots:02d}-{what}-{size['width']}.png")
        page.set_viewport_size(DESK)  # type: ignore[arg-type] # Playwright's TypedDict
        if folder and (found := ENGLISH.findall(page.locator("main").inner_text())):
            with (Path(folder) / "english.txt").open("a") as notes:
                notes.write(f"{self._shots:02d}-{what}: {found}\n")

    def leave(self) -> None:
        for context in self._contexts:
            context.close()


def with_password(user: User) -> str:
    """Lets somebody log in as the demo's people do."""
    user.set_password(demo.PASSWORD)
    user.save(update_fields=["password"])
    return user.username
