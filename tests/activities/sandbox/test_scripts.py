"""Scripts: what they see, what they give, and that no script hurts the next."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from activities.sandbox import HostError, Limits, Worker, configure, kill_all, run_script

SHORT = Limits(seconds=0.5, memory_bytes=16 * 1024 * 1024, output_bytes=1000)


@pytest.fixture(scope="module", autouse=True)
def _one_worker() -> Iterator[None]:
    configure(workers={"javascript": 1})
    yield
    configure()


def value_of(body: str, **globals: Any) -> Any:
    outcome = run_script(body, globals)
    assert outcome.error is None
    return outcome.value


def error_of(body: str, **globals: Any) -> dict[str, Any]:
    outcome = run_script(body, globals, limits=SHORT)
    assert outcome.value is None
    assert outcome.error is not None
    return outcome.error


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("return {action: inputs.n > 1 ? 'a' : 'b'};", {"action": "a"}),
        ("var x = inputs.n; // a comment", {}),
        ("return", {}),
        ("return null", {}),
        ("return {z: 1, a: {y: 2, b: 1.5}, i: inputs.n}", {"z": 1, "a": {"y": 2, "b": 1.5}, "i": 7}),
        ("return Promise.resolve({a: 1})", {"a": 1}),
        ("return (async () => ({a: await 2}))()", {"a": 2}),
        ("inputs.n = 9; inputs = {}; return {n: inputs.n}", {"n": 7}),
        ("inputs.deep.list.length = 0; return inputs.deep", {"list": [1]}),
        ("return {s: 'a\\ud800b', e: 'é€😀', n: 'a\\u0000b'}", {"s": "a�b", "e": "é€😀", "n": "a\0b"}),
        ("return {t: [typeof Math.random(), typeof Date.now()]}", {"t": ["number", "number"]}),
        ("return {t: typeof require + typeof process + typeof std + typeof fetch}", {"t": "undefined" * 4}),
    ],
)
def test_a_script_is_a_function_body(body: str, value: Any) -> None:
    outcome = run_script(body, {"inputs": {"n": 7, "deep": {"list": [1]}}})

    assert repr(outcome.value) == repr(value)


def test_documents_are_a_list_that_can_be_asked() -> None:
    body = "return {n: documents.length, name: documents.get('d2').name, none: documents.get('x')}"

    value = value_of(body, documents=[{"id": "d1", "name": "a"}, {"id": "d2", "name": "b"}])

    assert value == {"n": 2, "name": "b", "none": None}


def test_logs_are_kept_with_their_level() -> None:
    body = "log.info('a', {b: 1}); console.log('x', 2); log.warn('w'); log('debug', undefined);"
    body += "console.error(new TypeError('t'))"

    assert run_script(body, {}).logs == [
        {"level": "info", "text": 'a {"b":1}'},
        {"level": "info", "text": "x 2"},
        {"level": "warn", "text": "w"},
        {"level": "debug", "text": "undefined"},
        {"level": "error", "text": "TypeError: t"},
    ]


def test_a_flood_of_logs_is_cut_with_a_mark() -> None:
    logs = run_script("for (var i = 0; i < 5000; i++) log.info('line ' + i)", {}).logs

    assert len(logs) == 1001
    assert logs[-1] == {"level": "warn", "text": "… the log was cut here"}


def test_logs_of_a_script_that_was_cut_off_are_kept() -> None:
    outcome = run_script("log.info('before'); while (true) {}", {}, limits=SHORT)

    assert outcome.logs == [{"level": "info", "text": "before"}]


@pytest.mark.parametrize(
    ("body", "code", "class_name", "message", "place"),
    [
        ("throw new TypeError('boom')", "script-error", "TypeError", "boom", "1:11"),
        ("\n\n  throw new Error('b\\nc')", "script-error", "Error", "b\nc", "3:13"),
        (
            "var a = 1;\nreturn a.b.c",
            "script-error",
            "TypeError",
            "cannot read property 'c' of undefined",
            "2:8",
        ),
        ("function f() {\n  g();\n}\nf()", "script-error", "ReferenceError", "g is not defined", "2:3"),
        ("class E extends Error {}\nthrow new E('own')", "script-error", "E", "own", "2:11"),
        ("\n  throw 'text'", "script-error", "Error", "text", "2:3"),
        ("throw {message: 'm'}", "script-error", "Error", "m", "1:1"),
        ("throw null", "script-error", "Error", "null", "1:1"),
        ("return JSON.parse('{')", "script-error", "SyntaxError", None, "1:13"),
        ("let a = ;", "syntax-error", "SyntaxError", "unexpected token in expression: ';'", "1:9"),
        ("return (async () => { throw new Error('late') })()", "script-error", "Error", "late", "1:33"),
        ("return new Promise(() => {})", "script-error", "Error", None, None),
        ("return () => 1", "not-json", "TypeError", "a function was returned", None),
        ("var a = {}; a.a = a; return a", "not-json", "TypeError", None, None),
        ("return {n: 5n}", "not-json", "TypeError", None, None),
        (
            "return serviceBridge.list()",
            "script-error",
            "Error",
            "serviceBridge.list is not available here",
            "1:22",
        ),
    ],
)
def test_an_error_tells_class_message_and_place_in_the_source(
    body: str, code: str, class_name: str, message: str | None, place: str | None
) -> None:
    error = error_of(body)

    assert (error["code"], error["class"], error["place"]) == (code, class_name, place)
    assert message is None or error["message"] == message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("while (true) {}", "timeout"),
        ("try { while (true) {} } finally { while (true) {} }", "timeout"),
        ("return (async () => { for (;;) await 1 })()", "timeout"),
        ("return /^(a+)+$/.test('a'.repeat(40) + 'b')", "timeout"),
        ("[].indexOf.call({length: 2 ** 50}, 1)", "timeout"),
        ("var a = []; while (true) a.push({x: a.length})", "out-of-memory"),
        ("return 'x'.repeat(1 << 29)", "out-of-memory"),
        ("var s = 'ab'; while (true) s = [s, s].join('')", "out-of-memory"),
        ("function f() { return f() + 1 } return f()", "script-error"),
        ("return " + "(" * 100_000, "syntax-error"),
        ("return {x: 'x'.repeat(2000)}", "output-too-large"),
        (
            "var t = {toJSON: function () { return t }, get a() { while (true) {} }}; return {x: t.a}",
            "timeout",
        ),
    ],
)
def test_a_hostile_script_is_cut_off_and_the_worker_goes_on(body: str, code: str) -> None:
    assert error_of(body)["code"] == code
    assert value_of("return {n: inputs.n}", inputs={"n": 1}) == {"n": 1}


def test_nothing_of_one_script_is_seen_by_the_next() -> None:
    value_of(
        "Object.prototype.x = 1; Array.prototype.map = null; JSON.stringify = null; globalThis.y = 2; return {}"
    )

    value = value_of("return {x: ({}).x === undefined, y: typeof y, map: [1].map(n => n + 1)}")

    assert value == {"x": True, "y": "undefined", "map": [2]}


def test_a_host_answers_calls_in_the_thread_of_the_caller() -> None:
    calls: list[tuple[str, list[Any], int]] = []

    def host(name: str, arguments: list[Any]) -> Any:
        calls.append((name, arguments, threading.get_ident()))
        return {"ok": len(calls)}

    body = "log.info('é'); var a = serviceBridge.call('erp', 'post', {n: 1}); return {a: a, b: llm.invoke('hi\\ud800')}"
    outcome = run_script(body, {}, host=host)

    assert outcome.value == {"a": {"ok": 1}, "b": {"ok": 2}}
    assert outcome.called_host
    assert outcome.logs == [{"level": "info", "text": "é"}]
    here = threading.get_ident()
    assert calls == [
        ("serviceBridge.call", ["erp", "post", {"n": 1}], here),
        ("llm.invoke", ["hi\ud800"], here),
    ]


def test_a_script_that_does_not_call_its_host_is_told_apart() -> None:
    assert not run_script("return {}", {}, host=lambda name, arguments: None).called_host


def test_an_error_of_the_host_is_thrown_in_the_script() -> None:
    def host(name: str, arguments: list[Any]) -> Any:
        raise HostError("503: down", class_name="BridgeError")

    caught = run_script(
        "try { serviceBridge.call('a', 'b') } catch (e) { return {m: e.message} }", {}, host=host
    )
    thrown = run_script("\nserviceBridge.call('a', 'b')", {}, host=host)

    assert caught.value == {"m": "503: down"}
    assert thrown.error == {
        "code": "script-error",
        "class": "BridgeError",
        "message": "503: down",
        "place": "2:15",
    }


def test_another_exception_of_the_host_ends_the_script_and_goes_up() -> None:
    def host(name: str, arguments: list[Any]) -> Any:
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        run_script("serviceBridge.list()", {}, host=host)

    assert value_of("return {a: 1}") == {"a": 1}


def test_a_runaway_script_with_a_host_is_killed() -> None:
    outcome = run_script(
        "log.info('x'); while (true) {}", {}, limits=SHORT, host=lambda name, arguments: None
    )

    assert outcome.error is not None
    assert outcome.error["code"] == "timeout"
    assert outcome.logs == [{"level": "info", "text": "x"}]
    assert value_of("return {a: 1}") == {"a": 1}


def test_sidecars_are_loaded_first_and_named_in_their_errors() -> None:
    sidecars = [("acme/money", "function euros(cents) { return cents / 100; }\nvar VAT = 0.19;")]

    good = run_script("return {e: euros(250), v: VAT}", {}, sidecars=sidecars)
    bad = run_script("return {}", {}, sidecars=[("acme/bad", "\nnothing.here")])

    assert good.value == {"e": 2.5, "v": 0.19}
    assert bad.error == {
        "code": "script-error",
        "class": "ReferenceError",
        "message": "sidecar acme/bad: nothing is not defined",
        "place": "acme/bad:2:1",
    }


def test_a_running_script_can_be_killed_from_another_thread() -> None:
    def kill_soon(worker: Worker) -> None:
        threading.Timer(0.05, worker.kill).start()

    outcome = run_script("while (true) {}", {}, on_start=kill_soon)

    assert outcome.error is not None
    assert outcome.error["code"] == "cancelled"


def test_many_threads_share_few_workers() -> None:
    configure(workers={"javascript": 2})
    answers: list[Any] = []

    def work(number: int) -> None:
        answers.extend(
            run_script("return {n: inputs.n}", {"inputs": {"n": n}}).value for n in range(number, number + 10)
        )

    threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 80, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer["n"] for answer in answers) == list(range(80))


def test_after_kill_all_the_next_script_runs() -> None:
    value_of("return {}")
    kill_all()

    assert value_of("return {a: 1}") == {"a": 1}
