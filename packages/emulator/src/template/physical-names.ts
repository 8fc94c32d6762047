import { type AwsAccount, apiHost } from "../aws-account.ts";
import { busNameOf } from "../eventbridge/bus-name.ts";
import { functionUrl } from "../function-url/function-url.ts";
import { functionArn } from "../lambda/lambda-context.ts";
import { secretArn, steadySuffix } from "../secrets-manager/secret-name.ts";
import { parseFunctionReference } from "./function-reference.ts";
import { GeneratedResources } from "./generated-resources.ts";
import type { PhysicalName } from "./physical-name.ts";
import type { Resource, Resources } from "./resources.ts";
import type { Section } from "./section.ts";

export type LocalAccount = AwsAccount & {
  /** The address of the emulator, with which a queue's URL begins. */
  readonly origin: string;
};

/** The attributes that are a physical name: of a queue, and of an event bus. */
const NAME_ATTRIBUTES = new Set(["QueueName", "Name"]);

/** The attribute with the id of a resource, which is its `Ref` too. */
const ID_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ["AWS::ApiGatewayV2::Authorizer", "AuthorizerId"],
  ["AWS::ApiGatewayV2::Deployment", "DeploymentId"],
  ["AWS::ApiGatewayV2::Integration", "IntegrationId"],
  ["AWS::ApiGatewayV2::IntegrationResponse", "IntegrationResponseId"],
  ["AWS::ApiGatewayV2::Model", "ModelId"],
  ["AWS::ApiGatewayV2::Route", "RouteId"],
  ["AWS::ApiGatewayV2::RouteResponse", "RouteResponseId"],
]);

/** The label of a table's stream, which is a time on AWS. */
const STREAM_LABEL = "2026-01-01T00:00:00.000";

/** The values of `Ref` and `Fn::GetAtt` for resources. */
export class PhysicalNames {
  readonly #account: LocalAccount;
  readonly #resources: Resources;
  readonly #generated: GeneratedResources;

  constructor(account: LocalAccount, resources: Resources) {
    this.#account = account;
    this.#resources = resources;
    this.#generated = new GeneratedResources(account, resources, this);
  }

  reference(name: string): string | undefined {
    const [logicalId = "", part] = name.split(".");
    const resource = this.#resources.find(logicalId);
    if (resource === undefined) return this.#generated.find(name)?.ref;
    return part === undefined ? this.of(resource).ref : this.#generated.property(resource, part);
  }

  attribute(logicalId: string, attribute: string): string | undefined {
    const resource = this.#resources.find(logicalId);
    const physical = resource === undefined ? this.#generated.find(logicalId) : this.of(resource);
    if (physical === undefined) return undefined;
    const { name, arn, attributes = {} } = physical;
    if (Object.hasOwn(attributes, attribute)) return attributes[attribute];
    if (attribute === "Arn" && arn !== undefined) return arn;
    if (NAME_ATTRIBUTES.has(attribute)) return name;
    return (resource && this.#generated.property(resource, attribute)) ?? `${logicalId}.${attribute}`;
  }

  of(resource: Resource): PhysicalName {
    const { accountId, region, origin } = this.#account;
    const { logicalId, properties, type } = resource;
    switch (type) {
      case "AWS::Serverless::Function":
      case "AWS::Lambda::Function": {
        const name = properties.text("FunctionName", logicalId);
        return { name, ref: name, arn: functionArn(name, this.#account) };
      }
      case "AWS::Lambda::Alias": {
        const name = properties.text("Name");
        const arn = `${this.#functionArnIn(properties, "FunctionName")}:${name}`;
        return { name, ref: arn, arn, attributes: { AliasArn: arn } };
      }
      case "AWS::Lambda::Version": {
        // All versions run the same code here.
        const arn = `${this.#functionArnIn(properties, "FunctionName")}:1`;
        return { name: "1", ref: arn, arn, attributes: { Version: "1", FunctionArn: arn } };
      }
      case "AWS::Lambda::Url": {
        const target = "TargetFunctionArn";
        const arn = this.#functionArnIn(properties, target);
        const fn = this.functions().find((candidate) => this.of(candidate).arn === arn);
        if (fn === undefined) throw properties.problem(target, "is not any function here");
        return this.urlOf(logicalId, fn);
      }
      case "AWS::SQS::Queue": {
        const name = properties.text("QueueName", logicalId);
        return { name, ref: `${origin}/${accountId}/${name}`, arn: `arn:aws:sqs:${region}:${accountId}:${name}` };
      }
      case "AWS::Events::Rule":
        return this.ruleOf(properties.text("Name", logicalId), properties);
      case "AWS::Events::EventBus": {
        const name = properties.text("Name");
        return { name, ref: name, arn: `arn:aws:events:${region}:${accountId}:event-bus/${name}` };
      }
      case "AWS::SecretsManager::Secret": {
        const name = properties.text("Name", logicalId);
        const arn = secretArn(name, steadySuffix(name), this.#account);
        return { name, ref: arn, arn, attributes: { Id: arn } };
      }
      case "AWS::SecretsManager::RotationSchedule":
      case "AWS::SecretsManager::ResourcePolicy": {
        const secret = properties.text("SecretId");
        return { name: logicalId, ref: secret, attributes: { Id: secret } };
      }
      case "AWS::DynamoDB::GlobalTable":
      case "AWS::DynamoDB::Table":
      case "AWS::Serverless::SimpleTable": {
        const name = properties.text("TableName", logicalId);
        const arn = `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
        return { name, ref: name, arn, attributes: { StreamArn: `${arn}/stream/${STREAM_LABEL}` } };
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
        return this.#webSocketApi();
      case "AWS::ApiGatewayV2::Api":
        return isWebSocketApi(resource) ? this.#webSocketApi() : { name: logicalId, ref: logicalId };
      default: {
        const id = ID_ATTRIBUTES.get(type);
        return { name: logicalId, ref: logicalId, ...(id !== undefined && { attributes: { [id]: logicalId } }) };
      }
    }
  }

  /** A rule with the bus that its properties name. */
  ruleOf(name: string, properties: Section): PhysicalName & { readonly arn: string } {
    const { accountId, region } = this.#account;
    const bus = busNameOf(properties.text("EventBusName", "default"), this.#account);
    const path = bus === "default" ? name : `${bus}/${name}`;
    return { name, ref: name, arn: `arn:aws:events:${region}:${accountId}:rule/${path}` };
  }

  /** The rule that SAM makes for an event of a function. */
  eventRule(fn: Resource, event: string): PhysicalName & { readonly arn: string } {
    return this.#generated.eventRule(fn, event);
  }

  urlOf(logicalId: string, fn: Resource): PhysicalName {
    const { arn = "" } = this.of(fn);
    const FunctionUrl = functionUrl(this.#account.origin, fn.logicalId);
    return { name: logicalId, ref: arn, attributes: { FunctionArn: arn, FunctionUrl } };
  }

  /** The functions of both types. */
  functions(): readonly Resource[] {
    return this.#resources.all.filter(isFunction);
  }

  #webSocketApi(): PhysicalName {
    const { apiId } = this.#account;
    const ApiEndpoint = `wss://${apiHost(this.#account)}`;
    return { name: apiId, ref: apiId, attributes: { ApiId: apiId, ApiEndpoint } };
  }

  /** The ARN of a function that a property names, without version or alias. */
  #functionArnIn(properties: Section, property: string): string {
    const reference = parseFunctionReference(properties.text(property));
    if (reference === undefined) throw properties.problem(property, "is not a name or ARN of a function");
    return functionArn(reference.name, this.#account);
  }
}

export function isFunction({ type }: Resource): boolean {
  return type === "AWS::Serverless::Function" || type === "AWS::Lambda::Function";
}

/** True for an `AWS::ApiGatewayV2::Api` that is not an HTTP API. */
export function isWebSocketApi({ properties }: Resource): boolean {
  return properties.isText("ProtocolType", "WEBSOCKET");
}
