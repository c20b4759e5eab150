"""Addresses of the demo ERP."""

from __future__ import annotations

from django.urls import path

from config.demo.erp import api, views

urlpatterns = [
    path("", views.ledger, name="demo-erp"),
    path("api/bills", api.bills, name="demo-erp-bills"),
    path("api/bills/<str:reference>", api.bill, name="demo-erp-bill"),
    path("api/notices", api.notices, name="demo-erp-notices"),
]
