import { readFileSync } from "node:fs";
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { parse } from "yaml";
import { TEMPLATE } from "../../packages/emulator/tests/support/project-template.ts";

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's own JSON; each test states what it expects.
type Resources = Readonly<Record<string, { readonly Properties: any }>>;

/** An intrinsic function becomes the text of its arguments. */
function resources(): Resources {
  return parse(readFileSync(TEMPLATE, "utf8"), { logLevel: "silent", merge: true }).Resources;
}

/** The table that the template declares, for another name and engine. */
export function tableDefinition(name: string, index: string): CreateTableCommandInput {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = resources()["WebsocketTable"]?.Properties ?? {};
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions,
    KeySchema,
    // The users' index has its name from a parameter.
    GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((declared: { readonly IndexName: string }) => ({
      ...declared,
      IndexName: declared.IndexName === "GSI1Name" ? index : declared.IndexName,
    })),
  };
}

/** The role's permissions on the table (`dynamodb:PutItem`) and on its index (`dynamodb:Query index`). */
export function tablePermissions(functionName: string): readonly string[] {
  const { Policies } = resources()[`${functionName}Role`]?.Properties ?? {};
  const statements: readonly { Action: string | string[]; Resource: string }[] = Policies[0].PolicyDocument.Statement;
  return statements
    .flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => (String(Resource).includes("/index/") ? `${action} index` : action)),
    )
    .filter((action) => action.startsWith("dynamodb:"))
    .sort();
}
