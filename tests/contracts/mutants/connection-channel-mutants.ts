import type { ConnectionChannel, Post } from "../../../src/application/ports/connection-channel.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import type { Push } from "../../../src/domain/notification/push.ts";
import { ScriptedChannel } from "../../fakes/scripted-channel.ts";
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

/** A channel whose posts are made anew from those of the far side. */
function posting(make: (post: Post) => Post, encode: (push: Push) => string = (push) => push): MakeSubject {
  return wrapped((channel) => ({ prepare: (push) => make(channel.prepare(encode(push) as Push)) }));
}

const twice = (post: Post) => async (id: ConnectionId) => {
  await post(id);
  return post(id);
};

const always = (outcome: PostOutcome) => (post: Post) => async (id: ConnectionId) => {
  await post(id);
  return outcome;
};

const asItIs = (post: Post) => post;

const withTheLast: Wrap = (channel) => {
  let last: Post | undefined;
  return {
    prepare: (push) => {
      last = channel.prepare(push);
      return (id) => last?.(id) ?? Promise.resolve("failed");
    },
  };
};

export const connectionChannelMutants: readonly Mutant<MakeSubject>[] = [
  ["tries again", posting(twice), ["apart, and tries nothing again"]],
  ["takes a post that was made for one that arrived", posting(always("delivered")), ["gone apart", "refused apart"]],
  ["never says that it was delivered", posting(always("failed")), ["delivered apart", "of the gateway's limit"]],
  ["spells a push anew", posting(asItIs, (push) => push.normalize("NFD")), ["to the byte"]],
  ["cuts what is long", posting(asItIs, (push) => push.slice(0, 32 * 1024)), ["of the gateway's limit"]],
  ["posts what was prepared last", wrapped(withTheLast), ["several prepared pushes"]],
  [
    "throws what its client throws",
    wrapped(undefined, () => Promise.reject(new Error("ECONNRESET"))),
    ["far side fails"],
  ],
  ["has no time limit", wrapped(undefined, () => new Promise(() => {})), ["far side hangs"]],
];

export const rightConnectionChannels: Readonly<Record<string, MakeSubject>> = {
  "the fake that stands for it": wrapped(),
};
