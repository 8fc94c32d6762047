import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeTemplate, projectTemplate, replaced } from "../support/project-template.ts";

const template = projectTemplate();

/** The template with one more property in one of its maps. */
function withProperty(before: string, line: string): string {
  return replaced(template, before, `${before}${line}\n`);
}

const ROUTE = "        subscribe:\n";
const API = "    Type: AWS::Serverless::WebSocketApi\n    Properties:\n";
const FUNCTIONS = "    Handler: index.handler\n";
const QUEUE = "  EntityUpdatedQueue:\n    Type: AWS::SQS::Queue\n    Properties:\n";

/** One test for each row of the document, by the row's id. */
const lines: Readonly<Record<string, () => void>> = {
  "TE-1"() {
    for (const text of [withProperty(QUEUE, "      Tags: []"), withProperty(FUNCTIONS, "    RecursiveLoop: Allow")])
      expect(describeTemplate(text).warnings).toEqual([]);
  },
  "TE-2"() {
    const models = describeTemplate(withProperty(ROUTE, "          RequestModels: { $default: M }")).warnings;
    const layers = describeTemplate(withProperty(FUNCTIONS, "    Layers: []")).warnings;
    expect(models).toEqual([
      expect.stringMatching(/^infra\/template\.yaml:\d+: WebsocketApi\.Routes\.subscribe\.Req.*model/),
    ]);
    expect(layers).toEqual([expect.stringMatching(/^infra\/template\.yaml:\d+: Globals\.Function\.Layers .*layers/)]);
  },
  "TE-3"() {
    const keys = withProperty(ROUTE, "          ApiKeyRequired: true");
    expect(() => describeTemplate(keys)).toThrow(/^infra.*:\d+: WebsocketApi\.Routes\.subscribe\.ApiKeyRequired .*$/);
    const fifo = withProperty(QUEUE, "      FifoQueue: true");
    expect(() => describeTemplate(fifo)).toThrow(/^infra.*:\d+: EntityUpdatedQueue\.FifoQueue .*$/);
  },
  "TE-4"() {
    const text = withProperty(API, "      StageNames: dev");
    expect(() => describeTemplate(text)).toThrow(/^infra.*:\d+: WebsocketApi\.StageNames .*misspelt\?$/);
  },
  "TE-5"() {
    const table =
      "    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Delete\n    UpdateReplacePolicy: Delete\n    Properties:\n";
    expect(describeTemplate(withProperty(table, "      Misspelt: 1")).warnings).toEqual([]);
    const bucket = replaced(template, "Resources:\n", "Resources:\n  Bucket: { Type: AWS::S3::Bucket }\n");
    expect(describeTemplate(bucket).warnings).toEqual([
      expect.stringMatching(/Bucket is ignored.*AWS::S3::Bucket is not emulated$/),
    ]);
  },
};

describe("docs/fidelity.md, the template", () => {
  it("has exactly the rows that are tested here", () => {
    const documented = [...readFileSync("packages/emulator/docs/fidelity.md", "utf8").matchAll(/^\| (TE-\d+) /gm)].map(
      ([, id]) => id,
    );
    expect(documented).toEqual(Object.keys(lines));
  });

  it.each(Object.entries(lines))("%s", (_, test) => test());
});
