import { CLOSED_ID_SECONDS, type ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Operation } from "./history.ts";
import type { Simulation } from "./simulation.ts";

/** Checks, when everything in flight has ended, that no record of a closed connection is left. */
export async function checkRecords(simulation: Simulation): Promise<void> {
  const { violations, history } = simulation;
  const [connected, subscribed] = [await simulation.connected(), await simulation.subscribed()];
  const isClosed = (connectionId: ConnectionId) => isWhollyClosed(history.endings(connectionId));
  violations.expect(![...connected, ...subscribed].some(isClosed), "inv:1", "a record outlived its connection");

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

/** A repeated disconnect finishes an interrupted one while the tombstone lasts; after that, pushes and expiry do. */
function isWhollyClosed([first, ...later]: readonly Operation[]): boolean {
  if (first === undefined) return false;
  return [first, ...later].some(
    ({ outcome, endedAt }) => outcome === "done" && endedAt - first.begunAt < CLOSED_ID_SECONDS * 1000,
  );
}
