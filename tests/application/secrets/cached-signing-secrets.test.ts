import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { SigningSecrets } from "../../../src/application/ports/signing-secrets.ts";
import { describeSigningSecrets } from "../../contracts/signing-secrets.contract.ts";
import { cachedSecrets, TOKEN_SECONDS, texts } from "../../support/cached-secrets.ts";

/** A token's lifetime, plus the five minutes in which a signer may not know of the rotation. */
const OVERLAP_SECONDS = TOKEN_SECONDS + 300;

describe("makeCachedSigningSecrets", () => {
  describeSigningSecrets({
    make: async (text) => cachedSecrets(text).secrets,
    whenDown: () => {
      const { secrets, source } = cachedSecrets();
      // A source throws when its own time limit is over.
      source.outage = new Error("down");
      return secrets;
    },
  });
});

describe("a rotation", () => {
  it("fault:K3 is noticed at the first signature that no known secret verifies", async () => {
    const { secrets, source } = cachedSecrets();
    await secrets.read();
    source.rotate("two");

    const answers = [await texts(secrets), await texts(secrets, "reread"), await texts(secrets)];

    expect(answers).toEqual([["one"], ["two", "one"], ["two", "one"]]);
  });

  it.each([
    { seconds: 4.9, expected: ["one"] },
    { seconds: 5, expected: ["two", "one"] },
  ])("fault:K3 is noticed $seconds s after another reread: $expected", async ({ seconds, expected }) => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.reread();
    source.rotate("two");

    clock.advance(seconds);

    expect(await texts(secrets, "reread")).toEqual(expected);
  });

  it("fault:K3 inv:21 is noticed within 300 s without a reread", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();
    source.rotate("two");

    clock.advance(300);

    expect(await texts(secrets)).toEqual(["two", "one"]);
  });

  it.each([
    { seconds: OVERLAP_SECONDS - 1, expected: ["two", "one"] },
    { seconds: OVERLAP_SECONDS, expected: ["two"] },
    { seconds: OVERLAP_SECONDS + 1, expected: ["two"] },
  ])("fault:K4 leaves $expected valid $seconds s later, for a process started then", async ({ seconds, expected }) => {
    const { secrets, source, clock } = cachedSecrets();
    source.rotate("two");

    clock.advance(seconds);

    expect(await texts(secrets)).toEqual(expected);
  });

  it("fault:K4 inv:21 ends the previous secret on time also from memory", async () => {
    const { secrets, source, clock } = cachedSecrets();
    source.rotate("two");
    clock.advance(OVERLAP_SECONDS - 10);
    await secrets.read();

    clock.advance(10);

    expect(await texts(secrets)).toEqual(["two"]);
    expect(source.looks).toHaveLength(1);
  });

  it("fault:K4 inv:21 ends the previous secret on time also while the source is down", async () => {
    const { secrets, source, clock } = cachedSecrets();
    source.rotate("two");
    clock.advance(OVERLAP_SECONDS - 1000);
    await secrets.read();
    source.outage = new Error("down");

    clock.advance(1000);

    expect(await texts(secrets)).toEqual(["two"]);
  });

  it("keeps the object of a secret that moves from current to previous", async () => {
    const { secrets, source } = cachedSecrets();
    const [one] = await secrets.read();
    source.rotate("two");

    const [two, previous] = await secrets.reread();

    expect(previous).toBe(one);
    expect(two).not.toBe(one);
  });

  it("withdraws a secret when two newer ones have followed", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();
    source.rotate("two");
    source.rotate("three");

    clock.advance(300);

    expect(await texts(secrets)).toEqual(["three", "two"]);
  });

  it("fault:K6 that shows one version under both labels gives it once", async () => {
    const { secrets, source } = cachedSecrets();
    source.rotate("one");

    expect(await texts(secrets)).toEqual(["one"]);
  });
});

async function outcomeOf(secrets: SigningSecrets, how: "read" | "reread" = "read"): Promise<string[] | "unavailable"> {
  return texts(secrets, how).catch((error: unknown) => {
    if (!(error instanceof DependencyUnavailableError)) throw error;
    return "unavailable";
  });
}

describe("a secret that is deleted, or withheld from us", () => {
  it("fault:K1 ends the cached secrets at the first look, for every token", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();
    source.refusal = new Error("AccessDenied");
    const remembered = await outcomeOf(secrets);

    clock.advance(300);

    expect(remembered).toEqual(["one"]);
    expect([await outcomeOf(secrets), await outcomeOf(secrets, "reread")]).toEqual(["unavailable", "unavailable"]);
  });

  it("fault:K1 ends them at the first bad signature too, and an outage after it brings none back", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();
    source.refusal = new Error("AccessDenied");

    const outcomes = [await outcomeOf(secrets, "reread"), await outcomeOf(secrets)];
    source.outage = new Error("down");
    clock.advance(60);

    expect([...outcomes, await outcomeOf(secrets)]).toEqual(["unavailable", "unavailable", "unavailable"]);
  });

  it("fault:K1 is a fault with the service's response as its cause, until the secret is given back", async () => {
    const { secrets, source, clock, logger } = cachedSecrets();
    source.refusal = new Error("AccessDenied");
    const thrown = await secrets.read().catch((error: unknown) => error);
    source.refusal = undefined;

    clock.advance(1);

    expect(thrown).toMatchObject({ dependency: "SIGNING_SECRETS", cause: { message: "AccessDenied" } });
    expect(logger.entries).toEqual([]);
    expect(await outcomeOf(secrets)).toEqual(["one"]);
  });
});

describe("a previous version that cannot be read", () => {
  it("fault:K4 leaves only the current one valid, and is a fault for a signature that it does not verify", async () => {
    const { secrets, source, clock } = cachedSecrets();
    source.rotate("two");
    source.previousOutage = new Error("throttled");

    const throttled = [await outcomeOf(secrets), await outcomeOf(secrets, "reread")];
    source.previousOutage = undefined;
    clock.advance(1);

    expect(throttled).toEqual([["two"], "unavailable"]);
    expect(await outcomeOf(secrets, "reread")).toEqual(["two", "one"]);
  });

  it("fault:K4 stays valid up to an hour if it was read before, and only behind the same current one", async () => {
    const { secrets, source, clock } = cachedSecrets("one", 7200);
    source.rotate("two");
    await secrets.read();
    source.previousOutage = new Error("throttled");

    clock.advance(3500);
    const within = await outcomeOf(secrets);
    clock.advance(100);
    const after = await outcomeOf(secrets);
    source.rotate("three");
    clock.advance(300);

    expect([within, after, await outcomeOf(secrets)]).toEqual([["two", "one"], ["two"], ["three"]]);
  });

  it("is reported once per look", async () => {
    const { secrets, source, logger } = cachedSecrets();
    source.rotate("two");
    source.previousOutage = Object.assign(new Error("secret text"), { name: "ThrottlingException" });

    await Promise.all([secrets.read(), secrets.read()]);

    expect(logger.entries).toEqual([
      { level: "warn", message: "signing secrets not refreshed", errorName: "ThrottlingException" },
    ]);
  });
});

describe("an outage", () => {
  it("fault:K1 without a cached result throws, and keeps the cause", async () => {
    const { secrets, source, logger } = cachedSecrets();
    source.outage = new Error("AccessDenied");

    const thrown = await secrets.read().catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(DependencyUnavailableError);
    expect(thrown).toMatchObject({ dependency: "SIGNING_SECRETS", cause: source.outage });
    expect(logger.entries).toEqual([]);
  });

  it("fault:K1 in the pause after a failure throws with the same cause", async () => {
    const { secrets, source } = cachedSecrets();
    source.outage = new Error("AccessDenied");
    await secrets.read().catch(() => {});

    const thrown = await secrets.reread().catch((error: unknown) => error);

    expect(thrown).toMatchObject({ cause: source.outage });
  });

  it("fault:K1 is a fault for a signature that no known secret verifies", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();
    source.rotate("two");
    source.outage = new Error("down");

    const inOutage = [await outcomeOf(secrets), await outcomeOf(secrets, "reread")];
    source.outage = undefined;
    const inPause = await outcomeOf(secrets, "reread");
    clock.advance(1);

    expect(inOutage).toEqual([["one"], "unavailable"]);
    expect(inPause).toBe("unavailable");
    expect(await outcomeOf(secrets, "reread")).toEqual(["two", "one"]);
  });

  it("fault:K3 right after a reread is no fault for such a signature: the source is not asked again for 5 s", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.reread();
    source.outage = new Error("down");

    clock.advance(4.9);
    const within = await outcomeOf(secrets, "reread");
    clock.advance(0.1);

    expect(within).toEqual(["one"]);
    expect(await outcomeOf(secrets, "reread")).toBe("unavailable");
  });

  it.each([
    { seconds: 3599, outcome: "one" },
    { seconds: 3600, outcome: "SIGNING_SECRETS is unavailable" },
  ])("fault:K1 fault:15 is bridged with a result that is $seconds s old: $outcome", async ({ seconds, outcome }) => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();
    source.outage = new Error("down");

    clock.advance(seconds);
    const answered = await texts(secrets).catch((error: Error) => [error.message]);

    expect(answered).toEqual([outcome]);
  });

  it("is reported once per look while it is bridged", async () => {
    const { secrets, source, clock, logger } = cachedSecrets();
    await secrets.read();
    source.outage = Object.assign(new Error("secret text"), { name: "ThrottlingException" });
    clock.advance(300);

    await Promise.allSettled([secrets.read(), secrets.read(), secrets.reread()]);
    await secrets.read();

    expect(logger.entries).toEqual([
      { level: "warn", message: "signing secrets not refreshed", errorName: "ThrottlingException" },
    ]);
  });

  it("fault:M11 fault:22 keeps no secret longer when the clock is set back", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();
    source.outage = new Error("down");

    clock.advance(-7200);

    await expect(secrets.read()).rejects.toThrow(DependencyUnavailableError);
  });
});
