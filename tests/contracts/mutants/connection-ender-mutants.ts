import type { SendToConnection } from "../../../src/application/ports/connection-channel.ts";
import type { ConnectionEnder, EndedSubscriptions } from "../../../src/application/ports/connection-ender.ts";
import type { Ending } from "../../../src/domain/connection/ending.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { ScriptedEnder } from "../../fakes/scripted-ender.ts";
import type { EnderSubject } from "../connection-ender.contract.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { Outage } from "../outages.ts";

type MakeSubject = () => EnderSubject;

const asItIsTold = async (outage: Outage): Promise<PostOutcome> => (outage === "fails" ? "failed" : "unanswered");

/** A subject over the fake. `wrap` has the mistake. */
function wrapped(
  wrap: (ender: ConnectionEnder) => Partial<ConnectionEnder> = () => ({}),
  inOutage: (outage: Outage) => Promise<PostOutcome> = asItIsTold,
): MakeSubject {
  return () => {
    let answer: () => PostOutcome | Promise<PostOutcome> = () => "delivered";
    const far = new ScriptedEnder(new FixedClock(0));
    far.script = () => answer();
    const right: ConnectionEnder = {
      prepareLastFrame: (ending) => far.prepareLastFrame(ending),
      prepareEnded: (ended) => far.prepareEnded(ended),
      disconnect: (id) => far.disconnect(id),
    };
    return {
      ender: { ...right, ...wrap(right) },
      answerWith: (outcome) => {
        answer = () => outcome;
      },
      breakDown: (outage) => {
        answer = () => inOutage(outage);
      },
      arrived: () =>
        far.requests.map(({ connectionId, frame }) => ({ connectionId, ...(frame !== undefined && { frame }) })),
    };
  };
}

/** An ender that changes what it says of ended subscriptions. */
function sayingOfEnds(change: (ended: EndedSubscriptions) => EndedSubscriptions): MakeSubject {
  return wrapped(({ prepareEnded }) => ({ prepareEnded: (ended) => prepareEnded(change(ended)) }));
}

function oneFrameForEach({ prepareEnded }: ConnectionEnder): Partial<ConnectionEnder> {
  return {
    prepareEnded: ({ ended, ...rest }) => {
      const tell = ended.map((one) => prepareEnded({ ended: [one], ...rest }));
      return async (id) => (await Promise.all(tell.map((send) => send(id))))[0] ?? "failed";
    },
  };
}

/** An ender that changes what it says. */
function saying(change: (ending: Ending) => Ending): MakeSubject {
  return wrapped(({ prepareLastFrame }) => ({ prepareLastFrame: (ending) => prepareLastFrame(change(ending)) }));
}

function tellingTwice({ prepareLastFrame, prepareEnded }: ConnectionEnder): Partial<ConnectionEnder> {
  const twice =
    (tell: SendToConnection): SendToConnection =>
    async (id) => {
      await tell(id);
      return tell(id);
    };
  return {
    prepareLastFrame: (ending) => twice(prepareLastFrame(ending)),
    prepareEnded: (ended) => twice(prepareEnded(ended)),
  };
}

function withTheLast({ prepareLastFrame }: ConnectionEnder): Partial<ConnectionEnder> {
  let last: SendToConnection | undefined;
  return {
    prepareLastFrame: (ending) => {
      last = prepareLastFrame(ending);
      return (id) => last?.(id) ?? Promise.resolve("failed");
    },
  };
}

function always(outcome: PostOutcome): MakeSubject {
  const claiming =
    (tell: SendToConnection): SendToConnection =>
    async (id) => {
      await tell(id);
      return outcome;
    };
  return wrapped(({ prepareLastFrame, prepareEnded, disconnect }) => ({
    prepareLastFrame: (ending) => claiming(prepareLastFrame(ending)),
    prepareEnded: (ended) => claiming(prepareEnded(ended)),
    disconnect: async (id) => {
      await disconnect(id);
      return outcome;
    },
  }));
}

function closingTwice({ disconnect }: ConnectionEnder): Partial<ConnectionEnder> {
  return {
    disconnect: async (id) => {
      const outcome = await disconnect(id);
      await disconnect(id);
      return outcome;
    },
  };
}

export const connectionEnderMutants: readonly Mutant<MakeSubject>[] = [
  ["tells twice", wrapped(tellingTwice), ["delivered of a frame", "gone of a frame", "delivered of ended"]],
  ["closes twice", wrapped(closingTwice), ["delivered of an end ", "throttled of an end "]],
  [
    "counts all as delivered",
    always("delivered"),
    ["gone of a frame", "refused of an end ", "failed of an end ", "gone of ended", "refused of ended"],
  ],
  [
    "counts nothing as delivered",
    always("failed"),
    ["delivered of a frame", "unanswered of an end ", "unanswered of ended"],
  ],
  [
    "counts a throttled frame as gone",
    always("gone"),
    ["throttled of a frame", "failed of a frame", "throttled of ended", "failed of ended"],
  ],
  ["takes a hanging socket for a refusal", always("refused"), ["unanswered of a frame", "gone of an end "]],
  ["takes a refusal for a rate", always("throttled"), ["refused of a frame"]],
  ["lets all come back at once", saying((ending) => ({ ...ending, retryWithin: 0 })), ["the client when to come back"]],
  ["sends everybody away", saying((ending) => ({ ...ending, reconnect: false })), ["may come back at once"]],
  [
    "keeps the reason for itself",
    saying(({ reason: _, ...ending }) => ending),
    ["must stay away, and why", "several frames"],
  ],
  ["drops the seq", sayingOfEnds(({ ended }) => ({ ended })), ["with the seq"]],
  ["sends a frame for each end", wrapped(oneFrameForEach), ["the end of several", "of 250 ends"]],
  [
    "tells one end",
    sayingOfEnds(({ ended, ...rest }) => ({ ended: ended.slice(0, 1), ...rest })),
    ["the end of several", "of 250 ends"],
  ],
  [
    "forgets the decision",
    sayingOfEnds(({ ended, ...rest }) => ({ ended: ended.map((one) => ({ ...one, decision: "" })), ...rest })),
    ["the end of one", "the end of several"],
  ],
  ["says what it prepared last", wrapped(withTheLast), ["several frames"]],
  ["throws what its client throws", wrapped(undefined, () => Promise.reject(new Error("reset"))), ["far side fails"]],
  ["has no time limit", wrapped(undefined, () => new Promise(() => {})), ["far side hangs"]],
];

export const rightConnectionEnders: Readonly<Record<string, MakeSubject>> = { "the fake": wrapped() };
