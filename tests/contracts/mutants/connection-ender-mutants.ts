import type { SendToConnection } from "../../../src/application/ports/connection-channel.ts";
import type { ConnectionEnder } from "../../../src/application/ports/connection-ender.ts";
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

/** An ender that changes what it says. */
function saying(change: (ending: Ending) => Ending): MakeSubject {
  return wrapped(({ prepareLastFrame }) => ({ prepareLastFrame: (ending) => prepareLastFrame(change(ending)) }));
}

function tellingTwice({ prepareLastFrame }: ConnectionEnder): Partial<ConnectionEnder> {
  return {
    prepareLastFrame: (ending) => {
      const tell = prepareLastFrame(ending);
      return async (id) => {
        await tell(id);
        return tell(id);
      };
    },
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
  return wrapped(({ prepareLastFrame, disconnect }) => ({
    prepareLastFrame: (ending) => {
      const tell = prepareLastFrame(ending);
      return async (id) => {
        await tell(id);
        return outcome;
      };
    },
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
  ["tells twice", wrapped(tellingTwice), ["delivered of a frame", "gone of a frame"]],
  ["closes twice", wrapped(closingTwice), ["delivered of an end", "throttled of an end"]],
  ["counts all as delivered", always("delivered"), ["gone of a frame", "refused of an end", "failed of an end"]],
  ["counts nothing as delivered", always("failed"), ["delivered of a frame", "unanswered of an end"]],
  ["counts a throttled frame as gone", always("gone"), ["throttled of a frame", "failed of a frame"]],
  ["takes a hanging socket for a refusal", always("refused"), ["unanswered of a frame", "gone of an end"]],
  ["takes a refusal for a rate", always("throttled"), ["refused of a frame"]],
  ["lets all come back at once", saying((ending) => ({ ...ending, retryWithin: 0 })), ["the client when to come back"]],
  ["sends everybody away", saying((ending) => ({ ...ending, reconnect: false })), ["may come back at once"]],
  [
    "keeps the reason for itself",
    saying(({ reason: _, ...ending }) => ending),
    ["must stay away, and why", "several frames"],
  ],
  ["says what it prepared last", wrapped(withTheLast), ["several frames"]],
  ["throws what its client throws", wrapped(undefined, () => Promise.reject(new Error("reset"))), ["far side fails"]],
  ["has no time limit", wrapped(undefined, () => new Promise(() => {})), ["far side hangs"]],
];

export const rightConnectionEnders: Readonly<Record<string, MakeSubject>> = { "the fake": wrapped() };
