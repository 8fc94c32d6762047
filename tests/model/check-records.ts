import { grantsId } from "../../src/adapters/grants-id.ts";
import { CLOSED_ID_SECONDS, type ConnectionId } from "../../src/domain/connection/connection.ts";
import { toEpochSeconds } from "../../src/domain/time.ts";
import { isSameToken } from "../../src/domain/token/token-facts.ts";
import type { Socket } from "./gateway-model.ts";
import type { History } from "./history.ts";
import { mayBeExpired, possibleTokens } from "./life.ts";
import type { Simulation } from "./simulation.ts";
import { factsOf } from "./tokens.ts";

/** Checks, when everything in flight has ended, that no record of a closed connection is left. */
export async function checkRecords(simulation: Simulation): Promise<void> {
  const { violations, history } = simulation;
  const [connected, subscribed] = [await simulation.connected(), await simulation.subscribed()];
  const isClosed = (connectionId: ConnectionId) => isWhollyClosed(connectionId, history);
  violations.expect(![...connected, ...subscribed].some(isClosed), "inv:1", "a record outlived its connection");

  const isSettled = (socket: Socket) =>
    connected.includes(socket.id) || (isClosed(socket.id) && !mayBeExpired(socket, history, simulation.clock.now()));
  if ([...simulation.gateway.sockets.values()].every(isSettled)) {
    const rows = simulation.truth.subscriptions.size;
    const entities = connected.map((id) => simulation.truth.connections.entitiesOf(id).size);
    const known = entities.reduce((sum, count) => sum + count, 0);
    violations.expect(rows === known, "inv:1", "a subscription's row outlived its connection");
  }

  const isOrphaned = (connectionId: ConnectionId) =>
    !connected.includes(connectionId) && history.endings(connectionId).length === 0;
  violations.expect(!subscribed.some(isOrphaned), "inv:2", "a subscription without a connection");
}

/** Checks the same after one more push to all audiences: it removes what an interrupted disconnect left over. */
export async function checkProbed(simulation: Simulation): Promise<void> {
  const { violations, gateway } = simulation;
  const left = [...(await simulation.connected()), ...(await simulation.subscribed())];
  const dead = left.filter((id) => gateway.sockets.get(id)?.state !== "open");
  violations.expect(dead.length === 0, "inv:2", "a record outlived the delivery that found its connection gone");
}

/** Checks that each open connection has the token that its client knows, or one whose renewal failed. */
export async function checkTokens({ truth, gateway, history, violations, clock }: Simulation): Promise<void> {
  const inspected = await truth.connections.inspect([...gateway.sockets.keys()], toEpochSeconds(clock.now()));
  for (const one of inspected) {
    const socket = one.kind === "open" ? gateway.sockets.get(one.connection.id) : undefined;
    if (one.kind !== "open" || socket === undefined) continue;
    const possible = possibleTokens(socket, history, history.now());
    const isKnown = possible.some((token) => isSameToken(factsOf(token), one.connection.token));
    violations.expect(isKnown, "inv:23", "a renewal that was refused has changed its connection");
    const grants = truth.connections.openRecord(one.connection.id)?.grants ?? [];
    const areItsOwn = grantsId(grants) === one.connection.token.grants;
    violations.expect(areItsOwn, "inv:23", "a connection has other grants than its token");
  }
}

/** A repeated disconnect finishes an interrupted one while the tombstone lasts; after that, pushes and expiry do. */
function isWhollyClosed(connectionId: ConnectionId, history: History): boolean {
  const first = Math.min(...history.endings(connectionId).map(({ begunAt }) => begunAt));
  return history
    .removals(connectionId)
    .some(({ outcome, endedAt }) => outcome === "done" && endedAt - first < CLOSED_ID_SECONDS * 1000);
}
