"""Who follows the feed misses nothing, however late a row is committed: two connections at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from procurement.opendata.models import Release
from procurement.opendata.ocds import issuing
from procurement.projects.models import Project
from tests.cms import rows


def _followed(client: Client, since: str) -> tuple[list[str], str]:
    page = client.get(f"/api/ocds/releases.json?since={since}").json()
    return [release["ocid"] for release in page["releases"]], page["x_since"]


@pytest.mark.django_db(transaction=True)
def test_a_row_committed_late_is_not_skipped(client: Client) -> None:
    slow, quick = rows.project("慢的"), rows.project("快的")
    issued, may_commit, done = threading.Event(), threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def issue_slowly() -> None:
        try:
            with transaction.atomic():
                issuing.issue(Project.objects.get(pk=slow.pk))
                issued.set()
                may_commit.wait(30)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    def issue_quickly() -> None:
        try:
            issuing.issue(Project.objects.get(pk=quick.pk))
        except BaseException as error:
            failures.append(error)
        finally:
            done.set()
            connection.close()

    first, second = threading.Thread(target=issue_slowly), threading.Thread(target=issue_quickly)
    first.start()
    assert issued.wait(30)
    second.start()
    # the slow one has its number and is not committed: the quick one may not become visible before it
    assert not done.wait(1.5)
    seen, since = _followed(client, "0")
    assert seen == []
    may_commit.set()
    first.join(30)
    second.join(30)
    assert failures == []
    while True:
        page, since = _followed(client, since)
        if not page:
            break
        seen += page
    assert sorted(set(seen)) == sorted({issuing.terms.ocid_of(found.number) for found in (slow, quick)})
    assert len(seen) == Release.objects.count()
    assert _of(slow) < _of(quick)


def _of(project: Any) -> int:
    return min(Release.objects.filter(project=project).values_list("sequence", flat=True))
