"""What this app refuses."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from plans.errors import Conflict, Invalid, NotFound, Refused


class ActivityUnknown(NotFound):
    """There is no such activity, or not for this person."""

    code = "activity-unknown"

    def __init__(self, activity_id: UUID | str) -> None:
        super().__init__(_("There is no activity %(id)s.") % {"id": activity_id})


class StepUnknown(NotFound):
    """The activity has no such step."""

    code = "step-unknown"

    def __init__(self, slug: str) -> None:
        super().__init__(_("This activity has no step “%(slug)s”.") % {"slug": slug})


class PlanNotBound(Invalid):
    """The project has not been given leave to use the plan. The sentence is fixed by the language."""

    code = "plan-not-bound"

    def __init__(self, slug: str, project_id: int | str) -> None:
        super().__init__(
            f'activity-plan "{slug}" is not bound to project {project_id}; create a project-resource binding first'
        )


class CannotStart(Invalid):
    """The plan or its inputs have errors; `findings` lists all, the message is the first."""

    code = "cannot-start"

    def __init__(self, findings: list[dict[str, object]]) -> None:
        super().__init__(str(findings[0]["message"]), findings=findings)


class CommandRefused(Conflict):
    """A command that makes no sense in the state that the activity or step is in."""

    code = "command-refused"


class TrialsBusy(Refused):
    """Too many plans are being tried at once."""

    code = "trials-busy"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("Others are trying plans at the moment; try again in a few seconds."))


class TrialTooLong(Invalid):
    """A plan that was tried did not come to an end in its time."""

    code = "trial-too-long"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            _("The plan ran longer than %(seconds)g seconds and was stopped; try fewer of its steps.")
            % {"seconds": seconds}
        )


class TrialBroke(Invalid):
    """A plan that was tried took its process down with it."""

    code = "trial-broke"

    def __init__(self, why: str) -> None:
        super().__init__(_("The plan could not be tried to its end: %(why)s.") % {"why": why})
