import {
  authenticateFrame,
  type ClientFrame,
  type EndedSubscription,
  type EntityResult,
  resumeFrame,
  type ServerFrame,
  subscribeFrame,
  unsubscribeFrame,
} from "@portcullis/protocol";

export const ENTITY = "order-7";

/** A rule of the client that is broken. */
export type ClientFault =
  | "sends no seq"
  | "sends a seq twice"
  | "takes every answer for the newest"
  | "passes over unasked frames"
  | "believes an answer after the unasked frame"
  | "leaves a row that a push shows";

/** The one request under way. */
type Lane = {
  readonly id: string;
  readonly seq: number;
  readonly action: Exclude<ClientFrame["action"], "ping">;
  /** False for `authenticate`, and for a `resume` without entities. */
  readonly isAboutEntity: boolean;
};

/** What a client knows about one entity on one socket. */
export type Client = {
  readonly isWanted: boolean;
  readonly belief: "absent" | "queued" | "asked" | "live" | "leaving" | "refused";
  /** The `seq` behind `asked`, `live` and `leaving`; 0 for an `unsubscribe` that is still to be sent. */
  readonly seq: number;
  readonly lane?: Lane | undefined;
  /** `resumed` has come: before it nothing but a `resume` is sent. */
  readonly isGreeted: boolean;
  /** A token that is to be presented. */
  readonly token?: string | undefined;
  readonly lastSeq: number;
  readonly lastId: number;
  /** Its newest request was told STALE, or a code that cannot be: it would replace the socket. */
  readonly isLost: boolean;
};

export const NEW_CLIENT: Client = {
  ...{ isWanted: false, belief: "absent", seq: 0, isGreeted: false, lastSeq: 0, lastId: 0, isLost: false },
};

/** A client that keeps the rules of the protocol, but for one fault. All functions are pure. */
export function makeClient(fault?: ClientFault) {
  return { toggle, retry, renew, next, giveUp, receive, isOfUse };

  /** The first handle on the entity, or the end of the last one. */
  function toggle(client: Client): Client {
    const isWanted = !client.isWanted;
    const { belief } = client;
    if (isWanted && belief === "absent") return { ...client, isWanted, belief: "queued" };
    // The `unsubscribe` was not sent, or had no answer.
    if (isWanted && belief === "leaving" && !isLaneOf(client)) return { ...client, isWanted, belief: "queued" };
    if (!isWanted && belief === "queued") return { ...client, isWanted, belief: "absent" };
    return { ...client, isWanted };
  }

  /** Asks once more for an entity that was refused. */
  function retry(client: Client): Client {
    return client.isWanted && client.belief === "refused" ? { ...client, belief: "queued" } : client;
  }

  function renew(client: Client, token: string): Client {
    return { ...client, token };
  }

  /** The next request, if the lane is free and there is one to send. */
  function next(client: Client): { readonly client: Client; readonly frame: ClientFrame } | undefined {
    const { belief, isWanted, isGreeted, token } = client;
    if (client.lane !== undefined) return undefined;
    const id = `r${client.lastId + 1}`;
    const seq = client.lastSeq + 1;
    const ordered = fault === "sends no seq" ? { id } : { id, seq };
    const sent = (action: Lane["action"], change: Partial<Client>, isAboutEntity = true): Client => {
      const lane: Lane = { id, seq, action, isAboutEntity };
      return { ...client, ...change, lane, lastSeq: seq, lastId: client.lastId + 1 };
    };
    if (!isGreeted) {
      if (belief === "queued") {
        return { client: sent("resume", ASKED(seq)), frame: resumeFrame({ entityIds: [ENTITY], ...ordered }) };
      }
      if (client.lastId === 0) return undefined;
      return { client: sent("resume", {}, false), frame: resumeFrame({ entityIds: [], ...ordered }) };
    }
    if (belief === "leaving" || (belief === "live" && !isWanted)) {
      const change = { belief: "leaving", seq } as const;
      return { client: sent("unsubscribe", change), frame: unsubscribeFrame({ entityId: ENTITY, ...ordered }) };
    }
    if (token !== undefined) {
      // Each token ends later than those before it.
      const frame = authenticateFrame({ token: `${token}.${seq}`, ...ordered });
      return { client: sent("authenticate", {}, false), frame };
    }
    if (belief === "queued") {
      return { client: sent("subscribe", ASKED(seq)), frame: subscribeFrame({ entityId: ENTITY, ...ordered }) };
    }
    return undefined;
  }

  /** The timer of the request under way. The last wish is sent again, with a new `id` and `seq`. */
  function giveUp(client: Client): Client {
    const free: Client = { ...client, lane: undefined };
    const lastSeq = fault === "sends a seq twice" ? client.lastSeq - 1 : client.lastSeq;
    return isLaneOf(client) ? { ...asTheWishSays(free), lastSeq } : { ...free, lastSeq };
  }

  function receive(client: Client, frame: ServerFrame): Client {
    if (frame.type === "Entity Updated") return pushed(client);
    const ended = endedIn(frame);
    if (ended !== undefined) return endedByServer(client, ended.seq);
    const { lane } = client;
    const isAnswer = fault === "takes every answer for the newest" ? lane !== undefined : isAnswerTo(lane, frame);
    return lane !== undefined && isAnswer ? answered(client, lane, frame) : client;
  }

  /** False for a frame that the client passes over now and ever after: its ids never come again, and its `seq` grows. */
  function isOfUse({ lane, belief, seq }: Client, frame: ServerFrame): boolean {
    if (fault !== undefined) return true;
    const ended = endedIn(frame);
    if (ended === undefined) return isAnswerTo(lane, frame);
    if (ended.seq === undefined) return true;
    return (belief === "asked" || belief === "live" || belief === "leaving") && ended.seq >= seq;
  }

  /** A push that is not wanted shows a row that is to go, unless the lane is about it already. */
  function pushed(client: Client): Client {
    const { isWanted, belief, lane } = client;
    const isUnknown = belief === "absent" || belief === "refused";
    if (isWanted || !isUnknown || lane?.isAboutEntity || fault === "leaves a row that a push shows") return client;
    return { ...client, belief: "leaving", seq: 0 };
  }

  /** The server ended what was asked for with this `seq` or a lower one, or all if there is no `seq`. */
  function endedByServer(client: Client, ended: number | undefined): Client {
    const { belief, seq, isWanted } = client;
    // An `unsubscribe` that is still to be sent asked for nothing.
    const isOlder = seq === 0 || (ended !== undefined && ended < seq);
    if (fault === "passes over unasked frames" || isOlder) return client;
    if (belief === "live") return { ...client, belief: "refused", seq: 0 };
    if (belief === "asked" && fault !== "believes an answer after the unasked frame") {
      return { ...client, belief: "refused", seq: 0 };
    }
    if (belief === "leaving") return { ...client, belief: isWanted ? "queued" : "absent", seq: 0 };
    return client;
  }

  /** An answer says nothing about the entity if an unasked frame came before it. */
  function answered(client: Client, lane: Lane, frame: ServerFrame): Client {
    const free: Client = { ...client, lane: undefined };
    const code = codeOf(frame);
    if (code !== undefined && code !== "FORBIDDEN") return { ...free, isLost: true };
    if (lane.action === "authenticate") {
      const isAskedAgain = client.isWanted && client.belief === "refused";
      return { ...free, token: undefined, ...(isAskedAgain && { belief: "queued" }) };
    }
    const greeted: Client = { ...free, isGreeted: client.isGreeted || frame.type === "resumed" };
    if (!isLaneOf(client)) return greeted;
    if (lane.action === "unsubscribe") return { ...greeted, belief: client.isWanted ? "queued" : "absent", seq: 0 };
    return code === undefined ? { ...greeted, belief: "live" } : { ...greeted, belief: "refused", seq: 0 };
  }
}

const ASKED = (seq: number) => ({ belief: "asked", seq }) as const;

/** True if the request under way is the one that the client's belief waits for. */
export function isLaneOf({ lane, seq, belief }: Client): boolean {
  return lane?.isAboutEntity === true && lane.seq === seq && (belief === "asked" || belief === "leaving");
}

/** What an unasked frame says about the entity. */
function endedIn(frame: ServerFrame): Pick<EndedSubscription, "seq"> | undefined {
  if (frame.type !== "unsubscribed" || "id" in frame) return undefined;
  const all: readonly { readonly entityId: string; readonly seq?: number }[] =
    "results" in frame ? frame.results : [frame];
  return all.find(({ entityId }) => entityId === ENTITY);
}

function isAnswerTo(lane: Lane | undefined, frame: ServerFrame): boolean {
  return lane !== undefined && "id" in frame && frame.id === lane.id;
}

/** A request about the entity had no answer. A wish that is gone leaves nothing to ask for. */
function asTheWishSays(client: Client): Client {
  if (client.isWanted) return { ...client, belief: "queued", seq: 0 };
  return client.belief === "leaving" ? { ...client, seq: 0 } : { ...client, belief: "absent", seq: 0 };
}

function codeOf(frame: ServerFrame): string | undefined {
  if (frame.type === "error") return frame.code;
  if (!("results" in frame)) return undefined;
  const [result]: readonly EntityResult[] = frame.results;
  return result?.code;
}
