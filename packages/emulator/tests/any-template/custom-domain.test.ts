import { expect, it } from "vitest";
import { runTemplate } from "../../src/index.ts";
import { connectTo } from "../../src/testing.ts";

it("an API written by hand answers, with a role in place of a permission", async () => {
  const warnings: string[] = [];
  const template = "packages/emulator/tests/fixtures/custom-domain/template.yaml";
  const { url, port, close } = await runTemplate({ template, warn: (line) => warnings.push(line) });
  const client = await connectTo(url);
  client.send({ service: "service", action: "status" });
  const answer = await client.json();
  client.close();
  await close();

  expect(answer).toEqual({ type: "status", domain: `127.0.0.1:${port}`, color: "blue" });
  expect(warnings).toEqual([]);
});
