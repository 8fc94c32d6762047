import { describe, expect, it } from "vitest";
import { leaksIn, plantedTexts } from "../../../packages/emulator/tests/support/planted-texts.ts";
import { grantsId } from "../../../src/adapters/grants-id.ts";
import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../../src/adapters/in-memory/memory-revocation-list.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { PinoLogger } from "../../../src/adapters/pino/pino-logger.ts";
import { makeVerifyToken } from "../../../src/application/access/verify-token.ts";
import { makeRenewConnection } from "../../../src/application/connections/renew-connection.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { RevocationList } from "../../../src/application/ports/revocation-list.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { Secret } from "../../../src/domain/secret.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { authenticateHandler } from "../../../src/entrypoints/lambda/handlers/authenticate.ts";
import { connectHandler } from "../../../src/entrypoints/lambda/handlers/connect.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingEndingTasks } from "../../fakes/recording-ending-tasks.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import type { Attack } from "../../support/attacks/attack.ts";
import { tokenAttacks } from "../../support/attacks/token-attacks.ts";
import { forgeJws } from "../../support/forged-jws.ts";
import { AUTHORIZER_CONTEXT, CONNECTED_AT, connectEvent, messageEvent } from "../../support/gateway-events.ts";
import { goodClaims, POLICY, SECRET_TEXT } from "../../support/good-token.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { verifierOver } from "../../support/one-issuer.ts";
import { subscribeOne } from "../../support/one-subscription.ts";
import { openConnectionOver } from "../../support/open-connection.ts";

const CONNECTION_ID = "gbgHYy9RVQAYKEj2kA==" as ConnectionId;
const START = CONNECTED_AT / 1000;
const OLD_END = START + 3600;
const AUTHORIZER = { ...AUTHORIZER_CONTEXT, issuer: POLICY.issuer };

const tokenWith = (claims: Record<string, unknown> = {}) =>
  forgeJws({ payload: { ...goodClaims(START), exp: START + 7200, jti: "newer", ...claims }, key: SECRET_TEXT });

/** Handlers over the real verifier and in-memory stores, with all output of the log as it is written. */
function handlers({ revocations = new MemoryRevocationList() as RevocationList } = {}) {
  const written: string[] = [];
  const clock = new FixedClock(CONNECTED_AT);
  const connections = new MemoryConnectionStore();
  const subscriptions = new MemorySubscriptionStore(connections);
  const tasks = new RecordingEndingTasks();
  const destination = { write: (line: string) => void written.push(line) };
  const logger = new PinoLogger({ level: "DEBUG", service: "test", metricsNamespace: "test", clock, destination });
  const secrets = new FixedSigningSecrets(new Secret(SECRET_TEXT));
  const authenticate = authenticateHandler({
    renew: makeRenewConnection({
      verifyToken: makeVerifyToken({ verifier: verifierOver(secrets), clock }),
      renewals: connections,
      revocations,
      tasks,
      issuerIds: issuerId,
      grantsIds: grantsId,
      clock,
    }),
    logger,
  });
  const send = async (body: string, overrides = {}) => {
    const answer = await authenticate(messageEvent(body, { authorizer: AUTHORIZER, ...overrides }), lambdaContext());
    const log = written.splice(0).join("");
    return { frame: JSON.parse(answer.body ?? ""), output: JSON.stringify(answer) + log, entry: JSON.parse(log) };
  };
  return {
    clock,
    connections,
    subscriptions,
    revocations,
    tasks,
    connect: (authorizer: object = AUTHORIZER) =>
      connectHandler({ open: openConnectionOver({ connections, clock }), logger: new RecordingLogger() })(
        connectEvent({}, { authorizer }),
        lambdaContext(),
      ),
    send,
    authenticate: (token: unknown, overrides = {}) =>
      send(JSON.stringify({ action: "authenticate", token, id: "7" }), overrides),
    end: async () => {
      const [record] = await connections.inspect([CONNECTION_ID], START as EpochSeconds);
      return record?.kind === "open" ? record.connection.token.expiresAt : record?.code;
    },
  };
}

async function connected(...given: Parameters<typeof handlers>) {
  const all = handlers(...given);
  await all.connect();
  return all;
}

describe("authenticate", () => {
  it("moves the connection's end, and tells the new token's in whole seconds", async () => {
    const { authenticate, end } = await connected();
    const { frame, entry } = await authenticate(tokenWith({ exp: START + 7200.75 }));
    expect(frame).toStrictEqual({ type: "authenticated", now: START, expiresAt: START + 7200, id: "7" });
    expect(await end()).toBe(START + 7200);
    expect(entry).toMatchObject({
      function: "Authenticate",
      outcome: "renewed",
      connectionId: CONNECTION_ID,
      userId: "ann",
      issuer: POLICY.issuer,
      sourceIp: "203.0.113.7",
      tokenId: "newer",
    });
  });

  it("tells the token's own end, although the connection's comes first", async () => {
    const { authenticate } = await connected();
    const { frame } = await authenticate(tokenWith({ exp: START + 80_000 }));
    expect(frame).toMatchObject({ type: "authenticated", expiresAt: START + 80_000 });
  });

  it("keeps subscribing and pushes alive beyond the first token's end", async () => {
    const { authenticate, clock, subscriptions, connections } = await connected();
    const reference = { connectionId: CONNECTION_ID, userId: "ann" as UserId };
    const [early, late] = ["before" as EntityId, "after" as EntityId];
    await subscribeOne(subscriptions, { ...reference, entityId: early }, START as EpochSeconds);
    await authenticate(tokenWith());
    clock.advance(3600);
    const now = OLD_END as EpochSeconds;
    expect(await subscribeOne(subscriptions, { ...reference, entityId: late }, now)).toBe("subscribed");
    for (const entityId of [early, late]) {
      expect((await subscriptions.subscribersOf(entityId, now)).items).toHaveLength(1);
    }
    expect((await connections.liveConnectionsOf("ann" as UserId, now)).items).toHaveLength(1);
  });

  it.each(["data", "other"])("fault:M7 answers USER_CHANGED to the token of another user: %s", async (place) => {
    const { authenticate, end } = await connected();
    const data = { userId: place === "data" ? "eve" : "Ann", firstName: "Ann" };
    const { frame, entry } = await authenticate(tokenWith({ data }));
    expect(frame).toMatchObject({ type: "error", code: "USER_CHANGED", id: "7" });
    expect(entry).toMatchObject({ outcome: "user-changed", userId: "ann", tokenId: "newer" });
    expect(await end()).toBe(OLD_END);
  });

  it("fault:M7 answers USER_CHANGED where the handshake's token had another issuer", async () => {
    const { authenticate, end } = await connected();
    const authorizer = { ...AUTHORIZER, issuer: "https://another.example" };
    expect((await authenticate(tokenWith(), { authorizer })).frame).toMatchObject({ code: "USER_CHANGED" });
    expect(await end()).toBe(OLD_END);
  });

  it("counts by the user alone where an older version opened the connection", async () => {
    const { authenticate } = await connected();
    const { issuer: _, ...authorizer } = AUTHORIZER;
    expect((await authenticate(tokenWith(), { authorizer })).frame).toMatchObject({ type: "authenticated" });
  });

  it.each([
    ["that ends at the same time", { exp: OLD_END }, "ENDS_NO_LATER"],
    ["that ends earlier", { exp: OLD_END - 1 }, "ENDS_NO_LATER"],
    ["that has ended", { iat: START - 20, nbf: START - 20, exp: START }, "EXPIRED"],
    ["for another audience", { aud: "https://another.example" }, "AUDIENCE_NOT_ALLOWED"],
    ["of another issuer", { iss: "https://another.example" }, "ISSUER_NOT_ALLOWED"],
  ])("fault:M7 answers TOKEN_REFUSED to a token %s, and the old end stays", async (_title, claims, reason) => {
    const { authenticate, end } = await connected();
    const { frame, entry } = await authenticate(tokenWith(claims));
    expect(frame).toMatchObject({ type: "error", code: "TOKEN_REFUSED", id: "7" });
    expect(entry).toMatchObject({ outcome: "refused", reason, userId: "ann", sourceIp: "203.0.113.7" });
    expect(await end()).toBe(OLD_END);
  });

  it("fault:M8 answers TOKEN_REFUSED to a revoked token, and the old end stays", async () => {
    const { authenticate, end, revocations } = await connected();
    const revocation = { kind: "user", userId: "ann" as UserId, issuedBefore: START as EpochSeconds } as const;
    await revocations.add(revocation, (START + 9999) as EpochSeconds);
    const { frame, entry } = await authenticate(tokenWith());
    expect(frame).toMatchObject({ code: "TOKEN_REFUSED" });
    expect(entry).toMatchObject({ outcome: "refused", reason: "REVOKED", tokenId: "newer" });
    expect(await end()).toBe(OLD_END);
    expect((await authenticate(tokenWith({ iat: START + 1 }))).frame).toMatchObject({ type: "authenticated" });
  });

  it("fault:M9 answers INTERNAL when the revocations cannot be read, and the old end stays", async () => {
    const { authenticate, end } = await connected({
      revocations: {
        add: async () => undefined,
        concerning: () => Promise.reject(new DependencyUnavailableError("CONNECTION_STORE")),
      },
    });
    expect((await authenticate(tokenWith())).frame).toMatchObject({ code: "INTERNAL", id: "7" });
    expect(await end()).toBe(OLD_END);
  });

  it("answers TOKEN_EXPIRED after the end, TOKEN_REVOKED after a revocation, NOT_CONNECTED after a close", async () => {
    const late = await connected();
    late.clock.advance(3600);
    expect((await late.authenticate(tokenWith())).frame).toMatchObject({ code: "TOKEN_EXPIRED", id: "7" });

    const revoked = await connected();
    const [record] = await revoked.connections.inspect([CONNECTION_ID], START as EpochSeconds);
    if (record?.kind === "open")
      await revoked.connections.end(record.connection, "TOKEN_REVOKED", START as EpochSeconds);
    expect((await revoked.authenticate(tokenWith())).frame).toMatchObject({ code: "TOKEN_REVOKED", id: "7" });

    const closed = handlers();
    expect((await closed.authenticate(tokenWith())).frame).toMatchObject({ code: "NOT_CONNECTED", id: "7" });
  });

  it("answers STALE to a request that comes late, and the end stays", async () => {
    const { send, end } = await connected();
    const body = (seq: number, exp: number) =>
      JSON.stringify({ action: "authenticate", token: tokenWith({ exp }), id: "7", seq });
    expect((await send(body(4, START + 7200))).frame).toMatchObject({ type: "authenticated" });
    for (const seq of [4, 3]) {
      const { frame, entry } = await send(body(seq, START + 8000));
      expect(frame).toMatchObject({ type: "error", code: "STALE", retryable: false, id: "7" });
      expect(entry).toMatchObject({ outcome: "stale" });
    }
    expect(await end()).toBe(START + 7200);
  });

  it("has the subscriptions looked at again after a token with other grants, and no others", async () => {
    const { authenticate, tasks, connections } = await connected();
    const permissions = ["subscribe:order-*", "read"];
    await authenticate(tokenWith({ permissions }));
    const named = { kind: "named", ids: [CONNECTION_ID] };
    expect(tasks.deferred).toMatchObject([
      { task: { order: { kind: "review" }, part: named }, delaySeconds: 1 },
      { task: { order: { kind: "review" }, part: named }, delaySeconds: 4 },
      { task: { order: { kind: "review" }, part: named }, delaySeconds: 8 },
    ]);
    await authenticate(tokenWith({ permissions, exp: START + 7201 }));
    expect(tasks.deferred).toHaveLength(3);
    expect(connections.openRecord(CONNECTION_ID)?.grants).toEqual([{ verb: "subscribe", pattern: "order-*" }]);
  });

  it("answers INTERNAL if nobody could be told to look at the subscriptions again, and nothing has changed", async () => {
    const { authenticate, tasks, end, connections } = await connected();
    tasks.outages = 1;
    const { frame, entry } = await authenticate(tokenWith({ permissions: ["subscribe:order-*"] }));
    expect(frame).toMatchObject({ type: "error", code: "INTERNAL", retryable: true, id: "7" });
    expect(entry).toMatchObject({ outcome: "failed", dependency: "ADMIN_QUEUE" });
    expect(await end()).toBe(OLD_END);
    expect(connections.openRecord(CONNECTION_ID)?.grants).toEqual([]);
  });

  it("attack:H8 renews no connection but the sender's own", async () => {
    const { authenticate, send, end } = await connected();
    const forged = { action: "authenticate", token: tokenWith(), id: "7", connectionId: CONNECTION_ID };
    const elsewhere = { connectionId: "AAAAAAAAAAAAAAA=" };
    expect((await authenticate(tokenWith(), elsewhere)).frame).toMatchObject({ code: "NOT_CONNECTED" });
    expect((await send(JSON.stringify(forged), elsewhere)).frame).toMatchObject({ code: "BAD_REQUEST" });
    expect(await end()).toBe(OLD_END);
  });

  it.each([
    ["attack:G3 a seq that is no number", { token: "a.b.c", seq: "1" }, "seq"],
    ["attack:G3 no token", {}, "token"],
    ["attack:G3 an empty token", { token: "" }, "token"],
    ["attack:G3 a token that is an object", { token: { toString: "a.b.c" } }, "token"],
    ["attack:A15 a token over 8 KiB", { token: "a".repeat(8193) }, "token"],
    ["attack:G3 no id", { token: "a.b.c", id: undefined }, "id"],
    ["attack:G3 an unknown member", { token: "a.b.c", userId: "eve" }, undefined],
  ])("refuses a frame with %s", async (_title, members, member) => {
    const { send } = await connected();
    const { frame } = await send(JSON.stringify({ action: "authenticate", id: "7", ...members }));
    expect(frame).toMatchObject({ type: "error", code: "BAD_REQUEST" });
    expect(frame.member).toBe(member);
  });
});

describe("the attack table, at authenticate,", () => {
  const target = { secret: SECRET_TEXT, now: START };
  const isWhole = ({ token }: Attack) => token(target).length <= 8192 && token(target) !== "";

  it.each(tokenAttacks.filter(isWhole))("$id $title is TOKEN_REFUSED", async ({ token, reason }) => {
    const { authenticate, end } = await connected();
    const text = token(target);
    const { frame, entry, output } = await authenticate(text);
    expect(frame).toMatchObject({ type: "error", code: "TOKEN_REFUSED" });
    expect(entry).toMatchObject({ outcome: "refused", reason });
    expect(await end()).toBe(OLD_END);
    expect(leaksIn(output, plantedTexts(SECRET_TEXT, text))).toStrictEqual([]);
  });
});

describe("the token of a renewal", () => {
  const TOKEN = tokenWith();
  const bodies: readonly (readonly [string, string])[] = [
    ["a good frame", JSON.stringify({ action: "authenticate", token: TOKEN, id: "7" })],
    ["a frame with a member too many", JSON.stringify({ action: "authenticate", token: TOKEN, id: "7", more: TOKEN })],
    ["the token as a member's name", JSON.stringify({ action: "authenticate", [TOKEN]: 1, id: "7" })],
    ["the token in a list", JSON.stringify({ action: "authenticate", token: [TOKEN], id: "7" })],
    ["the token twice", `{"action":"authenticate","token":"${TOKEN}","token":"${TOKEN}","id":"7"}`],
    ["a frame that is cut off", `{"action":"authenticate","token":"${TOKEN}`],
    ["a frame with a stray character", `{"action":"authenticate","token":"${TOKEN}"x}`],
    ["the token alone", TOKEN],
    ["the token in an array", JSON.stringify([TOKEN])],
    ["a frame nested too deep", `{"action":"authenticate","token":${"[".repeat(40)}"${TOKEN}"${"]".repeat(40)}}`],
  ];
  const OUTCOMES: Readonly<Record<string, () => ReturnType<typeof handlers>>> = {
    "on an open connection": handlers,
    "when the revocations cannot be read": () =>
      handlers({
        revocations: {
          add: async () => undefined,
          concerning: () => Promise.reject(new Error(`cannot read ${TOKEN}`, { cause: new Error(TOKEN) })),
        },
      }),
  };

  describe.each(Object.entries(OUTCOMES))("%s", (_state, make) => {
    it.each(bodies)("attack:O1 attack:O3 is in no log entry and no frame after %s", async (_title, body) => {
      const { connect, send } = make();
      await connect();
      const { output, frame } = await send(body);
      expect(frame).toHaveProperty("type");
      expect(leaksIn(output, plantedTexts(SECRET_TEXT, TOKEN))).toStrictEqual([]);
    });

    it("attack:O1 attack:O3 is in no log entry and no frame without an authorizer's context", async () => {
      const { send } = make();
      const { output, frame } = await send(bodies[0]?.[1] ?? "", { authorizer: undefined });
      expect(frame).toMatchObject({ code: "INTERNAL" });
      expect(leaksIn(output, plantedTexts(SECRET_TEXT, TOKEN))).toStrictEqual([]);
    });
  });
});
