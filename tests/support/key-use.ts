import { type ExpandedResource, type ExpandedTemplate, ofType } from "./expanded-template.ts";

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's own JSON.
type Json = any;

type Statement = { readonly Effect: string; readonly Action: Json; readonly Resource: Json; readonly Condition?: Json };

type Encrypted = {
  readonly type: string;
  readonly keyOf: (properties: Json) => Json;
  /** A role's actions that use the key, and the key's actions that each of them needs. */
  readonly uses: readonly (readonly [action: RegExp, keyActions: readonly string[]])[];
};

/** Services that use the key with the caller's permissions (their developer guides, encryption at rest). */
const BY_CALLER: readonly Encrypted[] = [
  {
    type: "AWS::DynamoDB::Table",
    keyOf: ({ SSESpecification }) => SSESpecification?.KMSMasterKeyId,
    uses: [[/^dynamodb:/, ["kms:Decrypt"]]],
  },
  {
    type: "AWS::SecretsManager::Secret",
    keyOf: ({ KmsKeyId }) => KmsKeyId,
    uses: [
      [/^secretsmanager:GetSecretValue$/, ["kms:Decrypt"]],
      [/^secretsmanager:PutSecretValue$/, ["kms:Decrypt", "kms:GenerateDataKey"]],
    ],
  },
  {
    type: "AWS::SQS::Queue",
    keyOf: ({ KmsMasterKeyId }) => KmsMasterKeyId,
    uses: [
      [/^sqs:ReceiveMessage$/, ["kms:Decrypt"]],
      [/^sqs:SendMessage$/, ["kms:Decrypt", "kms:GenerateDataKey"]],
    ],
  },
];

/** CloudWatch Logs user guide, "Encrypt log data using AWS KMS". */
const LOG_ACTIONS = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKey", "kms:DescribeKey"];
/** SNS developer guide, "Key management". */
const PUBLISH_ACTIONS = ["kms:Decrypt", "kms:GenerateDataKey"];

/** Resources encrypted with a key of the template whose users have no permission for that key. */
export function lackingKey(template: ExpandedTemplate): readonly string[] {
  return [...rolesLackingKey(template), ...logGroupsLackingKey(template), ...topicsLackingKey(template)];
}

function rolesLackingKey(template: ExpandedTemplate): readonly string[] {
  return ofType(template, "AWS::IAM::Role").flatMap(([role, { Properties }]) => {
    const statements = statementsOfRole(template, Properties);
    return BY_CALLER.flatMap(({ type, keyOf, uses }) =>
      ofType(template, type)
        .map(([name, { Properties: own }]) => [name, keyOf(own)] as const)
        .filter(([, key]) => key !== undefined)
        .flatMap(([name, key]) => {
          const actions = statements.filter(({ Resource }) => mentions(Resource, name)).flatMap(({ Action }) => Action);
          const needed = uses
            .filter(([use]) => actions.some((action) => use.test(action)))
            .flatMap(([, needs]) => needs);
          return [...new Set(needed)]
            .filter((action) => !statements.some((one) => allowsKey(one, action, key, serviceOf(type))))
            .map((action) => `${role} lacks ${action} for ${name}`);
        }),
    );
  });
}

/** The statements of the role, and of the template's managed policies that it has. */
function statementsOfRole({ Resources }: ExpandedTemplate, role: Json): readonly Statement[] {
  const managed = (role.ManagedPolicyArns ?? []).flatMap(({ Ref }: Json) => Resources[Ref]?.Properties ?? []);
  return [...(role.Policies ?? []), ...managed].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function allowsKey({ Effect, Action, Resource, Condition }: Statement, action: string, key: Json, service: string) {
  const via = [Condition?.StringEquals?.["kms:ViaService"] ?? `${service}.`].flat().map(textOf);
  return (
    Effect === "Allow" &&
    [Action].flat().includes(action) &&
    [Resource].flat().some((one) => JSON.stringify(one) === JSON.stringify(key)) &&
    via.some((name) => name.startsWith(`${service}.`))
  );
}

function logGroupsLackingKey(template: ExpandedTemplate): readonly string[] {
  return ofType(template, "AWS::Logs::LogGroup").flatMap(([name, { Properties }]) => {
    if (Properties.KmsKeyId === undefined) return [];
    // CloudFormation generates a name from the stack's name, the logical id and a random text.
    const group = textOf(Properties.LogGroupName ?? { "Fn::Sub": `\${AWS::StackName}-${name}-1A2B` });
    const covering = grantsOf(template, Properties.KmsKeyId, "logs.").filter(({ Condition }) =>
      [Condition?.ArnLike?.["kms:EncryptionContext:aws:logs:arn"] ?? "*"]
        .flat()
        .some((pattern) => isLike(`log-group:${group}`, textOf(pattern))),
    );
    return lacking(covering, LOG_ACTIONS, `CloudWatch Logs lacks %s for ${name}`);
  });
}

/** Services that the topic's policy allows to publish, but that may not use the topic's key. */
function topicsLackingKey(template: ExpandedTemplate): readonly string[] {
  return ofType(template, "AWS::SNS::TopicPolicy").flatMap(([, { Properties }]) =>
    Properties.Topics.flatMap(({ Ref }: Json) => {
      const key = template.Resources[Ref]?.Properties.KmsMasterKeyId;
      if (key === undefined) return [];
      const publishers = Properties.PolicyDocument.Statement.flatMap(({ Principal }: Json) => Principal.Service ?? []);
      return publishers.flatMap((service: string) =>
        lacking(grantsOf(template, key, service), PUBLISH_ACTIONS, `${service} lacks %s for ${Ref}`),
      );
    }),
  );
}

function lacking(grants: readonly Statement[], actions: readonly string[], problem: string): readonly string[] {
  const granted = grants.flatMap(({ Action }) => Action);
  return actions.filter((action) => !granted.includes(action)).map((action) => problem.replace("%s", action));
}

/** The statements of a key's policy for a service whose principal begins with this text. */
function grantsOf({ Resources }: ExpandedTemplate, key: Json, principal: string): readonly Statement[] {
  const { Properties }: ExpandedResource = Resources[key["Fn::GetAtt"][0]] ?? { Type: "", Properties: {} };
  return (Properties.KeyPolicy?.Statement ?? []).filter(
    ({ Effect, Principal }: Json) =>
      Effect === "Allow" &&
      [Principal.Service ?? []]
        .flat()
        .map(textOf)
        .some((name) => name.startsWith(principal)),
  );
}

/** `secretsmanager` of AWS::SecretsManager::Secret. */
function serviceOf(type: string): string {
  return (type.split("::")[1] ?? "").toLowerCase();
}

function mentions(resource: Json, logicalId: string): boolean {
  return new RegExp(`"${logicalId}"|\\$\\{${logicalId}[.}]`).test(JSON.stringify(resource));
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : String([value["Fn::Sub"]].flat()[0]);
}

/** Whether a log group's name matches the end of an ARN pattern with asterisks. */
function isLike(end: string, pattern: string): boolean {
  const ending = pattern.slice(Math.max(0, pattern.indexOf("log-group:")));
  const escaped = ending.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(end);
}
