import { expect } from "vitest";
import type { ConnectionChannel } from "../../src/application/ports/connection-channel.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import { encodePush, type Push } from "../../src/domain/notification/push.ts";
import { connectionId, userPush } from "../support/notifications.ts";
import { answerInTime, type Outage } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type ChannelSubject = {
  readonly channel: ConnectionChannel;
  /** What the far side does to every post from here on. */
  answerWith(outcome: PostOutcome): void;
  /** The outage of every later post. */
  breakDown(outage: Outage): void;
  /** What arrived there, in order. */
  arrived(): readonly { readonly connectionId: string; readonly text: string }[];
};

const OUTCOMES: readonly PostOutcome[] = [
  "delivered",
  "gone",
  "throttled",
  "failed",
  "unanswered",
  "refused",
  "too-large",
];

/** Every sentence of the port's comment. */
export function describeConnectionChannel(makeSubject: () => ChannelSubject, suite: Suite = VITEST): void {
  const { describe, it } = suite;

  describe("a connection channel", () => {
    it.each(OUTCOMES)("tells %s apart, and tries nothing again", async (outcome) => {
      const { channel, answerWith, arrived } = makeSubject();
      const post = channel.prepare(push());
      answerWith(outcome);
      const told = await post(connectionId("c1="));
      expect(told).toBe(outcome);
      expect(arrived()).toHaveLength(1);
    });

    it("carries a push to the byte, whatever characters are in it", async () => {
      const { channel, arrived } = makeSubject();
      const text = push('é€\u{1f600}"\\\u2028\u0000 \ud800');
      await channel.prepare(text)(connectionId("L0SM9cOFvHcCIhw="));
      expect(arrived()).toEqual([{ connectionId: "L0SM9cOFvHcCIhw=", text }]);
    });

    it("carries a push of the gateway's limit", async () => {
      const { channel, arrived } = makeSubject();
      const text = push("x".repeat(127 * 1024));
      const outcome = await channel.prepare(text)(connectionId("c1"));
      expect([outcome, arrived()[0]?.text.length]).toEqual(["delivered", text.length]);
    });

    it.each<[Outage, PostOutcome]>([
      ["fails", "failed"],
      ["hangs", "unanswered"],
    ])("answers in time where the far side %s: %s", async (outage, outcome) => {
      const { channel, breakDown } = makeSubject();
      breakDown(outage);
      expect(await answerInTime(channel.prepare(push())(connectionId("c1=")))).toBe(outcome);
    });

    it("serves several prepared pushes and many connections at once", async () => {
      const { channel, arrived } = makeSubject();
      const posts = [channel.prepare(push("one")), channel.prepare(push("two"))];
      const ids = Array.from({ length: 30 }, (_, index) => connectionId(`c${index}`));
      const outcomes = await Promise.all(posts.flatMap((post) => ids.map(post)));
      expect(new Set(outcomes)).toEqual(new Set(["delivered"]));
      expect(new Set(arrived().map(({ connectionId: id, text }) => `${id} ${text}`)).size).toBe(60);
    });
  });
}

function push(message = "done"): Push {
  const encoded = encodePush(userPush({ message }));
  if (encoded === undefined) throw new Error("too long for a push");
  return encoded;
}
