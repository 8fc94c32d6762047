import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closesAt, connectionExpiry } from "../../../src/domain/connection/connection.ts";
import {
  type EndSlot,
  endSlot,
  expiryCode,
  retryWithin,
  slotIsOverAt,
  slotsBetween,
} from "../../../src/domain/connection/ending.ts";
import { type EpochMillis, type EpochSeconds, toEpochSeconds } from "../../../src/domain/time.ts";
import { aConnection, NOW, tokenFacts } from "../../support/a-connection.ts";

const connectedAt = (NOW * 1000) as EpochMillis;

function withTokenUntil(seconds: number) {
  const token = tokenFacts({ expiresAt: (NOW + seconds) as EpochSeconds });
  return aConnection({ connectedAt, token, expiresAt: connectionExpiry(connectedAt, token.expiresAt) });
}

describe("expiryCode", () => {
  it.each([
    [59, undefined],
    [60, "TOKEN_EXPIRED"],
    [61, "TOKEN_EXPIRED"],
  ])("says after %i s of a token of a minute: %s", (seconds, code) => {
    expect(expiryCode(withTokenUntil(60), (NOW + seconds) as EpochSeconds)).toBe(code);
  });

  it.each([
    [7079, undefined],
    [7080, "CONNECTION_EXPIRED"],
  ])("says after %i s of a token that outlives the connection: %s", (seconds, code) => {
    expect(expiryCode(withTokenUntil(86_400), (NOW + seconds) as EpochSeconds)).toBe(code);
  });

  it("names the connection if both end in the same second: the same token may be used again", () => {
    expect(expiryCode(withTokenUntil(7080), closesAt(connectedAt))).toBe("CONNECTION_EXPIRED");
  });
});

describe("retryWithin", () => {
  it.each([
    [0, 0],
    [1, 0],
    [100, 0],
    [101, 1],
    [400, 1],
    [401, 2],
    [10_000, 25],
    [100_000, 250],
  ])("spreads %i sockets over %i s", (sockets, seconds) => {
    expect(retryWithin(sockets)).toBe(seconds);
  });
});

const anyMoment = fc.integer({ min: 1, max: 2 ** 33 - 1 }).map((seconds) => seconds as EpochSeconds);

describe("a slot", () => {
  it("has ten seconds, and is over when its last connection has ended", () => {
    fc.assert(
      fc.property(anyMoment, (moment) => {
        const slot = endSlot(moment);
        expect(slot % 10).toBe(0);
        expect(slot).toBeLessThanOrEqual(moment);
        expect(slotIsOverAt(slot)).toBeGreaterThan(moment);
        expect(slotIsOverAt(slot) - moment).toBeLessThanOrEqual(10);
      }),
    );
  });

  it("is found between two moments exactly if it begins there", () => {
    fc.assert(
      fc.property(anyMoment, fc.integer({ min: 0, max: 300 }), (from, seconds) => {
        const slots = slotsBetween(from, (from + seconds) as EpochSeconds);
        const expected = Array.from({ length: seconds }, (_, n) => from + n).filter((moment) => moment % 10 === 0);
        expect(slots).toEqual(expected);
      }),
    );
  });

  it("comes once in consecutive spans", () => {
    const minutes = [0, 60, 120].map((seconds) => (1_700_000_040 + seconds) as EpochSeconds);
    const slots = minutes.flatMap((minute) => slotsBetween(minute, (minute + 60) as EpochSeconds));
    expect(new Set(slots).size).toBe(18);
    expect(slots).toEqual(slots.toSorted((a: EndSlot, b: EndSlot) => a - b));
  });
});

describe("closesAt", () => {
  it("comes two minutes before API Gateway ends the connection", () => {
    expect(closesAt(connectedAt) - toEpochSeconds(connectedAt)).toBe(7200 - 120);
  });
});
