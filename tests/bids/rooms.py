"""A supplier at a bid room: what people and scripts send there."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Membership, Organisation, User
from procurement.bids.models import BidDraft
from procurement.calls.models import Lot
from procurement.common import vault
from tests import threads
from tests.common import upload_files

OPEN = "open-for-bids-1"
MARK = "机密方案暗号MARKED"
OFFER = {"price": "19.8万", "quantity_H": "40000", "proposal": MARK}
JSON = {"HTTP_ACCEPT": "application/json"}
ANSWERS = {f"answer_{code}": f"{MARK}{code}" for code in ("S", "T")}


class Room:
    """One person of one organisation in the room of one lot."""

    def __init__(self, lot: Lot, user: User) -> None:
        self.lot, self.user = lot, user
        self.client = Client()
        self.client.force_login(user)
        self.path = f"/workspace/bids/{lot.pk}/"

    @property
    def version(self) -> int:
        found = BidDraft.objects.filter(lot=self.lot, supplier__memberships__user=self.user).first()
        return found.version if found else 0

    def save(self, flat: dict[str, str], version: int | None = None, **more: Any) -> Any:
        given = flat | {"version": str(self.version if version is None else version)}
        return self.client.post(self.path, given, **more)

    def seal(self, **more: str) -> Any:
        given = {"version": str(self.version), "sure": "on"} | more
        return self.client.post(f"{self.path}review/", given)

    def attach(self, name: str, content: bytes, **more: str) -> Any:
        return self.client.post(f"{self.path}files/", {"file": SimpleUploadedFile(name, content), **more})

    def start(self, name: str, content: bytes, **more: Any) -> Any:
        given = {"name": name, "size": len(content), **more}
        return self.client.post(f"{self.path}uploads/", given, **JSON)

    def send(self, pk: str, number: int, piece: bytes, sha256: str | None = None) -> Any:
        digest = hashlib.sha256(piece).hexdigest() if sha256 is None else sha256
        return self.client.put(
            f"{self.path}uploads/{pk}/{number}/", piece, content_type="application/octet-stream",
            HTTP_X_PIECE_SHA256=digest, **JSON,
        )  # fmt: skip

    def finish(self, pk: str) -> Any:
        return self.client.post(f"{self.path}uploads/{pk}/finish/", **JSON)

    def upload(self, name: str, content: bytes) -> str:
        pk: str = self.start(name, content).json()["id"]
        for number in range(vault.pieces(len(content))):
            answer = self.send(pk, number, content[number * vault.PIECE : (number + 1) * vault.PIECE])
            assert answer.status_code == 200
        assert self.finish(pk).status_code == 200
        return pk


def lot_of(project: Any) -> Lot:
    return Lot.objects.get(call__project=project)


def room(login: str = "supplier") -> Room:
    """The demo's supplier before a call that is open for bids."""
    return Room(lot_of(threads.waiting(OPEN)), threads.login(login))


def colleague(of: str = "supplier", name: str = "colleague", roles: tuple[str, ...] = (Role.SUPPLIER,)) -> User:
    """Somebody else of the same organisation."""
    user = User.objects.create_user(name, display_name=name)
    organisation = threads.login(of).memberships.first().organisation
    Membership.objects.create(user=user, organisation=organisation, roles=list(map(str, roles)))
    return user


def rival(number: int = 1, **more: Any) -> User:
    """Staff of another supplier."""
    codes = {1: "52330199MJ9000014G", 2: "52330199MJ90000306"}
    organisation, _made = Organisation.objects.get_or_create(
        name=f"对手社工中心{number}",
        defaults={"code": codes[number], "kind": OrganisationKind.SOCIAL_SERVICE, "region": "330199"} | more,
    )
    user = User.objects.create_user(f"rival{number}")
    Membership.objects.create(user=user, organisation=organisation, roles=[str(Role.SUPPLIER)])
    return user


def big_pdf(size: int = 2_600_000, mark: str = MARK) -> bytes:
    return upload_files.pdf(filler=(mark.encode() * (size // len(mark.encode()) + 1))[:size])
