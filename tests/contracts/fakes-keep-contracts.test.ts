import { describe } from "vitest";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import { RecordingDeliveryQueue } from "../fakes/recording-delivery-queue.ts";
import { ScriptedChannel } from "../fakes/scripted-channel.ts";
import { describeConnectionChannel } from "./connection-channel.contract.ts";
import { describeDeliveryQueue } from "./delivery-queue.contract.ts";

describe("ScriptedChannel, the fake", () => {
  describeConnectionChannel(() => {
    let answer: PostOutcome = "delivered";
    const channel = new ScriptedChannel(() => answer);
    return {
      channel,
      answerWith: (outcome) => {
        answer = outcome;
      },
      breakDown: (outage) => {
        answer = outage === "fails" ? "failed" : "unanswered";
      },
      arrived: () => channel.posts.map(({ connectionId, push }) => ({ connectionId, text: push })),
    };
  });
});

describe("RecordingDeliveryQueue, the fake", () => {
  describeDeliveryQueue(() => {
    const queue = new RecordingDeliveryQueue();
    return {
      queue,
      deferred: () => queue.deferred,
      dead: () => queue.dead,
      unread: () => queue.unread,
      breakDown: () => {
        queue.outages = Number.POSITIVE_INFINITY;
      },
    };
  });
});
