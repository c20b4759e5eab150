import { describe, expect, test } from "vitest";
import { backoff, freshness, freshnessText } from "./freshness";
import { parseMessage, toMessages } from "./messages";
import { withQuery } from "./socket";

describe("freshness", () => {
  test("twelve seconds of silence is stale, and says since when", () => {
    const heard = new Date(2026, 10, 20, 9, 5, 3).getTime();

    expect(freshness(heard, heard + 12_000, false)).toEqual({ kind: "live" });
    expect(freshnessText(freshness(heard, heard + 12_001, false))).toBe("Stale since 09:05:03");
    expect(freshness(heard, heard + 1000, true)).toEqual({ kind: "polling" });
  });

  test("attempts wait longer, up to fifteen seconds", () => {
    expect([0, 1, 2, 3, 50].map((failures) => backoff(failures, 0))).toEqual([500, 1000, 2000, 4000, 15_000]);
    expect(backoff(3, 1)).toBe(3000);
  });
});

describe("messages", () => {
  const event = { kind: "event", seq: 3 };

  test("a list, a page, a snapshot beside events: all give their messages", () => {
    const snapshot = { kind: "snapshot", seq: 2 };

    expect(toMessages([event])).toEqual([event]);
    expect(toMessages({ results: [event], next: null })).toEqual([event]);
    expect(toMessages({ snapshot, events: [event] })).toEqual([snapshot, event]);
    expect(toMessages(snapshot)).toEqual([snapshot]);
    expect(toMessages({ detail: "no" })).toEqual([]);
  });

  test("what is no message is left out", () => {
    expect(parseMessage("{")).toBeNull();
    expect(parseMessage('{"kind": "greeting", "seq": 1}')).toBeNull();
    expect(parseMessage('{"kind": "event", "seq": 3}')).toEqual(event);
  });

  test("parameters are added to whatever address is given", () => {
    expect(withQuery("/events", "after", 3)).toBe("/events?after=3");
    expect(withQuery("/events?size=9", "after", 3)).toBe("/events?size=9&after=3");
  });
});
