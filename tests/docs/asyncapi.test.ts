import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import { describe, expect, it } from "vitest";
import { asyncApiDocument, asyncApiYaml } from "../../scripts/asyncapi-document.ts";

type Channels = Readonly<
  Record<string, { readonly messages: Readonly<Record<string, { readonly examples: unknown[] }>> }>
>;

describe("docs/asyncapi.yaml", () => {
  it("equals the output of `npm run docs`", () => {
    expect(readFileSync("docs/asyncapi.yaml", "utf8")).toBe(asyncApiYaml());
  });

  it("is valid AsyncAPI with its examples, without a remark of the parser", async () => {
    const { document, diagnostics } = await new Parser().parse(asyncApiYaml());
    expect(diagnostics.map(({ path, message }) => `${path.join(".")}: ${message}`)).toEqual([]);
    expect(document?.version()).toMatch(/^3\./);
  });

  it("has an example of every message", () => {
    const channels = Object.values(asyncApiDocument()["channels"] as Channels);
    const bare = channels.flatMap(({ messages }) =>
      Object.entries(messages).flatMap(([name, { examples }]) => (examples.length === 0 ? [name] : [])),
    );
    expect(bare).toEqual([]);
  });
});
