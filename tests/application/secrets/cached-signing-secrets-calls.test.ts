import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { SigningSecretSource } from "../../../src/application/ports/signing-secrets.ts";
import { makeCachedSigningSecrets } from "../../../src/application/secrets/cached-signing-secrets.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { RotatingSecretSource } from "../../fakes/rotating-secret-source.ts";
import { cachedSecrets, START, texts } from "../../support/cached-secrets.ts";

describe("the source is asked", () => {
  it("fault:16 once for 100 concurrent first calls", async () => {
    const { secrets, source } = cachedSecrets();

    await Promise.all(Array.from({ length: 100 }, () => secrets.read()));

    expect(source.looks).toHaveLength(1);
  });

  it("once for concurrent rereads, which all get the new secret", async () => {
    const { secrets, source } = cachedSecrets();
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
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();

    clock.advance(seconds);
    await secrets.read();

    expect(source.looks).toHaveLength(looks);
  });

  it("fault:K3 attack:N2 at most once in 5 s by a flood of bad signatures", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();

    for (let second = 0; second < 60; second += 1) {
      await Promise.all(Array.from({ length: 100 }, () => secrets.reread()));
      clock.advance(1);
    }

    expect(source.looks.slice(1).map(({ at }) => at - START / 1000)).toEqual(
      Array.from({ length: 12 }, (_, look) => look * 5),
    );
  });

  it("fault:15 24 times in an outage of ten minutes, in which every read succeeds and every reread fails", async () => {
    const { secrets, source, clock } = cachedSecrets();
    await secrets.read();
    clock.advance(300);
    source.outage = new Error("down");

    const answers = [];
    for (let tenth = 0; tenth < 6000; tenth += 1) {
      answers.push(await texts(secrets));
      await expect(secrets.reread()).rejects.toThrow(DependencyUnavailableError);
      clock.advance(0.1);
    }

    expect(new Set(answers.flat())).toEqual(new Set(["one"]));
    expect(source.looks.filter(({ outcome }) => outcome === "failed").length).toBe(24);
  });

  it("fault:K1 after pauses of 1, 2, 4, 8, 16 and then 30 s while it fails", async () => {
    const { secrets, source, clock } = cachedSecrets();
    source.outage = new Error("down");

    for (let second = 0; second <= 91; second += 1) {
      await expect(secrets.read()).rejects.toThrow(DependencyUnavailableError);
      clock.advance(1);
    }

    expect(source.looks.map(({ at }) => at - START / 1000)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  it("after short pauses again once it has responded", async () => {
    const { secrets, source, clock } = cachedSecrets();
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

  it("again after a freeze during a request, since the age counts from the request's start", async () => {
    const { clock } = cachedSecrets();
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

  it("again at once when an outage has ended and one pause is over", async () => {
    const { secrets, source, clock } = cachedSecrets();
    source.outage = new Error("down");
    await expect(secrets.read()).rejects.toThrow(DependencyUnavailableError);
    source.outage = undefined;

    clock.advance(1);

    expect(await texts(secrets)).toEqual(["one"]);
  });
});
