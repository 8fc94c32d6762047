import { describe, expect, it } from "vitest";
import { type ExpandedTemplate, expandTemplate } from "../support/expanded-template.ts";
import { lackingKey } from "../support/key-use.ts";

const expanded = expandTemplate();
const template = expanded as ExpandedTemplate;

type Mutant = readonly [what: string, plant: (resources: ExpandedTemplate["Resources"]) => void, found: string];

/** The policy that the roles share. */
const statementsOf = (resources: ExpandedTemplate["Resources"]) =>
  resources["EncryptionKeyUse"]?.Properties.PolicyDocument.Statement;
const keyPolicyOf = (resources: ExpandedTemplate["Resources"]) => resources["EncryptionKey"]?.Properties.KeyPolicy;

const MUTANTS: readonly Mutant[] = [
  [
    "EncryptionKeyUse without kms:Decrypt",
    (resources) => {
      for (const statement of statementsOf(resources)) {
        statement.Action = [statement.Action].flat().filter((action) => action !== "kms:Decrypt");
      }
    },
    "AuthorizerRole lacks kms:Decrypt for JwtSignatureSecret",
  ],
  [
    "EncryptionKeyUse that is not for the table",
    (resources) => {
      const via = statementsOf(resources)[0].Condition.StringEquals;
      via["kms:ViaService"] = via["kms:ViaService"].filter(
        (name: unknown) => !JSON.stringify(name).includes("dynamodb"),
      );
    },
    "SubscribeRole lacks kms:Decrypt for WebsocketTable",
  ],
  [
    "a role without EncryptionKeyUse",
    (resources) => {
      delete resources["ConnectRole"]?.Properties.ManagedPolicyArns;
    },
    "ConnectRole lacks kms:Decrypt for WebsocketTable",
  ],
  [
    "a key policy without the log groups",
    (resources) => {
      const policy = keyPolicyOf(resources);
      policy.Statement = policy.Statement.filter(({ Sid }: { Sid: string }) => Sid !== "LogGroupsOfThisStack");
    },
    "CloudWatch Logs lacks kms:Encrypt for AccessLogs",
  ],
  [
    "a key policy without the log group of executions",
    (resources) => {
      const [, , logs] = keyPolicyOf(resources).Statement;
      logs.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"].pop();
    },
    "CloudWatch Logs lacks kms:Encrypt for ExecutionLogs",
  ],
  [
    "a key policy without the alarms",
    (resources) => {
      const policy = keyPolicyOf(resources);
      policy.Statement = policy.Statement.filter(({ Sid }: { Sid: string }) => Sid !== "AlarmsMayDeliver");
    },
    "cloudwatch.amazonaws.com lacks kms:Decrypt for Alarms",
  ],
];

describe.skipIf(expanded === undefined)("the key", () => {
  it("may be used by all principals that read or write encrypted data", () => {
    expect(lackingKey(template)).toEqual([]);
  });

  it.each(MUTANTS)("is reported as missing with %s", (_what, plant, found) => {
    const mutant = structuredClone(template);
    plant(mutant.Resources as Record<string, never>);

    expect(lackingKey(mutant)).toContain(found);
  });
});
