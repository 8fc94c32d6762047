import { CLOSED_ID_SECONDS } from "../../src/domain/connection/connection.ts";
import { ENTITIES, LIMIT } from "./cast.ts";
import type { Socket } from "./gateway-model.ts";
import type { Act } from "./history.ts";
import { isOver } from "./is-over.ts";
import type { Witness } from "./witness.ts";

/** Holds the answer of one use case against what was asked before it and meanwhile. */
export function judgeAct(act: Act, socket: Socket, witness: Witness): void {
  if (act.kind === "connect") judgeConnect(act, witness);
  if (act.kind === "subscribe") judgeSubscribe(act, socket, witness);
  if (act.kind === "unsubscribe" && act.outcome === "not-connected") judgeNotConnected(act, socket, witness);
}

function judgeConnect(act: Act, { history, findings }: Witness): void {
  const { connectionId, outcome } = act;
  const closes = history.endings(connectionId);
  const others = history.of({ kind: "connect", connectionId }).filter(({ userId }) => userId !== act.userId);
  if (outcome === "stored") {
    const closed = closes.some((close) => close.outcome === "done" && close.ended < act.begun && isRecent(close, act));
    findings.expect(!closed, "I12", "a connection came back after its end");
    const theirs = others.some((other) => other.outcome === "stored" && other.ended < act.begun);
    findings.expect(!theirs || closes.length > 0, "I6", "a connection changed hands");
  }
  if (outcome === "closed") findings.expect(closes.length > 0, "I12", "closed, though nobody closed it");
  if (outcome === "taken") findings.expect(others.length > 0, "I12", "taken, though nobody else was there");
}

function isRecent(close: Act, act: Act): boolean {
  return act.begunAt - close.begunAt < CLOSED_ID_SECONDS * 1000;
}

function judgeSubscribe(act: Act, socket: Socket, witness: Witness): void {
  if (act.outcome === "following") judgeFollowing(act, socket, witness);
  if (act.outcome === "not-connected") judgeNotConnected(act, socket, witness);
  if (act.outcome === "limit-reached") judgeLimit(act, witness);
}

function judgeFollowing(act: Act, socket: Socket, { history, findings }: Witness): void {
  const { connectionId } = act;
  findings.expect(!isOver(socket, act.begunAt), "I19", "an expired connection may follow");
  const closed = history.endings(connectionId).some(({ outcome, ended }) => outcome === "done" && ended < act.begun);
  findings.expect(!closed, "I2", "a connection follows after its end");
  const opened = history
    .of({ kind: "connect", connectionId })
    .some(({ begun, userId }) => begun < act.ended && userId === act.userId);
  findings.expect(opened, "I2", "a connection follows that never was");
}

function judgeNotConnected(act: Act, socket: Socket, { history, findings, clock }: Witness): void {
  const { connectionId } = act;
  const opened = history
    .of({ kind: "connect", connectionId })
    .some(({ outcome, ended, userId }) => outcome === "stored" && ended < act.begun && userId === act.userId);
  const closes = history.endings(connectionId).filter(({ begun }) => begun < act.ended);
  const connected = opened && closes.length === 0 && !isOver(socket, clock.now());
  findings.expect(!connected, "I12", "a connection that is open is not connected");
}

function judgeLimit(act: Act, { history, findings }: Witness): void {
  const others = ENTITIES.filter((entityId) => entityId !== act.entityId);
  const followed = others.filter((entityId) => history.mayFollow(act.connectionId, entityId, act.begun));
  findings.expect(followed.length >= LIMIT, "I15", "refused below the limit");
}
