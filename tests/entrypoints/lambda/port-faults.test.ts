import { describe, expect, it } from "vitest";
import { deferred } from "../../../packages/emulator/tests/support/deferred.ts";
import { parseConnectEvent } from "../../../src/adapters/api-gateway/websocket-events.ts";
import { grantsId } from "../../../src/adapters/grants-id.ts";
import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { MemoryAdministeredAccess } from "../../../src/adapters/in-memory/memory-administered-access.ts";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../../src/adapters/in-memory/memory-revocation-list.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { JoseTokenSigner } from "../../../src/adapters/jose/jose-token-signer.ts";
import { makeCheckAdmission } from "../../../src/application/access/check-admission.ts";
import { makeMintTestToken } from "../../../src/application/access/mint-test-token.ts";
import { makeVerifyToken } from "../../../src/application/access/verify-token.ts";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import { makeRenewConnection } from "../../../src/application/connections/renew-connection.ts";
import { makeGrantedAccess } from "../../../src/application/subscriptions/granted-access.ts";
import { makeSubscribe, makeUnsubscribe } from "../../../src/application/subscriptions/subscribe.ts";
import type { EntityPattern } from "../../../src/domain/grants/grant.ts";
import { Secret } from "../../../src/domain/secret.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { authenticateHandler } from "../../../src/entrypoints/lambda/handlers/authenticate.ts";
import { authorizerHandler } from "../../../src/entrypoints/lambda/handlers/authorizer.ts";
import { checkHandler } from "../../../src/entrypoints/lambda/handlers/check.ts";
import { connectHandler } from "../../../src/entrypoints/lambda/handlers/connect.ts";
import { createTestJwtHandler } from "../../../src/entrypoints/lambda/handlers/create-test-jwt.ts";
import { disconnectHandler } from "../../../src/entrypoints/lambda/handlers/disconnect.ts";
import { resumeHandler } from "../../../src/entrypoints/lambda/handlers/resume.ts";
import { subscribeHandler } from "../../../src/entrypoints/lambda/handlers/subscribe.ts";
import { unsubscribeHandler } from "../../../src/entrypoints/lambda/handlers/unsubscribe.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingEndingTasks } from "../../fakes/recording-ending-tasks.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { forgeJws } from "../../support/forged-jws.ts";
import {
  AUTHORIZER_CONTEXT,
  authorizerEvent,
  CONNECTED_AT,
  connectEvent,
  disconnectEvent,
  messageEvent,
} from "../../support/gateway-events.ts";
import { goodClaims, goodToken, POLICY, SECRET_TEXT } from "../../support/good-token.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { authorizeOver, verifierOver } from "../../support/one-issuer.ts";
import { openConnectionOver } from "../../support/open-connection.ts";
import { urlEvent } from "../../support/url-event.ts";

/** The time limit of an invocation without a fault. */
const TIME_ENOUGH = 60_000;
/** The time after which a hanging call is given up, longer than the middleware's margin of 50 ms. */
const TIME_RUNS_OUT = 80;
const CANARY = "canary-7f3a";

type Call = (...args: never[]) => unknown;

/** `isOver`: the invocation has its result. */
type Fault = (call: Call, isOver: Promise<unknown>) => Call;

const throws: Fault = () => () => {
  throw new Error(CANARY);
};

const ASYNCHRONOUS: Readonly<Record<string, Fault>> = {
  throws,
  rejects: () => () => Promise.reject(new Error(CANARY)),
  hangs: () => () => new Promise(() => {}),
  "answers late":
    (call, isOver) =>
    async (...args) => {
      const answer = await call(...args);
      await isOver;
      return answer;
    },
  "answers nothing": () => async () => undefined,
  "answers rubbish": () => async () => ({}),
};

/** A call that answers nothing anyway. */
const { "answers nothing": _nothing, "answers rubbish": _rubbish, ...WITHOUT_ANSWER } = ASYNCHRONOUS;

/** The faults in which Lambda's timeout ends the invocation. */
const UNANSWERED: ReadonlySet<string> = new Set(["hangs", "answers late"]);

function parts(remainingMillis = TIME_ENOUGH) {
  const connections = new MemoryConnectionStore();
  return {
    clock: new FixedClock(CONNECTED_AT),
    secrets: new FixedSigningSecrets(new Secret(SECRET_TEXT)),
    connections,
    revocations: new MemoryRevocationList(),
    subscriptions: new MemorySubscriptionStore(connections),
    administered: new MemoryAdministeredAccess(),
    tasks: new RecordingEndingTasks(),
    ids: { next: () => "1" },
    logger: new RecordingLogger(),
    context: lambdaContext(remainingMillis),
  };
}

type Parts = ReturnType<typeof parts>;

/** A clock returns at once or throws. */
const SYNCHRONOUS: Readonly<Record<string, Fault>> = { throws };

/** Only the authorizer judges by the time. */
const JUDGING: Readonly<Record<string, Fault>> = { throws, "answers rubbish": () => () => Number.NaN };

const NOW = CONNECTED_AT / 1000;
const FORGED = forgeJws({ payload: { exp: NOW + 60 }, key: "another-secret-0123456789abcdef0123" });

/** Each handler, over the real use case and the real jose, with every port call that it makes. */
const CALLS: readonly {
  readonly title: string;
  readonly port: Exclude<keyof Parts, "context">;
  readonly method: string;
  readonly invoke: (all: Parts) => Promise<unknown>;
}[] = [
  ...(["read", "reread"] as const).map((method) => ({
    title: "authorizer",
    port: "secrets" as const,
    method,
    invoke: (all: Parts) => authorize(all, method === "read" ? goodToken(NOW) : FORGED),
  })),
  { title: "authorizer", port: "clock", method: "now", invoke: (all) => authorize(all, goodToken(NOW)) },
  { title: "connect", port: "connections", method: "countLive", invoke: connect },
  { title: "connect", port: "connections", method: "open", invoke: connect },
  { title: "connect", port: "revocations", method: "concerning", invoke: connect },
  { title: "connect", port: "clock", method: "now", invoke: connect },
  { title: "disconnect", port: "connections", method: "close", invoke: disconnect },
  { title: "disconnect", port: "subscriptions", method: "unsubscribeAll", invoke: disconnect },
  { title: "disconnect", port: "clock", method: "now", invoke: disconnect },
  { title: "authenticate", port: "secrets", method: "read", invoke: authenticate },
  { title: "authenticate", port: "revocations", method: "concerning", invoke: authenticate },
  { title: "authenticate", port: "connections", method: "renew", invoke: authenticate },
  { title: "authenticate", port: "tasks", method: "defer", invoke: authenticate },
  { title: "authenticate", port: "clock", method: "now", invoke: authenticate },
  ...([subscribe, resume] as const).flatMap((invoke) => [
    { title: invoke.name, port: "subscriptions" as const, method: "subscribe", invoke },
    { title: invoke.name, port: "administered" as const, method: "entriesOf", invoke },
    { title: invoke.name, port: "clock" as const, method: "now", invoke },
  ]),
  { title: "unsubscribe", port: "subscriptions", method: "unsubscribe", invoke: unsubscribe },
  { title: "unsubscribe", port: "clock", method: "now", invoke: unsubscribe },
  { title: "check", port: "secrets", method: "read", invoke: check },
  { title: "check", port: "connections", method: "countLive", invoke: check },
  { title: "check", port: "revocations", method: "concerning", invoke: check },
  { title: "check", port: "clock", method: "now", invoke: check },
  { title: "create-test-jwt", port: "secrets", method: "read", invoke: mint },
  { title: "create-test-jwt", port: "clock", method: "now", invoke: mint },
];

function authorize({ secrets, clock, logger, context }: Parts, token: string) {
  const handler = authorizerHandler({ authorize: authorizeOver(secrets, clock), logger });
  return handler(authorizerEvent({ query: { access_token: token } }), context);
}

function connect({ logger, context, ...ports }: Parts) {
  return connectHandler({ open: openConnectionOver(ports), logger })(connectEvent(), context);
}

function disconnect({ connections, subscriptions, clock, logger, context }: Parts) {
  const handler = disconnectHandler({ close: makeCloseConnection({ connections, subscriptions, clock }), logger });
  return handler(disconnectEvent(), context);
}

function mint({ secrets, clock, ids, logger, context }: Parts) {
  const signer = new JoseTokenSigner(secrets);
  const handler = createTestJwtHandler({ mint: makeMintTestToken({ signer, policy: POLICY, clock, ids }), logger });
  return handler({ userId: "ann" }, context);
}

/** A renewal of a connection that is open, with a token that ends later and grants more. */
async function authenticate(all: Parts) {
  const { secrets, clock, connections, revocations, tasks, logger, context } = all;
  const authorizer = { ...AUTHORIZER_CONTEXT, issuer: POLICY.issuer };
  const { opening } = parseConnectEvent(connectEvent({}, { authorizer }));
  const expiresAt = (NOW + 60) as EpochSeconds;
  await connections.open({ ...opening, token: { ...opening.token, expiresAt }, expiresAt }, []);
  const verifyToken = makeVerifyToken({ verifier: verifierOver(secrets), clock });
  const ports = { renewals: connections, revocations, tasks, issuerIds: issuerId, grantsIds: grantsId, clock };
  const renew = makeRenewConnection({ verifyToken, ...ports });
  const claims = { ...goodClaims(NOW), permissions: ["subscribe:order-17"] };
  const token = forgeJws({ payload: claims, key: SECRET_TEXT });
  const body = JSON.stringify({ action: "authenticate", token, id: "7" });
  return authenticateHandler({ renew, logger })(messageEvent(body, { authorizer }), context);
}

/** The entity that only an administrator's grant allows. */
const GRANTED = { entityId: "order-17" as EntityId, pattern: "order-17" as EntityPattern };

async function opened({ connections, subscriptions, administered, clock, ids, logger, context }: Parts) {
  const { opening } = parseConnectEvent(connectEvent());
  const { grants, identity, ...rest } = opening;
  const { userId } = identity;
  await connections.open({ ...rest, identity, expiresAt: (NOW + 60) as EpochSeconds }, grants);
  const change = {
    kind: "grant",
    userId,
    verb: "subscribe",
    pattern: GRANTED.pattern,
    at: NOW as EpochSeconds,
  } as const;
  await administered.record(change);
  const policy = makeGrantedAccess({ defaultGrants: [], administered, clock });
  const subscribing = makeSubscribe({ policy, subscriptions, clock, ids, limit: 100 });
  return { subscribing, unsubscribing: makeUnsubscribe({ subscriptions, clock }), logger, context };
}

async function subscribe(all: Parts) {
  const { subscribing, logger, context } = await opened(all);
  const body = JSON.stringify({ action: "subscribe", entityId: GRANTED.entityId, id: "7" });
  return subscribeHandler({ subscribe: subscribing, logger })(messageEvent(body), context);
}

async function resume(all: Parts) {
  const { subscribing, logger, context } = await opened(all);
  const limits = { entities: 100, entitiesPerFrame: 250, frameBytes: 32_768, pingAfter: 240 };
  const body = JSON.stringify({ action: "resume", entityIds: [GRANTED.entityId], id: "7" });
  return resumeHandler({ subscribe: subscribing, limits, logger })(messageEvent(body), context);
}

async function unsubscribe(all: Parts) {
  const { unsubscribing, logger, context } = await opened(all);
  const body = JSON.stringify({ action: "unsubscribe", entityId: GRANTED.entityId, id: "7" });
  return unsubscribeHandler({ unsubscribe: unsubscribing, logger })(messageEvent(body), context);
}

function check({ secrets, clock, logger, context, ...stores }: Parts) {
  const deps = { authorize: authorizeOver(secrets, clock), issuerIds: issuerId, clock, limit: 50, ...stores };
  const headers = { authorization: `Bearer ${goodToken(NOW)}` };
  return checkHandler({ check: makeCheckAdmission(deps), logger })(urlEvent({ headers }), context);
}

/** Whether the caller's request succeeded. */
function isGranted(answer: unknown): boolean {
  const { policyDocument, statusCode, authToken, body } = answer as Record<string, unknown>;
  if (typeof body === "string") return isAcknowledged(JSON.parse(body));
  return (
    JSON.stringify(policyDocument ?? "").includes("Allow") ||
    statusCode === 200 ||
    statusCode === 204 ||
    authToken !== undefined
  );
}

const ACKNOWLEDGEMENTS = ["authenticated", "resumed", "subscribed", "unsubscribed"];

function isAcknowledged({ type, results = [] }: { type: string; results?: readonly { code?: string }[] }): boolean {
  return ACKNOWLEDGEMENTS.includes(type) && results.every(({ code }) => code === undefined);
}

async function outcomeOf(invoke: () => Promise<unknown>): Promise<{ granted: boolean; text: string }> {
  const [outcome] = await Promise.allSettled([invoke()]);
  return outcome.status === "rejected"
    ? { granted: false, text: String(outcome.reason) }
    : { granted: isGranted(outcome.value), text: JSON.stringify(outcome.value) };
}

describe.each(CALLS)("when $method of $port fails under $title", ({ title, port, method, invoke }) => {
  it("positive control: nothing fails", async () => {
    const { granted } = await outcomeOf(() => invoke(parts()));
    expect(granted).toBe(method !== "reread");
  });

  const synchronous = title === "authorizer" ? JUDGING : SYNCHRONOUS;
  const faults = port === "clock" ? synchronous : method === "defer" ? WITHOUT_ANSWER : ASYNCHRONOUS;
  it.each(Object.entries(faults))("and %s: no caller is admitted, or told or logged why", async (kind, fault) => {
    const all = parts(UNANSWERED.has(kind) ? TIME_RUNS_OUT : TIME_ENOUGH);
    const isOver = deferred<void>();
    const subject = all[port] as unknown as Record<string, Call>;
    const call = (subject[method] as Call).bind(subject);
    Object.defineProperty(subject, method, { value: fault(call, isOver.promise) });
    const { granted, text } = await outcomeOf(() => invoke(all));
    isOver.resolve();
    // Late results have had their effect by then.
    await new Promise((resume) => setImmediate(resume));
    // Closing is idempotent and best effort: a late or odd result grants nothing.
    expect(granted && !(title === "disconnect" && kind.startsWith("answers "))).toBe(false);
    expect(text + JSON.stringify(all.logger.entries)).not.toContain(CANARY);
    expect(all.logger.entries).toHaveLength(1);
  });
});
