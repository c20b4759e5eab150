"""JSONata: evaluate within bounds, check, and list the steps an expression reads (plan language 3).

The bounds of `evaluate` stop recursion, long lists and slow evaluation, but not one slow call inside a function or a
regular expression: callers that run what somebody wrote go through a process that can be killed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

MAX_SECONDS: Final = 1.0
MAX_DEPTH: Final = 200
MAX_CHARACTERS: Final = 10_000
MAX_ITEMS: Final = 100_000

# What the library raises beside its own JException, where it trips over a value or a text that it did not foresee.
_SLIPS: Final = (
    *(ArithmeticError, AssertionError, AttributeError, BufferError, LookupError, NameError),
    *(RuntimeError, TypeError, ValueError, re.error),
)
_BOUNDS: Final = {
    "D1011": "expression-too-deep",
    "D1012": "expression-timeout",
    "D2014": "expression-too-large",
}


class _NoResult:
    def __repr__(self) -> str:
        return "NO_RESULT"

    def __bool__(self) -> bool:
        return False


NO_RESULT: Final = _NoResult()
"""What an expression gives that matches nothing; null is None."""


# Something is missing behind the last character.
_AT_END: Final = frozenset({"S0203", "S0207"})
_WORD: Final = re.compile(r"\$?[A-Za-z_]\w*$")


class ExpressionError(ValueError):
    """An expression that cannot be read, that failed, or that went past a bound; `code` tells which.

    `code` is `invalid-expression`, `expression-failed`, `expression-timeout`, `expression-too-deep` or
    `expression-too-large`; `position` is the place in the text, from 0, where it is known.
    """

    def __init__(self, code: str, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.position = position


def evaluate(text: str, root: object, *, seconds: float = MAX_SECONDS) -> object:
    """Evaluate over a root of plain JSON; gives plain JSON or NO_RESULT, raises ExpressionError."""
    expression = _compiled(text)
    try:
        raw = expression.evaluate(Utils.NULL_VALUE if root is None else root, _bounds(seconds))
        return _plain(raw)
    except ExpressionError:
        raise
    except RecursionError as error:
        raise _too_deep() from error
    except MemoryError as error:
        raise _too_large() from error
    except JException as error:
        raise _translated(text, error, seconds) from error
    except _SLIPS as error:
        raise ExpressionError("expression-failed", str(error) or type(error).__name__) from error


def parse(text: str) -> Any:
    """Parse into the library's syntax tree, which nobody may change; raises ExpressionError."""
    return _compiled(text).ast


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Any:
    return _parse(text)


def _parse(text: str) -> Any:
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            "expression-too-long", f"the expression has more than {MAX_CHARACTERS:,} characters"
        )
    try:
        expression = Jsonata(text)
    except JException as error:
        raise ExpressionError("invalid-expression", str(error), position=_start(text, error)) from error
    except RecursionError as error:
        raise _too_deep() from error
    except _SLIPS as error:
        # The parser of the library answers some broken texts with an AttributeError or a KeyError of its own.
        raise ExpressionError("invalid-expression", f"not a JSONata expression ({error})") from error
    expression.set_output_convert_nulls(False)
    # The root is plain JSON already; walking all of it again would cost more than most expressions.
    expression.set_validate_input(False)
    return expression


def _bounds(seconds: float) -> Any:
    """Make a frame that counts depth, time and the length of every list on the way; one for each evaluation."""
    frame = Jsonata.Frame(None)
    frame.set_runtime_bounds(round(seconds * 1000), MAX_DEPTH)
    leave = frame.lookup("__evaluate_exit")

    def leave_with_length(expression: object, context: object, environment: object, result: object) -> None:
        leave(expression, context, environment, result)
        if isinstance(result, list) and len(result) > MAX_ITEMS:
            raise _too_large()

    frame.set_evaluate_exit_callback(leave_with_length)
    return frame


def _too_deep() -> ExpressionError:
    return ExpressionError("expression-too-deep", f"the expression nests deeper than {MAX_DEPTH}")


def _too_large() -> ExpressionError:
    return ExpressionError(
        "expression-too-large", f"the expression makes a list of more than {MAX_ITEMS:,} items"
    )


def _translated(text: str, error: Any, seconds: float) -> ExpressionError:
    match _BOUNDS.get(error.error):
        case "expression-too-deep":
            return _too_deep()
        case "expression-too-large":
            return _too_large()
        case "expression-timeout":
            return ExpressionError("expression-timeout", f"the expression took longer than {seconds:g} s")
        case _:
            position = _start(text, error)
            return ExpressionError("expression-failed", str(error) or str(error.error), position=position)


def _start(text: str, error: Any) -> int | None:
    """Return where the token begins that an error is about: the library points behind it."""
    end = error.location
    if not isinstance(end, int) or end < 0:
        return None
    if error.error in _AT_END or end == 0:
        return min(end, len(text))
    word = _WORD.search(text, max(0, end - 100), end)
    return word.start() if word is not None else end - 1


def _plain(value: object) -> object:
    """Turn what the library hands out (sequences, its own null, functions) into plain JSON."""
    if value is None:
        return NO_RESULT
    return _plain_part(value)


def _plain_part(value: object) -> object:
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain_part(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        # By index: iterating over a range of the library leaves out or adds its last item.
        return [_plain_part(value[index]) for index in range(len(value))]
    raise ExpressionError("expression-failed", "the expression gives a function, not a value")
