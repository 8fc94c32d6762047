import { once } from "node:events";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type Message, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { vi } from "vitest";
import { parse } from "yaml";
import { type Emulator, REGION } from "./emulator.ts";

export type Template = {
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's own JSON, which tests change at any place.
  readonly Resources: Record<string, any>;
};

const KEYS = { accessKeyId: "test", secretAccessKey: "test" };

/** The emulated services, called with the account's credentials. */
export class Account {
  readonly secrets: SecretsManagerClient;
  readonly #lambda: LambdaClient;
  readonly #events: EventBridgeClient;
  readonly #table: DynamoDBClient;
  readonly #queues: SQSClient;
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
    const httpsAgent = new Agent({ ca: emulator.certificate, keepAlive: true });
    const settings = { region: REGION, endpoint: emulator.origin, credentials: KEYS, requestHandler: { httpsAgent } };
    this.secrets = new SecretsManagerClient(settings);
    this.#lambda = new LambdaClient(settings);
    this.#events = new EventBridgeClient(settings);
    this.#table = new DynamoDBClient(settings);
    this.#queues = new SQSClient(settings);
  }

  /** The function's result. Throws the function's error. */
  async invoke(functionName: string, event: unknown): Promise<Readonly<Record<string, unknown>>> {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) });
    const { Payload, FunctionError } = await this.#lambda.send(command);
    const answer = Buffer.from(Payload ?? []).toString();
    if (FunctionError !== undefined) throw new Error(`${functionName}: ${answer}`);
    return JSON.parse(answer);
  }

  /** On the default bus, unless another one is named. */
  async publish(source: string, detailType: string, detail: unknown, bus?: string): Promise<void> {
    const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail), EventBusName: bus };
    const { FailedEntryCount } = await this.#events.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount !== 0) throw new Error("the bus does not take the event");
  }

  async receive(queueUrl: string): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MessageAttributeNames: ["All"] });
    return (await this.#queues.send(command)).Messages ?? [];
  }

  async send(queueUrl: string, body: string): Promise<void> {
    await this.#queues.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  }

  /** Connections and subscriptions that are not marked as closed. Grants of a token are left to TTL. */
  async liveRecords(table: string): Promise<number> {
    const { Items = [] } = await this.#table.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
    return Items.filter(({ closedAt, sk }) => closedAt === undefined && sk?.S !== "connection#grants").length;
  }

  /** Physical ids by logical id. */
  async resourcesOf(stack: string): Promise<Readonly<Record<string, string>>> {
    const xml = await this.query("cloudformation", "DescribeStackResources", { StackName: stack });
    const ids = xml.split("<member>").map((member) => [element(member, "LogicalResourceId"), member] as const);
    return Object.fromEntries(
      ids.flatMap(([id, member]) => (id === undefined ? [] : [[id, element(member, "PhysicalResourceId") ?? ""]])),
    );
  }

  async outputsOf(stack: string): Promise<Readonly<Record<string, string>>> {
    const xml = await this.query("cloudformation", "DescribeStacks", { StackName: stack });
    const outputs = [...xml.matchAll(/<OutputKey>([^<]*)<\/OutputKey>\s*<OutputValue>([^<]*)</g)];
    return Object.fromEntries(outputs.map(([, key = "", value = ""]) => [key, unescaped(value)]));
  }

  /** The template as SAM passed it to CloudFormation, with the functions' code in S3. */
  async templateOf(stack: string): Promise<Template> {
    const xml = await this.query("cloudformation", "GetTemplate", { StackName: stack, TemplateStage: "Original" });
    return parse(unescaped(element(xml, "TemplateBody") ?? ""));
  }

  /** Updates parameters, and the template if one is given. A template goes through S3: it is too long for a request. */
  async update(stack: string, parameters: Readonly<Record<string, string>>, template?: Template): Promise<void> {
    const given = Object.entries(parameters).flatMap(([name, value], index) => [
      [`Parameters.member.${index + 1}.ParameterKey`, name],
      [`Parameters.member.${index + 1}.ParameterValue`, value],
    ]);
    await this.query("cloudformation", "UpdateStack", {
      StackName: stack,
      "Capabilities.member.1": "CAPABILITY_IAM",
      "Capabilities.member.2": "CAPABILITY_AUTO_EXPAND",
      ...Object.fromEntries(given),
      ...(template === undefined ? { UsePreviousTemplate: "true" } : { TemplateURL: await this.#uploaded(template) }),
    });
    const status = await vi.waitFor(
      async () => {
        const xml = await this.query("cloudformation", "DescribeStacks", { StackName: stack });
        const now = element(xml, "StackStatus") ?? "";
        return now.endsWith("IN_PROGRESS") ? Promise.reject(new Error(now)) : now;
      },
      { timeout: 30_000 },
    );
    if (status !== "UPDATE_COMPLETE") throw new Error(`${stack}: ${status}`);
  }

  async #uploaded(template: Template): Promise<string> {
    const { SamCliSourceBucket } = await this.resourcesOf("aws-sam-cli-managed-default");
    await this.#ask("s3", "PUT", `/${SamCliSourceBucket}/template.json`, JSON.stringify(template));
    return `https://s3.${REGION}.amazonaws.com/${SamCliSourceBucket}/template.json`;
  }

  /**
   * Takes a role's policy away, runs `look`, and gives it back. A call that fails meanwhile needs exactly that policy.
   */
  async without<T>(roleName: string, policyName: string, look: () => Promise<T>): Promise<T> {
    const policy = { RoleName: roleName, PolicyName: policyName };
    const xml = await this.query("iam", "GetRolePolicy", policy);
    const document = decodeURIComponent(unescaped(element(xml, "PolicyDocument") ?? ""));
    await this.query("iam", "DeleteRolePolicy", policy);
    try {
      return await look();
    } finally {
      await this.query("iam", "PutRolePolicy", { ...policy, PolicyDocument: document });
    }
  }

  async roleNames(): Promise<readonly string[]> {
    const xml = await this.query("iam", "ListRoles", {});
    return [...xml.matchAll(/<RoleName>([^<]*)</g)].map(([, name = ""]) => name);
  }

  /** The XML of a response in the Query protocol, which CloudFormation and IAM speak. Throws on a refusal. */
  query(service: keyof typeof VERSIONS, action: string, parameters: Record<string, string>): Promise<string> {
    const body = new URLSearchParams({ Action: action, Version: VERSIONS[service], ...parameters });
    return this.#ask(service, "POST", "/", body);
  }

  async #ask(service: string, method: string, path: string, body: string | URLSearchParams): Promise<string> {
    // The emulator knows the account's own key by its name. It checks signatures only in the functions' calls.
    const scope = `test/20260101/${REGION}/${service}/aws4_request`;
    const asked = request(`${this.#emulator.origin}${path}`, {
      method,
      ca: this.#emulator.certificate,
      headers: {
        "Content-Type": typeof body === "string" ? "application/json" : "application/x-www-form-urlencoded",
        Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      },
    });
    asked.end(body.toString());
    const [answer] = await once(asked, "response");
    const answered = await text(answer);
    if (answer.statusCode !== 200) throw new Error(`${service} ${path}: ${answer.statusCode} ${answered}`);
    return answered;
  }
}

const VERSIONS = { cloudformation: "2010-05-15", iam: "2010-05-08" };

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

function unescaped(xml: string): string {
  const characters: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#x27": "'", amp: "&" };
  return xml.replace(/&(#?\w+);/g, (whole, name: string) => characters[name] ?? whole);
}
