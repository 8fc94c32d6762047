import { describe, expect, it, onTestFinished } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { type Json, ok } from "../support/handlers.ts";

async function running() {
  const emulator = await startEmulator({
    functions: { Any: ok },
    routes: { $default: "Any" },
    clock: { stopped: true, startAt: Date.UTC(2026, 10, 27, 12) },
  });
  onTestFinished(() => emulator.close());
  const call = async (path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const init = { method: "PUT", headers, body: typeof body === "string" ? body : JSON.stringify(body) };
    const response = await fetch(`${emulator.endpoint}${path}`, body === undefined ? { headers } : init);
    const answer: Json = await response.json().catch(() => undefined);
    return { status: response.status, answer };
  };
  return { emulator, call };
}

describe("/_local/clock", () => {
  it("tells the time, and moves it", async () => {
    const { emulator, call } = await running();
    expect(await call("/_local/clock")).toEqual({
      status: 200,
      answer: { now: "2026-11-27T12:00:00.000Z", stopped: true },
    });
    const { answer } = await call("/_local/clock", { advance: "2h" });
    expect(answer).toEqual({ now: "2026-11-27T14:00:00.000Z", stopped: true });
    expect(emulator.recording.events).toContainEqual({
      kind: "clock-advanced",
      millis: 7_200_000,
      at: emulator.clock.now(),
    });
    expect((await call("/_local/clock", { stopped: false })).answer).toMatchObject({ stopped: false });
    expect((await call("/_local/clock", { advance: "1m", stopped: true })).answer).toMatchObject({ stopped: true });
  });

  it("has ended idle connections when it responds", async () => {
    const { emulator, call } = await running();
    const client = await emulator.connect();
    await call("/_local/clock", { advance: "10m" });
    expect(await client.closed()).toEqual({ code: 1001, reason: "Going away" });
  });

  it.each([
    "",
    "[]",
    "{}",
    '{"advance":"soon"}',
    '{"advance":7}',
    '{"advance":"367d"}',
    '{"stopped":1}',
    '{"advance":"1s","x":1}',
  ])("answers %j with 400, and nothing has changed", async (body) => {
    const { call } = await running();
    const { status, answer } = await call("/_local/clock", body);
    expect([status, answer.message]).toEqual([400, expect.stringContaining("expected")]);
    expect((await call("/_local/clock")).answer).toEqual({ now: "2026-11-27T12:00:00.000Z", stopped: true });
  });
});

describe("/_local/faults", () => {
  it("tells what faults there are, sets them, and counts how often they struck", async () => {
    const { emulator, call } = await running();
    const before = await call("/_local/faults");
    expect(before.answer).toMatchObject({ seed: 1, faults: [], kinds: { cut: { members: ["connection"] } } });
    const faults = [{ kind: "function-failing", count: 1 }];
    expect((await call("/_local/faults", { faults, seed: 5 })).answer).toMatchObject({
      seed: 5,
      faults: [{ kind: "function-failing", count: 1, struck: 0 }],
    });
    const client = await emulator.connect();
    client.send("hello");
    await client.text();
    expect((await call("/_local/faults")).answer.faults).toMatchObject([{ struck: 1 }]);
    expect((await call("/_local/faults", { faults: [] })).answer.faults).toEqual([]);
  });

  it.each(["", '{"faults":{}}', '{"faults":[{"kind":"x"}]}', '{"faults":[],"seed":"1"}', '{"faults":[],"x":1}'])(
    "answers %j with 400, and nothing has changed",
    async (body) => {
      const { emulator, call } = await running();
      emulator.faults.set([{ kind: "cut" }]);
      expect((await call("/_local/faults", body)).status).toBe(400);
      expect(emulator.faults.list()).toHaveLength(1);
    },
  );
});

it.each(["/_local/clock", "/_local/faults"])(
  "%s is not for pages of other origins, and knows GET and PUT",
  async (path) => {
    const { emulator, call } = await running();
    const foreign = await call(path, { advance: "1h", faults: [] }, { origin: "https://evil.example" });
    expect([foreign.status, emulator.clock.now()]).toEqual([403, Date.UTC(2026, 10, 27, 12)]);
    expect((await fetch(`${emulator.endpoint}${path}`, { method: "POST" })).status).toBe(405);
  },
);
