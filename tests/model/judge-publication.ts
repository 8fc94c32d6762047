import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Socket } from "./gateway-model.ts";
import { isOver } from "./is-over.ts";
import { type Audience, isPutAside, type Publication } from "./publication.ts";
import type { Witness } from "./witness.ts";

/** Who is certain to be in the audience of what is published at this moment. */
export function expectedAudience(audience: Audience, moment: number, witness: Witness): ConnectionId[] {
  const now = witness.clock.now();
  const reachable = [...witness.gateway.sockets.values()].filter((socket) => isReachable(socket, now, witness));
  const expected = reachable.filter((socket) =>
    "userId" in audience
      ? socket.userId === audience.userId && isIndexed(socket, now, witness)
      : witness.history.followsAt(socket.id, audience.entityId, moment),
  );
  return expected.map(({ id }) => id);
}

function isReachable(socket: Socket, now: number, { history }: Witness): boolean {
  const ending = history.of({ kind: "disconnect", connectionId: socket.id });
  return socket.state === "open" && ending.length === 0 && !isOver(socket, now);
}

function isIndexed(socket: Socket, now: number, { history, lagMillis }: Witness): boolean {
  return history
    .of({ kind: "connect", connectionId: socket.id })
    .some(({ outcome, endedAt }) => outcome === "stored" && endedAt + lagMillis <= now);
}

/** A post that reached a client. */
export function judgeDelivery(publication: Publication, socket: Socket, askedAt: number, witness: Witness): void {
  const { audience, published } = publication;
  const { history, findings } = witness;
  if ("userId" in audience) {
    findings.expect(socket.userId === audience.userId, "I6", "a push reached another user");
  } else {
    findings.expect(
      history.mayFollow(socket.id, audience.entityId, published),
      "I4",
      "an update reached who does not follow",
    );
  }
  findings.expect(!isOver(socket, askedAt), "I19", "an expired connection was posted to");
}

/** Once no message of it is left anywhere. */
export function judgeSettled(publication: Publication, witness: Witness): void {
  const { expected, delivered } = publication;
  for (const id of expected) {
    const accounted = delivered.includes(id) || isPutAside(publication, id) || isExcused(id, publication, witness);
    witness.findings.expect(accounted, "I3", "neither delivered nor put aside");
  }
  for (const id of new Set(delivered)) {
    const times = delivered.filter((other) => other === id).length;
    witness.findings.expect(times <= mostDeliveries(id, publication, witness), "I14", "delivered again without need");
  }
}

function isExcused(id: ConnectionId, publication: Publication, { history, gateway }: Witness): boolean {
  const { audience, settled, settledAt } = publication;
  const socket = gateway.sockets.get(id);
  if (socket === undefined || isOver(socket, settledAt) || (socket.closedAt ?? settled) < settled) return true;
  const ends = "entityId" in audience ? history.of({ kind: "unsubscribe", connectionId: id, ...audience }) : [];
  return ends.some(({ begun, ended }) => begun < settled && ended > publication.published);
}

/** Once for every copy, every return of a message, every answer that got lost, and every new place among the followers. */
function mostDeliveries(id: ConnectionId, publication: Publication, { history }: Witness): number {
  const { audience, copies, returns, unheard, published, settled } = publication;
  const lost = unheard.filter((other) => other === id).length;
  const follows = "entityId" in audience ? history.of({ kind: "subscribe", connectionId: id, ...audience }) : [];
  const anew = follows.filter(({ begun, ended }) => ended > published && begun < settled).length;
  return copies + returns + lost + anew;
}
