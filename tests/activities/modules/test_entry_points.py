"""Modules of a package of one's own, run in a child that can be killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from activities.modules import ModuleCall, find_module, module_problems, registry
from activities.sandbox import MODULE_LIMITS, Limits, ModuleOutcome, Worker, configure, run_module

SOURCE = '''
import ctypes, logging, os
from pydantic import BaseModel
from activities.modules import ModuleFailed

class Options(BaseModel):
    mode: str = "echo"

class Acme:
    ref, title, options, pure = "acme/any", "Any", Options, True

    def run(self, call):
        return getattr(self, call.options["mode"].replace("-", "_"))(call)

    def echo(self, call):
        print("printed")
        logging.getLogger("acme").warning("logged %d", 1)
        document = call.documents[0] if call.documents else None
        return {"input": call.input, "text": open(document.path).read() if document else None, "pid": os.getpid()}

    def fail(self, call):
        raise ModuleFailed("too-dark", "the scan is too dark")

    def bug(self, call):
        return {}["nothing"]

    def hang(self, call):
        while True:
            pass

    def grow(self, call):
        held = []
        while True:
            held.append(bytearray(1 << 24))

    def crash(self, call):
        ctypes.string_at(0)

    def leave(self, call):
        raise SystemExit(3)

    def function(self, call):
        return {"f": len}

    def huge(self, call):
        return "x" * 100_000

def gross(net: float, tax_rate: float = 0.2, call=None):
    """Add the tax.

    As the law has it.
    """
    return {"gross": round(net * (1 + tax_rate), 2), "currency": call.inputs.get("currency")}

def anything(*values):
    return values
'''
ENTRY_POINTS = """[throughline.modules]
acme/any = acme_any:Acme
acme/broken = acme_any:Missing
acme/anything = acme_any:anything
acme/empty = acme_any:os
acme/gross = acme_any:gross
builtin/noop = acme_any:Acme
"""
SMALL = Limits(seconds=20, memory_bytes=256 * 1024 * 1024, output_bytes=1000)


@pytest.fixture(scope="module", autouse=True)
def _acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "acme_any.py").write_text(SOURCE)
    info = folder / "acme_any-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-any\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        registry._found.cache_clear()
        configure(workers={"modules": 1})
        yield
    registry._found.cache_clear()
    configure()


def run(mode: str, *, limits: Limits = MODULE_LIMITS, **call: Any) -> ModuleOutcome:
    return run_module("acme/any", ModuleCall(options={"mode": mode}, **call), limits=limits)


def test_a_module_of_a_package_is_found_and_a_broken_one_is_named() -> None:
    assert find_module("acme/any") is not None
    assert find_module("acme/broken") is None
    assert [problem.ref for problem in module_problems()] == [
        "acme/anything",
        "acme/broken",
        "acme/empty",
        "builtin/noop",
    ]
    assert "parameter values can't be given by its name" in module_problems()[0].message
    assert "Missing" in module_problems()[1].message


def test_a_module_runs_in_a_warm_child(tmp_path: Path) -> None:
    from activities.modules import DocumentHandle

    (tmp_path / "a.txt").write_text("words")
    documents = [DocumentHandle("1", "a.txt", str(tmp_path / "a.txt"))]

    first = run("echo", input={"z": 1, "a": 2}, documents=documents)
    second = run("echo")

    assert first.error is None
    assert (first.value["input"], first.value["text"]) == ({"z": 1, "a": 2}, "words")
    assert first.logs == [{"level": "info", "text": "printed"}, {"level": "warn", "text": "logged 1"}]
    assert first.value["pid"] == second.value["pid"]


@pytest.mark.parametrize(
    ("mode", "code", "class_name"),
    [
        ("fail", "too-dark", "ModuleFailed"),
        ("bug", "module-error", "KeyError"),
        ("hang", "timeout", "Timeout"),
        ("grow", "out-of-memory", "OutOfMemory"),
        ("crash", "module-crashed", "ModuleCrashed"),
        ("leave", "module-error", "SystemExit"),
        ("function", "not-json", "TypeError"),
        ("huge", "output-too-large", "OutputTooLarge"),
    ],
)
def test_a_failure_is_told_and_the_next_call_is_answered(mode: str, code: str, class_name: str) -> None:
    outcome = run(mode, limits=replace(SMALL, seconds=0.3) if mode == "hang" else SMALL)

    assert outcome.error is not None
    assert (outcome.error["code"], outcome.error["class"]) == (code, class_name)
    assert not outcome.system
    assert run("echo", input=1).value["input"] == 1


def test_an_unknown_module_and_bad_options_are_system_errors() -> None:
    unknown = run_module("acme/none", ModuleCall())
    bad = run_module("builtin/pdf-text", ModuleCall(options={"maxPages": 0}))

    assert unknown.system
    assert unknown.error is not None
    assert unknown.error["message"] == 'no module "acme/none" is installed'
    assert bad.system
    assert bad.error is not None
    assert bad.error["code"] == "invalid-options"
    assert "maxPages" in bad.error["message"]


def test_a_running_module_can_be_killed_from_another_thread() -> None:
    def kill_soon(worker: Worker) -> None:
        threading.Timer(0.05, worker.kill).start()

    outcome = run_module("acme/any", ModuleCall(options={"mode": "hang"}), on_start=kill_soon)

    assert outcome.error is not None
    assert outcome.error["code"] == "cancelled"


@pytest.mark.parametrize(
    ("options", "input", "gross"),
    [
        ({"net": 100}, None, 120),
        ({}, {"net": 100}, 120),
        ({"net": 1, "taxRate": 0.5}, {"net": "100"}, 150),
        ({"tax_rate": 0.5}, {"net": 100, "taxRate": 0}, 100),
    ],
)
def test_a_plain_function_is_a_module_with_its_parameters_as_options(
    options: dict[str, Any], input: Any, gross: float
) -> None:
    call = ModuleCall(options=options, input=input, inputs={"currency": "EUR"})

    outcome = run_module("acme/gross", call)

    assert (outcome.error, outcome.value) == (None, {"gross": gross, "currency": "EUR"})


@pytest.mark.parametrize(
    ("options", "input", "code", "why"),
    [
        ({}, None, "invalid-input", "acme/gross: net: Field required"),
        ({}, {"net": "much"}, "invalid-input", "acme/gross: net: Input should be a valid number"),
        ({}, {"net": 1, "nett": 2}, "invalid-input", "acme/gross: nett: Extra inputs are not permitted"),
        ({"net": "much"}, None, "invalid-options", "options of module acme/gross: net: Input should be a valid number"),
    ],
)  # fmt: skip
def test_a_function_is_not_called_with_what_it_does_not_take(
    options: dict[str, Any], input: Any, code: str, why: str
) -> None:
    outcome = run_module("acme/gross", ModuleCall(options=options, input=input))

    assert outcome.error is not None
    assert (outcome.error["code"], outcome.system) == (code, code == "invalid-options")
    assert outcome.error["message"].startswith(why)


def test_the_editor_sees_the_parameters_of_a_function() -> None:
    found, schema = find_module("acme/gross"), registry.options_schema("acme/gross")

    assert found is not None
    assert found.title == "Add the tax"
    assert schema is not None
    assert (list(schema["properties"]), schema.get("required")) == (["net", "taxRate"], None)
