"""What a reader with a slow phone waits for. Printed, as it depends on the machine; asserted is what does not."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from cms import bootstrap
from procurement.cases.replay.driver import replay
from tests import threads

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STEADY = 0.1  # cumulative layout shift that readers do not mind
# a middling phone on slow 4G, as Lighthouse has it
LATENCY, DOWN, UP, SLOWER = 150, 1.6 * 1024 * 1024 / 8, 750 * 1024 / 8, 4
WATCH = """
window.seen = {lcp: 0, cls: 0, blocked: 0};
new PerformanceObserver(list => list.getEntries().forEach(entry => { window.seen.lcp = entry.startTime; }))
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (!entry.hadRecentInput) window.seen.cls += entry.value;
})).observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  window.seen.blocked += Math.max(0, entry.duration - 50);
})).observe({type: "longtask", buffered: true});
"""
# scripts that stop the page from being drawn while they load; unlike this, a deferred one waits for the page
BLOCKING = "script[src]:not([defer]):not([async]):not([type='module']), script:not([src]):not([type*='json'])"


def _phone(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    conditions = {"offline": False, "latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": UP}
    session.send("Network.emulateNetworkConditions", conditions)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)


@pytest.fixture
def paths(settings: Any) -> dict[str, str]:
    settings.PAGE_CACHE = settings.COUNT_CACHE = True
    bootstrap.ensure_pages()
    alive = threads.waiting("open-for-bids-1")
    replay(threads.case("C1"), documents=False)
    return {"home": "/", "call list": "/calls/", "call page": f"/calls/{alive.calls.get().number.lower()}/"}


def test_a_slow_phone(
    browser: Browser, live_server: Any, paths: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    for name, path in paths.items():
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
        )
        page = context.new_page()
        _phone(page)
        context.request.get(path)  # the first page of a process also reads its templates
        page.goto(path, wait_until="load")
        page.wait_for_timeout(1000)  # what shifts, shifts now
        seen = page.evaluate("window.seen")
        assert page.locator(BLOCKING).count() == 0
        assert seen["lcp"] > 0
        assert seen["cls"] < STEADY
        lines.append(f"{name}: LCP {seen['lcp']:.0f} ms, CLS {seen['cls']:.3f}, blocked {seen['blocked']:.0f} ms")
        context.close()
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - what this test is for
