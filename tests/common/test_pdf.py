"""The renderer: what every paper must be, whatever its kind."""

import io
import re
import subprocess
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings
from django.utils import translation
from pypdf import PdfReader
from pypdf.generic import NullObject

from procurement.common import pdf, pdf_system
from procurement.common.pdf_press import Press
from tests.common import papers

KINDS = {
    "receipt": (papers.receipt, "响应文件接收回执", 1),
    "opening_record": (papers.opening, "响应文件开启记录", 1),
    "scoring_report": (papers.scoring, "磋商评审报告", 3),
    "award_letter": (papers.award_letter, "成交通知书", 1),
    "contract": (papers.contract, "政府购买服务合同", 5),
    "acceptance": (papers.acceptance, "服务项目验收报告", 2),
    "evaluation_report": (papers.evaluation, "项目绩效评价报告", 4),
}


def make(kind: str, **changes) -> pdf.Pdf:
    context, title, _pages = KINDS[kind]
    return pdf.render(f"pdf/{kind}.html", context(**changes), title=title, paper=papers.paper())


def read(made: pdf.Pdf) -> PdfReader:
    return PdfReader(io.BytesIO(made.bytes))


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def structure(reader: PdfReader):
    """Every structure element of the tree, with its own dictionary."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        item = waiting.pop()
        item = item.get_object() if hasattr(item, "get_object") else item
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            if item.get("/Type") == "/StructElem":
                yield item
            if "/K" in item:
                waiting.append(item["/K"])


@pytest.fixture(scope="module")
def made() -> dict[str, pdf.Pdf]:
    return {kind: make(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
class TestEveryPaper:
    def test_its_text_can_be_extracted_and_each_page_says_what_it_is(self, made, kind):
        reader = read(made[kind])
        _context, title, pages = KINDS[kind]
        assert len(reader.pages) == made[kind].pages == pages
        for number, page in enumerate(reader.pages, start=1):
            text = squeeze(page.extract_text())
            assert f"第{number}页共{pages}页" in text
            assert "HQ-330199-2026-0007" in text
            assert title in text

    def test_its_fonts_are_embedded_subsets_of_the_chinese_families(self, made, kind):
        fonts = [font.get_object() for page in read(made[kind]).pages for font in page["/Resources"]["/Font"].values()]
        assert fonts
        for font in fonts:
            descendant = font["/DescendantFonts"][0].get_object()
            assert re.match(r"/[A-Z]{6}\+Noto-(Serif|Sans)(-Mono)?-CJK-SC", descendant["/BaseFont"])
            assert descendant["/FontDescriptor"].get("/FontFile3") is not None
            assert "/ToUnicode" in font

    def test_it_is_tagged(self, made, kind):
        root = read(made[kind]).trailer["/Root"]
        assert str(root["/MarkInfo"]["/Marked"]) == "True"
        assert root["/Lang"] == "zh-CN"
        assert str(root["/ViewerPreferences"]["/DisplayDocTitle"]) == "True"
        assert b"pdfuaid" in root["/Metadata"].get_data()
        kinds = [str(item["/S"]) for item in structure(read(made[kind]))]
        assert "/H1" in kinds
        assert "/TH" in kinds

    def test_every_figure_has_words(self, made, kind):
        figures = [item for item in structure(read(made[kind])) if item["/S"] == "/Figure"]
        assert all(str(item.get("/Alt", "")).strip() for item in figures)

    def test_page_heads_and_feet_are_artifacts(self, made, kind):
        """Every mark on a page belongs to the structure tree: no head is read out loud."""
        reader = read(made[kind])
        tree = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
        owners = {tree[index]: tree[index + 1].get_object() for index in range(0, len(tree), 2)}
        for page in reader.pages:
            content = page.get_contents().get_data()
            marks = {int(mark) for mark in re.findall(rb"/MCID (\d+)", content)}
            owned = owners[page["/StructParents"]]
            assert marks == {i for i in range(len(owned)) if not isinstance(owned[i], NullObject)}
            assert b"/Artifact\nBMC" in content

    def test_the_same_facts_give_the_same_bytes_in_either_language(self, made, kind):
        with translation.override("en"):
            again = make(kind)
        assert again.bytes == made[kind].bytes
        assert again.sha256 == made[kind].sha256

    def test_its_dates_are_the_papers_own(self, made, kind):
        information = read(made[kind]).metadata
        assert information["/CreationDate"].startswith("D:20260525")
        assert information["/Title"] == KINDS[kind][1]


def test_another_process_gives_the_same_bytes(made):
    code = "import django; django.setup()\nfrom tests.common.test_pdf import make\nprint(make('award_letter').sha256)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=settings.BASE_DIR
    )
    assert done.stdout.split()[-1] == made["award_letter"].sha256


def test_another_fact_gives_another_identifier(made):
    other = make("award_letter", supplier="乙社会工作服务中心")
    assert other.sha256 != made["award_letter"].sha256
    assert read(other).trailer["/ID"] != read(made["award_letter"]).trailer["/ID"]


class TestLongContent:
    def test_sixty_bidders_repeat_the_table_head_and_break_between_rows(self):
        reader = read(
            pdf.render(
                "pdf/opening_record.html",
                papers.opening(60, prices=True),
                title="开标记录",
                paper=papers.paper(),
            )
        )
        texts = [squeeze(page.extract_text()) for page in reader.pages]
        rows = [text for text in texts if "社会工作服务中心" in text or papers.LONG[:6] in text]
        assert len(rows) >= 4
        assert all("供应商与回执编号" in text for text in rows)
        # the last row and its hash stand on one page
        last = papers.sha(59)
        assert any("B60" in text and last[:8] in text and last[-8:] in text for text in texts)
        assert "1,234,567,890.12" in texts[0]

    def test_a_very_long_name_stays_on_the_sheet(self):
        reader = read(make("award_letter", supplier=papers.LONG, title=papers.LONG * 2))
        assert squeeze("".join(page.extract_text() for page in reader.pages)).count(papers.LONG) >= 4

    def test_the_closing_lines_never_stand_alone_on_a_page(self):
        reader = read(make("receipt", supplier=papers.LONG, title=papers.LONG * 2))
        last = squeeze(reader.pages[-1].extract_text())
        assert len(reader.pages) == 1 or "核验方法" in last


class TestNothingIsFetched:
    @pytest.fixture
    def visits(self):
        seen: list[str] = []

        class Listener(BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, *args):
                pass

        server = HTTPServer(("127.0.0.1", 0), Listener)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/x.png", seen
        server.shutdown()
        server.server_close()

    def test_markup_in_a_title_is_printed_not_obeyed(self, visits):
        url, seen = visits
        hostile = f'<img src="{url}"><style>@import "{url}";</style>'
        text = squeeze("".join(p.extract_text() for p in read(make("award_letter", title=hostile)).pages))
        assert f'<imgsrc="{url}">' in text
        assert seen == []

    def test_the_fetcher_serves_static_files_and_nothing_else(self, visits):
        url, seen = visits
        fetcher = pdf._fetcher()
        static = pdf.STATIC_ORIGIN + "/" + settings.STATIC_URL.strip("/")
        for address in (
            url,
            "file:///etc/hostname",
            "data:text/css,*{}",
            "ftp://static.invalid/x",
            f"{static}/no-such-file.svg",
            f"{static}/../../../etc/hostname",
            f"{static}/%2e%2e/%2e%2e/%2e%2e/etc/hostname",
        ):
            with pytest.raises(Exception, match=r"refused|no such static file|outside|located"):
                fetcher.fetch(address)
        assert seen == []


class TestPress:
    @pytest.mark.parametrize("processes", [1, 2])
    def test_prints_the_same_bytes_as_one_by_one(self, made, processes):
        kinds = ["award_letter", "receipt", "opening_record"]
        with Press(processes) as press:
            orders = [press.order(partial(make, kind)) for kind in kinds]
        assert [order.result() for order in orders] == [made[kind] for kind in kinds]

    def test_what_a_paper_lacks_is_raised_at_once(self):
        def broken() -> pdf.Pdf:
            raise ValueError("not signed")

        with Press(2) as press, pytest.raises(ValueError, match="not signed"):
            press.order(broken)

    def test_after_it_papers_are_printed_as_before(self, made):
        with Press(2) as press:
            press.order(partial(make, "receipt"))
        assert make("receipt") == made["receipt"]


class TestMachine:
    def test_a_missing_library_is_named_with_its_command(self, monkeypatch):
        monkeypatch.setattr(pdf_system, "_loadable", lambda library: "harfbuzz" not in library)
        with pytest.raises(pdf_system.PdfUnavailableError, match="apt-get install libharfbuzz-subset0"):
            pdf_system.check_system()

    def test_a_missing_font_is_named_with_its_command(self, monkeypatch):
        monkeypatch.setattr(pdf_system, "_has_font", lambda family: family != "Noto Serif CJK SC")
        with pytest.raises(pdf_system.PdfUnavailableError, match="fonts-noto-cjk"):
            pdf_system.check_system()

    def test_this_machine_has_all(self):
        assert pdf_system.missing_packages() == []


def test_the_qr_code_leads_to_the_public_site(settings):
    settings.HUIQUN_BASE_URL = "https://huiqun.example/"
    assert pdf.absolute("/verify/B03/") == "https://huiqun.example/verify/B03/"
    assert "https://huiqun.example/verify/B03/" in pdf.qr_svg(pdf.absolute("/verify/B03/"))
