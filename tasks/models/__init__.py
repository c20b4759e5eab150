"""Models of human run time: tasks and approvals, who may do them, and what people said and decided."""

from __future__ import annotations

from tasks.models.approvals import Decision, DecisionQuerySet, DecisionsStay, Elector
from tasks.models.candidates import Candidate
from tasks.models.filters import SavedFilter
from tasks.models.mandates import Delegation, StandIn
from tasks.models.notices import NoticeSettings, Notification
from tasks.models.talk import Comment, TaskDraft, TaskEvent
from tasks.models.tasks import NORMAL_PRIORITY, Task, TaskQuerySet
from tasks.models.teams import Team, TeamMember
from tasks.models.time import BusinessCalendar

__all__ = [
    "NORMAL_PRIORITY",
    "BusinessCalendar",
    "Candidate",
    "Comment",
    "Decision",
    "DecisionQuerySet",
    "DecisionsStay",
    "Delegation",
    "Elector",
    "NoticeSettings",
    "Notification",
    "SavedFilter",
    "StandIn",
    "Task",
    "TaskDraft",
    "TaskEvent",
    "TaskQuerySet",
    "Team",
    "TeamMember",
]
