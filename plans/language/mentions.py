"""Where authored text mentions a step: found and renamed by its tokens, without a parser.

A text that does not parse can be renamed too, and what is inside strings and comments stays. Three languages:
JSONata (``steps.a``, ``steps.`a-b` ``, `$lookup(steps, "a")`), JavaScript (`steps.a`, `steps["a-b"]`) and
`{{ steps.a-b.x }}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from plans.language.scripts import Rename, rename_destructured

_WORD: Final = r"[A-Za-z_0-9]+(?:-[A-Za-z_0-9]+)*"
_JSONATA = re.compile(
    rf"""/\*.*?\*/
    | (?<![\w$.`])(?P<lead>(?:\$\$?\s*\.\s*)?steps\s*\.\s*)
      (?:`(?P<ticked>[^`]+)`|"(?P<double>[^"\\]+)"|'(?P<single>[^'\\]+)'|(?P<plain>{_WORD}))
    | (?P<lookup>\$lookup\s*\(\s*(?:\$\$?\s*\.\s*)?steps\s*,\s*)(?P<quote>["'])(?P<looked>[^"'\\]+)(?P=quote)
    | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | `[^`]*`""",
    re.VERBOSE | re.DOTALL,
)
_INPUTS = re.compile(
    r"""/\*.*?\*/
    | (?<![\w$.`])(?:\$\$?\s*\.\s*)?inputs\s*\.\s*(?:`(?P<ticked>[^`]+)`|(?P<plain>[A-Za-z_]\w*))
    | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | `[^`]*`""",
    re.VERBOSE | re.DOTALL,
)
_SCRIPT = re.compile(
    r"""//[^\n]* | /\*.*?\*/
    | (?<![\w$.])(?P<lead>(?:ctx\s*\??\.\s*)?)steps\s*(?:(?P<dot>\??\.)\s*(?P<plain>[A-Za-z_]\w*)
      | (?P<open>(?:\?\.)?\s*\[\s*)(?P<quote>["'])(?P<quoted>[^"'\\]+)(?P=quote))
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""",
    re.VERBOSE | re.DOTALL,
)
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_NAME_IN_BRACES = re.compile(r"(?<!\{)\{steps\.[A-Za-z0-9_.-]+\}")
_TEMPLATE_PATH = re.compile(rf"(?<![\w.])(?P<lead>(?:\$\.|\.)?steps\.)(?P<plain>{_WORD})")
_NAME = re.compile(r"[A-Za-z_]\w*")
_JSONATA_WORDS: Final = frozenset({"and", "or", "in", "true", "false", "null", "function"})


@lru_cache(maxsize=8192)
def steps_in_condition(text: str) -> tuple[tuple[str, bool], ...]:
    """List what a JSONata text reads as `steps.<slug>`; True marks a slug in backticks or quotes.

    Of a bare word with hyphens the whole word is given: `steps.post-bill` gives `post-bill`.
    """
    if "steps" not in text:
        return ()
    found: list[tuple[str, bool]] = []
    for match in _JSONATA.finditer(text):
        quoted = match["ticked"] or match["double"] or match["single"] or match["looked"]
        if quoted:
            found.append((quoted, True))
        elif match["plain"]:
            found.append((match["plain"], False))
    return tuple(found)


@lru_cache(maxsize=8192)
def inputs_in_jsonata(text: str) -> tuple[str, ...]:
    """List the names that a JSONata text reads as `inputs.<name>`."""
    if "inputs" not in text:
        return ()
    found = (match["ticked"] or match["plain"] for match in _INPUTS.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name))


def rename_in_jsonata(text: str, rename: Rename) -> str:
    """Rename steps in a JSONata text; a new slug that is no name gets backticks."""
    return _JSONATA.sub(lambda match: _jsonata_step(match, rename), text) if "steps" in text else text


def rename_in_script(text: str, rename: Rename) -> str:
    """Rename steps in a JavaScript body; a new slug that is no name gets brackets."""
    if "steps" not in text:
        return text
    return rename_destructured(_SCRIPT.sub(lambda match: _script_step(match, rename), text), rename)


def rename_in_template(text: str, rename: Rename) -> str:
    """Rename steps inside the `{{ … }}` of a text."""
    if "steps" not in text or "{{" not in text:
        return text
    return _PLACEHOLDER.sub(lambda match: rename_in_path(match[0], rename), text)


def rename_in_prompt(text: str, rename: Rename) -> str:
    """Rename steps inside the `{{ … }}` and the `{steps.a.x}` of a prompt."""
    text = rename_in_template(text, rename)
    return _NAME_IN_BRACES.sub(lambda match: rename_in_path(match[0], rename), text)


def rename_in_path(text: str, rename: Rename) -> str:
    """Rename the step of a dotted path (`steps.a.x`, `$.steps.a.x`)."""
    return _TEMPLATE_PATH.sub(lambda match: match["lead"] + _longest(match["plain"], rename, str), text)


def _jsonata_step(match: re.Match[str], rename: Rename) -> str:
    if match["looked"]:
        new = rename(match["looked"])
        return match[0] if new is None else f"{match['lookup']}{match['quote']}{new}{match['quote']}"
    quoted = match["ticked"] or match["double"] or match["single"]
    if quoted:
        new = rename(quoted)
        return match[0] if new is None else match["lead"] + _jsonata_name(new)
    if match["plain"]:
        return match["lead"] + _longest(match["plain"], rename, _jsonata_name)
    return match[0]


def _jsonata_name(slug: str) -> str:
    return slug if _NAME.fullmatch(slug) and slug not in _JSONATA_WORDS else f"`{slug}`"


def _longest(word: str, rename: Rename, spell: Callable[[str], str]) -> str:
    """Rename the longest slug that a word with hyphens begins with; the rest is a subtraction."""
    parts = word.split("-")
    for end in range(len(parts), 0, -1):
        new = rename("-".join(parts[:end]))
        if new is not None:
            return "-".join([spell(new), *parts[end:]])
    return word


def _script_step(match: re.Match[str], rename: Rename) -> str:
    slug = match["plain"] or match["quoted"]
    new = rename(slug) if slug else None
    if new is None:
        return match[0]
    if match["quoted"]:
        return f"{match['lead']}steps{match['open']}{match['quote']}{new}{match['quote']}"
    if _NAME.fullmatch(new):
        return f"{match['lead']}steps{match['dot']}{new}"
    return f'{match["lead"]}steps{"?." if match["dot"] == "?." else ""}["{new}"]'
