import type { ConnectionChannel, SendToConnection } from "../../../src/application/ports/connection-channel.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { Notification } from "../../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import { ScriptedChannel } from "../../fakes/scripted-channel.ts";
import { rewritingData } from "../../support/notifications.ts";
import { sentBy } from "../../support/prepared-push.ts";
import type { ChannelSubject } from "../connection-channel.contract.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { Outage } from "../outages.ts";

type Wrap = (channel: ConnectionChannel) => ConnectionChannel;
type MakeSubject = () => ChannelSubject;

/** The outcome of an outage in a correct channel. */
const asItIsTold = async (outage: Outage): Promise<PostOutcome> => (outage === "fails" ? "failed" : "unanswered");

function wrapped(wrap: Wrap = (channel) => channel, inOutage: (outage: Outage) => Promise<PostOutcome> = asItIsTold) {
  return (): ChannelSubject => {
    let answer: () => PostOutcome | Promise<PostOutcome> = () => "delivered";
    const far = new ScriptedChannel(() => answer());
    return {
      channel: wrap(far),
      answerWith: (outcome) => {
        answer = () => outcome;
      },
      breakDown: (outage) => {
        answer = () => inOutage(outage);
      },
      arrived: () => far.posts.map(({ connectionId, push }) => ({ connectionId, text: push })),
    };
  };
}

/** A channel whose posts wrap those of the correct one. */
function posting(make: (post: SendToConnection) => SendToConnection): MakeSubject {
  return wrapped((channel) => ({ prepare: (notification) => sentBy(channel.prepare(notification), make) }));
}

/** A channel that changes the message on its way. */
function spelling(change: (message: string) => string): MakeSubject {
  const changed = (notification: Notification): Notification =>
    notification.message === undefined ? notification : { ...notification, message: change(notification.message) };
  return wrapped((channel) => ({ prepare: (notification) => channel.prepare(changed(notification)) }));
}

const twice = (post: SendToConnection) => async (id: ConnectionId) => {
  await post(id);
  return post(id);
};

const always = (outcome: PostOutcome) => (post: SendToConnection) => async (id: ConnectionId) => {
  await post(id);
  return outcome;
};

const withoutLimit: Wrap = (channel) => ({
  prepare: (notification) => {
    const push = channel.prepare(notification);
    return push.kind === "ready" ? push : { kind: "ready", send: async () => "too-large" };
  },
});

const withASmallLimit: Wrap = (channel) => ({
  prepare: (notification) =>
    (notification.message?.length ?? 0) > 32 * 1024 ? { kind: "too-large" } : channel.prepare(notification),
});

const withTheLast: Wrap = (channel) => {
  let last: SendToConnection | undefined;
  return {
    prepare: (notification) =>
      sentBy(channel.prepare(notification), (send) => {
        last = send;
        return (id) => last?.(id) ?? Promise.resolve("failed");
      }),
  };
};

export const connectionChannelMutants: readonly Mutant<MakeSubject>[] = [
  ["tries again", posting(twice), ["apart, and tries nothing again"]],
  ["counts every post as delivered", posting(always("delivered")), ["gone apart", "refused apart"]],
  ["counts no post as delivered", posting(always("failed")), ["delivered apart", "of the gateway's limit"]],
  ["spells a push anew", spelling((message) => message.normalize("NFD")), ["byte for byte"]],
  [
    "parses data and writes it anew",
    wrapped((channel) => ({ prepare: (notification) => channel.prepare(rewritingData(notification)) })),
    ["data as it was written"],
  ],
  ["cuts long messages", spelling((message) => message.slice(0, 32 * 1024)), ["of the gateway's limit"]],
  [
    "accepts any size",
    wrapped(withoutLimit),
    ["fits: 129 KB", "fits: 1 MB", "fits: 70 KB of quotes", "128 KB at most"],
  ],
  [
    "accepts less than the gateway",
    wrapped(withASmallLimit),
    ["whether a message fits: 127 KB", "of the gateway's limit"],
  ],
  ["posts the push that was prepared last", wrapped(withTheLast), ["several prepared pushes"]],
  [
    "throws what its client throws",
    wrapped(undefined, () => Promise.reject(new Error("ECONNRESET"))),
    ["far side fails"],
  ],
  ["has no time limit", wrapped(undefined, () => new Promise(() => {})), ["far side hangs"]],
];

export const rightConnectionChannels: Readonly<Record<string, MakeSubject>> = {
  "the fake": wrapped(),
};
