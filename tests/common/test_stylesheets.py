"""Bootstrap cut down: what pages use is there, the rest is not, and nothing is half a rule."""

from __future__ import annotations

import re
from pathlib import Path

import tinycss2
from django.contrib.staticfiles import finders

from procurement.common import stylesheets

SHEET = """
:root{--bs-used:1px;--bs-chained:var(--bs-used);--bs-idle:2px}
.btn,.carousel{margin:var(--bs-chained)}
.btn:not(.btn-check):hover{color:red}
[data-bs-theme=dark] .btn{color:white}
@media (min-width:576px){.btn{padding:0}.carousel{padding:0}}
@media print{.carousel{display:none}}
@keyframes spin{to{transform:rotate(1turn)}}
a:is(.btn, .nav){top:0}
"""


def test_only_what_is_named_stays() -> None:
    cut = stylesheets.subset(SHEET, {"btn"}, "")
    assert ".btn{margin:var(--bs-chained)}" in cut
    assert ".btn:not(.btn-check):hover{color:red}" in cut
    assert "@media (min-width:576px){.btn{padding:0}}" in cut
    for gone in ("carousel", "dark", "print", "spin", "--bs-idle", ".nav"):
        assert gone not in cut
    assert "--bs-used:1px" in cut


def test_what_our_own_sheets_read_stays() -> None:
    assert "--bs-idle:2px" in stylesheets.subset(SHEET, {"btn"}, "p{margin:var(--bs-idle)}")
    assert "@keyframes spin" in stylesheets.subset(SHEET, {"btn"}, ".x{animation:spin 1s}")


def test_the_file_the_pages_load() -> None:
    path = Path(str(finders.find(stylesheets.NAME)))
    text, whole = path.read_text(encoding="utf-8"), stylesheets.whole().read_text(encoding="utf-8")
    assert len(text) < len(whole) / 4
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    assert not [rule for rule in rules if rule.type == "error"]
    for needed in (".btn-primary{", ".form-control{", ".visually-hidden", ".alert-warning{", ".invalid-feedback{"):
        assert needed in text
    given = set(re.findall(r"(--bs-[\w-]+):", whole[whole.index(":root") : whole.index("}")]))
    read = set(re.findall(r"var\((--bs-[\w-]+)[,)]", text))
    assert len(read & given) > 20
    assert not {name for name in read & given if f"{name}:" not in text}
