import { MAX_PUSH_BYTES } from "@portcullis/protocol";
import { expect } from "vitest";
import { encodePush } from "../../src/adapters/api-gateway-management/push-frame.ts";
import type { ConnectionChannel } from "../../src/application/ports/connection-channel.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import { connectionId, entityUpdate, rawJson, userPush } from "../support/notifications.ts";
import { senderOf } from "../support/prepared-push.ts";
import { type Outage, resultInTime } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type ChannelSubject = {
  readonly channel: ConnectionChannel;
  /** How the far side treats every later post. */
  answerWith(outcome: PostOutcome): void;
  /** The outage of every later post. */
  breakDown(outage: Outage): void;
  /** The posts that arrived there, in order. */
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
      const post = senderOf(channel);
      answerWith(outcome);
      const told = await post(connectionId("c1="));
      expect(told).toBe(outcome);
      expect(arrived()).toHaveLength(1);
    });

    it("carries a push byte for byte, with any characters", async () => {
      const { channel, arrived } = makeSubject();
      const push = userPush({ message: 'é€\u{1f600}"\\\u2028\u0000 \ud800' });
      await senderOf(channel, push)(connectionId("L0SM9cOFvHcCIhw="));
      expect(arrived()).toEqual([{ connectionId: "L0SM9cOFvHcCIhw=", text: encoded(push) }]);
    });

    it("carries data as it was written", async () => {
      const { channel, arrived } = makeSubject();
      const data = '{"b" : 1.0,\r\n"10":12345678901234567890,"b":"\\ud800é\u{1f600}"}';
      await senderOf(channel, { ...entityUpdate(), data: rawJson(data) })(connectionId("c1"));
      expect(arrived().map(({ text }) => text.includes(`,"data":${data},`))).toEqual([true]);
    });

    it("carries a push of the gateway's limit", async () => {
      const { channel, arrived } = makeSubject();
      const push = userPush({ message: "x".repeat(127 * 1024) });
      const outcome = await senderOf(channel, push)(connectionId("c1"));
      expect([outcome, arrived()[0]?.text.length]).toEqual(["delivered", encoded(push).length]);
    });

    it.each([
      ["one-byte characters", "x"],
      ["two-byte characters", "é"],
      ["three-byte characters", "€"],
      ["four-byte characters", "\u{1f600}"],
    ])("attack:I3 prepares 128 KB at most, the envelope included, in %s", async (_what, character) => {
      const { channel, arrived } = makeSubject();
      const room = MAX_PUSH_BYTES - encoded(userPush({ message: "" })).length;
      const width = Buffer.byteLength(character);
      const message = character.repeat(Math.floor(room / width)) + "x".repeat(room % width);
      await senderOf(channel, userPush({ message }))(connectionId("c1"));
      expect(arrived().map(({ text }) => Buffer.byteLength(text))).toEqual([MAX_PUSH_BYTES]);
      expect(channel.prepare(userPush({ message: `${message}x` }))).toEqual({ kind: "too-large" });
    });

    it.each([
      ["127 KB", "x".repeat(127 * 1024), "ready"],
      ["129 KB", "x".repeat(129 * 1024), "too-large"],
      ["1 MB", "x".repeat(1024 * 1024), "too-large"],
      ["70 KB of quotes, which JSON escapes", '"'.repeat(70 * 1024), "too-large"],
    ])("attack:I3 says before the first post whether a message fits: %s", (_size, message, kind) => {
      const { channel, arrived } = makeSubject();
      expect(channel.prepare(entityUpdate({ message })).kind).toBe(kind);
      expect(arrived()).toEqual([]);
    });

    it.each<[Outage, PostOutcome]>([
      ["fails", "failed"],
      ["hangs", "unanswered"],
    ])("returns in time when the far side %s: %s", async (outage, outcome) => {
      const { channel, breakDown } = makeSubject();
      breakDown(outage);
      expect(await resultInTime(senderOf(channel)(connectionId("c1=")))).toBe(outcome);
    });

    it("serves several prepared pushes and many connections at once", async () => {
      const { channel, arrived } = makeSubject();
      const posts = ["one", "two"].map((message) => senderOf(channel, userPush({ message })));
      const ids = Array.from({ length: 30 }, (_, index) => connectionId(`c${index}`));
      const outcomes = await Promise.all(posts.flatMap((post) => ids.map(post)));
      expect(new Set(outcomes)).toEqual(new Set(["delivered"]));
      expect(new Set(arrived().map(({ connectionId: id, text }) => `${id} ${text}`)).size).toBe(60);
    });
  });
}

function encoded(...notification: Parameters<typeof encodePush>): string {
  return encodePush(...notification);
}
