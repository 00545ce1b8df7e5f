"""Role × page × own or other organisation: every address of the product, and everybody who may knock there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.journeys.matrix import addresses, headers, links, odd
from tests.journeys.matrix.doors import DONE, EDITORS, EVERY, PUBLIC, READ, Door
from tests.journeys.matrix.people import BUYER_ROLES, OFFICES, STRANGERS
from tests.journeys.matrix.scene import Scene
from tests.workflows.transition import everything

LOGIN = "/accounts/login/"
PASSERS_BY = ("visitor", "resident", "drafter", "loser", "winner", "system_admin")  # at public pages
PEOPLE = (*BUYER_ROLES, *OFFICES, "mandated", "lapsed", "winner", "loser", "station", "evaluator", "panellist")
DENIED = {403, 404, 405}
SECRET = {"invitation", "sign_up", "survey", "subscribe_confirm", "subscribe_leave"}  # known to one person alone
STYLED = {"share_wechat"}  # a document that carries its styles in its tags, and no script


def doors(table: dict[str, list[Door]]) -> list[Any]:
    return [pytest.param(name, door, id=f"{name}-{door.row}") for name, found in table.items() for door in found]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """The scene, made once; each test runs in a savepoint above it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Scene()
        transaction.set_rollback(True)


@pytest.fixture
def scene(built: Scene, db: None, settings: Any) -> Scene:
    settings.OPENDATA_REQUESTS_A_MINUTE = 1_000_000
    return built


def asks_to_log_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer.url.startswith(LOGIN)


def ours() -> list[str]:
    return [name for name, _route, module in addresses.every() if module.startswith(addresses.OURS)]


def test_every_address_is_in_the_matrix() -> None:
    assert set(ours()) - EVERY.keys() == set(), "an address that nobody has said who may open"
    assert EVERY.keys() - set(ours()) == set(), "a line for an address that is gone"


def test_no_two_addresses_share_a_name() -> None:
    """Else ``reverse`` leads to whichever comes last."""
    assert [name for name, times in Counter(ours()).items() if times > 1] == []


@pytest.mark.parametrize("who", [*PEOPLE])
def test_every_row_and_every_to_do_leads_where_its_reader_may_go(scene: Scene, who: str) -> None:
    """What is listed for somebody opens for them: no link of a table, or of the list of work, is refused."""
    client = scene.people.clients[who]
    desk = client.get("/workspace/")
    tables = [address for address in links.in_content(desk) if address.startswith("/workspace/tables/")]
    pages = {"/workspace/": desk} | {address: client.get(address) for address in tables}
    assert {address: page.status_code for address, page in pages.items()} == dict.fromkeys(pages, 200)
    found = {address: links.dead(client, links.in_content(page)) for address, page in pages.items()}
    assert {address: dead for address, dead in found.items() if dead} == {}


def test_every_other_address_is_of_somebody_we_know() -> None:
    """What is left out is left out for a reason: see ``addresses.OF_OTHERS``."""
    others = {(name, module) for name, _route, module in addresses.every() if not module.startswith(addresses.OURS)}
    unknown = {pair for pair in others if not addresses.is_of_others(*pair)}
    assert unknown == set()


@pytest.mark.parametrize(("name", "door"), doors(READ))
def test_who_reads(scene: Scene, name: str, door: Door) -> None:
    path, people = scene.path(name, door.row), scene.people.clients
    assert asks_to_log_in(people["visitor"].get(path))
    answers = {who: client.get(path) for who, client in people.items() if who != "visitor"}
    assert {who: answer.status_code for who, answer in answers.items()} == {who: door.told(who) for who in answers}
    for answer in answers.values():
        headers.strict(answer)
        assert answer.status_code in (403, 404) or headers.kept_by_nobody(answer)


@pytest.mark.parametrize(("name", "door"), doors(READ))
def test_strangers_change_nothing(scene: Scene, name: str, door: Door) -> None:
    """A form is closed to whom its page is closed to."""
    path, people, before = scene.path(name, door.row), scene.people.clients, everything()
    closed = [who for who in ("other_buyer", "bystander", "evaluator", "finance") if door.told(who) in (403, 404)]
    assert asks_to_log_in(people["visitor"].post(path))
    for who in closed:
        assert people[who].post(path).status_code in DENIED, who
    assert everything() == before


@pytest.mark.parametrize(("name", "door"), doors(DONE))
def test_who_acts(scene: Scene, name: str, door: Door) -> None:
    path, people, before = scene.path(name, door.row), scene.people.clients, everything()
    method = "put" if name == "bids:upload_piece" else "post"
    assert asks_to_log_in(people["visitor"].get(path))
    assert asks_to_log_in(getattr(people["visitor"], method)(path))
    assert people["resident"].get(path).status_code in (403, 404, 405)
    members = [who for who in people if who != "visitor"]
    closed = [who for who in members if door.told(who) in (403, 404)]
    answers = {who: getattr(people[who], method)(path).status_code for who in closed}
    assert answers == {who: door.told(who) for who in closed}
    assert everything() == before
    for who in set(members) - set(closed):
        with transaction.atomic():
            assert (who, getattr(people[who], method)(path).status_code) == (who, door.told(who))
            transaction.set_rollback(True)


@pytest.mark.parametrize(("name", "door"), doors(PUBLIC))
def test_what_anybody_reads(scene: Scene, name: str, door: Door) -> None:
    path, people = scene.path(name, door.row), scene.people.clients
    answers = {who: people[who].get(path) for who in PASSERS_BY}
    assert {who: answer.status_code for who, answer in answers.items()} == {who: door.told(who) for who in PASSERS_BY}
    for who, answer in answers.items():
        headers.strict(answer, styled=name in STYLED)
        assert headers.kept_by_nobody(answer) or (name not in SECRET and headers.kept_for(answer, who)), who


@pytest.mark.parametrize(("name", "door"), doors(EDITORS))
def test_what_editors_read(scene: Scene, name: str, door: Door) -> None:
    path, people = scene.path(name, door.row), scene.people.clients
    answers = {who: people[who].get(path).status_code for who in (*STRANGERS, "visitor", "drafter", *OFFICES)}
    assert answers == {who: door.told(who) for who in answers}


@pytest.mark.parametrize(("name", "door"), doors(PUBLIC))
def test_odd_questions_are_no_error(scene: Scene, name: str, door: Door) -> None:
    path, visitor = scene.path(name, door.row), scene.people.clients["visitor"]
    for what, query in odd.QUERIES.items():
        answer = visitor.get(path, QUERY_STRING=query)
        assert answer.status_code < 500, what
        assert b"Traceback" not in odd.body(answer), what


@pytest.mark.parametrize("path", ["/%00/", "/calls/%00/", "/accounts/%00/", "/cms/pages/%00/"])
def test_no_address_holds_a_nul(scene: Scene, path: str) -> None:
    assert scene.people.clients["visitor"].get(path).status_code == 404


@pytest.mark.parametrize(("name", "door"), doors({**READ, **PUBLIC}))
def test_odd_addresses_are_no_error(scene: Scene, name: str, door: Door) -> None:
    """A number too large for the database, a name with a NUL: nothing is there, and nothing breaks."""
    for path in odd.addresses(name, scene.keys[door.row]):
        for who in ("visitor",) if name in PUBLIC else ("drafter", "winner"):
            answer = scene.people.clients[who].get(path)
            assert answer.status_code < 500, (who, path)


@pytest.mark.parametrize(
    "path", ["", "pages/", "images/", "documents/", "reports/site-history/", "settings/", "users/"]
)
def test_the_editors_workshop_is_theirs(scene: Scene, path: str) -> None:
    """Wagtail's own doors, as we have set them: nobody but editors and superusers comes in."""
    for who in ("visitor", *STRANGERS, "drafter", "manager", "officer", "regulator", "winner", "panellist"):
        assert scene.people.clients[who].get(f"/cms/{path}").status_code in (302, 403, 404), who
