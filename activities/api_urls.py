"""Addresses of the activities' API."""

from __future__ import annotations

from activities import api_documents, api_editor
from activities.api import ActivityViewSet
from plans.router import Router

router = Router()
router.register("activities", ActivityViewSet, basename="activity")
api_documents.routes(router)
api_editor.routes(router)
urlpatterns = router.urls
