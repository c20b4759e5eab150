"""Addresses of the activities' API."""

from __future__ import annotations

from activities import api_documents
from activities.api import ActivityViewSet
from plans.router import Router

router = Router()
router.register("activities", ActivityViewSet, basename="activity")
api_documents.routes(router)
urlpatterns = router.urls
