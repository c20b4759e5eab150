"""Addresses of documents and of the start form; `activities.urls` includes them."""

from __future__ import annotations

from django.urls import path

from activities.views.documents import document_file, documents
from activities.views.start import start_plan

urlpatterns = [
    path("documents/", documents, name="documents"),
    path("documents/<uuid:document_id>/file", document_file, name="document-file"),
    path("plans/<slug:slug>/start/", start_plan, name="start"),
]
