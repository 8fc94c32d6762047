import { describe, expect, it } from "vitest";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import type { EndSlot } from "../../../src/domain/connection/ending.ts";
import {
  type AccessOrder,
  type ConnectionOrder,
  codeFor,
  type DisconnectionOrder,
  type EndingOrder,
  isReviewOrder,
  lastWords,
  mayHaveEnded,
  type ReviewOrder,
  type RevocationOrder,
} from "../../../src/domain/connection/ending-order.ts";
import { type EndingPart, isPartOf, userOf } from "../../../src/domain/connection/ending-task.ts";
import type { EntityPattern } from "../../../src/domain/grants/grant.ts";
import type { EpochMillis, EpochSeconds } from "../../../src/domain/time.ts";
import { aConnection, aConnectionId, aUserId, NOW } from "../../support/a-connection.ts";

const EVENT = { eventId: "event-1", orderedAt: NOW };
const userId = aUserId();
const disconnection: DisconnectionOrder = { kind: "disconnection", userId, reconnect: false, ...EVENT };
const ofUser: RevocationOrder = {
  kind: "revocation",
  revocation: { kind: "user", userId, issuedBefore: NOW },
  ...EVENT,
};
const ofIssuer: RevocationOrder = {
  kind: "revocation",
  revocation: { kind: "issuer", issuer: issuerId("portcullis"), issuedBefore: NOW },
  ...EVENT,
};
const expiry: ConnectionOrder = { kind: "expiry" };
const review: ReviewOrder = { kind: "review" };
const access: AccessOrder = {
  kind: "access",
  change: { kind: "withdrawal", userId, verb: "subscribe", pattern: "order-*" as EntityPattern, at: NOW },
  ...EVENT,
};

describe("codeFor", () => {
  it.each([
    ["a second before the event's", -1000, "DISCONNECTED"],
    ["in the event's second", 999, "DISCONNECTED"],
    ["in the second after the event's", 1000, undefined],
  ])("a disconnection, for a connection that was opened %s", (_when, millis, code) => {
    const connection = aConnection({ identity: { userId }, connectedAt: (NOW * 1000 + millis) as EpochMillis });
    expect(codeFor(disconnection, connection, NOW)).toBe(code);
  });

  it("spares the connection that a disconnection excepts, and other users", () => {
    const connection = aConnection({ identity: { userId } });
    const { id } = connection;
    expect(codeFor({ ...disconnection, exceptConnectionId: id }, connection, NOW)).toBeUndefined();
    expect(codeFor({ ...disconnection, exceptConnectionId: aConnectionId() }, connection, NOW)).toBe("DISCONNECTED");
    expect(codeFor(disconnection, aConnection(), NOW)).toBeUndefined();
  });

  it("judges tokens by the revocation", () => {
    const connection = aConnection({ identity: { userId } });
    expect(codeFor(ofUser, connection, NOW)).toBe("TOKEN_REVOKED");
    expect(codeFor(ofIssuer, connection, NOW)).toBe("TOKEN_REVOKED");
    expect(codeFor(ofUser, aConnection(), NOW)).toBeUndefined();
  });

  it("ends by expiry only what has expired", () => {
    const connection = aConnection({ expiresAt: (NOW + 60) as EpochSeconds });
    expect(codeFor(expiry, connection, (NOW + 59) as EpochSeconds)).toBeUndefined();
    expect(codeFor(expiry, connection, (NOW + 60) as EpochSeconds)).toBe("TOKEN_EXPIRED");
  });
});

describe("mayHaveEnded", () => {
  it("knows the codes of each order", () => {
    const codes = ["CONNECTION_EXPIRED", "DISCONNECTED", "TOKEN_EXPIRED", "TOKEN_REVOKED"] as const;
    const of = (order: ConnectionOrder) => codes.filter((code) => mayHaveEnded(order, { id: aConnectionId(), code }));
    expect([of(expiry), of(ofUser), of(disconnection)]).toEqual([
      ["CONNECTION_EXPIRED", "TOKEN_EXPIRED"],
      ["TOKEN_REVOKED"],
      ["DISCONNECTED"],
    ]);
  });
});

describe("lastWords", () => {
  it.each<[ConnectionOrder, object]>([
    [expiry, { reconnect: true }],
    [ofUser, { reconnect: true }],
    [disconnection, { reconnect: false }],
    [{ ...disconnection, reconnect: true }, { reconnect: true }],
    [
      { ...ofUser, reason: "stolen" },
      { reconnect: true, reason: "stolen" },
    ],
  ])("of %j", (order, words) => {
    expect(lastWords(order, "TOKEN_REVOKED", 401)).toEqual({ code: "TOKEN_REVOKED", retryWithin: 2, ...words });
  });
});

describe("a part of an order", () => {
  const slots: EndingPart = { kind: "slots", from: NOW as EndSlot, until: NOW };
  it.each<[EndingOrder, readonly EndingPart["kind"][]]>([
    [expiry, ["slots", "named"]],
    [ofIssuer, ["event", "slots", "issuer", "named"]],
    [ofUser, ["event", "user", "named"]],
    [disconnection, ["event", "user", "named"]],
    [access, ["event", "user", "named"]],
    [review, ["named"]],
  ])("of %j is one that something here makes", (order, kinds) => {
    const parts: readonly EndingPart[] = [
      { kind: "event" },
      slots,
      { kind: "user" },
      { kind: "issuer" },
      { kind: "named", ids: [] },
    ];
    expect(parts.filter((part) => isPartOf(order, part)).map(({ kind }) => kind)).toEqual(kinds);
  });

  it("is of one user, or of none", () => {
    expect([expiry, review, ofIssuer].map(userOf)).toEqual([undefined, undefined, undefined]);
    expect([ofUser, disconnection, access].map(userOf)).toEqual([userId, userId, userId]);
  });

  it("ends connections, or has their subscriptions looked at again", () => {
    const orders: readonly EndingOrder[] = [expiry, ofIssuer, ofUser, disconnection, access, review];
    expect(orders.filter(isReviewOrder)).toEqual([access, review]);
  });
});
