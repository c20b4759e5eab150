"""Addresses of the pages of tasks."""

from __future__ import annotations

from django.urls import path

from tasks.views import notices, people
from tasks.views.calendar import calendar_page
from tasks.views.inbox import inbox_news, inbox_page
from tasks.views.queue import bulk, delete_filter, next_task, save_filter
from tasks.views.tasks import assign, claim, comment, decide, draft, finish, release, task_page

app_name = "tasks"

urlpatterns = [
    path("inbox/", inbox_page, name="inbox"),
    path("inbox/news/", inbox_news, name="inbox-news"),
    path("inbox/next/", next_task, name="next"),
    path("inbox/bulk/", bulk, name="bulk"),
    path("inbox/filters/", save_filter, name="save-filter"),
    path("inbox/filters/<int:number>/delete/", delete_filter, name="delete-filter"),
    path("working-time/", calendar_page, name="calendar"),
    path("notices/", notices.notices_page, name="notices"),
    path("notices/<int:number>/", notices.notice, name="notice"),
    path("notices/read/", notices.read_all, name="read-notices"),
    path("notices/settings/", notices.settings_page, name="notice-settings"),
    path("notices/unsubscribe/<str:token>/", notices.unsubscribe, name="unsubscribe"),
    path("notices/decide/<str:token>/", notices.invitation, name="invitation"),
    path("tasks/<uuid:task_id>/", task_page, name="task"),
    path("tasks/<uuid:task_id>/finish/", finish, name="finish"),
    path("tasks/<uuid:task_id>/decide/", decide, name="decide"),
    path("tasks/<uuid:task_id>/claim/", claim, name="claim"),
    path("tasks/<uuid:task_id>/release/", release, name="release"),
    path("tasks/<uuid:task_id>/assign/", assign, name="assign"),
    path("tasks/<uuid:task_id>/comments/", comment, name="comment"),
    path("tasks/<uuid:task_id>/draft/", draft, name="draft"),
    path("tasks/<uuid:task_id>/ask/", people.ask, name="ask"),
    path("me/stand-in/", people.stand_in, name="stand-in"),
    path("tasks/<uuid:task_id>/approvers/add/", people.add_approver, name="add-approver"),
    path("tasks/<uuid:task_id>/approvers/remove/", people.remove_approver, name="remove-approver"),
    path("tasks/<uuid:task_id>/delegate/", people.delegate, name="delegate"),
    path("tasks/<uuid:task_id>/recall/", people.recall, name="recall"),
    path("tasks/<uuid:task_id>/answer/", people.answer, name="answer"),
]
