import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRotateSigningSecret, ROTATION_STEPS } from "../../../src/application/secrets/rotate-signing-secret.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { describeRotatingSecret } from "../../contracts/rotating-secret.contract.ts";
import { InMemoryRotatingSecret } from "../../fakes/in-memory-rotating-secret.ts";

describe("InMemoryRotatingSecret, the fake", () => {
  describeRotatingSecret({
    make: async () => {
      const secret = new InMemoryRotatingSecret("v1", "old");
      secret.pending = "v2";
      return { secret, current: "v1", pending: "v2" };
    },
    whenDown: "in-process",
  });
});

function setUp(texts?: readonly string[]) {
  const secret = new InMemoryRotatingSecret("v1", "old-signing-secret-0123456789abcdef");
  secret.pending = "v2";
  let generated = 0;
  const generator = {
    next: () => {
      generated += 1;
      return new Secret(texts?.[generated - 1] ?? `generated-${generated}-`.padEnd(43, "x"));
    },
  };
  return { secret, rotate: makeRotateSigningSecret({ secret, generator }) };
}

describe("rotating the signing secret", () => {
  it("makes a new secret current and keeps the old one as the previous", async () => {
    const { secret, rotate } = setUp();

    const outcomes = [];
    for (const step of ROTATION_STEPS) outcomes.push(await rotate({ step, version: "v2" }));

    expect(outcomes).toEqual(ROTATION_STEPS.map(() => ({ kind: "done" })));
    expect(secret).toMatchObject({ current: "v2", previous: "v1" });
    expect(secret.values.get("v2")?.reveal()).toMatch(/^generated-1-/);
  });

  it("leaves the current secret current until the last step", async () => {
    const { secret, rotate } = setUp();

    for (const step of ROTATION_STEPS.slice(0, -1)) await rotate({ step, version: "v2" });

    expect(secret).toMatchObject({ current: "v1", previous: undefined });
  });

  it("fault:18 ends the same, however often its steps are repeated", async () => {
    const repeats = fc.tuple(...ROTATION_STEPS.map(() => fc.integer({ min: 1, max: 3 })));
    await fc.assert(
      fc.asyncProperty(repeats, async (times) => {
        const { secret, rotate } = setUp();
        for (const [index, step] of ROTATION_STEPS.entries()) {
          for (let time = 0; time < (times[index] ?? 1); time += 1) await rotate({ step, version: "v2" });
        }
        expect(secret).toMatchObject({ current: "v2", previous: "v1" });
        expect(secret.values.get("v2")?.reveal()).toMatch(/^generated-1-/);
      }),
    );
  });

  it.each(ROTATION_STEPS)("refuses %s for a version that no rotation has begun", async (step) => {
    const { secret, rotate } = setUp();

    const outcome = await rotate({ step, version: "v3" });

    expect(outcome).toEqual({ kind: "refused", reason: "VERSION_NOT_PENDING" });
    expect(secret).toMatchObject({ current: "v1", previous: undefined });
    expect(secret.values.has("v3")).toBe(false);
  });

  it.each(ROTATION_STEPS)("has nothing to do in %s once the version is current, whatever it holds", async (step) => {
    const { secret, rotate } = setUp();
    secret.values.set("v1", new Secret("weak"));

    const outcome = await rotate({ step, version: "v1" });

    expect(outcome).toEqual({ kind: "done" });
    expect(secret).toMatchObject({ current: "v1", previous: undefined });
  });

  it.each([
    { title: "fault:K10 shorter than 32 characters", text: "a".repeat(31), reason: "KEY_TOO_SHORT" },
    { title: "fault:K10 of NULs", text: "\0".repeat(32), reason: "KEY_NOT_PRINTABLE" },
    { title: "fault:K12 a repeated text", text: "password".repeat(4), reason: "KEY_TOO_UNIFORM" },
    { title: "fault:K8 a PEM public key", text: "-----BEGIN PUBLIC KEY-----".padEnd(64, "A"), reason: "KEY_IS_PUBLIC" },
    { title: "empty", text: undefined, reason: "VERSION_EMPTY" },
  ])("$title is neither accepted nor promoted", async ({ text, reason }) => {
    const { secret, rotate } = setUp();
    if (text !== undefined) secret.values.set("v2", new Secret(text));

    const outcomes = [
      await rotate({ step: "testSecret", version: "v2" }),
      await rotate({ step: "finishSecret", version: "v2" }),
    ];

    expect(outcomes).toEqual([
      { kind: "refused", reason },
      { kind: "refused", reason },
    ]);
    expect(secret).toMatchObject({ current: "v1", previous: undefined });
  });

  it("leaves a version empty for the next try if the generated text is refused as a key", async () => {
    const { secret, rotate } = setUp(["weak"]);

    const outcomes = [
      await rotate({ step: "createSecret", version: "v2" }),
      await rotate({ step: "createSecret", version: "v2" }),
    ];

    expect(outcomes).toEqual([{ kind: "refused", reason: "KEY_TOO_SHORT" }, { kind: "done" }]);
    expect(secret.values.get("v2")?.reveal()).toMatch(/^generated-2-/);
  });

  it("accepts a copy of the current secret, with which Secrets Manager tries a new schedule", async () => {
    const { secret, rotate } = setUp();
    secret.values.set("v2", new Secret(secret.values.get("v1")?.reveal() ?? ""));

    expect(await rotate({ step: "testSecret", version: "v2" })).toEqual({ kind: "done" });
  });
});
