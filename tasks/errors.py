"""What this app refuses: who was first, whose it is, what is missing in a form."""

from __future__ import annotations

from plans.errors import Conflict, Invalid, NotAllowed


class NotEntitled(NotAllowed):
    """The person sees the task, but it is not theirs to do."""

    code = "not-entitled"


class TaskClosed(Conflict):
    """Somebody was first, or the step no longer waits."""

    code = "task-closed"


class TaskClaimed(Conflict):
    """Somebody else is at it."""

    code = "task-claimed"


class AlreadyDecided(Conflict):
    """The person has decided otherwise before."""

    code = "already-decided"


class WrongKind(Conflict):
    """An approval is decided, a task is finished; not the other way round."""

    code = "wrong-kind"


class FormInvalid(Invalid):
    """The form does not fit its schema; `errors` maps JSON pointers to lists of sentences."""

    code = "invalid-form"


class CommentMissing(Invalid):
    """This way to end the task takes a comment."""

    code = "comment-missing"


class UnknownAction(Invalid):
    """The task has no such action."""

    code = "unknown-action"
