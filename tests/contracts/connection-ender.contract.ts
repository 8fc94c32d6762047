import { expect } from "vitest";
import type { ConnectionEnder, EndedSubscriptions } from "../../src/application/ports/connection-ender.ts";
import type { Ending } from "../../src/domain/connection/ending.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { connectionId } from "../support/notifications.ts";
import { type Outage, resultInTime } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type EnderSubject = {
  readonly ender: ConnectionEnder;
  /** How the far side treats every later request. */
  answerWith(outcome: PostOutcome): void;
  /** The outage of every later request. */
  breakDown(outage: Outage): void;
  /** The requests that arrived there, in order: frames, and those without a frame, which close. */
  arrived(): readonly { readonly connectionId: string; readonly frame?: string }[];
};

const OUTCOMES: readonly PostOutcome[] = ["delivered", "gone", "throttled", "failed", "unanswered", "refused"];

const EXPIRED: Ending = { code: "TOKEN_EXPIRED", reconnect: true, retryWithin: 3 };

const FRAMES: readonly (readonly [string, Ending, object])[] = [
  ["when to come back", EXPIRED, { code: "TOKEN_EXPIRED", reconnect: true, retryWithin: 3 }],
  [
    "that it may come back at once",
    { code: "CONNECTION_EXPIRED", reconnect: true, retryWithin: 0 },
    { code: "CONNECTION_EXPIRED", reconnect: true, retryWithin: 0 },
  ],
  [
    "that it must stay away, and why",
    { code: "DISCONNECTED", reconnect: false, retryWithin: 9, reason: 'é€\u{1f600}"\\' },
    { code: "DISCONNECTED", reconnect: false, reason: 'é€\u{1f600}"\\' },
  ],
];

const END: EndedSubscriptions = { ended: [ended("order-17", "d1")] };

const ENDED_FRAMES: readonly (readonly [string, EndedSubscriptions, object])[] = [
  ["one subscription", END, { entityId: "order-17", code: "FORBIDDEN", decision: "d1" }],
  [
    "one subscription, with the seq",
    { ...END, seq: 7 as Seq },
    { entityId: "order-17", code: "FORBIDDEN", decision: "d1", seq: 7 },
  ],
  [
    "several subscriptions, in their order",
    { ended: [ended("b", "d1"), ended("a", "d2")] },
    {
      results: [
        { entityId: "b", code: "FORBIDDEN", decision: "d1" },
        { entityId: "a", code: "FORBIDDEN", decision: "d2" },
      ],
    },
  ],
  [
    "several subscriptions, with the seq",
    { ended: [ended('é€\u{1f600}"\\', "d1"), ended("a", "d1")], seq: 7 as Seq },
    {
      results: [
        { entityId: 'é€\u{1f600}"\\', code: "FORBIDDEN", decision: "d1", seq: 7 },
        { entityId: "a", code: "FORBIDDEN", decision: "d1", seq: 7 },
      ],
    },
  ],
];

function ended(entityId: string, decision: string): EndedSubscriptions["ended"][number] {
  return { entityId: entityId as EntityId, decision };
}

/** Every sentence of the port's comment. */
export function describeConnectionEnder(makeSubject: () => EnderSubject, suite: Suite = VITEST): void {
  const { describe, it } = suite;

  describe("a connection ender", () => {
    it.each(OUTCOMES)("tells %s of a frame apart, and tries nothing again", async (outcome) => {
      const { ender, answerWith, arrived } = makeSubject();
      answerWith(outcome);
      expect(await ender.prepareLastFrame(EXPIRED)(connectionId("c1="))).toBe(outcome);
      expect(arrived()).toHaveLength(1);
    });

    it.each(OUTCOMES)("tells %s of ended subscriptions apart, and tries nothing again", async (outcome) => {
      const { ender, answerWith, arrived } = makeSubject();
      answerWith(outcome);
      expect(await ender.prepareEnded(END)(connectionId("c1="))).toBe(outcome);
      expect(arrived()).toHaveLength(1);
    });

    it.each(ENDED_FRAMES)("attack:H4 tells the client of the end of %s, in one frame", async (_what, told, frame) => {
      const { ender, arrived } = makeSubject();
      expect(await ender.prepareEnded(told)(connectionId("c1="))).toBe("delivered");
      expect(arrived().map((one) => JSON.parse(one.frame ?? ""))).toEqual([{ type: "unsubscribed", ...frame }]);
    });

    it("tells the client of 250 ends in one frame", async () => {
      const { ender, arrived } = makeSubject();
      const list = Array.from({ length: 250 }, (_, index) => ended(`order-${index}`.padEnd(256, "x"), "d1"));
      expect(await ender.prepareEnded({ ended: list })(connectionId("c1="))).toBe("delivered");
      const frames = arrived().map((one) => JSON.parse(one.frame ?? "") as { results: readonly object[] });
      expect(frames.map(({ results }) => results.length)).toEqual([250]);
    });

    it.each(OUTCOMES)("tells %s of an end apart, and tries nothing again", async (outcome) => {
      const { ender, answerWith, arrived } = makeSubject();
      answerWith(outcome);
      expect(await ender.disconnect(connectionId("c1="))).toBe(outcome);
      expect(arrived()).toEqual([{ connectionId: "c1=" }]);
    });

    it.each(FRAMES)("tells the client %s", async (_what, ending, frame) => {
      const { ender, arrived } = makeSubject();
      await ender.prepareLastFrame(ending)(connectionId("c1="));
      expect(arrived().map((one) => JSON.parse(one.frame ?? ""))).toEqual([{ type: "disconnect", ...frame }]);
    });

    it.each<[Outage, PostOutcome]>([
      ["fails", "failed"],
      ["hangs", "unanswered"],
    ])("returns in time when the far side %s: %s", async (outage, outcome) => {
      const { ender, breakDown } = makeSubject();
      breakDown(outage);
      const calls = [
        ender.prepareLastFrame(EXPIRED)(connectionId("c1")),
        ender.prepareEnded(END)(connectionId("c1")),
        ender.disconnect(connectionId("c2")),
      ];
      expect(await Promise.all(calls.map(resultInTime))).toEqual([outcome, outcome, outcome]);
    });

    it("serves several frames and many connections at once", async () => {
      const { ender, arrived } = makeSubject();
      const frames = ["one", "two"].map((reason) => ender.prepareLastFrame({ ...EXPIRED, reason }));
      const ids = Array.from({ length: 30 }, (_, index) => connectionId(`c${index}`));
      const outcomes = await Promise.all(frames.flatMap((tell) => ids.map(tell)));
      expect(new Set(outcomes)).toEqual(new Set(["delivered"]));
      expect(new Set(arrived().map(({ connectionId: id, frame }) => `${id} ${frame}`)).size).toBe(60);
    });
  });
}
