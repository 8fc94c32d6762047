import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { projectTemplate, replaced } from "../../packages/emulator/tests/support/project-template.ts";
import { DOCUMENTS } from "../../scripts/diagram/documents.ts";
import { readSystem } from "../../scripts/diagram/system.ts";

const TO_DO = "the template has changed: npm run diagram";

/** Changes of the template that matter to readers of the documents, and the documents that must then differ. */
const CHANGES: readonly (readonly [what: string, piece: string, instead: string, files: readonly string[]])[] = [
  ["a route's key", "        unsubscribe:\n", "        leave:\n", ["docs/diagram.svg", "docs/functions.md"]],
  ["a route without a function", "RouteKey: ping\n", "RouteKey: beat\n", ["docs/diagram.svg", "docs/functions.md"]],
  ["a timeout", "Timeout: 60\n", "Timeout: 61\n", ["docs/functions.md"]],
  ["an action", "dynamodb:PutItem, dynamodb:BatchGetItem", "dynamodb:BatchGetItem", ["docs/functions.md"]],
  ["the log level of Lambda", "ApplicationLogLevel: TRACE", "ApplicationLogLevel: INFO", ["docs/functions.md"]],
  ["a field of the access log", '"status":"$context.status",', "", ["docs/functions.md"]],
  ["a statement of the key's policy", "Action: kms:*", "Action: kms:Decrypt", ["docs/functions.md"]],
  ["the number of a rule's attempts", "MaximumRetryAttempts: 185", "MaximumRetryAttempts: 10", ["docs/functions.md"]],
  ["point-in-time recovery", "RecoveryEnabled: true", "RecoveryEnabled: false", ["docs/functions.md"]],
  ["the generation of the secret", "PasswordLength: 64", "PasswordLength: 32", ["docs/functions.md"]],
  ["the threshold of an alarm", "Threshold: 60\n", "Threshold: 61\n", ["docs/functions.md"]],
  ["a default", "Default: GSI1\n", "Default: GSI2\n", ["docs/functions.md"]],
  ["a variable", "QUERY_TOKEN: !Ref QueryToken", "QUERY_TOKEN: refused", ["docs/functions.md"]],
  ["the number of receives", "maxReceiveCount: 5", "maxReceiveCount: 6", ["docs/diagram.svg", "docs/functions.md"]],
  [
    "the senders to the dead letters",
    "Resource: [!GetAtt ContinuationQueue.Arn, !GetAtt Undeliverable.Arn]",
    "Resource: !GetAtt ContinuationQueue.Arn",
    ["docs/diagram.svg", "docs/functions.md"],
  ],
];

function renderings(text: string): readonly (readonly [file: string, text: string])[] {
  const system = readSystem(text);
  return DOCUMENTS.map(([file, render]) => [file, render(system)]);
}

describe("the pages made from the template", () => {
  it.each(renderings(projectTemplate()))("%s equals the output of `npm run diagram`", (file, rendered) => {
    expect(readFileSync(file, "utf8"), TO_DO).toBe(rendered);
  });

  it.each(CHANGES)("show %s", (_what, piece, instead, files) => {
    const changed = renderings(changedTemplate(piece, instead));
    const differing = changed.filter(([file, text]) => text !== readFileSync(file, "utf8")).map(([file]) => file);

    expect(differing).toEqual(files);
  });

  it("have every function of the template", () => {
    const declared = [...projectTemplate().matchAll(/^ {2}(\w+):\n {4}Type: AWS::Serverless::Function$/gm)];
    const missing = declared.flatMap(([, name = ""]) =>
      renderings(projectTemplate()).flatMap(([file, text]) => (text.includes(name) ? [] : `${name} in ${file}`)),
    );

    expect(declared.length).toBeGreaterThan(0);
    expect(missing).toEqual([]);
  });
});

function changedTemplate(piece: string, instead: string): string {
  const text = replaced(projectTemplate(), piece, instead);
  return piece.includes("unsubscribe:")
    ? text.replaceAll("WebsocketApiUnsubscribeRoute", "WebsocketApiLeaveRoute")
    : text;
}
