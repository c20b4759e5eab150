"""Fill a database with the demo and the plans of these tests, as a program: `python -m tests.chaos.seed <base url>`.

Prints, as JSON, what a client needs: a session of olivia, the project, its documents.
"""

from __future__ import annotations

import json
import os
import sys

import django
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command


def main(base_url: str) -> None:
    """Migrate, load, publish, bind, sign in; doing it again changes nothing but the session."""
    from activities.models import DocumentFamily
    from config.demo.load import load_demo
    from plans.models import Person, Project
    from plans.services import bind, publish, save_plan
    from tests.chaos.plans import PLANS

    call_command("migrate", verbosity=0)
    project: Project = load_demo(base_url=base_url)
    for plan in PLANS:
        saved = save_plan(project.organization, plan(), by=None)
        publish(saved.plan, by=None)
        bind(project, "activity-plan", saved.plan.slug, by=None)
    documents = DocumentFamily.objects.filter(project=project).order_by("name")
    seeded = {
        "session": session_of(Person.objects.get(username="olivia")),
        "project": project.pk,
        "documents": [str(document.pk) for document in documents],
    }
    sys.stdout.write(json.dumps(seeded))


def session_of(person: object) -> str:
    """Return the key of a session in which the person is signed in."""
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)  # type: ignore[attr-defined]
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()  # type: ignore[attr-defined]
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    main(sys.argv[1])
