import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectionId, messageIdOn, requestId, wasConnectionId } from "../../src/gateway/ids.ts";

describe("gw:event-30 ids", () => {
  it("have the form of recorded ids", () => {
    expect(requestId()).toMatch(/^[A-Za-z0-9_-]{15}=$/);
    expect(connectionId()).toMatch(/^[A-Za-z0-9_-]{18}==$/);
    expect(messageIdOn(connectionId())).toMatch(/^[A-Za-z0-9_-]{18}==$/);
  });

  it("gw:management-5 of connections are recognised, and changed ones are not", () => {
    const replacement = fc.constantFrom(..."ABCabc019_-=");
    fc.assert(
      fc.property(fc.nat(19), replacement, fc.nat(3), (at, character, more) => {
        const id = connectionId();
        const changed = id.slice(0, at) + character + id.slice(at + 1);
        expect(wasConnectionId(id)).toBe(true);
        expect(wasConnectionId(changed)).toBe(changed === id);
        expect(wasConnectionId(id + "=".repeat(more))).toBe(more === 0);
        expect(wasConnectionId(id.slice(0, -1 - more))).toBe(false);
        expect(wasConnectionId(messageIdOn(id))).toBe(false);
      }),
    );
  });
});
