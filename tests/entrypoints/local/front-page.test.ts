import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ok, startTestRuntime, type TestRuntime } from "../../../packages/emulator/tests/support/test-runtime.ts";
import { hints } from "../../../src/entrypoints/local/banner.ts";
import { frontPage } from "../../../src/entrypoints/local/front-page.ts";

let runtime: TestRuntime;

beforeAll(async () => {
  runtime = await startTestRuntime({
    handlers: { Connect: ok },
    describeProgram: (reached) => frontPage({ ...reached, mintsTestTokens: true }),
  });
});

afterAll(() => runtime.close());

describe("GET /", () => {
  it.each(["127.0.0.1", "localhost"])("on %s has every command to copy, with that name", async (host) => {
    const authority = `${host}:${runtime.port}`;
    const lines = hints({ authority, stage: "dev", mintsTestTokens: true }).flatMap(({ lines }) => lines);
    expect(lines.length).toBeGreaterThan(5);
    for (const accept of ["*/*", "text/html"]) {
      const page = await (await fetch(`http://${authority}/`, { headers: { accept } })).text();
      expect(page).toContain(`ws://${authority}/dev`);
      const shown = page.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&gt;", ">");
      for (const line of lines) expect(shown).toContain(line);
    }
  });
});
