"""The panel, its draw and sheets, the award, and what is asked or held against it."""

from procurement.awards.models.award import Award, FormerResult
from procurement.awards.models.challenge import Challenge
from procurement.awards.models.draw import Draw, Vacancy
from procurement.awards.models.duties import DutyReminder
from procurement.awards.models.evidence import Evidence
from procurement.awards.models.panel import Panel, Seat
from procurement.awards.models.sheets import LowPriceRequest, Score, ScoreSheet

__all__ = [
    "Award",
    "Challenge",
    "Draw",
    "DutyReminder",
    "Evidence",
    "FormerResult",
    "LowPriceRequest",
    "Panel",
    "Score",
    "ScoreSheet",
    "Seat",
    "Vacancy",
]
