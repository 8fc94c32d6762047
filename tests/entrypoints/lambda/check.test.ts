import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leaksIn, plantedTexts } from "../../../packages/emulator/tests/support/planted-texts.ts";
import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../../src/adapters/in-memory/memory-revocation-list.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { PinoLogger } from "../../../src/adapters/pino/pino-logger.ts";
import { makeCheckAdmission } from "../../../src/application/access/check-admission.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { Secret } from "../../../src/domain/secret.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { authorizerHandler } from "../../../src/entrypoints/lambda/handlers/authorizer.ts";
import { checkHandler } from "../../../src/entrypoints/lambda/handlers/check.ts";
import { connectHandler } from "../../../src/entrypoints/lambda/handlers/connect.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { aConnection } from "../../support/a-connection.ts";
import { tokenAttacks } from "../../support/attacks/token-attacks.ts";
import { forgeJws } from "../../support/forged-jws.ts";
import { authorizerEvent, CONNECTED_AT, connectEvent } from "../../support/gateway-events.ts";
import { goodClaims, goodToken, POLICY, SECRET_TEXT } from "../../support/good-token.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { authorizeOver } from "../../support/one-issuer.ts";
import { openConnectionOver } from "../../support/open-connection.ts";
import { urlEvent } from "../../support/url-event.ts";

const NOW = CONNECTED_AT / 1000;
const PAGE = "https://app.example.com";
const LIMIT = 2;
const TOKEN = goodToken(NOW);
const ANN = "ann" as UserId;

type Store = "countLive" | "concerning" | "read";
type World = {
  readonly connections?: number;
  readonly revoked?: boolean;
  readonly down?: Store;
};

/** Both ways to ask over the same stores: `/check`, and a handshake with the authorizer and `$connect`. */
async function world({ connections: open = 0, revoked = false, down }: World = {}) {
  const written: string[] = [];
  const clock = new FixedClock(CONNECTED_AT);
  const destination = { write: (line: string) => void written.push(line) };
  const logger = new PinoLogger({ level: "DEBUG", service: "test", clock, destination });
  const connections = new MemoryConnectionStore();
  const revocations = new MemoryRevocationList();
  const secrets = new FixedSigningSecrets(new Secret(SECRET_TEXT));
  for (let n = 0; n < open; n += 1) {
    const times = { connectedAt: CONNECTED_AT as never, expiresAt: (NOW + 60) as EpochSeconds };
    await connections.open(aConnection({ userId: ANN, ...times }), []);
  }
  const revocation = { kind: "user", userId: ANN, issuedBefore: NOW as EpochSeconds } as const;
  if (revoked) await revocations.add(revocation, (NOW + 9999) as EpochSeconds);
  const outage = () => Promise.reject(new DependencyUnavailableError("CONNECTION_STORE", { cause: new Error(TOKEN) }));
  if (down === "countLive") connections.countLive = outage;
  if (down === "concerning") revocations.concerning = outage;
  if (down === "read") secrets.read = outage;
  const authorize = authorizeOver(secrets, clock, { queryToken: "allowed", origins: [PAGE] });
  const stores = { connections, revocations, clock, limit: LIMIT };
  const check = checkHandler({ check: makeCheckAdmission({ authorize, issuerIds: issuerId, ...stores }), logger });
  const asking = async (event: unknown) => {
    const answer = await check(event, lambdaContext());
    const log = written.splice(0).join("");
    const { body } = answer;
    return {
      answer,
      status: answer.statusCode,
      body: body === undefined ? undefined : JSON.parse(body),
      output: JSON.stringify(answer) + log,
      entry: JSON.parse(log),
    };
  };
  return {
    connections,
    ask: asking,
    check: (headers: Readonly<Record<string, string>>) => asking(urlEvent({ headers })),
    /** The status of the handshake with the same headers. */
    handshake: async (headers: Readonly<Record<string, string>>) => {
      const quiet = new RecordingLogger();
      const event = authorizerEvent({ headers });
      const [verdict] = await Promise.allSettled([
        authorizerHandler({ authorize, logger: quiet })(event, lambdaContext()),
      ]);
      if (verdict.status === "rejected") return verdict.reason.message === "Unauthorized" ? 401 : 500;
      const { policyDocument, context: authorizer } = verdict.value;
      if (policyDocument.Statement[0].Effect === "Deny") return 403;
      const connect = connectHandler({ open: openConnectionOver(stores), logger: quiet });
      return (await connect(connectEvent({}, { authorizer }), lambdaContext())).statusCode;
    },
    live: async () => (await connections.liveConnectionsOf(ANN, NOW as EpochSeconds)).items.length,
  };
}

const bearer = (token: string, more = {}) => ({ authorization: `Bearer ${token}`, ...more });

describe("check", () => {
  it("answers 204 to a token that a handshake would be let in with, and stores nothing", async () => {
    const { check, live } = await world();
    const { answer, entry } = await check(bearer(TOKEN));
    expect(answer).toStrictEqual({ statusCode: 204, headers: { "Cache-Control": "no-store" } });
    expect(entry).toMatchObject({
      function: "Check",
      outcome: "accepted",
      userId: "ann",
      issuer: POLICY.issuer,
      tokenId: goodClaims(NOW)["jti"],
      expiresAt: NOW + 3600,
      sourceIp: "203.0.113.7",
      gatewayRequestId: "00000000-0000-4000-8000-000000000009",
    });
    expect(await live()).toBe(0);
  });

  const INVALID = { "WWW-Authenticate": 'Bearer error="invalid_token"' };
  const ended = forgeJws({ payload: { ...goodClaims(NOW - 3600), exp: NOW }, key: SECRET_TEXT });

  it.each<readonly [string, World, Record<string, string>, number, object, object]>([
    ["a token that has ended", {}, bearer(ended), 401, INVALID, { error: "invalid_token", code: "TOKEN_EXPIRED" }],
    [
      "a revoked token",
      { revoked: true },
      bearer(TOKEN),
      401,
      INVALID,
      { error: "invalid_token", code: "TOKEN_REVOKED" },
    ],
    ["a bad token", {}, bearer("a.b.c"), 401, INVALID, { error: "invalid_token", code: "TOKEN_REFUSED" }],
    [
      "a malformed header",
      {},
      { authorization: "Bearer" },
      401,
      INVALID,
      { error: "invalid_token", code: "TOKEN_REFUSED" },
    ],
    [
      "two tokens",
      {},
      bearer(`${TOKEN},Bearer ${TOKEN}`),
      401,
      INVALID,
      { error: "invalid_token", code: "TOKEN_REFUSED" },
    ],
    ["no token", {}, {}, 401, { "WWW-Authenticate": "Bearer" }, { code: "TOKEN_REFUSED" }],
    [
      "another scheme",
      {},
      { authorization: "Basic YTpi" },
      401,
      { "WWW-Authenticate": "Bearer" },
      { code: "TOKEN_REFUSED" },
    ],
    [
      "a foreign page",
      {},
      bearer(TOKEN, { origin: "https://evil.example" }),
      403,
      {},
      { error: "access_denied", code: "ORIGIN_FORBIDDEN" },
    ],
    [
      "the limit",
      { connections: LIMIT },
      bearer(TOKEN),
      429,
      { "Retry-After": "20" },
      { error: "temporarily_unavailable", code: "CONNECTION_LIMIT" },
    ],
    ["an outage", { down: "concerning" }, bearer(TOKEN), 500, {}, { error: "server_error", code: "INTERNAL" }],
  ])("answers constant texts to %s", async (_title, given, headers, status, more, body) => {
    const { check } = await world(given);
    const { answer, output } = await check(headers);
    expect(answer).toStrictEqual({
      statusCode: status,
      headers: { "Cache-Control": "no-store", "Content-Type": "application/json", ...more },
      body: JSON.stringify(body),
    });
    expect(leaksIn(output, plantedTexts(SECRET_TEXT, TOKEN))).toStrictEqual([]);
  });

  it.each([
    ["another path", { path: "/" }, 404],
    ["a longer path", { path: "/check/" }, 404],
    ["another case", { path: "/Check" }, 404],
    ["GET", { method: "GET" }, 405],
    ["HEAD", { method: "HEAD" }, 405],
    ["a body", { body: "{}" }, 400],
    ["a token in the query", { query: `access_token=${TOKEN}` }, 400],
  ])("refuses a request that is no check, and asks nothing: %s", async (_title, request, status) => {
    const { ask } = await world({ down: "read" });
    const { answer, body, output } = await ask(urlEvent({ headers: bearer(TOKEN), ...request }));
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["Allow"]).toBe(status === 405 ? "POST" : undefined);
    expect(body).toEqual({ error: "invalid_request", code: "BAD_REQUEST" });
    expect(leaksIn(output, plantedTexts(SECRET_TEXT, TOKEN))).toStrictEqual([]);
  });

  it.each([
    ["nothing", undefined],
    ["a handshake", authorizerEvent({ headers: { Authorization: `Bearer ${TOKEN}` } })],
    ["payload 1.0", { ...urlEvent({ headers: bearer(TOKEN) }), version: "1.0" }],
    ["no method", { ...urlEvent({ headers: bearer(TOKEN) }), requestContext: {} }],
  ])("attack:F19 answers 500 to an event that is no URL's: %s", async (_title, event) => {
    const { ask } = await world();
    expect((await ask(event)).status).toBe(500);
  });

  it("attack:F18 reads neither user nor address nor origin from other headers", async () => {
    const { check } = await world({ connections: LIMIT });
    const forged = { "x-user-id": "bob", "x-forwarded-for": "198.51.100.1", "x-forwarded-origin": PAGE };
    const { status, entry } = await check(bearer(TOKEN, forged));
    expect(status).toBe(429);
    expect(entry).toMatchObject({ userId: "ann", sourceIp: "203.0.113.7" });
  });

  it("attack:O1 names address and rule, and no claim, of a token whose signature is not ours", async () => {
    const claims = { ...goodClaims(NOW), jti: "claimed-id", data: { userId: "claimed-user" } };
    const { check } = await world();
    const { entry, output } = await check(
      bearer(forgeJws({ payload: claims, key: "another-secret-0123456789abcdef0" })),
    );
    expect(entry).toMatchObject({ outcome: "rejected", reason: "SIGNATURE_INVALID", sourceIp: "203.0.113.7" });
    expect(output).not.toMatch(/claimed-/);
  });

  it.each(tokenAttacks)("$id $title is 401", async ({ token }) => {
    const text = token({ secret: SECRET_TEXT, now: NOW });
    const { check } = await world();
    // Blanks at the end are the header's own.
    if (/^ |[ \t]$/.test(text)) return;
    const { status, output } = await check(bearer(text));
    expect(status).toBe(401);
    expect(leaksIn(output, plantedTexts(SECRET_TEXT, text))).toStrictEqual([]);
  });
});

describe("check and the handshake with the same headers", () => {
  const tokens = fc.constantFrom(
    ...[TOKEN, goodToken(NOW, "another-secret-0123456789abcdef0"), "a.b.c", ""],
    forgeJws({ payload: { ...goodClaims(NOW - 3600), exp: NOW }, key: SECRET_TEXT }),
    forgeJws({ payload: { ...goodClaims(NOW), iat: NOW + 1 }, key: SECRET_TEXT }),
    ...[["subscribe:order-*"], ["subscribe:*-17"], "openid subscribe:a", null].map((permissions) =>
      forgeJws({ payload: { ...goodClaims(NOW), permissions }, key: SECRET_TEXT }),
    ),
  );
  const origins = fc.constantFrom(undefined, PAGE, "https://evil.example", "null");
  const worlds = fc.record({
    connections: fc.integer({ min: 0, max: LIMIT + 1 }),
    revoked: fc.boolean(),
    down: fc.constantFrom<Store | undefined>(undefined, undefined, undefined, "countLive", "concerning", "read"),
  });

  it("have the same status, whatever the token, the origin, the connections, the revocations and the outages", async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(tokens, origins, worlds, async (token, origin, { down, ...given }) => {
        const { check, handshake } = await world({ ...given, ...(down !== undefined && { down }) });
        const headers = { authorization: `Bearer ${token}`, ...(origin !== undefined && { origin }) };
        const { status } = await check(headers);
        seen.add(status);
        expect(status === 204 ? 200 : status).toBe(await handshake(headers));
      }),
      { numRuns: 400 },
    );
    expect([...seen].toSorted()).toEqual([204, 401, 403, 429, 500]);
  });
});
