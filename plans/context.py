"""What every page of a signed-in person knows: the frame around it, and the project it is about.

Other apps add to the frame at start-up: `inbox_counter` and `palette_providers` are theirs to set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from plans.access import VERBS
from plans.models import MembershipRole, Person, Plan, Project

SESSION_KEY: Final = "project"
PALETTE_PLANS: Final = 200

# Set by the app that has an inbox: how many open tasks wait for the person in the project.
inbox_counter: Callable[[Person, Project], int] | None = None
# Set by the same app: the address of the websocket that tells how many.
inbox_stream: Callable[[Project], str] | None = None
# Set by the app that tells people of things: how many notices the person has not read.
notice_counter: Callable[[Person], int] | None = None
# Each gives entries {"label", "url", "hint"} for the palette of the person in the project.
palette_providers: list[Callable[[Person, Project], Sequence[dict[str, str]]]] = []


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run of a plan in a project."""

    url: str
    status: str
    at: datetime


# Set by the app that runs plans: the newest run of each plan (by primary key) in the project, in a fixed number of
# queries.
last_runs: Callable[[Project, Sequence[int]], dict[int, LastRun]] | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """The projects of a person, the current one, and the person's roles in it."""

    projects: tuple[Project, ...]
    project: Project | None
    roles: frozenset[str]

    def may(self, verb: str) -> bool:
        """Tell if the person has the verb in the current project."""
        return bool(self.roles & VERBS[verb])


def workspace(request: HttpRequest) -> Workspace:
    """Return the person's workspace, read once a request: the project of the session, else the first."""
    known: Workspace | None = getattr(request, "_workspace", None)
    if known is not None:
        return known
    person = _person(request)
    projects = tuple(Project.objects.visible_to(person).select_related("organization").order_by("name", "pk"))
    chosen = request.session.get(SESSION_KEY)
    project = next((item for item in projects if item.pk == chosen), projects[0] if projects else None)
    rows = MembershipRole.objects.filter(membership__person=person, membership__project=project)
    roles = frozenset(rows.values_list("slug", flat=True)) if project and person.is_active else frozenset()
    made = Workspace(projects, project, roles)
    request._workspace = made  # type: ignore[attr-defined]
    return made


def current_project(request: HttpRequest) -> Project:
    """Return the project that pages are about; 404 for a person without one."""
    project = workspace(request).project
    if project is None:
        raise Http404("no project")
    return project


def choose(request: HttpRequest, project: Project) -> None:
    """Make the project the current one, for this session."""
    request.session[SESSION_KEY] = project.pk
    if hasattr(request, "_workspace"):
        del request._workspace


def last_runs_of(project: Project, plans: Sequence[int]) -> dict[int, LastRun]:
    """Return the newest run of each plan that has one."""
    return last_runs(project, plans) if last_runs is not None and plans else {}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give templates `frame` (rail, palette, person) and `may_…` of the person in the current project."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    space = workspace(request)
    person = _person(request)
    nav = _nav(request, space)
    return {
        "frame": {
            "project": _project(space.project),
            "projects": [_choice(project, space.project) for project in space.projects],
            "nav": nav,
            "notices": _notices(person),
            "palette": _palette(person, space, nav),
            "sign_out_url": reverse("account_logout"),
            "sign_out_next": "/",
            "person": {"name": person.name, "email": person.email},
        },
        "may": {verb: space.may(verb) for verb in VERBS},
    }


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def _project(project: Project | None) -> dict[str, str] | None:
    return {"name": project.name, "organization": project.organization.name} if project else None


def _choice(project: Project, current: Project | None) -> dict[str, Any]:
    url = reverse("plans:project", args=[project.organization.slug, project.slug])
    return {"name": project.name, "url": url, "current": project == current}


def _nav(request: HttpRequest, space: Workspace) -> list[dict[str, Any]]:
    entries = [
        ("home", _("Home"), "plans:home"),
        ("plans", _("Plans"), "plans:list"),
        ("activities", _("Activities"), "activities:list"),
        ("inbox", _("Inbox"), "tasks:inbox"),
        ("documents", _("Documents"), "activities:documents"),
        ("settings", _("Settings"), "plans:settings"),
    ]
    count = inbox_counter(_person(request), space.project) if inbox_counter and space.project else None
    stream = inbox_stream(space.project) if inbox_stream and space.project else None
    nav = []
    for icon, label, name in entries:
        url = _url(name)
        if url is None or (icon == "settings" and not space.may("wire")):
            continue
        here = request.path == url if url == "/" else request.path.startswith(url)
        nav.append(
            {
                "label": label,
                "url": url,
                "icon": icon,
                "current": here,
                "count": count if icon == "inbox" else None,
                "stream": stream if icon == "inbox" else None,
            }
        )
    return nav


def _notices(person: Person) -> dict[str, Any] | None:
    url = _url("tasks:notices")
    return {"url": url, "unread": notice_counter(person)} if url and notice_counter else None


def _url(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:  # a page of an app that is not there
        return None


def _palette(person: Person, space: Workspace, nav: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    entries = [{"label": item["label"], "url": item["url"], "hint": _("Page")} for item in nav]
    if space.project is None:
        return entries
    plans = Plan.objects.visible_to(person).bound_to(space.project).order_by("name")
    for slug, name in plans.values_list("slug", "name")[:PALETTE_PLANS]:
        entries.append({"label": name, "url": reverse("plans:plan", args=[slug]), "hint": _("Plan")})
    for provider in palette_providers:
        entries.extend(provider(person, space.project))
    return entries
