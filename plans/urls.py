"""Addresses of the plans pages."""

from __future__ import annotations

from django.urls import path

from plans.views import beginning, comparing, editor, home, imports, plans, resources, settings

app_name = "plans"

urlpatterns = [
    path("", home.home, name="home"),
    path("projects/<slug:organization>/<slug:slug>/", home.choose_project, name="project"),
    path("plans/", plans.plan_list, name="list"),
    path("plans/-/new/", beginning.new_plan, name="new"),
    path("plans/-/import/", imports.import_plan, name="import"),
    path("plans/<slug:slug>/", plans.plan, name="plan"),
    path("plans/<slug:slug>/versions/<int:number>/", plans.plan, name="version"),
    path("plans/<slug:slug>/source.<slug:notation>", plans.source, name="source"),
    path("plans/<slug:slug>/edit/", editor.edit_plan, name="edit"),
    path("plans/<slug:slug>/compare/", comparing.compare_versions, name="compare"),
    path("plans/<slug:slug>/publish/", plans.publish_plan, name="publish"),
    path("plans/<slug:slug>/restore/", plans.restore_plan, name="restore"),
    path("plans/<slug:slug>/bind/", plans.bind_plan, name="bind"),
    path("plans/<slug:slug>/unbind/", plans.unbind_plan, name="unbind"),
    path("plans/<slug:slug>/rewrite/", plans.rewrite_plan, name="rewrite"),
    path("plans/<slug:slug>/delete/", plans.delete_plan, name="delete"),
    path("settings/", settings.overview, name="settings"),
    path("settings/members/", settings.members, name="members"),
    path("settings/bindings/", settings.bindings, name="bindings"),
    path("settings/secrets/", settings.secrets, name="secrets"),
    path("settings/<slug:kind>/", resources.resource_list, name="resources"),
    path("settings/<slug:kind>/<slug:slug>/", resources.resource, name="resource"),
]
