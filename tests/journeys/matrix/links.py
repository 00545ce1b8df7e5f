"""What a page leads to: the addresses of its own content, without the menus around it."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

ARRIVED = {200, 202}  # 202: a paper is being printed


def in_content(answer: Any) -> set[str]:
    """Addresses of our own site in the main part of a page."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    found = {html.unescape(address) for address in re.findall(r'<a[^>]* href="(/[^"#]*)', main)}
    return {address for address in found if "/export/" not in address}


def dead(client: Client, addresses: set[str]) -> dict[str, int]:
    """Those at which this reader does not arrive, with what was told."""
    told = {address: client.get(address, follow=True).status_code for address in sorted(addresses)}
    return {address: status for address, status in told.items() if status not in ARRIVED}
