"""Addresses of the tasks' API."""

from __future__ import annotations

from django.urls import re_path

from plans.router import Router
from tasks.api import SLUG, UUID_PATTERN, DecideView, TaskViewSet
from tasks.api_mine import StandInsView, StandInView
from tasks.api_people import (
    AddApproverView,
    AnswerView,
    AskView,
    DelegateView,
    RecallView,
    RemoveApproverView,
)

TASK = rf"^tasks/(?P<task_id>{UUID_PATTERN})"

router = Router()
router.register("tasks", TaskViewSet, basename="task")
urlpatterns = [
    *router.urls,
    re_path(
        rf"^activities/(?P<activity_id>{UUID_PATTERN})/steps/(?P<slug>{SLUG})/decide/?$",
        DecideView.as_view(),
        name="activity-decide",
    ),
    re_path(rf"{TASK}/ask/?$", AskView.as_view(), name="task-ask"),
    re_path(r"^stand-ins/?$", StandInsView.as_view(), name="stand-ins"),
    re_path(r"^stand-ins/(?P<stand_in_id>[0-9]{1,18})/?$", StandInView.as_view(), name="stand-in"),
    re_path(rf"{TASK}/approvers/add/?$", AddApproverView.as_view(), name="task-add-approver"),
    re_path(rf"{TASK}/approvers/remove/?$", RemoveApproverView.as_view(), name="task-remove-approver"),
    re_path(rf"{TASK}/delegate/?$", DelegateView.as_view(), name="task-delegate"),
    re_path(rf"{TASK}/recall/?$", RecallView.as_view(), name="task-recall"),
    re_path(rf"{TASK}/answer/?$", AnswerView.as_view(), name="task-answer"),
]
