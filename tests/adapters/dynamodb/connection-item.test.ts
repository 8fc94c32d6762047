import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  freeBytesIn,
  fromConnectionItem,
  itemBytes,
  seqIn,
  toConnectionItem,
} from "../../../src/adapters/dynamodb/connection-item.ts";
import { momentKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import { OPEN_ATTRIBUTES } from "../../../src/adapters/dynamodb/tombstone-item.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { aConnection } from "../../support/a-connection.ts";

const ITEM = toConnectionItem(aConnection());

describe("a connection's item", () => {
  it("is read back as it was written", () => {
    const connection = aConnection();

    expect(fromConnectionItem(toConnectionItem(connection))).toEqual(connection);
  });

  it.each([
    ["nothing", undefined],
    ["a tombstone", Object.fromEntries(Object.entries(ITEM).filter(([name]) => !OPEN_ATTRIBUTES.includes(name)))],
    ["a subscription of the tutorial's schema", { ...ITEM, sk: "subscription#order-17" }],
    ["a user id that no token may carry", { ...ITEM, GSI1PK: "USER#ann" }],
    ["a connection id that no gateway mints", { ...ITEM, pk: "ENTITY#order-17" }],
    ["times in text", { ...ITEM, connectedAt: "1800000000005" }],
    ["an expiry in milliseconds", { ...ITEM, expiresAt: 1_800_000_000_000 }],
    ["no source", { ...ITEM, sourceIp: undefined }],
  ])("fault:L8 is skipped when it holds %s", (_what, item) => {
    expect(fromConnectionItem(item)).toBeUndefined();
  });

  it("fault:L8 is parsed without a crash, whatever the item holds", () => {
    const anyItem = fc.dictionary(fc.constantFrom(...Object.keys(ITEM)), fc.jsonValue());

    fc.assert(
      fc.property(anyItem, (item) => {
        const connection = fromConnectionItem(item);
        expect(connection === undefined || fromConnectionItem(toConnectionItem(connection))).toBeTruthy();
      }),
    );
  });

  it("fault:L8 stays below a kilobyte with the longest facts, whatever names it has room for", () => {
    const longest = {
      ...aConnection({ userId: "u".repeat(128) as UserId, sourceIp: "f".repeat(64) }),
      id: "c".repeat(40) as ConnectionId,
      userAgent: "a".repeat(512),
    };
    const record = { ...toConnectionItem(longest), levels: "f".repeat(20), count: 1_000, part: 20, turn: 99_999 };
    const free = freeBytesIn(record);
    const names = new Set(Array.from({ length: 12 }, (_, n) => `${n}`.padEnd(Math.floor(free / 12) - 1, "x")));

    const facts = { issuedAt: 2 ** 33, renewals: 99_999, tokenId: "x".repeat(128), grants: "g".repeat(16) };
    const later = { ...facts, seq: Number.MAX_SAFE_INTEGER, bounded: true, names };
    expect(free).toBeGreaterThan(0);
    expect(itemBytes({ ...record, ...later })).toBeLessThan(1024);
  });

  it.each([
    ["seq", 17.5],
    ["seq", "17"],
    ["seq", 0],
  ])("fault:L8 has no %s of %j", (name, value) => {
    expect(seqIn({ ...ITEM, [name]: value })).toBeUndefined();
    expect(seqIn({ ...ITEM, [name]: 17 })).toBe(17);
  });

  it("sorts in the index by its expiry", () => {
    const moment = fc.integer({ min: 1, max: 2 ** 33 - 1 }).map((seconds) => seconds as EpochSeconds);

    fc.assert(
      fc.property(moment, moment, (one, other) => {
        expect(momentKey(one) < momentKey(other)).toBe(one < other);
      }),
    );
  });
});
