"""All addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from config.demo.mail_page import mails

urlpatterns = [
    path("", include("plans.urls")),
    path("", include("activities.urls")),
    path("", include("tasks.urls")),
    path("demo/erp/", include("config.demo.urls")),
    path("demo/mail/", mails, name="demo-mail"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("plans.api_urls")),
    path("api/", include("activities.api_urls")),
    path("api/", include("tasks.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
]

handler400 = "config.api.bad_request"
handler403 = "config.api.forbidden"
handler404 = "config.api.not_found"
handler500 = "config.api.broken"
