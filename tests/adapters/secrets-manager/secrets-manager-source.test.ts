import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { SecretsManagerSource } from "../../../src/adapters/secrets-manager/secrets-manager-source.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { makeCachedSigningSecrets } from "../../../src/application/secrets/cached-signing-secrets.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { describeSigningSecrets } from "../../contracts/signing-secrets.contract.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { fetchHeld } from "../../support/secrets-manager/fetch-held.ts";
import { SecretsManagerServer } from "../../support/secrets-manager/secrets-manager-server.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt-AbCdEf";
const CREATED = 1_795_000_000;
const CANARY = "canary-secret-5f21-canary-secret-5f21";

const WITHIN_MILLIS = 2000;
const LONG_AGO = 0 as EpochMillis;
const AFTER_CREATION = (CREATED * 1000) as EpochMillis;

function value(signature: unknown): string {
  return JSON.stringify({ signature });
}

async function setUp(onFinished = onTestFinished) {
  const server = await SecretsManagerServer.start(onFinished);
  const secret = server.secret(ARN);
  secret.put(value("one"), CREATED);
  const client = server.client();
  return { server, secret, client, source: new SecretsManagerSource(client, ARN) };
}

async function cachedOver(server: SecretsManagerServer, arn = ARN, clock = new FixedClock(CREATED * 1000)) {
  const source = new SecretsManagerSource(server.client(), arn);
  return makeCachedSigningSecrets({ source, clock, logger: new RecordingLogger(), tokenLifetimeSeconds: 3600 });
}

async function texts(source: SecretsManagerSource, rotatedAfter = LONG_AGO): Promise<unknown> {
  const { current, previous } = await fetchHeld(source, rotatedAfter);
  return [current.reveal(), previous?.reveal()];
}

describe("makeCachedSigningSecrets over SecretsManagerSource", () => {
  describeSigningSecrets({
    make: async (text) => {
      const { server, secret } = await setUp();
      secret.put(value(text), CREATED);
      return cachedOver(server);
    },
    whenDown: async (outage) => {
      const { server } = await setUp();
      server.fault = () => ({ kind: outage === "fails" ? "reset" : "hang" });
      return cachedOver(server);
    },
  });
});

describe("SecretsManagerSource reads", () => {
  it("the current version, and when it was made", async () => {
    const { source } = await setUp();

    const { current, createdAt } = await fetchHeld(source, AFTER_CREATION);

    expect(current.reveal()).toBe("one");
    expect(createdAt).toBe(CREATED * 1000);
  });

  it("fault:K4 also the previous version while it is valid", async () => {
    const { source, secret } = await setUp();
    secret.put(value("two"), CREATED + 100);

    expect(await texts(source)).toEqual(["two", "one"]);
  });

  it("fault:K4 only the current version, in one request, afterwards", async () => {
    const { source, server, secret } = await setUp();
    secret.put(value("two"), CREATED);

    expect(await texts(source, AFTER_CREATION)).toEqual(["two", undefined]);
    expect(server.requests).toEqual(["GetSecretValue AWSCURRENT"]);
  });

  it("no previous version right after the secret was made", async () => {
    const { source } = await setUp();

    expect(await texts(source)).toEqual(["one", undefined]);
  });

  it("fault:K5 never the pending version", async () => {
    const { source, server, secret } = await setUp();
    secret.add("pending", value("three"), CREATED + 100, ["AWSPENDING"]);

    expect(await texts(source)).toEqual(["one", undefined]);
    expect(server.requests).not.toContain("GetSecretValue AWSPENDING");
  });

  it("fault:K6 the old versions while a rotation is half done and its version still empty", async () => {
    const { source, secret } = await setUp();
    secret.put(value("two"), CREATED + 100);
    secret.add("pending", {}, CREATED + 200, ["AWSPENDING"]);

    expect(await texts(source)).toEqual(["two", "one"]);
  });

  it("fault:K7 no previous version that was never usable, so that a repaired secret repairs everything", async () => {
    const { source, secret } = await setUp();
    secret.put("not JSON", CREATED + 100);
    secret.put(value("two"), CREATED + 200);

    expect(await texts(source)).toEqual(["two", undefined]);
  });

  it.each(["secret\n", " secret", "c2VjcmV0", "ſecret", "\u0000"])("fault:K9 %j unchanged", async (signature) => {
    const { source, secret } = await setUp();
    secret.put(value(signature), CREATED);

    const { current } = await fetchHeld(source, AFTER_CREATION);

    expect(current.reveal()).toBe(signature);
  });

  it("fault:K15 the named secret, among many", async () => {
    const { server } = await setUp();
    const other = `${ARN}-other`;
    server.secret(other).put(value("of another tenant"), CREATED);
    const [ours, theirs] = await Promise.all([cachedOver(server), cachedOver(server, other)]);

    const answers = await Promise.all([ours.read(), theirs.read(), ours.read(), theirs.read()]);

    expect(answers.map(([current]) => current.reveal())).toEqual([
      "one",
      "of another tenant",
      "one",
      "of another tenant",
    ]);
  });
});

describe("a malformed secret", () => {
  it.each<[title: string, content: string | { readonly SecretBinary: string }]>([
    ["is binary", { SecretBinary: Buffer.from(value(CANARY)).toString("base64") }],
    ["is empty", ""],
    ["is not JSON", `${CANARY}`],
    ["is JSON cut short", `{"signature":"${CANARY}`],
    ["is a JSON text", JSON.stringify(CANARY)],
    ["is a JSON array", JSON.stringify([{ signature: CANARY }])],
    ["is null", "null"],
    ["has no signature", JSON.stringify({ Signature: CANARY })],
    ["inherits a signature", `{"__proto__":{"signature":"${CANARY}"}}`],
    ["has a number", value(12_345_678_901)],
    ["has null", value(null)],
    ["has an object", value({ text: CANARY })],
    ["has an array", value([CANARY])],
    ["has an empty text", value("")],
  ])("fault:K7 that %s is our fault and is not quoted", async (_title, content) => {
    const { server, secret } = await setUp();
    secret.put(content, CREATED);
    const secrets = await cachedOver(server);

    const thrown: unknown = await secrets.read().catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(DependencyUnavailableError);
    expect(thrown).toMatchObject({ dependency: "SIGNING_SECRETS", cause: { code: "MALFORMED_SECRET" } });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(CANARY);
  });
});

describe("a call that fails", () => {
  const outages = [
    { type: "ExpiredTokenException", status: 400, attempts: 1 },
    { type: "InvalidParameterException", status: 400, attempts: 1 },
    { type: "ThrottlingException", status: 400, attempts: 2 },
    { type: "InternalServiceError", status: 500, attempts: 2 },
    { type: "ServiceUnavailable", status: 503, attempts: 2 },
  ] as const;

  it.each(outages)("fault:K1 with $type throws after $attempts attempts", async ({ type, status, attempts }) => {
    const { server, source } = await setUp();
    server.fault = () => ({ kind: "error", status, type });

    const thrown: unknown = await source.fetch(LONG_AGO, WITHIN_MILLIS).catch((error: unknown) => error);

    expect(thrown).toMatchObject({ name: type });
    expect(server.requests).toHaveLength(attempts);
  });

  it.each(outages)(
    "fault:K1 with $type for the previous version leaves the current one, and is reported",
    async (outage) => {
      const { server, source, secret } = await setUp();
      secret.put(value("two"), CREATED + 100);
      server.fault = (request) => (request.endsWith("AWSPREVIOUS") ? { kind: "error", ...outage } : undefined);

      const { current, previous, previousUnread } = await fetchHeld(source);

      expect([current.reveal(), previous]).toEqual(["two", undefined]);
      expect(previousUnread).toMatchObject({ name: outage.type });
    },
  );

  const answers = [
    "ResourceNotFoundException",
    "InvalidRequestException",
    "AccessDeniedException",
    "DecryptionFailure",
  ] as const;

  it.each(answers)("fault:K1 with %s means that there is no secret for us", async (type) => {
    const { server, source } = await setUp();
    server.fault = () => ({ kind: "error", status: 400, type });

    expect(await source.fetch(LONG_AGO, WITHIN_MILLIS)).toEqual({
      kind: "none",
      cause: expect.objectContaining({ name: type }),
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each(answers)("fault:K1 with %s for the previous version means that there is none", async (type) => {
    const { server, source, secret } = await setUp();
    secret.put(value("two"), CREATED + 100);
    server.fault = (request) => (request.endsWith("AWSPREVIOUS") ? { kind: "error", status: 400, type } : undefined);

    expect(await fetchHeld(source)).not.toHaveProperty("previousUnread");
    expect(await texts(source)).toEqual(["two", undefined]);
  });

  it.each([
    { title: "a connection that ends", fault: { kind: "reset" } },
    { title: "a body that is not JSON", fault: { kind: "body", body: "<html>not what you asked for</html>" } },
    { title: "an empty object", fault: { kind: "body", body: "{}" } },
    {
      title: "a version without a date",
      fault: { kind: "body", body: JSON.stringify({ SecretString: value("one") }) },
    },
  ] as const)("fault:K1 with $title throws", async ({ fault }) => {
    const { server, source } = await setUp();
    server.fault = () => fault;

    await expect(source.fetch(LONG_AGO, WITHIN_MILLIS)).rejects.toThrow();
  });

  it.each(["error", "reset", "hang"] as const)(
    "fault:K1 fault:K2 once with %s and then succeeds is no outage",
    async (kind) => {
      const { server, source } = await setUp();
      server.fault = () =>
        server.requests.length > 1
          ? undefined
          : kind === "error"
            ? { kind, status: 500, type: "InternalServiceError" }
            : { kind };

      expect(await texts(source, AFTER_CREATION)).toEqual(["one", undefined]);
    },
  );
});

describe.concurrent("a slow call", () => {
  it("fault:K2 of 1 s succeeds", async ({ onTestFinished, expect }) => {
    const { server, source } = await setUp(onTestFinished);
    server.fault = () => (server.requests.length > 1 ? undefined : { kind: "delay", millis: 1000 });

    expect(await texts(source, AFTER_CREATION)).toEqual(["one", undefined]);
  });

  it.for([
    { title: "4.9 s", fault: { kind: "delay", millis: 4900 } },
    { title: "for ever", fault: { kind: "hang" } },
  ] as const)(
    "fault:K2 $title ends in a fault, and all callers share one request",
    async ({ fault }, { onTestFinished, expect }) => {
      const { server } = await setUp(onTestFinished);
      server.fault = () => fault;
      const secrets = await cachedOver(server);

      const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => secrets.read()));

      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
      expect(server.requests.length).toBeLessThanOrEqual(2);
    },
  );

  it("fault:K2 of both versions together ends after 2 s, retries included", async ({ onTestFinished, expect }) => {
    const { server, source } = await setUp(onTestFinished);
    server.fault = () => ({ kind: "delay", millis: 1100 });

    const { current, previousUnread } = await fetchHeld(source);

    expect(current.reveal()).toBe("one");
    expect(previousUnread).toMatchObject({ name: "TimeoutError" });
  });

  it("fault:K2 ends after 2 s also in work before the SDK's request, such as a search for credentials", async ({
    onTestFinished,
    expect,
  }) => {
    const { server } = await setUp(onTestFinished);
    const client = server.client();
    client.config.credentials = () => new Promise(() => {});

    await expect(new SecretsManagerSource(client, ARN).fetch(LONG_AGO, WITHIN_MILLIS)).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });
});

describe("the number of calls to the service", () => {
  it("fault:16 fault:K2 is one for 100 concurrent first reads, and none for the next", async () => {
    const { server } = await setUp();
    const secrets = await cachedOver(server, ARN, new FixedClock((CREATED + 86_400) * 1000));

    await Promise.all(Array.from({ length: 100 }, () => secrets.read()));
    await secrets.read();

    expect(server.requests).toEqual(["GetSecretValue AWSCURRENT"]);
  });

  it.each([
    { title: "of all", of: "AWSCURRENT", requests: 48 },
    { title: "of the previous version alone", of: "AWSPREVIOUS", requests: 72 },
  ])(
    "fault:15 in an outage $title, ten minutes of bad signatures cause $requests requests",
    async ({ of, requests }) => {
      const { server, secret } = await setUp();
      secret.put(value("two"), CREATED + 100);
      const clock = new FixedClock((CREATED + 200) * 1000);
      const secrets = await cachedOver(server, ARN, clock);
      await secrets.read();
      server.fault = (request) =>
        request.endsWith(of) ? { kind: "error", status: 500, type: "InternalServiceError" } : undefined;
      const before = server.requests.length;

      for (let second = 0; second < 600; second += 1) {
        await expect(secrets.reread()).rejects.toThrow(DependencyUnavailableError);
        clock.advance(1);
      }

      expect(server.requests.slice(before)).toHaveLength(requests);
    },
  );
});
