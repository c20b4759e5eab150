import { describe, expect, test } from "vitest";
import type { ActivityStatus } from "../shared/statuses";
import type { View } from "./apply";
import type { StepView } from "./messages";
import { applies, consequence, standing } from "./words";

describe("standing", () => {
  test("names who is waited for and what runs", () => {
    const view = run(
      "RUNNING",
      step("Read", "RUNNING"),
      step("Review", "RUNNING", "TASK"),
      step("Post", "PENDING"),
    );

    expect(standing(view)).toBe("Running Read; waiting for a person at Review.");
  });

  test("tells where it failed and why", () => {
    const broken = step("Post", "FAILED");
    const error = { code: "bridge", class: null, message: "connection refused", place: null };

    expect(standing(run("FAILED", { ...broken, error }))).toBe("Failed at Post: connection refused");
  });

  test("names three steps and counts the rest", () => {
    const view = run("RUNNING", ...["A", "B", "C", "D", "E"].map((name) => step(name, "RUNNING")));

    expect(standing(view)).toBe("Running A, B, C and 2 more.");
  });
});

describe("consequence", () => {
  test("cancelling says how many steps and tasks it touches", () => {
    const view = run(
      "RUNNING",
      step("Read", "COMPLETED"),
      step("Text", "RUNNING"),
      step("Review", "RUNNING", "TASK"),
      step("Post", "PENDING"),
      step("Notify", "PENDING"),
    );

    expect(consequence("cancel", view)).toBe(
      "“Invoice 12” ends as cancelled. 1 running step is stopped, 1 open task is closed, 2 pending steps will not run. Completed steps keep their results.",
    );
  });

  test("retrying names the steps that run again", () => {
    const view = run(
      "FAILED",
      step("Post", "FAILED"),
      step("Notify", "CANCELLED"),
      step("Read", "COMPLETED"),
    );

    expect(consequence("retry", view)).toBe(
      "Post and Notify run again, and what depends on them afterwards. Completed steps keep their results.",
    );
  });
});

test("commands are offered where they make sense", () => {
  const failed = run("FAILED", step("Post", "FAILED"));
  const running = run("RUNNING", step("Post", "RUNNING"));

  expect([applies("retry", failed), applies("cancel", failed)]).toEqual([true, false]);
  expect([applies("pause", running), applies("resume", running), applies("retry", running)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(applies("retry", run("COMPLETED", step("Post", "COMPLETED")))).toBe(false);
});

function step(name: string, status: StepView["status"], waitingOn: StepView["waitingOn"] = null): StepView {
  return {
    slug: name.toLowerCase(),
    name,
    kind: "SCRIPT",
    status,
    action: null,
    waitingOn,
    blocked: false,
    attempt: 1,
    run: 1,
    startedAt: null,
    finishedAt: null,
    error: null,
    documents: null,
    line: "",
  };
}

function run(status: ActivityStatus, ...steps: StepView[]): View {
  const activity = {
    id: 12,
    title: "Invoice 12",
    status,
    planSlug: "supplier-invoice",
    planName: "Supplier invoice",
    planVersion: 1,
    startedAt: null,
    finishedAt: null,
    error: null,
  };
  return { seq: 1, activity, steps };
}
