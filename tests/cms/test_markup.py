"""Every kind of public page as a strict reader of HTML takes it, in both languages."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tinyhtml5.parser import HTMLParser

from tests.public_pages import one_of_each

pytestmark = pytest.mark.django_db(transaction=True)

MORE = ["/search/?q=暑托", "/subscribe/", "/api/v1/docs", "/rules/", "/accounts/login/", "/accounts/register/"]
XHTML = "{http://www.w3.org/1999/xhtml}"
NAMED = {"aria-labelledby", "aria-describedby", "for", "list"}  # attributes whose words are ids on the page
LANGUAGES = ("zh-hans", "en")


def _levels(tree: Any) -> list[int]:
    return [int(node.tag[-1]) for node in tree.iter() if re.fullmatch(r"h[1-6]", str(node.tag))]


def _lacking(tree: Any) -> list[str]:
    """What is asked of one element alone."""
    found = []
    for node in tree.iter():
        if node.tag == "img" and not {"alt", "width", "height"} <= set(node.attrib):
            found.append(f"a picture without words or size: {node.attrib}")
        moment = node.attrib.get("datetime", "")
        if moment and datetime.fromisoformat(moment).microsecond:
            found.append(f"a moment with fractions: {moment}")
        if node.tag == "script" and "src" in node.attrib and not {"defer", "async"} & set(node.attrib):
            found.append(f"a script that stops the page: {node.attrib['src']}")
        if "style" in node.attrib:
            found.append(f"a style the site's policy forbids: {node.tag}")
    return found


def faults(body: str) -> list[str]:
    """What a validator would say of a page: parsing, ids, headings, pictures, the head."""
    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.parse(body)
    found = [f"{code} at {place}" for place, code, _facts in parser.errors]
    ids = Counter(node.attrib["id"] for node in tree.iter() if "id" in node.attrib)
    found += [f"the id {name} stands {n} times" for name, n in ids.items() if n > 1]
    found += [
        f"{name}={word} leads nowhere"
        for node in tree.iter()
        for name in NAMED & set(node.attrib)
        for word in node.attrib[name].split()
        if word not in ids
    ]
    levels = _levels(tree)
    found += [f"h{two} follows h{one}" for one, two in itertools.pairwise(levels) if two > one + 1]
    if levels.count(1) != 1:
        found.append(f"{levels.count(1)} main headings")
    descriptions = [node for node in tree.iter("meta") if node.attrib.get("name") == "description"]
    if len(descriptions) != 1 or not descriptions[0].attrib["content"].strip():
        found.append("not one description for those who search")
    return found + _lacking(tree)


@pytest.mark.parametrize(
    "wrong",
    [
        "<p>one<p id=a>two</b>",
        '<h2 id="a">x</h2><h2 id="a">y</h2>',
        "<h3>skipped</h3>",
        '<img src="/a.png" alt="">',
        '<label for="none">x</label>',
        '<time datetime="2026-01-01T09:00:00.123456+08:00">x</time>',
    ],
)
def test_the_reader_is_strict(wrong: str) -> None:
    frame = '<!doctype html><html lang="zh"><head><meta name="description" content="x"><title>x</title></head><body>'
    assert faults(f"{frame}<h1>x</h1></body></html>") == []
    assert faults(f"{frame}<h1>x</h1>{wrong}</body></html>") != []


def test_every_page_is_sound(client: Client) -> None:
    found = []
    paths = [*one_of_each(), *MORE]
    for language in LANGUAGES:
        client.cookies.load({"django_language": language})
        for path in paths:
            answer = client.get(path)
            assert answer["Content-Type"].startswith("text/html"), path
            found += [f"{language} {path}: {fault}" for fault in faults(answer.content.decode())]
    assert found == []
