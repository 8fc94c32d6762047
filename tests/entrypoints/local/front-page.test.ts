import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ok, startTestRuntime, type TestRuntime } from "../../../packages/emulator/tests/support/test-runtime.ts";
import { hints } from "../../../src/entrypoints/local/banner.ts";
import { makeFrontPage } from "../../../src/entrypoints/local/front-page.ts";

let runtime: TestRuntime;

beforeAll(async () => {
  runtime = await startTestRuntime({
    handlers: { Connect: ok },
    services: [makeFrontPage({ stage: "dev", mintsTestTokens: true })],
  });
});

afterAll(() => runtime.close());

const get = (headers: Record<string, string> = {}, method = "GET", host = "127.0.0.1") =>
  fetch(`http://${host}:${runtime.port}/`, { headers, method });

const linesToCopy = () =>
  hints({ port: runtime.port, stage: "dev", mintsTestTokens: true }).flatMap(({ lines }) => lines);

describe("GET /", () => {
  it.each(["127.0.0.1", "localhost"])("on %s describes the server, with every command to copy", async (host) => {
    const response = await get({}, "GET", host);
    const text = await response.text();

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(text).toContain(`ws://127.0.0.1:${runtime.port}/dev`);
    expect(linesToCopy().length).toBeGreaterThan(5);
    for (const line of linesToCopy()) expect(text).toContain(line);
  });

  it("is a page for a browser, with a policy against scripts and other resources", async () => {
    const response = await get({ accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
    const html = await response.text();

    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toBe("default-src 'none'");
    for (const line of linesToCopy()) expect(html).toContain(line);
  });

  it("HEAD has the same headers and no body", async () => {
    const response = await get({}, "HEAD");
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("is the only page there, and is not for foreign hosts", async () => {
    expect((await get({}, "POST")).status).not.toBe(200);
    expect((await get({ origin: "https://evil.example" })).status).toBe(403);
  });
});
