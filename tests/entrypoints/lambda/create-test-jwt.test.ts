import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, describe, expect, it, vi } from "vitest";
import { authorizerEvent } from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { stubSettings } from "../../support/stub-settings.ts";

stubSettings();
const { handler: authorizer } = await import("../../../src/entrypoints/lambda/functions/authorizer.ts");
const { handler } = await import("../../../src/entrypoints/lambda/functions/create-test-jwt.ts");

afterAll(() => {
  vi.unstubAllEnvs();
});

const ANN = { userId: "ann", firstName: "Ann", lastName: "Bee", sub: "subject-1" };

describe("CreateTestJwt", () => {
  it("returns a token for an hour, with the identity under `data` beside the registered claims", async () => {
    const { authToken } = await handler(ANN, lambdaContext());
    const claims = decodeJwt(authToken);
    expect(decodeProtectedHeader(authToken)).toEqual({ alg: "HS256", typ: "JWT" });
    expect(claims).toEqual({
      iss: "https://issuer.example",
      aud: "portcullis",
      iat: expect.any(Number),
      nbf: claims.iat,
      exp: Number(claims.iat) + 3600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      permissions: ["subscribe:*"],
      data: ANN,
    });
  });

  it("mints a token that the authorizer accepts", async () => {
    const { authToken } = await handler(ANN, lambdaContext());
    const answer = await authorizer(authorizerEvent({ query: { access_token: authToken } }), lambdaContext());
    expect(answer).toMatchObject({ principalId: "ann", context: ANN });
  });

  it.each<readonly (readonly string[])[]>([[[]], [["subscribe:order-17", "read:invoices"]]])(
    "grants exactly what it is told: %j",
    async (permissions) => {
      const { authToken } = await handler({ ...ANN, permissions }, lambdaContext());

      expect(decodeJwt(authToken)["permissions"]).toEqual(permissions);
    },
  );

  it("mints a token with 4 KB of permissions that the authorizer accepts", async () => {
    const permissions = Array.from({ length: 16 }, (_, index) => `subscribe:${String(index).padEnd(240, "x")}`);

    const { authToken } = await handler({ ...ANN, permissions }, lambdaContext());
    const answer = await authorizer(authorizerEvent({ query: { access_token: authToken } }), lambdaContext());

    expect(answer).toMatchObject({ context: { grants: JSON.stringify(permissions) } });
  });

  it.each([
    ["nothing", {}],
    ["null", null],
    ["a user id that is a number", { userId: 7 }],
    ["a user id with the keys' separator", { userId: "a#b" }],
    ["permissions that are null", { ...ANN, permissions: null }],
    ["permissions that are one text", { ...ANN, permissions: "subscribe:*" }],
    ["a permission that is no text", { ...ANN, permissions: [7] }],
    ["an empty permission", { ...ANN, permissions: [""] }],
    ["a permission with a line break", { ...ANN, permissions: ["read:a\n"] }],
    ["a pattern that has no meaning", { ...ANN, permissions: ["subscribe:*-17"] }],
    ["more than 4 KB of permissions", { ...ANN, permissions: Array(17).fill(`read:${"x".repeat(240)}`) }],
  ])("refuses %s with a constant", async (_title, event) => {
    await expect(handler(event, lambdaContext())).rejects.toThrow(/^InvalidUserId$/);
  });
});
