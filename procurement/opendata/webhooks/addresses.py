"""Where messages may go: public https addresses only, judged again at every delivery (a name may be moved later)."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _


class AddressRefused(Exception):  # noqa: N818 - what happened
    """The platform sends nothing to this address."""


@dataclass(frozen=True)
class Target:
    """An address taken apart, with the one IP the connection goes to: looked up once, so it cannot change between."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


def target(url: str) -> Target:
    """Takes ``url`` apart and looks its host up. Raises ``AddressRefused`` with words."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressRefused(_("This is no address.")) from error
    if parts.scheme != "https" and (settings.PRODUCTION or parts.scheme != "http"):
        raise AddressRefused(_("The address has to begin with https://."))
    if not parts.hostname or parts.username or parts.password:
        raise AddressRefused(_("The address needs a host and carries no user name or password."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or any(sign.isspace() or not sign.isprintable() for sign in path):
        raise AddressRefused(_("Write the address in letters, digits and % signs, without spaces."))
    return Target(parts.scheme, parts.hostname, port, path, _looked_up(parts.hostname, port))


def _looked_up(host: str, port: int) -> str:
    """The host's first IP; in production every one of them must be a public one."""
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise AddressRefused(_("The host of this address is not found.")) from error
    if settings.PRODUCTION and not all(_is_public(one) for one in found):
        raise AddressRefused(_("This address leads into a private network."))
    return sorted(found)[0]


def _is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip.split("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast
