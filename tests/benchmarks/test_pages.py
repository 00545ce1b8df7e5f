"""How fast the public pages are, beside a bare “hello” and a minimal Wagtail page of the same server.

Asserted is what must be right on any machine: status, content, that a kept page is the page. Speed is printed: ratios
to the yardsticks of the same run, and milliseconds of processor, which a busy machine changes least.
"""

from __future__ import annotations

import http.client
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from cms import bootstrap
from cms.models import ArticlePage, HomePage
from procurement.calls.models import Call
from tests import processes
from tests.benchmarks import bulk, measures

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

SIZES, WORKERS = (1_000, 10_000, 100_000), 2
SITE = "tests.benchmarks.site:application"
CACHED, UNCACHED, FLAT = 0.8, 1.0, 0.2  # the limits: ratio to “hello”, to the minimal page, its change with the size
LISTS = ("/threads/", "/statistics/", "/organisations/", "/needs/", "/notices/", "/calls/?domain=youth&state=open")
Table = dict[str, list[tuple[measures.Rate, measures.Rate]]]  # each with the minimal page of its minute


def _say(words: str) -> None:
    print(words)  # noqa: T201 - a benchmark's purpose


def _pages() -> dict[str, str]:
    """The pages that are measured, and a word that each must show."""
    bootstrap.ensure_pages()
    if not ArticlePage.objects.filter(slug="minimal").exists():
        body = [{"type": "text", "value": "<p>先登记，再投标。</p>"}]
        HomePage.objects.get().add_child(instance=ArticlePage(title="办事指南", slug="minimal", body=body))
    call = Call.objects.filter(state="published", deadline__isnull=False).order_by("deadline", "pk")[0]
    return {"/": call.project.title, "/calls/": call.project.title, f"/calls/{call.number}/": call.number}


def _ask(port: int, path: str, **headers: str) -> tuple[str, http.client.HTTPResponse]:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    asked.request("GET", path, headers={"Accept-Language": "zh-CN"} | headers)
    answer = asked.getresponse()
    words = answer.read().decode()
    asked.close()
    assert answer.status == 200, words[:300]
    return words, answer


def _right(port: int, shown: dict[str, str]) -> None:
    """Every page says what it must, and the kept one is the one that was made."""
    for path, word in shown.items():
        made, _answer = _ask(port, path, Authorization="none")
        kept, answer = _ask(port, path)
        assert word in made
        assert word in kept
        assert answer.getheader("Cache-Control") == "public, no-cache"
        assert _ask(port, path)[1].getheader("ETag") == answer.getheader("ETag")


def _queries(path: str) -> int:
    client = Client(headers={"accept-language": "zh-CN"})
    with override_settings(COUNT_CACHE=True):
        client.get(path)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
    return len(caught)


def _line(name: str, rate: measures.Rate, ratio: str = "") -> str:
    return (
        f"{name:<34}{rate.a_second:8.0f}/s  {rate.processor:7.2f} ms (web {rate.web:.2f},"
        f" database {rate.database:.2f}, cache {rate.cache:.2f}){ratio}"
    )


def _measured(server: processes.Process, port: int, size: int, table: Table) -> None:
    shown = _pages()
    _right(port, shown)
    hello = measures.load(server, port, "/bench/hello")
    minimal = measures.load(server, port, "/minimal/", extra=measures.OWN)
    _say(f"\n{size:,} calls")
    _say(_line("hello", hello))
    _say(_line("minimal Wagtail page", minimal))
    for name, path in zip(("home", "call list", "call page"), shown, strict=True):
        _ask(port, path)  # what was kept a minute ago has ended by itself
        kept = measures.load(server, port, path)
        made = measures.load(server, port, path, extra=measures.OWN, seconds=4)
        table.setdefault(name, []).append((made, minimal))
        ratio = kept.a_second / hello.a_second, hello.processor / kept.processor
        _say(_line(f"{name}, kept", kept, f"  {ratio[0]:.2f} (by processor {ratio[1]:.2f}) × hello, limit {CACHED}"))
        ratio = made.a_second / minimal.a_second, minimal.processor / made.processor
        words = f"  {ratio[0]:.2f} (by processor {ratio[1]:.2f}) × minimal, limit {UNCACHED}"
        _say(_line(f"{name}, made, {_queries(path)} queries", made, words))
    for path in LISTS:
        made = measures.load(server, port, path, extra=measures.OWN, lines=2)
        table.setdefault(path, []).append((made, minimal))
        _say(_line(f"{path}, {_queries(path)} queries", made))


def _from_nothing(server: processes.Process, port: int) -> None:
    """The same pages where nothing is kept, neither pages nor bodies nor numbers: what the first reader waits for."""
    shown = _pages()
    minimal = measures.load(server, port, "/minimal/")
    for name, path in zip(("home", "call list", "call page"), shown, strict=True):
        made = measures.load(server, port, path, lines=2)
        _say(
            _line(f"{name}, from nothing", made, f"  {minimal.processor / made.processor:.2f} (by processor) × minimal")
        )


def test_public_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table: Table = {}
    bulk.plant(SIZES[0])
    copies = 0
    for size in SIZES:
        wanted = size // SIZES[0] - 1
        if wanted > copies:
            bulk.multiply(copies + 1, wanted)
        copies = wanted
        with (
            capsys.disabled(),
            processes.web(tmp_path / "web.log", workers=WORKERS, application=SITE) as (server, port),
        ):
            _measured(server, port, size, table)
    with (
        capsys.disabled(),
        processes.web(tmp_path / "bare.log", workers=WORKERS, application=SITE, NOTHING_KEPT="1") as (server, port),
    ):
        _from_nothing(server, port)
    with capsys.disabled():
        for name, rates in table.items():
            first, last = (made.processor / minimal.processor for made, minimal in (rates[0], rates[-1]))
            bare = rates[-1][0].processor / rates[0][0].processor - 1
            _say(
                f"{name}: {last / first - 1:+.0%} processor beside the minimal page from {SIZES[0]:,} to {SIZES[-1]:,}"
                f" calls (by itself {bare:+.0%}), limit ±{FLAT:.0%}"
            )
