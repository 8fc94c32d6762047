import { describe, expect, it } from "vitest";
import { authorizerResponse } from "../../../src/adapters/api-gateway/authorizer-response.ts";
import { parseConnectEvent } from "../../../src/adapters/api-gateway/websocket-events.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import { MAX_GRANTS_BYTES, parseTokenGrants } from "../../../src/domain/grants/token-grants.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { TokenId } from "../../../src/domain/token/token-facts.ts";
import { aUserId, NOW } from "../../support/a-connection.ts";
import { connectEvent } from "../../support/gateway-events.ts";
import { FILLINGS, grantsOfBytes } from "../../support/grants-of-bytes.ts";

const TOKEN = { issuer: "portcullis", expiresAt: NOW };

const METHOD_ARN = "arn:aws:execute-api:us-east-1:123456789012:api/stage/$connect";

function grantsOf(...texts: readonly string[]): Grants {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

function contextFor(grants: Grants = []) {
  const accepted = { kind: "accepted", identity: { userId: aUserId() }, token: TOKEN, grants } as const;
  const response = authorizerResponse(accepted, METHOD_ARN);
  return response instanceof Error ? undefined : response.context;
}

const openingWith = (authorizer: object) => parseConnectEvent(connectEvent({}, { authorizer })).opening;

describe("the authorizer's context", () => {
  it("passes grants on to $connect, in one text", () => {
    const grants = grantsOf("subscribe:order-17", 'subscribe:"*', "subscribe:a:b c", "subscribe:é\\");
    const authorizer = contextFor(grants) ?? {};

    expect(grants).toHaveLength(4);
    expect(Object.values(authorizer).every((value) => typeof value === "string")).toBe(true);
    expect(openingWith(authorizer).grants).toEqual(grants);
  });

  it("has no such text without a grant", () => {
    expect(contextFor()).not.toHaveProperty("grants");
    expect(openingWith(contextFor() ?? {}).grants).toEqual([]);
  });

  it("has no text for a claim that the token lacks", () => {
    expect(contextFor()).toEqual({
      userId: expect.any(String),
      issuer: "portcullis",
      tokenExpiresAt: String(NOW),
    });
  });

  it.each(FILLINGS)(
    "attack:D22 leaves the answer below 8 KB, with the longest of everything and grants of %j",
    (text) => {
      const longest = '"'.repeat(256);
      const identity = { userId: "a".repeat(128) as UserId, firstName: longest, lastName: longest, sub: longest };
      const token = { issuer: '"'.repeat(512), expiresAt: NOW, issuedAt: NOW, tokenId: '"'.repeat(128) as TokenId };
      const arn = `arn:aws-us-gov:execute-api:us-gov-east-1:123456789012:${"a".repeat(32)}/${"s".repeat(128)}/$connect`;
      const parsed = parseTokenGrants(grantsOfBytes(MAX_GRANTS_BYTES, text));

      const grants = parsed.kind === "grants" ? parsed.grants : [];
      const answer = authorizerResponse({ kind: "accepted", identity, token, grants }, arn);

      expect(grants.length).toBeGreaterThan(10);
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(8192);
    },
  );

  it.each([
    ["no JSON", "subscribe:*"],
    ["an empty text", ""],
    ["one text", '"subscribe:*"'],
    ["null", "null"],
    ["an object", '{"0":"subscribe:*"}'],
    ["a verb that is not one of ours", '["publish:*"]'],
    ["a pattern that has no meaning", '["subscribe:*","subscribe:*-17"]'],
    ["a number", "[7]"],
    ["more than 4 KB", JSON.stringify(Array(17).fill(`subscribe:${"x".repeat(240)}`))],
    ["a list that no gateway passes on", ["subscribe:*"]],
  ])("attack:F19 opens no connection with grants that the authorizer never writes: %s", (_what, grants) => {
    expect(() => openingWith({ ...contextFor(), grants })).toThrow(MalformedInputError);
  });
});
