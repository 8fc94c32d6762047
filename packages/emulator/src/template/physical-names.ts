import type { AwsAccount } from "../aws-account.ts";
import { busNameOf } from "../eventbridge/bus-name.ts";
import { functionUrl } from "../function-url/function-url.ts";
import { secretArn, steadySuffix } from "../secrets-manager/secret-name.ts";
import type { Resource, Resources } from "./resources.ts";

export type LocalAccount = AwsAccount & {
  /** The address of the emulator, with which a queue's URL begins. */
  readonly origin: string;
};

type PhysicalName = {
  /** The physical name. If AWS would generate it, it is the logical id here. */
  readonly name: string;
  readonly ref: string;
  readonly arn?: string;
  /** The address of a function URL, whose `Ref` is the ARN of the function. */
  readonly url?: string;
  /** The attribute `Id`, of the resources of Secrets Manager. */
  readonly id?: string;
};

/** The attributes that are a physical name: of a queue, and of an event bus. */
const NAME_ATTRIBUTES = new Set(["QueueName", "Name"]);

/** The values of `Ref` and `Fn::GetAtt` for resources. */
export class PhysicalNames {
  readonly #account: LocalAccount;
  readonly #resources: Resources;

  constructor(account: LocalAccount, resources: Resources) {
    this.#account = account;
    this.#resources = resources;
  }

  reference(name: string): string | undefined {
    const [logicalId = "", part] = name.split(".");
    const resource = this.#resources.find(logicalId);
    if (resource === undefined) return this.#isRoute(name) ? name : this.#generated(name)?.ref;
    if (part === undefined) return this.of(resource).ref;
    // SAM's own extension: the stage that it makes for an API.
    return part === "Stage" ? stageName(resource) : undefined;
  }

  attribute(logicalId: string, attribute: string): string | undefined {
    const resource = this.#resources.find(logicalId);
    const physical = resource === undefined ? this.#generated(logicalId) : this.of(resource);
    if (physical === undefined) return undefined;
    const { name, ref, arn, url, id } = physical;
    if (attribute === "FunctionUrl" && url !== undefined) return url;
    if (attribute === "FunctionArn" && url !== undefined) return ref;
    if (attribute === "Id" && id !== undefined) return id;
    if (attribute === "Arn" && arn !== undefined) return arn;
    return NAME_ATTRIBUTES.has(attribute) ? name : `${logicalId}.${attribute}`;
  }

  of(resource: Resource): PhysicalName {
    const { accountId, region, apiId, origin } = this.#account;
    const { logicalId, properties } = resource;
    switch (resource.type) {
      case "AWS::Serverless::Function": {
        const name = properties.text("FunctionName", logicalId);
        return { name, ref: name, arn: `arn:aws:lambda:${region}:${accountId}:function:${name}` };
      }
      case "AWS::SQS::Queue": {
        const name = properties.text("QueueName", logicalId);
        return { name, ref: `${origin}/${accountId}/${name}`, arn: `arn:aws:sqs:${region}:${accountId}:${name}` };
      }
      case "AWS::Events::Rule": {
        const name = properties.text("Name", logicalId);
        const bus = busNameOf(properties.text("EventBusName", "default"), this.#account);
        const path = bus === "default" ? name : `${bus}/${name}`;
        return { name, ref: name, arn: `arn:aws:events:${region}:${accountId}:rule/${path}` };
      }
      case "AWS::Events::EventBus": {
        const name = properties.text("Name");
        return { name, ref: name, arn: `arn:aws:events:${region}:${accountId}:event-bus/${name}` };
      }
      case "AWS::Lambda::Url": {
        const target = "TargetFunctionArn";
        const name = properties.text(target).split(":function:").at(-1);
        const fn = this.#functions().find((candidate) => this.of(candidate).name === name);
        if (fn === undefined) throw properties.problem(target, "is not any AWS::Serverless::Function here");
        return this.#urlOf(logicalId, fn);
      }
      case "AWS::SecretsManager::Secret": {
        const name = properties.text("Name", logicalId);
        const arn = secretArn(name, steadySuffix(name), this.#account);
        return { name, ref: arn, arn, id: arn };
      }
      case "AWS::SecretsManager::RotationSchedule":
      case "AWS::SecretsManager::ResourcePolicy":
        return { name: logicalId, ref: properties.text("SecretId"), id: properties.text("SecretId") };
      case "AWS::DynamoDB::Table": {
        const name = properties.text("TableName", logicalId);
        return { name, ref: name };
      }
      case "AWS::ApiGatewayV2::DomainName": {
        const name = properties.text("DomainName");
        return { name, ref: name };
      }
      case "AWS::ApiGatewayV2::Stage": {
        const name = properties.text("StageName");
        return { name, ref: name };
      }
      case "AWS::Serverless::WebSocketApi":
        return { name: apiId, ref: apiId };
      default:
        return { name: logicalId, ref: logicalId };
    }
  }

  /** The rule that SAM makes for the Schedule event of a function. */
  scheduleRule(fn: Resource, event: string): PhysicalName & { readonly arn: string } {
    const { accountId, region } = this.#account;
    const schedule = fn.properties.section("Events").section(event).section("Properties");
    const name = schedule.text("Name", `${fn.logicalId}${event}`);
    return { name, ref: name, arn: `arn:aws:events:${region}:${accountId}:rule/${name}` };
  }

  /** A resource that SAM makes for a property of a function. */
  #generated(logicalId: string): PhysicalName | undefined {
    for (const fn of this.#functions()) {
      if (!logicalId.startsWith(fn.logicalId)) continue;
      const event = logicalId.slice(fn.logicalId.length);
      if (event === "Url" && fn.properties.isGiven("FunctionUrlConfig")) return this.#urlOf(logicalId, fn);
      const events = fn.properties.section("Events");
      if (events.isGiven(event) && events.section(event).isText("Type", "Schedule"))
        return this.scheduleRule(fn, event);
    }
    return undefined;
  }

  #urlOf(logicalId: string, fn: Resource): PhysicalName {
    const { arn = "" } = this.of(fn);
    return { name: logicalId, ref: arn, url: functionUrl(this.#account.origin, fn.logicalId) };
  }

  #functions(): readonly Resource[] {
    return this.#resources.ofType("AWS::Serverless::Function");
  }

  /** True for the logical id of a route: SAM makes one for each key of an API's Routes. */
  #isRoute(name: string): boolean {
    return this.#resources
      .ofType("AWS::Serverless::WebSocketApi")
      .some(({ logicalId, properties }) =>
        properties.section("Routes").names.some((routeKey) => name === routeLogicalId(logicalId, routeKey)),
      );
  }
}

export function routeLogicalId(apiLogicalId: string, routeKey: string): string {
  const key = routeKey.replace("$", "");
  return `${apiLogicalId}${key.charAt(0).toUpperCase()}${key.slice(1).toLowerCase()}Route`;
}

/** The name of an API's stage, by default SAM's. */
export function stageName(api: Resource): string {
  return api.properties.text("StageName", "default");
}
