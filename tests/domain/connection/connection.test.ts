import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectionExpiry, isExpired } from "../../../src/domain/connection/connection.ts";
import type { EpochMillis, EpochSeconds } from "../../../src/domain/time.ts";

const NOW = 1_800_000_000;
const expiry = (connectedAt: number, tokenExpiresAt: number) =>
  connectionExpiry(connectedAt as EpochMillis, tokenExpiresAt as EpochSeconds);

describe("connectionExpiry", () => {
  it.each([
    ["the token's end, if it comes first", NOW * 1000, NOW + 7079, NOW + 7079],
    ["both at once", NOW * 1000, NOW + 7080, NOW + 7080],
    ["the time of a connection, if it ends first", NOW * 1000, NOW + 7081, NOW + 7080],
    ["1 h 58 min from the start of the current second", NOW * 1000 + 999, NOW + 9999, NOW + 7080],
    ["without the token's fraction", NOW * 1000, NOW + 10.9, NOW + 10],
  ])("is %s", (_title, connectedAt, tokenExpiresAt, expiresAt) => {
    expect(expiry(connectedAt, tokenExpiresAt)).toBe(expiresAt);
  });

  it("is a whole second, not after the token's end or the time of a connection", () => {
    const millis = fc.integer({ min: 1, max: 2 ** 33 * 1000 - 1 });
    const seconds = fc.double({ min: 1, max: 2 ** 33, noNaN: true, maxExcluded: true });

    fc.assert(
      fc.property(millis, seconds, (connectedAt, tokenExpiresAt) => {
        const expiresAt = expiry(connectedAt, tokenExpiresAt);

        expect(Number.isSafeInteger(expiresAt)).toBe(true);
        expect(expiresAt).toBeLessThanOrEqual(tokenExpiresAt);
        expect(expiresAt).toBeLessThanOrEqual(connectedAt / 1000 + 7080);
      }),
    );
  });
});

describe("isExpired", () => {
  it.each([
    [NOW - 1, false],
    [NOW, true],
    [NOW + 1, true],
  ])("at %d is %s for a record until 1,800,000,000", (now, expired) => {
    const record = { expiresAt: NOW as EpochSeconds };

    expect(isExpired(record, now as EpochSeconds)).toBe(expired);
  });
});
