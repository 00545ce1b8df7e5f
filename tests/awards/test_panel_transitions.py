"""Giving up a seat, and closing the signing for whoever stays silent: what every transition owes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from procurement.accounts.enums import Role
from procurement.awards.models import Panel
from tests.awards.test_transitions import PanelTransition
from tests.factories.awards import PanelFactory, fill_sheets
from tests.factories.clock import last_act


class TestVacate(PanelTransition):
    act, sources, target, roles = "vacate", ("drawn", "declared"), "drawn", (Role.OFFICER,)

    def more(self, subject: Panel) -> dict[str, Any]:
        return {"reason": "出差，不能到场。"}


class TestClose(PanelTransition):
    act, sources, target, roles = "close", ("scoring",), "signed", (Role.OFFICER,)

    def make(self, source: str) -> Panel:
        panel = PanelFactory(scoring=True)
        fill_sheets(panel)
        panel.sign_until = last_act(panel) - timedelta(seconds=1)
        panel.save(update_fields=["sign_until"])
        panel.seats.update(deemed_at=last_act(panel))
        return panel
