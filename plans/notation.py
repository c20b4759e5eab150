"""Plans as text: what goes out as a file, what comes in as one, and the line that a finding is about."""

from __future__ import annotations

import io
import json
import re
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from plans.errors import Invalid
from plans.idempotency import TooLarge
from plans.language.finding import Finding
from plans.language.source import MAX_BYTES, SourceError, parse_source
from plans.models import PlanVersion

JSON: Final = "json"
YAML_: Final = "yaml"


def as_text(version: PlanVersion, notation: str) -> str:
    """Return the version as JSON or YAML: the author's own text where it is in that notation, else the normal form."""
    if version.source and notation_of(version.source) == notation:
        return version.source
    document = version.document()
    return (
        to_yaml(document) if notation == YAML_ else json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    )


def notation_of(text: str) -> str:
    """Tell JSON from YAML."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return YAML_
    return JSON


def to_yaml(document: dict[str, Any]) -> str:
    """Write YAML that reads back equal, with texts of several lines as blocks."""
    yaml = YAML()
    yaml.width = 4096  # folding would change what authors see of their expressions
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_blocks(document), out)
    text = out.getvalue()
    # JSON is YAML: where the writer and our reader differ over a value, the plain notation is right for both.
    return text if _reads_back(text, document) else json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read_file(file: UploadedFile) -> str:
    """Return the text of an uploaded plan file; raise TooLarge, Invalid."""
    if (file.size or 0) > MAX_BYTES:
        raise TooLarge(_("%(name)s is larger than 5 MiB; split the plan") % {"name": file.name})
    try:
        text: str = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            _("%(name)s is no text in UTF-8; save it as JSON or YAML in UTF-8") % {"name": file.name},
            code="invalid-source",
        ) from error
    return text


def parse(text: str, *, filename: str, limit: int = MAX_BYTES) -> object:
    """Read JSON or YAML of at most `limit` bytes; raise Invalid with line and column."""
    try:
        return parse_source(text, filename=filename, limit=limit)
    except SourceError as error:
        kind = TooLarge if error.code == "too-large" else Invalid
        raise kind(str(error), code=error.code, line=error.line, column=error.column) from error


def line_of(text: str, finding: Finding) -> int | None:
    """Return the line (from 1) where the step of the finding, or the key, stands in the text, if that can be told."""
    lines = text.splitlines()
    start = 0
    if finding.step:
        named = re.compile(
            rf"""["']?(?:slug|id)["']?\s*:\s*["']?{re.escape(finding.step)}["']?\s*(?:[,}}#].*)?$"""
        )
        start = next((number for number, line in enumerate(lines) if named.search(line)), -1)
        if start < 0:
            return None
    key = re.split(r"[.\[]", finding.field or "")[-1 if not (finding.field or "").endswith("]") else -2]
    if key:
        wanted = re.compile(rf"""["']?{re.escape(key)}["']?\s*:""")
        near = range(max(0, start - 2), min(len(lines), start + 40) if finding.step else len(lines))
        found = next((number for number in near if wanted.search(lines[number])), None)
        if found is not None:
            return found + 1
    return start + 1 if finding.step else None


def _blocks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _blocks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_blocks(item) for item in value]
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value


def _reads_back(text: str, document: dict[str, Any]) -> bool:
    try:
        return parse_source(text, filename="plan.yaml") == document
    except SourceError:
        return False
