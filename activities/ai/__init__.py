"""Language models: which one is meant, asking it once, and what it cost."""

from __future__ import annotations

from activities.ai.asking import Reply, ask, price_of
from activities.ai.choosing import Chosen, ModelProblem, choose
from activities.ai.failing import ModelFailed
from activities.ai.stand_in import LABEL, stand_in_reply

__all__ = [
    "LABEL",
    "Chosen",
    "ModelFailed",
    "ModelProblem",
    "Reply",
    "ask",
    "choose",
    "price_of",
    "stand_in_reply",
]
