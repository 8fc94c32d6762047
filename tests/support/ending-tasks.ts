import { issuerId } from "../../src/adapters/issuer-id.ts";
import type { EndSlot } from "../../src/domain/connection/ending.ts";
import type { AdminOrder } from "../../src/domain/connection/ending-order.ts";
import type { EndingTask } from "../../src/domain/connection/ending-task.ts";
import type { EntityPattern } from "../../src/domain/grants/grant.ts";
import { parseUserId, type UserId } from "../../src/domain/identity/identity.ts";
import type { EpochSeconds } from "../../src/domain/time.ts";
import { parseTokenId, type TokenId } from "../../src/domain/token/token-facts.ts";
import { connectionId, NOON } from "./notifications.ts";

const NOON_SECONDS = (NOON / 1000) as EpochSeconds;
const userId = parseUserId("keycloak:ann") as UserId;
const event = { eventId: "7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d", orderedAt: NOON_SECONDS };
const issuedBefore = (NOON_SECONDS - 60) as EpochSeconds;

const ID = connectionId("L0SM9cOFvHcCIhw=");

const DISCONNECTION: AdminOrder = {
  kind: "disconnection",
  ...event,
  userId,
  exceptConnectionId: ID,
  reconnect: true,
  reason: 'é€\u{1f600}"\\<&>',
};
const OF_USER: AdminOrder = { kind: "revocation", ...event, revocation: { kind: "user", userId, issuedBefore } };
const OF_TOKEN: AdminOrder = {
  kind: "revocation",
  ...event,
  revocation: { kind: "token", userId, tokenId: parseTokenId("jti-1") as TokenId },
};
const OF_ISSUER: AdminOrder = {
  kind: "revocation",
  ...event,
  revocation: { kind: "issuer", issuer: issuerId("https://id.example.com"), issuedBefore },
  reason: "the key has leaked",
};

const access = { userId, verb: "subscribe", at: NOON_SECONDS } as const;
const GRANT: AdminOrder = {
  kind: "access",
  ...event,
  change: {
    ...access,
    kind: "grant",
    pattern: 'caf\u00e9 "<&>*' as EntityPattern,
    until: (NOON_SECONDS + 60) as EpochSeconds,
  },
};
const WITHDRAWAL: AdminOrder = {
  kind: "access",
  ...event,
  change: { ...access, kind: "withdrawal", pattern: "*" as EntityPattern },
  reason: "left the project",
};

const slots = { kind: "slots", from: NOON_SECONDS as EndSlot, until: (NOON_SECONDS + 10) as EpochSeconds } as const;

/** Tasks of every kind. */
export const ENDING_TASKS: readonly (readonly [string, EndingTask])[] = [
  ["a slot", { order: { kind: "expiry" }, part: slots, cut: 401, attempt: 0 }],
  ["a slot from a later page on", { order: { kind: "expiry" }, part: { ...slots, page: "p#2" }, cut: 401, attempt: 2 }],
  [
    "names",
    { order: DISCONNECTION, part: { kind: "named", ids: ["c1=", "c2"].map(connectionId) }, cut: 2, attempt: 5 },
  ],
  ["a disconnection", { order: DISCONNECTION, part: { kind: "event" }, cut: 0, attempt: 1 }],
  ["a user's connections", { order: OF_USER, part: { kind: "user", page: "p#2" }, cut: 0, attempt: 0 }],
  ["a token", { order: OF_TOKEN, part: { kind: "user" }, cut: 0, attempt: 0 }],
  ["an issuer", { order: OF_ISSUER, part: { kind: "issuer" }, cut: 0, attempt: 0 }],
  ["a part of an issuer's connections", { order: OF_ISSUER, part: slots, cut: 99, attempt: 0 }],
  ["a grant", { order: GRANT, part: { kind: "event" }, cut: 0, attempt: 1 }],
  ["a withdrawal", { order: WITHDRAWAL, part: { kind: "user", page: "p#2" }, cut: 0, attempt: 2 }],
  ["names that a withdrawal concerns", { order: WITHDRAWAL, part: { kind: "named", ids: [ID] }, cut: 0, attempt: 0 }],
  ["a review", { order: { kind: "review" }, part: { kind: "named", ids: [ID] }, cut: 0, attempt: 0 }],
  ["what was left", { order: { kind: "expiry" }, part: slots, cut: 1, attempt: 1, wasInterrupted: true }],
];
