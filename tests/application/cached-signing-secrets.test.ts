import { describe, expect, it } from "vitest";
import { makeCachedSigningSecrets } from "../../src/application/cached-signing-secrets.ts";
import { DependencyUnavailableError } from "../../src/application/errors.ts";
import type { SigningSecretSource } from "../../src/application/ports/signing-secret-source.ts";
import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import { signingSecretsContract } from "../contracts/signing-secrets.contract.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { RotatingSecretSource } from "../fakes/rotating-secret-source.ts";

const START = Date.parse("2026-11-22T10:00:00Z");
const TOKEN_SECONDS = 3600;
/** The token's life and the five minutes in which a signer may not have heard of the rotation. */
const OVERLAP_SECONDS = TOKEN_SECONDS + 300;

function setUp() {
  const clock = new FixedClock(START);
  const logger = new RecordingLogger();
  const source = new RotatingSecretSource(() => clock.now(), "one");
  const secrets = makeCachedSigningSecrets({ source, clock, logger, tokenLifetimeSeconds: TOKEN_SECONDS });
  return { clock, logger, source, secrets };
}

async function texts(secrets: SigningSecrets, how: "read" | "reread" = "read"): Promise<string[]> {
  return (await secrets[how]()).map((secret) => secret.reveal());
}

signingSecretsContract("makeCachedSigningSecrets", async (text) => {
  const clock = new FixedClock(START);
  const source = new RotatingSecretSource(() => clock.now(), text);
  return makeCachedSigningSecrets({
    source,
    clock,
    logger: new RecordingLogger(),
    tokenLifetimeSeconds: TOKEN_SECONDS,
  });
});

describe("how often the source is asked", () => {
  it("R16 once for 100 concurrent first calls", async () => {
    const { secrets, source } = setUp();

    await Promise.all(Array.from({ length: 100 }, () => secrets.read()));

    expect(source.looks).toHaveLength(1);
  });

  it("once for concurrent rereads, which all get the new secret", async () => {
    const { secrets, source } = setUp();
    await secrets.read();
    source.rotate("two");

    const answers = await Promise.all([texts(secrets, "reread"), texts(secrets, "reread"), texts(secrets, "reread")]);

    expect(answers).toEqual(Array.from({ length: 3 }, () => ["two", "one"]));
    expect(source.looks).toHaveLength(2);
  });

  it.each([
    { seconds: 0, looks: 1 },
    { seconds: 299, looks: 1 },
    { seconds: 300, looks: 2 },
    { seconds: 301, looks: 2 },
    { seconds: -1, looks: 2 },
  ])("$looks times by a read $seconds s after the first", async ({ seconds, looks }) => {
    const { secrets, source, clock } = setUp();
    await secrets.read();

    clock.advance(seconds);
    await secrets.read();

    expect(source.looks).toHaveLength(looks);
  });

  it("K3 N2 at most once in 30 s by a flood of bad signatures", async () => {
    const { secrets, source, clock } = setUp();
    await secrets.read();

    for (let second = 0; second < 60; second += 1) {
      await Promise.all(Array.from({ length: 100 }, () => secrets.reread()));
      clock.advance(1);
    }

    expect(source.looks.slice(1).map(({ at }) => at - START / 1000)).toEqual([0, 30]);
  });

  it("R15 at most 25 times in an outage of ten minutes, in which every read is answered", async () => {
    const { secrets, source, clock } = setUp();
    await secrets.read();
    clock.advance(300);
    source.outage = new Error("down");

    const answers = [];
    for (let tenth = 0; tenth < 6000; tenth += 1) {
      answers.push(await texts(secrets, tenth % 2 === 0 ? "read" : "reread"));
      clock.advance(0.1);
    }

    expect(new Set(answers.flat())).toEqual(new Set(["one"]));
    expect(source.looks.filter(({ failed }) => failed).length).toBeLessThanOrEqual(25);
  });

  it("K1 after pauses of 1, 2, 4, 8, 16 and then 30 s while it fails", async () => {
    const { secrets, source, clock } = setUp();
    source.outage = new Error("down");

    for (let second = 0; second <= 91; second += 1) {
      await expect(secrets.read()).rejects.toThrow(DependencyUnavailableError);
      clock.advance(1);
    }

    expect(source.looks.map(({ at }) => at - START / 1000)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  it("after short pauses again when it has answered in between", async () => {
    const { secrets, source, clock } = setUp();
    const goDown = async (seconds: number) => {
      source.outage = new Error("down");
      for (let second = 0; second < seconds; second += 1) {
        await secrets.read().catch(() => {});
        clock.advance(1);
      }
      source.outage = undefined;
    };
    await goDown(15);
    await secrets.read();
    const before = source.looks.length;

    clock.advance(300);
    await goDown(15);

    const first = source.looks[before]?.at ?? 0;
    expect(source.looks.slice(before).map(({ at }) => at - first)).toEqual([0, 1, 3, 7]);
  });

  it("again after a freeze between question and answer, whose age counts from the question", async () => {
    const { clock } = setUp();
    const source = new RotatingSecretSource(() => clock.now(), "one");
    const slow: SigningSecretSource = {
      fetch: async (rotatedAfter) => {
        const versions = await source.fetch(rotatedAfter);
        clock.advance(200);
        return versions;
      },
    };
    const secrets = makeCachedSigningSecrets({
      source: slow,
      clock,
      logger: new RecordingLogger(),
      tokenLifetimeSeconds: 1,
    });
    await secrets.read();

    clock.advance(100);
    await secrets.read();

    expect(source.looks).toHaveLength(2);
  });

  it("again right after an outage has ended and one pause is over", async () => {
    const { secrets, source, clock } = setUp();
    source.outage = new Error("down");
    await expect(secrets.read()).rejects.toThrow(DependencyUnavailableError);
    source.outage = undefined;

    clock.advance(1);

    expect(await texts(secrets)).toEqual(["one"]);
  });
});

describe("a rotation", () => {
  it("K3 is heard of by the first signature that no known secret explains", async () => {
    const { secrets, source } = setUp();
    await secrets.read();
    source.rotate("two");

    const answers = [await texts(secrets), await texts(secrets, "reread"), await texts(secrets)];

    expect(answers).toEqual([["one"], ["two", "one"], ["two", "one"]]);
  });

  it("K3 I21 is heard of within 300 s without any", async () => {
    const { secrets, source, clock } = setUp();
    await secrets.read();
    source.rotate("two");

    clock.advance(300);

    expect(await texts(secrets)).toEqual(["two", "one"]);
  });

  it.each([
    { seconds: OVERLAP_SECONDS - 1, expected: ["two", "one"] },
    { seconds: OVERLAP_SECONDS, expected: ["two"] },
    { seconds: OVERLAP_SECONDS + 1, expected: ["two"] },
  ])("K4 leaves $expected valid $seconds s later, for a process started then", async ({ seconds, expected }) => {
    const { secrets, source, clock } = setUp();
    source.rotate("two");

    clock.advance(seconds);

    expect(await texts(secrets)).toEqual(expected);
  });

  it("K4 I21 ends the previous secret on time also from memory", async () => {
    const { secrets, source, clock } = setUp();
    source.rotate("two");
    clock.advance(OVERLAP_SECONDS - 10);
    await secrets.read();

    clock.advance(10);

    expect(await texts(secrets)).toEqual(["two"]);
    expect(source.looks).toHaveLength(1);
  });

  it("K4 I21 ends the previous secret on time also while the source is down", async () => {
    const { secrets, source, clock } = setUp();
    source.rotate("two");
    clock.advance(OVERLAP_SECONDS - 1000);
    await secrets.read();
    source.outage = new Error("down");

    clock.advance(1000);

    expect(await texts(secrets)).toEqual(["two"]);
  });

  it("keeps the object of a secret that moves from current to previous", async () => {
    const { secrets, source } = setUp();
    const [one] = await secrets.read();
    source.rotate("two");

    const [two, previous] = await secrets.reread();

    expect(previous).toBe(one);
    expect(two).not.toBe(one);
  });

  it("withdraws a secret when it is followed by another", async () => {
    const { secrets, source, clock } = setUp();
    await secrets.read();
    source.rotate("two");
    source.rotate("three");

    clock.advance(300);

    expect(await texts(secrets)).toEqual(["three", "two"]);
  });

  it("K6 that shows one version under both labels gives it once", async () => {
    const { secrets, source } = setUp();
    source.rotate("one");

    expect(await texts(secrets)).toEqual(["one"]);
  });
});

describe("an outage", () => {
  it("K1 without an answer to fall back on throws, and keeps the cause", async () => {
    const { secrets, source, logger } = setUp();
    source.outage = new Error("AccessDenied");

    const thrown = await secrets.read().catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(DependencyUnavailableError);
    expect(thrown).toMatchObject({ dependency: "SIGNING_SECRETS", cause: source.outage });
    expect(logger.lines).toEqual([]);
  });

  it("K1 in the pause after a failure throws with the same cause", async () => {
    const { secrets, source } = setUp();
    source.outage = new Error("AccessDenied");
    await secrets.read().catch(() => {});

    const thrown = await secrets.reread().catch((error: unknown) => error);

    expect(thrown).toMatchObject({ cause: source.outage });
  });

  it.each([
    { seconds: 3599, outcome: "one" },
    { seconds: 3600, outcome: "SIGNING_SECRETS is unavailable" },
  ])("K1 R15 is bridged with an answer $seconds s old: $outcome", async ({ seconds, outcome }) => {
    const { secrets, source, clock } = setUp();
    await secrets.read();
    source.outage = new Error("down");

    clock.advance(seconds);
    const answered = await texts(secrets).catch((error: Error) => [error.message]);

    expect(answered).toEqual([outcome]);
  });

  it("is told once per look while it is bridged", async () => {
    const { secrets, source, clock, logger } = setUp();
    await secrets.read();
    source.outage = Object.assign(new Error("secret text"), { name: "ThrottlingException" });
    clock.advance(300);

    await Promise.all([secrets.read(), secrets.read(), secrets.reread()]);
    await secrets.read();

    expect(logger.lines).toEqual([
      { level: "warn", message: "signing secrets not refreshed", errorName: "ThrottlingException" },
    ]);
  });

  it("M11 R22 holds nothing longer because the clock was set back", async () => {
    const { secrets, source, clock } = setUp();
    await secrets.read();
    source.outage = new Error("down");

    clock.advance(-7200);

    await expect(secrets.read()).rejects.toThrow(DependencyUnavailableError);
  });
});
