"""Addresses of the activities' pages."""

from __future__ import annotations

from django.urls import path

from activities.document_urls import urlpatterns as document_urls
from activities.views.activities import activity_list, activity_page

app_name = "activities"
urlpatterns = [
    path("activities/", activity_list, name="list"),
    path("activities/<uuid:activity_id>/", activity_page, name="activity"),
    *document_urls,
]
