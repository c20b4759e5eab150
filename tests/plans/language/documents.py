"""Any JSON, leaning towards what looks like a plan: for properties."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = (
    *(
        "slug",
        "kind",
        "type",
        "config",
        "steps",
        "uuid",
        "dependsOn",
        "conditionExpr",
        "expr",
        "input",
        "skipIf",
    ),
    *(
        "onError",
        "action",
        "actions",
        "scriptActions",
        "scriptBody",
        "moduleRef",
        "perDocument",
        "joinPolicy",
    ),
    *(
        "maxParallel",
        "$from",
        "$step",
        "$if",
        "then",
        "$coalesce",
        "$literal",
        "step",
        "path",
        "onSkip",
        "$on_skip",
    ),
    *(
        "defaultValue",
        "output",
        "inputOptions",
        "name",
        "required",
        "variables",
        "layout",
        "test",
        "id",
        "component",
    ),
    *(
        "schema",
        "metadata",
        "distinctFrom",
        "documentFamilyGroups",
        "executionPolicy",
        "timeoutSeconds",
        "kept",
    ),
)
VALUES = (
    "a",
    "b",
    "a?",
    "b:x",
    "EXECUTION",
    "SCRIPT",
    "TASK",
    "APPROVAL",
    "LLM",
    "useDefault",
    "skip",
    "ANY_BRANCH",
)
KEYS = st.sampled_from(WORDS) | st.text(max_size=3)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.sampled_from(
        [
            "a",
            "b",
            "a?",
            "b:x",
            "EXECUTION",
            "SCRIPT",
            "TASK",
            "APPROVAL",
            "LLM",
            "useDefault",
            "skip",
            "ANY_BRANCH",
        ]
    )
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
STEPS = st.fixed_dictionaries(
    {
        "slug": st.sampled_from(["a", "b", "c"]),
        "kind": st.sampled_from(["EXECUTION", "SCRIPT", "CREATE_TASK"]),
    },
    optional={
        "uuid": st.sampled_from(["a", "u1", "u2"]),
        "dependsOn": st.lists(st.sampled_from(["a", "b?", "c:x", "u1", "u2:y", ":", 5]), max_size=3),
        "config": st.dictionaries(KEYS, ANY_JSON, max_size=4),
        "input": ANY_JSON,
        "onError": ANY_JSON,
        "kept": ANY_JSON,
    },
)
DOCUMENTS = ANY_JSON | st.fixed_dictionaries(
    {"steps": st.lists(STEPS | ANY_JSON, max_size=5)}, optional={"slug": SCALARS, "extends": ANY_JSON}
)
