"""Writing expectations back into a plan file: comments, order and quoting of all that does not change are kept."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from activities.trial.compare import same
from plans.language.source import SourceError, parse_source

WIDTH: Final = 4096  # lines are broken where the author broke them
_KEY: Final = re.compile(r"^( *)(?:- )?[^#\s].*:\s*(?:#.*)?$")
_ITEM: Final = re.compile(r"^( *)- ")
_INDENT: Final = re.compile(r"^[\[{]\s*\n( +)")

Json = Any


class RewriteProblem(Exception):
    """A file that can't be written anew without changing more than was asked."""


def with_cases(text: str, cases: Sequence[Mapping[str, Json]], *, filename: str) -> str:
    """Return the file's text with these cases in place of its own, of which there are as many.

    Raise RewriteProblem where the new text would say anything else: a value shared by an alias, for one.
    """
    write = _json if filename.lower().endswith(".json") else _yaml
    written = write(text, cases)
    if not same(_plain(written, filename), _expected(text, cases, filename)):
        raise RewriteProblem(
            f"{filename} can't be written anew without changing other parts of it; change it by hand"
        )
    return written


def _expected(text: str, cases: Sequence[Mapping[str, Json]], filename: str) -> Json:
    document = _plain(text, filename)
    document["test"]["cases"] = [dict(case) for case in cases]
    return document


def _plain(text: str, filename: str) -> Any:
    try:
        return parse_source(text, filename=filename)
    except SourceError as error:
        raise RewriteProblem(f"{filename} could not be read after it was written anew: {error}") from error


def _json(text: str, cases: Sequence[Mapping[str, Json]]) -> str:
    document = json.loads(text.removeprefix("\ufeff"))
    document["test"]["cases"] = [dict(case) for case in cases]
    found = _INDENT.match(text)
    return json.dumps(document, ensure_ascii=False, indent=len(found[1]) if found else 2) + "\n"


def _yaml(text: str, cases: Sequence[Mapping[str, Json]]) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    offset = _offset(text)
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    yaml.explicit_start = text.lstrip().startswith("---")
    try:
        document = yaml.load(text)
        for index, case in enumerate(cases):
            _put(document["test"]["cases"], index, case)
        stream = io.StringIO()
        yaml.dump(document, stream)
    except (YAMLError, ValueError) as error:
        raise RewriteProblem(f"the file can't be written anew ({type(error).__name__})") from error
    return stream.getvalue()


def _offset(text: str) -> int:
    """Tell how far the author puts the dash of a list to the right of its key."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for key, item in pairwise(lines):
        holds, dash = _KEY.match(key), _ITEM.match(item)
        if holds and dash:
            begins = len(holds[1]) + (2 if key.lstrip().startswith("- ") else 0)
            return max(0, min(len(dash[1]) - begins, 4))
    return 0


def _put(place: Any, key: Any, value: Json) -> None:
    """Set a value where it differs, as deep down as possible, in the author's own style."""
    old = place[key]
    if isinstance(old, CommentedMap) and isinstance(value, Mapping):
        for name in [name for name in old if name not in value]:
            del old[name]
        for name, item in value.items():
            if name in old:
                _put(old, name, item)
            else:
                old[name] = item
    elif isinstance(old, CommentedSeq) and isinstance(value, list) and len(old) == len(value):
        for index, item in enumerate(value):
            _put(old, index, item)
    elif not same(_bare(old), value):
        place[key] = _styled(old, value)


def _bare(value: Json) -> Json:
    """Return what the round trip wraps, as plain JSON."""
    if isinstance(value, Mapping):
        return {str(key): _bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None:
        return value
    return int(value) if isinstance(value, int) else float(value) if isinstance(value, float) else value


def _styled(old: Any, value: Json) -> Json:
    """Keep a flow that was written in braces in braces."""
    flow = isinstance(old, CommentedMap | CommentedSeq) and bool(old.fa.flow_style())
    if not flow or not isinstance(value, dict | list):
        return value
    made = CommentedMap(value) if isinstance(value, dict) else CommentedSeq(value)
    made.fa.set_flow_style()
    return made
