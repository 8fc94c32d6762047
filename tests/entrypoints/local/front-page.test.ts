import { startEmulator, type TestEmulator } from "@portcullis/emulator/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ok } from "../../../packages/emulator/tests/support/handlers.ts";
import { hints } from "../../../src/entrypoints/local/banner.ts";
import { frontPage } from "../../../src/entrypoints/local/front-page.ts";

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await startEmulator({
    functions: { Connect: ok },
    routes: { $connect: "Connect" },
    describeProgram: (reached) => frontPage({ ...reached, mintsTestTokens: true }),
  });
});

afterAll(() => emulator.close());

describe("GET /", () => {
  it.each(["127.0.0.1", "localhost"])("on %s has every command to copy, with that name", async (host) => {
    const authority = `${host}:${emulator.port}`;
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
