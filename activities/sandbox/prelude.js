// Runs before a script in the same engine; the lines of the script begin far below, so places tell them apart.
(function () {
  "use strict";
  const { parse, stringify } = JSON;
  const { freeze, defineProperty, getOwnPropertyNames } = Object;
  const MAX_LOGS = 1000;
  const MAX_LOG_CHARACTERS = 262144;
  const host = globalThis.__host;
  for (const name of ["__host", "Atomics", "SharedArrayBuffer"]) delete globalThis[name];

  const logs = [];
  let logged = 0;
  let entries = 0;
  let cut = false;
  let settled = null;
  let answer = "";

  function show(value) {
    if (typeof value === "string") return value;
    if (value instanceof Error) return value.name + ": " + value.message;
    try {
      const text = stringify(value);
      return text === undefined ? String(value) : text;
    } catch {
      return String(value);
    }
  }

  function keep(level, text) {
    const entry = { level, text };
    if (host) host("log", stringify(entry));
    else logs.push(entry);
  }

  function write(level, values) {
    if (cut) return;
    let text = "";
    for (let i = 0; i < values.length; i++) text += (i ? " " : "") + show(values[i]);
    entries += 1;
    logged += text.length;
    if (entries > MAX_LOGS || logged > MAX_LOG_CHARACTERS) {
      cut = true;
      keep("warn", "… the log was cut here");
      return;
    }
    keep(level, text);
  }

  function writer(level) {
    return function () {
      write(level, arguments);
    };
  }

  function remote(name) {
    return function (...values) {
      if (!host) throw new Error(name + " is not available here");
      const answer = parse(host(name, stringify(values)));
      if (answer.error) {
        const error = new Error(answer.error.message);
        defineProperty(error, "name", { value: answer.error.class });
        throw error;
      }
      return answer.value;
    };
  }

  // The document's text, as a whole, by page, and under the name that other systems have for it.
  function load(id) {
    const { id: own, name, pages, text } = remote("documents.load")(id);
    const root = freeze({ getAllContent: (separator) => pages.join(separator ?? "\n") });
    return freeze({
      id: own,
      name,
      getText: () => text,
      getPages: () => [...pages],
      getRootNode: () => root,
    });
  }

  function deepFreeze(value) {
    const open = [value];
    while (open.length) {
      const next = open.pop();
      if (next === null || typeof next !== "object") continue;
      freeze(next);
      for (const name of getOwnPropertyNames(next)) open.push(next[name]);
    }
    return value;
  }

  function define(name, value) {
    defineProperty(globalThis, name, { value, enumerable: true, writable: false, configurable: false });
  }

  function hidden(target, name, value) {
    defineProperty(target, name, { value, enumerable: false });
  }

  function defineTools() {
    const LEVELS = ["info", "warn", "error", "debug"];
    const log = function (...values) {
      // log("text"), or log("warn", "text")
      if (values.length > 1 && LEVELS.includes(values[0])) write(values[0], values.slice(1));
      else write("info", values);
    };
    for (const level of LEVELS) hidden(log, level, writer(level));
    define("log", freeze(log));
    const console = { log: writer("info"), info: writer("info"), warn: writer("warn") };
    define("console", freeze({ ...console, error: writer("error"), debug: writer("debug") }));
    define("serviceBridge", freeze({ call: remote("serviceBridge.call"), list: remote("serviceBridge.list") }));
    define(
      "tasks",
      freeze({
        get: remote("tasks.get"),
        list: remote("tasks.list"),
        statuses: remote("tasks.statuses"),
        setStatus: remote("tasks.setStatus"),
      }),
    );
    define("loadDocument", load);
    define(
      "llm",
      freeze({ invoke: remote("llm.invoke"), invokeWithPromptRef: remote("llm.invokeWithPromptRef") }),
    );
  }

  function defineData(text) {
    const data = parse(text);
    for (const name of getOwnPropertyNames(data)) {
      const value = data[name];
      if (name === "documents" && Array.isArray(value)) {
        const fetch = remote("documents.get");
        hidden(value, "get", (id) => value.find((each) => each.id === id) ?? (host ? fetch(id) : null));
        hidden(value, "list", remote("documents.list"));
        hidden(value, "load", load);
      }
      define(name, deepFreeze(value));
    }
  }

  // Answers are fetched on their own: the engine's bridge takes no text that was just put together from two.
  function describe(error, code) {
    let kind = "Error";
    let message = "";
    let stack = "";
    // Without memory for an error the engine throws null.
    if (error === null) code = "nothing-thrown";
    try {
      if (error instanceof Error) {
        const own = error.constructor && error.constructor.name;
        kind = String(error.name === "Error" && own ? own : error.name);
        message = String(error.message);
        stack = String(error.stack);
      } else if (error !== null && typeof error === "object") {
        message = typeof error.message === "string" ? error.message : show(error);
      } else {
        message = String(error);
      }
    } catch {
      message = "the thrown value cannot be shown";
    }
    if (kind === "InternalError" && message === "out of memory") code = "out-of-memory";
    answer = stringify({ code, class: kind, message, stack });
    return "error";
  }

  function finish() {
    if (settled === null) return describe(new Error("the promise that was returned never settles"), "script-error");
    if (settled.failed) return describe(settled.value, "script-error");
    const value = settled.value;
    try {
      answer = stringify(value ?? {});
      if (answer === undefined) throw new TypeError("a " + typeof value + " was returned");
      return "value";
    } catch (error) {
      return describe(error, "not-json");
    }
  }

  function settle(value) {
    settled = { failed: false, value };
  }

  function fail(value) {
    settled = { failed: true, value };
  }

  function start(body, offset) {
    let script;
    try {
      script = new Function("\n".repeat(offset) + body);
    } catch (error) {
      return describe(error, "syntax-error");
    }
    try {
      const value = script.call(undefined);
      if (value !== null && typeof value === "object" && typeof value.then === "function") {
        Promise.resolve(value).then(settle, fail);
        return "pending";
      }
      settle(value);
    } catch (error) {
      fail(error);
    }
    return finish();
  }

  return function (operation, text, offset) {
    switch (operation) {
      case "prepare":
        defineTools();
        defineData(text);
        return "";
      case "start":
        return start(parse(text), offset);
      case "finish":
        return finish();
      case "answer":
        return answer;
      default:
        return stringify(logs);
    }
  };
})();
