import { CLOSED_ID_SECONDS } from "../../src/domain/connection/connection.ts";
import { ENTITIES, LIMIT } from "./fixtures.ts";
import { isExpired, type Socket } from "./gateway-model.ts";
import { isAbsence, type Operation } from "./history.ts";
import type { OracleInput } from "./oracle.ts";

/** Checks one use case's outcome against the history before it and beside it. */
export function checkOperation(operation: Operation, socket: Socket, oracleInput: OracleInput): void {
  if (operation.kind === "connect") checkConnect(operation, oracleInput);
  if (operation.kind === "subscribe") checkSubscribe(operation, socket, oracleInput);
  if (operation.kind === "unsubscribe" && isAbsence(operation.outcome))
    checkNotConnected(operation, socket, oracleInput);
}

function checkConnect(operation: Operation, { history, violations }: OracleInput): void {
  const { connectionId, outcome } = operation;
  const closes = history.endings(connectionId);
  const others = history.of({ kind: "connect", connectionId }).filter(({ userId }) => userId !== operation.userId);
  if (outcome === "stored") {
    const closed = closes.some(
      (close) => close.outcome === "done" && close.ended < operation.begun && isRecent(close, operation),
    );
    violations.expect(!closed, "inv:12", "a connection came back after its end");
    const theirs = others.some((other) => other.outcome === "stored" && other.ended < operation.begun);
    violations.expect(!theirs || closes.length > 0, "inv:6", "a connection changed its user");
  }
  if (outcome === "closed")
    violations.expect(closes.length > 0, "inv:12", "answered closed, though it was never closed");
  if (outcome === "taken")
    violations.expect(others.length > 0, "inv:12", "answered taken, though no other user had it");
}

function isRecent(close: Operation, operation: Operation): boolean {
  return operation.begunAt - close.begunAt < CLOSED_ID_SECONDS * 1000;
}

function checkSubscribe(operation: Operation, socket: Socket, oracleInput: OracleInput): void {
  if (operation.outcome === "subscribed") checkSubscribed(operation, socket, oracleInput);
  if (isAbsence(operation.outcome)) checkNotConnected(operation, socket, oracleInput);
  if (operation.outcome === "limit-reached") checkLimit(operation, oracleInput);
}

function checkSubscribed(operation: Operation, socket: Socket, { history, violations }: OracleInput): void {
  const { connectionId } = operation;
  violations.expect(!isExpired(socket, operation.begunAt), "inv:19", "an expired connection was subscribed");
  const closed = history
    .endings(connectionId)
    .some(({ outcome, ended }) => outcome === "done" && ended < operation.begun);
  violations.expect(!closed, "inv:2", "a closed connection was subscribed");
  const opened = history
    .of({ kind: "connect", connectionId })
    .some(({ begun, userId }) => begun < operation.ended && userId === operation.userId);
  violations.expect(opened, "inv:2", "a connection was subscribed that never connected");
}

function checkNotConnected(operation: Operation, socket: Socket, { history, violations, clock }: OracleInput): void {
  const { connectionId } = operation;
  const opened = history
    .of({ kind: "connect", connectionId })
    .some(
      ({ outcome, ended, userId }) => outcome === "stored" && ended < operation.begun && userId === operation.userId,
    );
  const closes = history.endings(connectionId).filter(({ begun }) => begun < operation.ended);
  const connected = opened && closes.length === 0 && !isExpired(socket, clock.now());
  violations.expect(!connected, "inv:12", "a connection that is open is not connected");
}

function checkLimit(operation: Operation, { history, violations }: OracleInput): void {
  const others = ENTITIES.filter((entityId) => entityId !== operation.entityId);
  const subscribed = others.filter((entityId) =>
    history.maySubscribe(operation.connectionId, entityId, operation.begun),
  );
  violations.expect(subscribed.length >= LIMIT, "inv:15", "refused below the limit");
}
