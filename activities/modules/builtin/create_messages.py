"""`builtin/create_messages`: a prompt as the messages of a chat."""

from __future__ import annotations

from typing import Any

from activities.modules.calls import ModuleCall
from activities.modules.in_worker import arguments
from activities.modules.registry import Options


class MessageOptions(Options):
    """The same keys in `input` win."""

    user_prompt: str | None = None
    system_instructions: str | None = None


class CreateMessages:
    """Gives `{messages: [{role, content}]}`: the system's first, if there are any instructions."""

    ref = "builtin/create_messages"
    title = "Make chat messages"
    options = MessageOptions
    pure = True

    def run(self, call: ModuleCall) -> Any:
        """Give the messages; raises ModuleFailed without a `user_prompt`."""
        taken = arguments(_Needed, {k: v for k, v in call.options.items() if v is not None}, call.input)
        spoken = (("system", taken.system_instructions), ("user", taken.user_prompt))
        return {"messages": [{"role": role, "content": text} for role, text in spoken if text is not None]}


class _Needed(MessageOptions):
    user_prompt: str


MODULE = CreateMessages()
