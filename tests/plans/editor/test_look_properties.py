"""A look at whatever somebody types: it never raises, and says the same of the normal form."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given

from plans.editor.looking import look, look_at_source
from plans.language.findings import Catalog
from plans.language.source import SourceError, parse_source
from plans.source_patch import patched
from tests.plans.language.documents import DOCUMENTS

TRUST = Catalog()


@given(DOCUMENTS)
def test_any_document_can_be_looked_at_and_the_normal_form_stands(document: Any) -> None:
    first = look(document, TRUST)
    second = look(first["document"], TRUST)

    json.dumps(first)
    assert second["document"] == first["document"]
    assert second["graph"] == first["graph"]
    assert [finding for finding in second["findings"] if finding not in first["findings"]] == []


def is_json(document: Any) -> bool:
    """Tell if a text can hold it: no number that JSON has not, no NUL."""
    try:
        parse_source(json.dumps(document), filename="plan.json")
    except SourceError:
        return False
    return True


@given(DOCUMENTS)
def test_any_text_of_a_document_is_looked_at_as_the_document(document: Any) -> None:
    assume(isinstance(document, dict) and is_json(document))
    normal = look(document, TRUST)["document"]
    text = patched("", normal, "yaml").text

    found = look_at_source(text, "yaml", TRUST)

    assert found["document"] == normal
