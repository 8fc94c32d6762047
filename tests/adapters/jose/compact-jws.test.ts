import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCompactJws } from "../../../src/adapters/jose/compact-jws.ts";
import { encodePart } from "../../support/forged-jws.ts";

const segment = fc.uint8Array({ minLength: 1, maxLength: 64 });

describe("parseCompactJws", () => {
  it("decodes the segments of every canonical token", () => {
    fc.assert(
      fc.property(segment, segment, segment, (header, payload, signature) => {
        const jws = parseCompactJws([header, payload, signature].map(encodePart).join("."));

        expect(jws).toStrictEqual({ kind: "jws", header: Buffer.from(header), signature: Buffer.from(signature) });
      }),
    );
  });

  it("A9 takes no second spelling of any token", () => {
    const lenient = fc.constantFrom("=", "==", " ", "\n", "\t", "\0", "\u00a0", "\u200b", "+", "/", "A", "é");

    fc.assert(
      fc.property(segment, segment, segment, fc.nat(), lenient, (header, payload, signature, at, junk) => {
        const token = [header, payload, signature].map(encodePart).join(".");
        const place = at % (token.length + 1);
        const other = token.slice(0, place) + junk + token.slice(place);
        const jws = parseCompactJws(other);

        // Whatever is taken must spell what it decodes to, so that two texts are never the same token.
        const spelled = jws.kind === "jws" ? `${encodePart(jws.header)}..${encodePart(jws.signature)}` : "refused";
        const [first, , last] = other.split(".");
        expect(["refused", `${first}..${last}`]).toContain(spelled);
      }),
    );
  });

  it("A15 takes 8192 characters and no more", () => {
    const ofLength = (characters: number) => `AAAA.AAAA.${"A".repeat(characters - 10)}`;
    const longest = parseCompactJws(ofLength(8192));
    const excessive = parseCompactJws(ofLength(8193));

    expect(longest.kind).toBe("jws");
    expect(excessive).toStrictEqual({ kind: "rejected", reason: "TOKEN_TOO_LARGE" });
  });
});
