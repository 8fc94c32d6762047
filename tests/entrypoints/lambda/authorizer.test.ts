import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConnectEvent } from "../../../src/adapters/api-gateway/websocket-events.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { SigningSecrets } from "../../../src/application/ports/signing-secrets.ts";
import { grantText } from "../../../src/domain/grants/grant.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { forgeJws } from "../../support/forged-jws.ts";
import { authorizerEvent, connectEvent, type Handshake, METHOD_ARN } from "../../support/gateway-events.ts";
import { goodClaims, goodToken, POLICY, SECRET_TEXT } from "../../support/good-token.ts";
import { NOW, observedAuthorizer } from "../../support/observed-authorizer.ts";

const TOKEN = goodToken(NOW);
const PAGE = "https://app.example.com";
const PROTOCOL = "Sec-WebSocket-Protocol";
const GOOD_EVENT = authorizerEvent({ query: { access_token: TOKEN } });

const authorize = observedAuthorizer();

describe("the authorizer", () => {
  it("allows a good token on exactly this route, with the user as flat text", async () => {
    const { answer } = await authorize(GOOD_EVENT);

    expect(answer).toStrictEqual({
      principalId: "ann",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: METHOD_ARN }],
      },
      context: {
        userId: "ann",
        firstName: "Ann",
        lastName: "Lee",
        sub: "auth0|ann",
        issuer: POLICY.issuer,
        tokenExpiresAt: String(NOW + 3600),
        tokenIssuedAt: String(NOW),
        tokenId: "6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10",
      },
    });
  });

  it.each<readonly [title: string, handshake: Handshake]>([
    [
      "attack:F10 the query, and websocket offered",
      { query: { access_token: TOKEN }, headers: { [PROTOCOL]: "websocket" } },
    ],
    ["attack:F11 the query, and nothing offered", { query: { access_token: TOKEN } }],
    ["attack:F12 a subprotocol behind WebSocket", { headers: { [PROTOCOL]: `WebSocket, ${TOKEN}` } }],
    ["attack:F7 a subprotocol in a header of its own", { headers: { [PROTOCOL]: ["websocket", TOKEN] } }],
    [
      "attack:F18 the query, beside forged headers",
      { query: { access_token: TOKEN }, headers: { "X-User-Id": "bob" } },
    ],
    ["the header Authorization", { headers: { Authorization: `Bearer ${TOKEN}` } }],
    [
      "attack:F7 the header Authorization in other letters, beside websocket",
      { headers: { AUTHORIZATION: `bearer ${TOKEN}`, [PROTOCOL]: "websocket" } },
    ],
    [
      "attack:F6 the query, beside another scheme",
      { query: { access_token: TOKEN }, headers: { Authorization: "Basic YTpi" } },
    ],
  ])("takes the token of ann from %s", async (_title, handshake) => {
    const { answer } = await authorize(authorizerEvent(handshake));

    expect(answer).toMatchObject({ principalId: "ann", policyDocument: { Statement: [{ Effect: "Allow" }] } });
  });

  it.each([
    "null",
    "https://evil.example",
    `${PAGE}.evil.example`,
    "https://sub.app.example.com",
    `${PAGE}:8443`,
    `${PAGE}/`,
    "https://APP.example.com",
    "http://app.example.com",
    "",
  ])("attack:F20 refuses the page %s with a policy that denies and says nothing more", async (origin) => {
    const guarded = observedAuthorizer({ queryToken: "allowed", origins: [PAGE] });

    const { answer, log } = await guarded(
      authorizerEvent({ query: { access_token: TOKEN }, headers: { Origin: origin } }),
    );

    expect(answer).toStrictEqual({
      principalId: "refused",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: METHOD_ARN }],
      },
      context: {},
    });
    expect(JSON.parse(log)).toMatchObject({ outcome: "refused", reason: "ORIGIN_NOT_ALLOWED" });
  });

  it.each([PAGE, undefined])(
    "attack:F20 takes the page that is listed, and callers without one: %s",
    async (origin) => {
      const guarded = observedAuthorizer({ queryToken: "allowed", origins: [PAGE] });
      const headers = origin === undefined ? {} : { Origin: origin };

      const { answer } = await guarded(authorizerEvent({ query: { access_token: TOKEN }, headers }));

      expect(answer).toMatchObject({ principalId: "ann" });
    },
  );

  describe("the grants of a token", () => {
    const withClaims = (claims: object) =>
      authorizerEvent({
        query: { access_token: forgeJws({ payload: { ...goodClaims(NOW), ...claims }, key: SECRET_TEXT }) },
      });

    it("are a text in the context: ours, and no permission of other services", async () => {
      const { answer } = await authorize(
        withClaims({ permissions: ["read:orders", "subscribe:order-*", "publish:*"] }),
      );

      expect(answer?.context).toMatchObject({ userId: "ann", grants: '["subscribe:order-*"]' });
    });

    it.each([
      ["no claim", {}],
      ["an empty list", { permissions: [] }],
      ["permissions of others", { permissions: ["read:orders"] }],
      [
        "attack:D23 claims of other names",
        { grants: ["subscribe:*"], scope: "subscribe:*", Permissions: ["subscribe:*"] },
      ],
      [
        "attack:D23 names in data",
        { data: { userId: "ann", grants: '["subscribe:*"]', permissions: ["subscribe:*"] } },
      ],
    ])("are absent with %s", async (_what, claims) => {
      const { answer } = await authorize(withClaims(claims));

      expect(answer?.principalId).toBe("ann");
      expect(answer?.context).not.toHaveProperty("grants");
    });

    it("attack:O1 stand in no log, whether the token is let in or not", async () => {
      const good = ["subscribe:planted-entity"];
      const outcomes = await Promise.all([
        authorize(withClaims({ permissions: good })),
        observedAuthorizer()(withClaims({ permissions: [...good, "subscribe:*-planted"] })),
        observedAuthorizer()(
          withClaims({ permissions: Array.from({ length: 17 }, (_, n) => `${good}${n}`.padEnd(250)) }),
        ),
      ]);

      expect(outcomes.map(({ log }) => JSON.parse(log).reason)).toEqual([
        undefined,
        "GRANTS_INVALID",
        "GRANTS_TOO_LARGE",
      ]);
      expect(outcomes.map(({ log }) => log).join()).not.toContain("planted-");
      expect(outcomes.flatMap(({ error }) => (error === undefined ? [] : error))).toEqual([
        new Error("Unauthorized"),
        new Error("Unauthorized"),
      ]);
    });

    const text = fc
      .tuple(
        fc.constantFrom("subscribe:", "subscribe:", "subscribe", "publish:", "Subscribe:", ""),
        fc.string({
          unit: fc.constantFrom("a", "*", " ", ":", '"', "\\", ",", "]", "é", "\n", "{userId}"),
          maxLength: 300,
        }),
      )
      .map((parts) => parts.join(""));
    const claim = fc.oneof(
      fc.jsonValue(),
      fc.array(fc.oneof(fc.jsonValue(), text), { maxLength: 40 }),
      fc.array(fc.oneof(fc.json(), text), { maxLength: 8 }).map((entries) => entries.join(" ")),
    );

    it("attack:D21 attack:D22 are those of the claim, or the token is rejected; $connect reads back the same", async () => {
      const seen = new Set<string>();
      const isGrant = (text: string) => /^subscribe:(?=.*\S)[^*\n]*\*?$/.test(text) && Buffer.byteLength(text) <= 266;

      await fc.assert(
        fc.asyncProperty(claim, async (permissions) => {
          const { answer, error, log } = await authorize(withClaims({ permissions }));
          // Not a token that is too long or has a forbidden name.
          fc.pre(answer !== undefined || log.includes("GRANTS_"));
          const entries: unknown = typeof permissions === "string" ? permissions.split(" ") : permissions;
          const ours = Array.isArray(entries)
            ? [
                ...new Set(
                  entries.filter((one): one is string => typeof one === "string" && one.startsWith("subscribe:")),
                ),
              ]
            : undefined;

          seen.add(answer === undefined ? JSON.parse(log).reason : `grants: ${"grants" in answer.context}`);
          if (answer === undefined) {
            expect(error).toStrictEqual(new Error("Unauthorized"));
            expect(ours?.every(isGrant) && Buffer.byteLength(JSON.stringify(ours)) <= 2048).not.toBe(true);
          } else {
            expect(ours?.every(isGrant)).toBe(true);
            expect(answer.context["grants"]).toBe(ours?.length === 0 ? undefined : JSON.stringify(ours));
            expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(8192);
            const { opening } = parseConnectEvent(connectEvent({}, { authorizer: answer.context }));
            expect(opening.grants.map(grantText)).toEqual(ours);
          }
        }),
        { numRuns: 1000 },
      );

      expect([...seen].toSorted()).toEqual(["GRANTS_INVALID", "grants: false", "grants: true"]);
    });
  });

  describe("its log entry", () => {
    const CALLER = { function: "Authorizer", sourceIp: "203.0.113.7", connectionId: "gbgHYy9RVQAYKEj2kA==" };
    const JTI = "6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10";
    const entryOf = async (event: unknown, guarded = authorize) => JSON.parse((await guarded(event)).log);

    it("names user, issuer, address, token id and end of a handshake that is let in", async () => {
      expect(await entryOf(GOOD_EVENT)).toMatchObject({
        ...CALLER,
        outcome: "accepted",
        userId: "ann",
        issuer: POLICY.issuer,
        tokenId: JTI,
        expiresAt: NOW + 3600,
      });
    });

    it("names the same and the rule of a page that is refused", async () => {
      const guarded = observedAuthorizer({ queryToken: "allowed", origins: [PAGE] });
      const event = authorizerEvent({ query: { access_token: TOKEN }, headers: { Origin: "https://evil.example" } });
      const known = { userId: "ann", issuer: POLICY.issuer, tokenId: JTI, expiresAt: NOW + 3600 };
      const refusal = { outcome: "refused", reason: "ORIGIN_NOT_ALLOWED" };
      expect(await entryOf(event, guarded)).toMatchObject({ ...CALLER, ...known, ...refusal });
    });

    it("names issuer and token id of a token that is signed and not good", async () => {
      const token = forgeJws({ payload: { ...goodClaims(NOW - 7200), jti: "ended" }, key: SECRET_TEXT });
      const entry = await entryOf(authorizerEvent({ query: { access_token: token } }));
      const known = { issuer: POLICY.issuer, tokenId: "ended" };
      expect(entry).toMatchObject({ ...CALLER, ...known, outcome: "rejected", reason: "EXPIRED" });
    });

    it("attack:O1 names address and rule, and no claim, of a token whose signature is not ours", async () => {
      const claims = { ...goodClaims(NOW), iss: POLICY.issuer, jti: "claimed-id", data: { userId: "claimed-user" } };
      const token = forgeJws({ payload: claims, key: "another-secret-of-more-than-32-bytes" });
      const { log } = await authorize(authorizerEvent({ query: { access_token: token } }));
      expect(JSON.parse(log)).toMatchObject({ ...CALLER, outcome: "rejected", reason: "SIGNATURE_INVALID" });
      for (const claim of ["claimed-id", "claimed-user", POLICY.issuer]) expect(log).not.toContain(claim);
    });

    it("attack:O2 keeps a token id on one line", async () => {
      const token = forgeJws({ payload: { ...goodClaims(NOW), jti: "a\u202eb" }, key: SECRET_TEXT });
      const { log } = await authorize(authorizerEvent({ query: { access_token: token } }));
      expect(log).toContain("a\\u202eb");
      expect(JSON.parse(log)).toMatchObject({ tokenId: "a\u202eb" });
    });
  });

  const NO_MAPS = {
    headers: null,
    multiValueHeaders: undefined,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
  };

  it.each([
    ["no headers and no query", { ...GOOD_EVENT, ...NO_MAPS }],
    [
      "maps of other types",
      { ...GOOD_EVENT, multiValueQueryStringParameters: [[TOKEN]], queryStringParameters: TOKEN },
    ],
    ["no ARN", { ...GOOD_EVENT, methodArn: undefined }],
    ["another route's ARN", { ...GOOD_EVENT, methodArn: METHOD_ARN.replace("$connect", "$default") }],
    ["a pattern for an ARN", { ...GOOD_EVENT, methodArn: METHOD_ARN.replace("dev", "*") }],
    ["a TOKEN authorizer's fields", { type: "TOKEN", authorizationToken: TOKEN, methodArn: METHOD_ARN }],
    ["an HTTP API's fields", { version: "2.0", type: "REQUEST", routeArn: METHOD_ARN, identitySource: [TOKEN] }],
  ])("attack:F19 answers 401 to an event with %s", async (_title, event) => {
    const { error } = await authorize(event);

    expect(error).toStrictEqual(new Error("Unauthorized"));
  });
});

const never = new Promise<never>(() => {});
const outage = () =>
  Promise.reject(new DependencyUnavailableError("SIGNING_SECRETS", { cause: new Error(SECRET_TEXT) }));
const secret = new Secret(SECRET_TEXT);
const read = async (): Promise<readonly [Secret]> => [secret];
const FOREIGN = forgeJws({ payload: goodClaims(NOW), key: "another-secret-of-more-than-32-bytes" });

describe("the authorizer, when the signing secrets fail", () => {
  it.each<readonly [title: string, token: string, secrets: Pick<SigningSecrets, "read" | "reread">]>([
    ["fault:K1 the secret cannot be read", TOKEN, { read: outage, reread: outage }],
    ["fault:K1 something else is thrown", TOKEN, { read: () => Promise.reject("x"), reread: read }],
    ["fault:K2 the secret never comes", TOKEN, { read: () => never, reread: read }],
    ["fault:K3 a failing reread", FOREIGN, { read, reread: outage }],
    ["fault:K3 a reread that never ends", FOREIGN, { read, reread: () => never }],
    ["fault:K10 the secret is too short", TOKEN, { read: async () => [new Secret("short")], reread: read }],
  ])("%s: no caller is admitted", async (_title, token, secrets) => {
    const faulty = observedAuthorizer(undefined, { prime: secrets.read, ...secrets });

    const { answer, error, log } = await faulty(authorizerEvent({ query: { access_token: token } }), 150);

    expect(answer).toBeUndefined();
    expect(error).toStrictEqual(new Error("AuthorizerUnavailable"));
    expect(log.trimEnd().split("\n")).toHaveLength(1);
    expect(log).not.toContain(SECRET_TEXT);
  });

  it("fault:K2 accepts a good token when the secret comes late but in time", async () => {
    const late = () => new Promise<readonly [Secret]>((resolve) => setTimeout(() => resolve([secret]), 20));

    const { answer } = await observedAuthorizer(undefined, { prime: late, read: late, reread: late })(GOOD_EVENT);

    expect(answer).toMatchObject({ principalId: "ann" });
  });
});

/** Events with any value in any field, including the token. */
const anyEvent = fc.oneof(
  fc.jsonValue(),
  fc.record(
    Object.fromEntries(
      Object.entries(GOOD_EVENT).map(([name, value]) => [name, fc.oneof(fc.constant(value), fc.jsonValue())]),
    ),
    { requiredKeys: [] },
  ),
);

describe("the authorizer, for any event,", () => {
  it("gives a policy for the event's own ARN or throws one of two constants", async () => {
    const seen = new Set<string>();

    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        const { answer, error, log } = await authorize(event);

        seen.add(answer === undefined ? String(error) : "policy");
        expect(log.trimEnd().split("\n")).toHaveLength(1);
        if (answer === undefined) expect([new Error("Unauthorized")]).toContainEqual(error);
        else expect(answer.policyDocument.Statement[0].Resource).toBe(Object(event).methodArn);
      }),
      { numRuns: 2000, examples: [[GOOD_EVENT]] },
    );

    expect(seen).toStrictEqual(new Set(["policy", "Error: Unauthorized"]));
  });

  it("returns less than 8 KB of flat text about an admitted user, on the event's own ARN", async () => {
    const names = fc.string({ unit: "grapheme-ascii", maxLength: 300 });
    const api = fc.stringMatching(/^[a-z0-9]{10}$/);
    const stage = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);

    await fc.assert(
      fc.asyncProperty(names, names, names, api, stage, async (firstName, lastName, sub, apiId, name) => {
        const payload = { ...goodClaims(NOW), data: { userId: "ann", firstName, lastName, sub } };
        const methodArn = `arn:aws:execute-api:eu-west-1:123456789012:${apiId}/${name}/$connect`;
        const token = forgeJws({ payload, key: SECRET_TEXT });

        const { answer } = await authorize({ ...authorizerEvent({ query: { access_token: token } }), methodArn });

        expect(answer?.policyDocument.Statement).toStrictEqual([
          { Action: "execute-api:Invoke", Effect: "Allow", Resource: methodArn },
        ]);
        expect(Object.values(answer?.context ?? {}).every((value) => typeof value === "string")).toBe(true);
        expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(8192);
      }),
    );
  });
});
