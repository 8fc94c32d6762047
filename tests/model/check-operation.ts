import { CLOSED_ID_SECONDS, closesAt } from "../../src/domain/connection/connection.ts";
import { addSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import { checkDecision, checkOrder } from "./check-access.ts";
import { checkVerified, isSurelyRevoked, mayBeRevoked, type Verification } from "./check-token.ts";
import { ENTITIES, LIMIT } from "./fixtures.ts";
import type { Socket } from "./gateway-model.ts";
import { isAbsence, type Operation } from "./history.ts";
import { certainToken, endOf, isSurelyExpired, mayBeExpired, possibleTokens } from "./life.ts";
import type { OracleInput } from "./oracle.ts";

/** For so long after the longest possible life of a connection its record is there. */
const RECORDED_SECONDS = 3600;

/** Checks one use case's outcome against the history before it and beside it. */
export function checkOperation(operation: Operation, socket: Socket, oracleInput: OracleInput): void {
  checkOrder(operation, oracleInput);
  if (operation.kind === "connect") checkConnect(operation, oracleInput);
  if (operation.kind === "subscribe") checkSubscribe(operation, socket, oracleInput);
  if (operation.kind === "renew") checkRenewal(operation, socket, oracleInput);
  if (operation.kind !== "connect" && isAbsence(operation.outcome)) checkAbsence(operation, socket, oracleInput);
}

function checkConnect(operation: Operation, oracleInput: OracleInput): void {
  const { history, violations } = oracleInput;
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
  if (outcome === "stored") checkNotRevoked(operation, oracleInput);
  if (outcome === "revoked") checkRevoked(operation, oracleInput);
  if (outcome === "closed")
    violations.expect(closes.length > 0, "inv:12", "answered closed, though it was never closed");
  if (outcome === "taken")
    violations.expect(others.length > 0, "inv:12", "answered taken, though no other user had it");
}

function isRecent(close: Operation, operation: Operation): boolean {
  return operation.begunAt - close.begunAt < CLOSED_ID_SECONDS * 1000;
}

function checkSubscribe(operation: Operation, socket: Socket, oracleInput: OracleInput): void {
  checkDecision(operation, socket, oracleInput);
  if (operation.outcome === "subscribed") checkSubscribed(operation, socket, oracleInput);
  if (operation.outcome === "limit-reached") checkLimit(operation, oracleInput);
}

function checkSubscribed(operation: Operation, socket: Socket, { history, violations }: OracleInput): void {
  const { connectionId, begun, begunAt } = operation;
  const isExpired = isSurelyExpired(socket, history, begun, begunAt);
  violations.expect(!isExpired, "inv:19", "an expired connection was subscribed");
  const closed = history
    .endings(connectionId)
    .some(({ outcome, ended }) => outcome === "done" && ended < operation.begun);
  violations.expect(!closed, "inv:2", "a closed connection was subscribed");
  const opened = history
    .of({ kind: "connect", connectionId })
    .some(({ begun, userId }) => begun < operation.ended && userId === operation.userId);
  violations.expect(opened, "inv:2", "a connection was subscribed that never connected");
}

/** A token that was in the list before the record was written lets nobody in and keeps nobody in. */
function checkNotRevoked({ userId, token, begun, written = begun }: Operation, oracleInput: OracleInput): void {
  const isRevoked =
    userId !== undefined && token !== undefined && isSurelyRevoked({ userId, token }, written, oracleInput);
  oracleInput.violations.expect(!isRevoked, "inv:24", "a revoked token was accepted");
}

function checkRevoked({ userId, token, ended }: Operation, oracleInput: OracleInput): void {
  const isRevoked = userId !== undefined && token !== undefined && mayBeRevoked({ userId, token }, ended, oracleInput);
  oracleInput.violations.expect(isRevoked, "inv:24", "a token was refused as revoked that no event revokes");
}

function checkRenewal(operation: Operation, socket: Socket, oracleInput: OracleInput): void {
  const { history, violations, clock } = oracleInput;
  const { outcome, token, begun, begunAt } = operation;
  if (token === undefined) throw new Error("a renewal without a token");
  const isOwn = token.userId === socket.userId && token.issuer === socket.token.issuer;
  checkVerified(token, verificationOf(outcome), begunAt, oracleInput);
  switch (outcome) {
    case "renewed": {
      violations.expect(isOwn, "inv:23", "a connection was renewed by another user's or issuer's token");
      violations.expect(token.expiresAt > toEpochSeconds(begunAt), "inv:23", "an expired token renewed a connection");
      const isNewer = token.expiresAt > certainToken(socket, history, begun).expiresAt;
      violations.expect(isNewer, "inv:23", "a renewal was undone by one that ends earlier");
      const before = possibleTokens(socket, history, begun, token);
      const wasLive = before.some((one) => endOf(socket, one) > toEpochSeconds(begunAt));
      violations.expect(wasLive, "inv:19", "an expired connection was renewed");
      violations.expect(!history.hasEnded(socket.id, begun), "inv:2", "a closed connection was renewed");
      checkNotRevoked(operation, oracleInput);
      break;
    }
    case "revoked":
      checkRevoked(operation, oracleInput);
      break;
    case "user-changed":
      violations.expect(!isOwn, "inv:23", "a user's own token was refused as another's");
      break;
    case "ends-no-later": {
      const isOlder = possibleTokens(socket, history, begun, token).some((one) => one.expiresAt >= token.expiresAt);
      violations.expect(isOlder, "inv:23", "a token was refused although it ends later");
      break;
    }
    case "rejected": {
      const hasExpired = token.expiresAt <= toEpochSeconds(clock.now());
      violations.expect(hasExpired, "inv:23", "a good token was refused");
      break;
    }
  }
}

function verificationOf(outcome: Operation["outcome"]): Verification {
  if (outcome === "signature-invalid" || outcome === "rejected" || outcome === "failed") return outcome;
  return "accepted";
}

/** Checks that a request was refused rightly, and with the code that says why. */
function checkAbsence(operation: Operation, socket: Socket, oracleInput: OracleInput): void {
  const { history, violations, clock } = oracleInput;
  const { connectionId, outcome, begun, begunAt, ended } = operation;
  const opened = history
    .of({ kind: "connect", connectionId })
    .some((open) => open.outcome === "stored" && open.ended < begun && open.userId === operation.userId);
  const endings = history.endings(connectionId).filter((end) => end.begun < ended);
  const connected = opened && endings.length === 0 && !mayBeExpired(socket, history, clock.now());
  violations.expect(!connected, "inv:12", "a connection that is open is not connected");

  const tokens = possibleTokens(socket, history, begun, operation.token);
  const endsByToken = tokens.some(({ expiresAt }) => expiresAt < closesAt(socket.connectedAt));
  const { userId } = socket;
  if (outcome === "token-expired") violations.expect(endsByToken, "inv:25", "a connection was called expired wrongly");
  if (outcome === "token-revoked") {
    // It may have been ended for a renewal's token that was refused a moment later: `checkEnd` has judged that.
    const wasEnded = socket.ended.includes("TOKEN_REVOKED");
    const isRevoked = wasEnded || tokens.some((token) => mayBeRevoked({ userId, token }, ended, oracleInput));
    violations.expect(isRevoked, "inv:25", "a connection was called revoked wrongly");
  }
  const [token, ...others] = tokens;
  const isOpen = socket.state === "open" && opened && others.length === 0;
  if (token === undefined || !isOpen || endings.some(({ kind }) => kind !== "end")) return;
  const hasExpired = endOf(socket, token) <= toEpochSeconds(begunAt) && token.expiresAt < closesAt(socket.connectedAt);
  const isRecorded = toEpochSeconds(begunAt) < addSeconds(closesAt(socket.connectedAt), RECORDED_SECONDS);
  const isKnown = hasExpired && isRecorded && endings.length === 0;
  if (isKnown) violations.expect(outcome === "token-expired", "inv:25", "an expired connection was not called so");
}

function checkLimit(operation: Operation, { history, violations }: OracleInput): void {
  const others = ENTITIES.filter((entityId) => entityId !== operation.entityId);
  const subscribed = others.filter(
    (entityId) => history.possibleSubscriptions(operation.connectionId, entityId, operation.begun).length > 0,
  );
  violations.expect(subscribed.length >= LIMIT, "inv:15", "refused below the limit");
}
