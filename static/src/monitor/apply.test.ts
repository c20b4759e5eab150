import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StepStatus } from "../shared/statuses";
import { apply, applyAll, fromSnapshot, type View } from "./apply";
import { addEvents } from "./log";
import type { EventMessage, Message, Snapshot, StepChange, StepView } from "./messages";

const SLUGS = ["read", "route", "review", "post"];
const STATUSES: StepStatus[] = [
  "PENDING",
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "SKIPPED",
  "NOT_TAKEN",
];

const change: fc.Arbitrary<StepChange> = fc.record(
  {
    slug: fc.constantFrom(...SLUGS),
    status: fc.constantFrom(...STATUSES),
    action: fc.option(fc.constantFrom("approve", "reject")),
    attempt: fc.integer({ min: 1, max: 5 }),
    blocked: fc.boolean(),
  },
  { requiredKeys: ["slug"] },
);

const history: fc.Arbitrary<EventMessage[]> = fc
  .array(fc.record({ steps: fc.array(change, { maxLength: 3 }), ends: fc.boolean() }), { maxLength: 30 })
  .map((parts) => parts.map(({ steps, ends }, index) => eventOf(index + 1, steps, ends)));

describe("apply", () => {
  test("any split of snapshot and events gives the same view", () => {
    fc.assert(
      fc.property(history, fc.nat(), (events, cut) => {
        const split = events.length === 0 ? 0 : cut % (events.length + 1);
        const snapshot = toSnapshot(fold(start(), events.slice(0, split)));

        const late = fold(fromSnapshot(snapshot), events.slice(split));

        expect(late).toEqual(fold(start(), events));
      }),
    );
  });

  test("doubled and late messages change nothing", () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(), { maxLength: 20 }), (events, picks) => {
        const view = fold(start(), events);
        const old: Message[] = picks.flatMap((pick) => events[pick % Math.max(1, events.length)] ?? []);

        const applied = applyAll(view, [...old, toSnapshot(start()), toSnapshot(view)]);

        expect(applied).toEqual({ kind: "view", view });
        expect(applied.view).toBe(view);
      }),
    );
  });

  test("a missing event is a gap, and nothing is folded past it", () => {
    fc.assert(
      fc.property(history, fc.nat(), (events, pick) => {
        fc.pre(events.length > 1);
        const missing = pick % (events.length - 1);
        const received = events.filter((_, index) => index !== missing);

        const applied = applyAll(start(), received);

        expect(applied).toEqual({ kind: "gap", view: fold(start(), events.slice(0, missing)) });
      }),
    );
  });

  test("a gap is closed by the events asked for, in whatever overlap they come", () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), (events, first, second) => {
        const known = first % (events.length + 1);
        const asked = second % (known + 1);
        const view = fold(start(), events.slice(0, known));

        const applied = applyAll(view, events.slice(asked));

        expect(applied).toEqual({ kind: "view", view: fold(start(), events) });
      }),
    );
  });

  test("a heartbeat ahead of the view is a gap, one beside it is none", () => {
    const view = start();

    expect(apply(view, { kind: "heartbeat", seq: 1, at: AT })).toEqual({ kind: "gap", view });
    expect(apply(view, { kind: "heartbeat", seq: 0, at: AT })).toEqual({ kind: "view", view });
  });

  test("another title is shown, and an event that says none leaves it", () => {
    const named = {
      ...eventOf(1, [], false),
      activity: { status: "RUNNING" as const, title: "Acme, October" },
    };

    const view = fold(start(), [named, eventOf(2, [], true)]);

    expect([view.activity.title, view.activity.status]).toEqual(["Acme, October", "COMPLETED"]);
  });

  test("a step that did not change stays the same object", () => {
    const view = start();

    const { view: next } = apply(view, eventOf(1, [{ slug: "route", status: "RUNNING" }], false));

    expect(next.steps[0]).toBe(view.steps[0]);
    expect(next.steps[1]).toEqual({ ...view.steps[1], status: "RUNNING" });
  });
});

describe("log", () => {
  test("events that come in any order, doubled, are listed once, by seq", () => {
    fc.assert(
      fc.property(
        history.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray(events),
            fc.shuffledSubarray(events, { minLength: events.length }),
          ),
        ),
        ([events, some, all]) => {
          const log = addEvents(addEvents([], some), [...all, ...some]);

          expect(log).toEqual(events);
        },
      ),
    );
  });

  test("nothing new leaves the same log", () => {
    const log = addEvents([], [eventOf(1, [], false)]);

    expect(addEvents(log, [eventOf(1, [], false), { kind: "heartbeat", seq: 1, at: AT }])).toBe(log);
  });
});

const AT = "2026-11-20T12:00:00Z";

function start(): View {
  return fromSnapshot({
    kind: "snapshot",
    seq: 0,
    activity: {
      id: 7,
      title: "Invoice 12",
      status: "RUNNING",
      planSlug: "supplier-invoice",
      planName: "Supplier invoice",
      planVersion: 1,
      startedAt: AT,
      finishedAt: null,
      error: null,
    },
    steps: STEPS,
  });
}

const STEPS: StepView[] = SLUGS.map((slug) => ({
  slug,
  name: slug,
  kind: "SCRIPT",
  status: "PENDING",
  action: null,
  waitingOn: null,
  blocked: false,
  attempt: 0,
  run: 1,
  startedAt: null,
  finishedAt: null,
  error: null,
  documents: null,
  line: "",
}));

function toSnapshot(view: View): Snapshot {
  return { kind: "snapshot", seq: view.seq, activity: view.activity, steps: [...view.steps] };
}

function fold(view: View, events: EventMessage[]): View {
  return applyAll(view, events).view;
}

function eventOf(seq: number, steps: StepChange[], ends: boolean): EventMessage {
  const activity = ends ? { status: "COMPLETED" as const, finishedAt: AT } : null;
  return {
    kind: "event",
    seq,
    at: AT,
    type: "StepChanged",
    step: null,
    actor: null,
    text: "",
    activity,
    steps,
  };
}
