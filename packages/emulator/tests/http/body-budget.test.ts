import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { Clock } from "../../src/clock/clock.ts";
import { BodyBudget, type Release } from "../../src/http/body-budget.ts";
import type { HttpService } from "../../src/http/http-service.ts";
import { deferred } from "../support/deferred.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { openSocket } from "../support/raw-socket.ts";
import { serveWithin } from "../support/serve-http-services.ts";

const KB = 1024;

/** Lets all pending promises continue. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("BodyBudget", () => {
  it("holds no more than its limit, serves in the order of asking, and ends with nothing held", async () => {
    const steps = fc.array(
      fc.oneof(
        fc.nat(100).map((bytes) => ({ bytes })),
        fc.constant("release" as const),
      ),
      {
        maxLength: 40,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const budget = new BodyBudget(100, new ManualScheduler());
        const served: number[] = [];
        const releases: Release[] = [];
        let asked = 0;
        for (const step of plan) {
          if (step === "release") releases.shift()?.();
          else {
            const number = asked++;
            void budget.acquire(step.bytes).then((release) => {
              served.push(number);
              if (release !== undefined) releases.push(release);
            });
          }
          await settle();
          expect(budget.heldBytes).toBeLessThanOrEqual(100);
        }
        for (; releases.length > 0; await settle()) releases.shift()?.();
        expect(served.length).toBe(asked);
        const withBytes = served.filter((number) => sizeOf(plan, number) > 0);
        expect(withBytes).toEqual(withBytes.toSorted((one, other) => one - other));
        expect(budget.heldBytes).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("makes no request wait longer than twenty seconds, and serves the next one at once", async () => {
    const scheduler = new ManualScheduler();
    const budget = new BodyBudget(10, scheduler);
    const release = await budget.acquire(6);
    const large = budget.acquire(9);
    scheduler.advance(10_000);
    const small = budget.acquire(4);
    scheduler.advance(10_000);
    expect(await large).toBeUndefined();
    expect(await small, "it waited for the large one alone").toBeDefined();
    release?.();
    release?.();
    expect(budget.heldBytes, "a double release counts once").toBe(4);
    expect(scheduler.pending).toBe(0);
  });

  it("lets a thousand wait, and refuses the next", async () => {
    const budget = new BodyBudget(1, new ManualScheduler());
    await budget.acquire(1);
    const waiting = Array.from({ length: 1_000 }, () => budget.acquire(1));
    expect(await budget.acquire(1)).toBeUndefined();
    expect(await Promise.race([...waiting, Promise.resolve("waiting")])).toBe("waiting");
  });
});

function sizeOf(plan: readonly (string | { readonly bytes: number })[], number: number): number {
  const asked = plan.filter((step) => typeof step === "object");
  return asked[number]?.bytes ?? 0;
}

describe("request bodies together", () => {
  async function serve(budget: BodyBudget, service: HttpService) {
    const { origin, close } = await serveWithin(budget, service);
    onTestFinished(close);
    const post = (body: Uint8Array<ArrayBuffer>) => fetch(origin, { method: "POST", body });
    return { origin, post };
  }

  it("attack:N3 hold no more than the budget, and all get responses", async () => {
    const budget = new BodyBudget(300 * KB, new Clock());
    const held: number[] = [];
    let inside = 0;
    const { post } = await serve(budget, async ({ body }) => {
      inside += body.length;
      held.push(inside);
      await settle();
      inside -= body.length;
      return { status: 200 };
    });
    const answers = await Promise.all(Array.from({ length: 60 }, () => post(new Uint8Array(100 * KB))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(Math.max(...held)).toBeLessThanOrEqual(300 * KB);
    expect(budget.heldBytes).toBe(0);
  });

  it("attack:N3 are held as long as they are in use, also after the response", async () => {
    const budget = new BodyBudget(100 * KB, new Clock());
    const used = deferred();
    const { post } = await serve(budget, async () => ({ status: 202, until: used.promise }));
    await post(new Uint8Array(80 * KB));
    expect(budget.heldBytes).toBe(80 * KB);
    used.resolve();
    await expect.poll(() => budget.heldBytes).toBe(0);
  });

  it("attack:N3 are refused with 503 if there is no room in time, and reach no handler", async () => {
    const scheduler = new ManualScheduler();
    const budget = new BodyBudget(100 * KB, scheduler);
    const release = await budget.acquire(50 * KB);
    let reached = 0;
    const { post } = await serve(budget, async () => {
      reached += 1;
      return { status: 200 };
    });
    const refused = post(new Uint8Array(80 * KB));
    await expect.poll(() => scheduler.pending).toBe(1);
    scheduler.advance(20_000);
    const { status, headers } = await refused;
    expect([status, headers.get("x-amzn-errortype")]).toEqual([503, "ServiceUnavailableException"]);
    expect(reached).toBe(0);
    release?.();
    expect((await post(new Uint8Array(80 * KB))).status).toBe(200);
  });

  it("attack:N3 of a client that goes away are not held", async () => {
    const budget = new BodyBudget(100 * KB, new Clock());
    const { origin } = await serve(budget, async () => ({ status: 200 }));
    const socket = await openSocket(Number(new URL(origin).port));
    socket.on("error", () => {});
    socket.write("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90000\r\n\r\nhalf");
    await expect.poll(() => budget.heldBytes).toBe(90_000);
    socket.resetAndDestroy();
    await expect.poll(() => budget.heldBytes).toBe(0);
  });

  it("attack:N3 of more than 6 MB are refused before they are read", async () => {
    const budget = new BodyBudget(100 * KB, new Clock());
    const { origin } = await serve(budget, async () => ({ status: 200 }));
    const socket = await openSocket(Number(new URL(origin).port));
    socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${6 * KB * KB + 1}\r\n\r\n`);
    const [answer] = await Promise.all([new Promise((resolve) => socket.once("data", resolve))]);
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });
});
