import { CLOSED_ID_SECONDS, type ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Act } from "./history.ts";
import type { World } from "./world.ts";

/** What is left of connections that have ended, once all that was under way has come to an end. */
export async function judgeRecords(world: World): Promise<void> {
  const { findings, history } = world;
  const [connected, following] = [await world.connected(), await world.following()];
  const isClosed = (connectionId: ConnectionId) => isWhollyClosed(history.endings(connectionId));
  findings.expect(![...connected, ...following].some(isClosed), "I1", "a record outlived its connection");

  const isOrphaned = (connectionId: ConnectionId) =>
    !connected.includes(connectionId) && history.endings(connectionId).length === 0;
  findings.expect(!following.some(isOrphaned), "I2", "a subscription without a connection");
}

/** The same after one more delivery to everybody: it has removed whatever an interrupted end left over. */
export async function judgeProbed(world: World): Promise<void> {
  const { findings, gateway } = world;
  const left = [...(await world.connected()), ...(await world.following())];
  const dead = left.filter((id) => gateway.sockets.get(id)?.state !== "open");
  findings.expect(dead.length === 0, "I2", "a record outlived the delivery that found its connection gone");
}

/** An end that was interrupted can be finished for as long as it is remembered; after that, deliveries and expiry do it. */
function isWhollyClosed([first, ...later]: readonly Act[]): boolean {
  if (first === undefined) return false;
  return [first, ...later].some(
    ({ outcome, endedAt }) => outcome === "done" && endedAt - first.begunAt < CLOSED_ID_SECONDS * 1000,
  );
}
