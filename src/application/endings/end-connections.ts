import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import type { EndingCode } from "../../domain/connection/ending.ts";
import { type ConnectionOrder, codeFor, lastWords, mayHaveEnded } from "../../domain/connection/ending-order.ts";
import { isConnecting, type PostOutcome } from "../../domain/notification/post-outcome.ts";
import { type EpochMillis, toEpochSeconds } from "../../domain/time.ts";
import type { IssuerId } from "../../domain/token/token-facts.ts";
import { faultFields } from "../fault-fields.ts";
import type { SendToConnection } from "../ports/connection-channel.ts";
import type { ConnectionEnder } from "../ports/connection-ender.ts";
import type { EndingConnections, InspectedConnection } from "../ports/ending-connections.ts";
import type { Logger } from "../ports/logger.ts";
import type { SubscriptionStore } from "../ports/subscription-store.ts";
import { makeSemaphore, type Semaphore } from "../push/semaphore.ts";
import { type EndingTally, newEndingTally } from "./ending-report.ts";
import { makeSendRequest, type RequestDependencies, type SendRequest } from "./requests.ts";

export type EndingBatch = {
  /** `MAX_ENDED_AT_ONCE` at most. */
  readonly ids: readonly ConnectionId[];
  readonly order: ConnectionOrder;
  readonly cut: number;
  /** No request is repeated after it. */
  readonly deadline: EpochMillis;
  /**
   * What is done about connections that the order's codes have ended before. `leave`: another invocation closes them.
   * `close`: the one that should have closed them was interrupted, or failed. `stop`: nothing is ended at all if there
   * is one, because another task is at work here.
   */
  readonly whatHasEnded: "leave" | "close" | "stop";
  /** Is called before connections are claimed. If it rejects, none is, and the open ones are left. */
  readonly beforeClaims?: (open: readonly Connection[]) => Promise<void>;
  /** Closes sockets that could not be told why. */
  readonly isLastAttempt: boolean;
};

export type EndedBatch = Omit<EndingTally, "deferred" | "deadLettered"> & {
  /** Those that a later attempt may close. */
  readonly left: readonly ConnectionId[];
  /** Nothing, if no connection is open or was ended by the order's codes. */
  readonly found: "nothing" | "open" | "another-task";
};

/**
 * Ends the connections that the order means: claims each in the store, sends its last frame, closes it a second later,
 * and removes its subscriptions. The outcome of one changes nothing for another. Never rejects.
 */
export type EndConnections = (batch: EndingBatch) => Promise<EndedBatch>;

export type EndConnectionsDependencies = RequestDependencies & {
  readonly endings: EndingConnections;
  readonly subscriptions: SubscriptionStore;
  readonly ender: ConnectionEnder;
  readonly logger: Logger;
  /** `iss` by the short name that records have. */
  readonly issuers?: ReadonlyMap<IssuerId, string>;
};

/** Between the last frame and the end of the socket, so that a client reads the frame before it is cut off. */
const FAREWELL_MILLIS = 1000;

/** A connection that was claimed. `connectedAt` is unknown if an earlier invocation claimed it. */
type Claimed = { readonly id: ConnectionId; readonly code: EndingCode; readonly connectedAt?: EpochMillis };

/** `gone`: the gateway closed the socket before. `left`: a later attempt may succeed. */
type Told = "told" | "gone" | "left";

export function makeEndConnections(deps: EndConnectionsDependencies): EndConnections {
  const sendRequest = makeSendRequest(deps);
  // A call of a store that waits for its turn in the SDK would use up its time limit.
  const inTurn = makeSemaphore(deps.concurrency);
  return async (batch) => {
    const counts = newEndingTally();
    const left: ConnectionId[] = [];
    const inspected = await inspect(batch, deps);
    if (inspected === undefined) return { ...counts, left: batch.ids, found: "open" };
    const hasEnded = inspected.some(({ kind }) => kind === "ended");
    if (hasEnded && batch.whatHasEnded === "stop") return { ...counts, left, found: "another-task" };

    const claimed = await claimAll(inspected, batch, { left, inTurn }, deps);
    const steps = stepsOf(batch, counts, sendRequest, deps);
    const told = await Promise.all(
      claimed.map(async (one) => {
        // The delivery to an expired connection has stopped by itself. To the others it stops before the last frame.
        const isForgotten = batch.order.kind !== "expiry" && (await inTurn(() => steps.forget(one)));
        return { one, isForgotten, outcome: await steps.tell(one) };
      }),
    );
    if (told.some(({ outcome }) => outcome === "told")) await pause(FAREWELL_MILLIS, deps);
    await Promise.all(
      told.map(async ({ one, isForgotten, outcome }) => {
        const isClosed = outcome === "gone" || (outcome === "told" && (await steps.close(one)));
        if (!isClosed || !(isForgotten || (await inTurn(() => steps.forget(one))))) left.push(one.id);
        else {
          counts.ended += 1;
          if (outcome === "gone") counts.gone += 1;
        }
      }),
    );
    return { ...counts, left, found: inspected.length > 0 ? "open" : "nothing" };
  };
}

/** Undefined if the store cannot be read: then all are left. */
async function inspect(
  { ids, order }: EndingBatch,
  { endings, clock, logger }: EndConnectionsDependencies,
): Promise<readonly InspectedConnection[] | undefined> {
  try {
    const inspected = await endings.inspect(ids, toEpochSeconds(clock.now()));
    return inspected.filter((one) => one.kind === "open" || mayHaveEnded(order, one));
  } catch (thrown) {
    logger.warn("connections not inspected", { recipients: ids.length, ...faultFields(thrown) });
    return undefined;
  }
}

async function claimAll(
  inspected: readonly InspectedConnection[],
  batch: EndingBatch,
  { left, inTurn }: { readonly left: ConnectionId[]; readonly inTurn: Semaphore },
  deps: EndConnectionsDependencies,
): Promise<readonly Claimed[]> {
  const prepared = batch.beforeClaims?.(inspected.flatMap((one) => (one.kind === "open" ? one.connection : [])));
  const claims = inspected.map(async (one): Promise<Claimed | undefined> => {
    if (one.kind === "ended") return batch.whatHasEnded === "close" ? one : undefined;
    const { connection } = one;
    try {
      await prepared;
      return await inTurn(() => claim(connection, batch, deps));
    } catch (thrown) {
      left.push(connection.id);
      deps.logger.warn("connection not claimed", { connectionId: connection.id, ...faultFields(thrown) });
      return undefined;
    }
  });
  return (await Promise.all(claims)).filter((one) => one !== undefined);
}

async function claim(
  connection: Connection,
  { order }: EndingBatch,
  { endings, clock, logger, issuers }: EndConnectionsDependencies,
): Promise<Claimed | undefined> {
  const now = toEpochSeconds(clock.now());
  const code = codeFor(order, connection, now);
  // False if it was renewed or closed since it was inspected: then it is not ours to end.
  if (code === undefined || !(await endings.end(connection, code, now))) return undefined;
  const { id, identity, token, sourceIp, connectedAt } = connection;
  logger.info("connection ended", {
    connectionId: id,
    userId: identity.userId,
    issuer: issuers?.get(token.issuer) ?? token.issuer,
    sourceIp,
    ...(token.tokenId !== undefined && { tokenId: token.tokenId }),
    reason: code,
    ...(order.kind !== "expiry" && { eventId: order.eventId }),
    ...(order.kind !== "expiry" && order.reason !== undefined && { statedReason: order.reason }),
  });
  return { id, code, connectedAt };
}

function stepsOf(
  batch: EndingBatch,
  counts: EndingTally,
  sendRequest: SendRequest,
  { ender, subscriptions, clock, logger }: EndConnectionsDependencies,
) {
  const { order, cut, deadline, isLastAttempt } = batch;
  const frames = new Map<EndingCode, SendToConnection>();
  const frameFor = (code: EndingCode) => {
    const frame = frames.get(code) ?? ender.prepareLastFrame(lastWords(order, code, cut));
    frames.set(code, frame);
    return frame;
  };
  const onThrottled = () => {
    counts.throttled += 1;
  };
  const isBusy = (outcome: PostOutcome) => outcome === "throttled" || outcome === "failed";

  return {
    async tell({ id, code, connectedAt }: Claimed): Promise<Told> {
      const isOpening = () => connectedAt !== undefined && isConnecting(connectedAt, clock.now());
      const isWorthRepeating = (outcome: PostOutcome) => isBusy(outcome) || (outcome === "gone" && isOpening());
      const request = { send: () => frameFor(code)(id), isWorthRepeating, deadline };
      const outcome = await sendRequest(request, onThrottled);
      if (outcome === "gone") return isOpening() ? "left" : "gone";
      // No later attempt changes our permission or the size of the frame. The socket can be closed all the same.
      if (outcome === "delivered" || outcome === "refused" || outcome === "too-large") return "told";
      return isLastAttempt ? "told" : "left";
    },
    async close({ id }: Claimed): Promise<boolean> {
      const request = { send: () => ender.disconnect(id), isWorthRepeating: isBusy, deadline };
      const outcome = await sendRequest(request, onThrottled);
      return outcome === "delivered" || outcome === "gone";
    },
    /** `$disconnect` does the same, but the gateway throttles it when many sockets close at once. */
    async forget({ id }: Claimed): Promise<boolean> {
      try {
        await subscriptions.unsubscribeAll(id);
        return true;
      } catch (thrown) {
        logger.warn("ended connection not forgotten", { connectionId: id, ...faultFields(thrown) });
        return false;
      }
    },
  };
}

function pause(millis: number, { timer }: EndConnectionsDependencies): Promise<void> {
  return new Promise((resolve) => timer.after(millis, resolve));
}
