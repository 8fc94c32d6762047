import type { AwsAccount } from "../aws-account.ts";
import type { NamesOfTemplate, PhysicalName } from "./physical-name.ts";
import type { Resource, Resources } from "./resources.ts";

/** The events of functions for which SAM makes a rule of EventBridge. */
export const RULE_EVENTS: ReadonlySet<string> = new Set(["Schedule", "EventBridgeRule", "CloudWatchEvent"]);

/** The APIs and stages that SAM makes for events of the types Api and HttpApi. */
const IMPLICIT_APIS: ReadonlySet<string> = new Set([
  "ServerlessHttpApi",
  "ServerlessHttpApiApiGatewayDefaultStage",
  "ServerlessRestApi",
  "ServerlessRestApiProdStage",
]);

/** The resources that SAM makes for properties of functions and APIs, by the logical ids that it gives them. */
export class GeneratedResources {
  readonly #account: AwsAccount;
  readonly #resources: Resources;
  readonly #names: NamesOfTemplate;

  constructor(account: AwsAccount, resources: Resources, names: NamesOfTemplate) {
    this.#account = account;
    this.#resources = resources;
    this.#names = names;
  }

  find(logicalId: string): PhysicalName | undefined {
    for (const resource of this.#resources.all) {
      if (!logicalId.startsWith(resource.logicalId)) continue;
      const suffix = logicalId.slice(resource.logicalId.length);
      const found = this.#ofFunction(resource, suffix) ?? this.#ofApi(resource, suffix);
      if (found !== undefined) return found;
    }
    return IMPLICIT_APIS.has(logicalId) ? { name: logicalId, ref: logicalId } : undefined;
  }

  /** SAM's own extension of `Ref`: a resource that it makes, by a property of the resource that it is made for. */
  property(resource: Resource, property: string): string | undefined {
    const { properties, type } = resource;
    if (type === "AWS::Serverless::WebSocketApi" && property === "Stage") return stageName(resource);
    if (type !== "AWS::Serverless::Function" || !properties.isGiven("AutoPublishAlias")) return undefined;
    const { arn } = this.#names.of(resource);
    if (property === "Alias") return `${arn}:${properties.text("AutoPublishAlias")}`;
    return property === "Version" ? `${arn}:1` : undefined;
  }

  eventRule(fn: Resource, event: string): PhysicalName & { readonly arn: string } {
    const source = fn.properties.section("Events").section(event);
    const properties = source.section("Properties");
    const name = source.isText("Type", "Schedule") ? "Name" : "RuleName";
    return this.#names.ruleOf(properties.text(name, `${fn.logicalId}${event}`), properties);
  }

  #ofFunction(fn: Resource, suffix: string): PhysicalName | undefined {
    const { logicalId, properties, type } = fn;
    if (type !== "AWS::Serverless::Function") return undefined;
    const id = `${logicalId}${suffix}`;
    if (suffix === "Role" && !properties.isGiven("Role")) {
      return { name: id, ref: id, arn: `arn:aws:iam::${this.#account.accountId}:role/${id}` };
    }
    if (suffix === "Url" && properties.isGiven("FunctionUrlConfig")) return this.#names.urlOf(id, fn);
    if (suffix.startsWith("Alias") && suffix === `Alias${aliasId(properties.text("AutoPublishAlias", ""))}`) {
      const arn = this.property(fn, "Alias");
      if (arn !== undefined) return { name: properties.text("AutoPublishAlias"), ref: arn, arn };
    }
    return this.#ofEvent(fn, suffix);
  }

  /** What SAM makes for an event: a rule, or an event source mapping; and a permission. */
  #ofEvent(fn: Resource, suffix: string): PhysicalName | undefined {
    const id = `${fn.logicalId}${suffix}`;
    const events = fn.properties.section("Events");
    if (events.isGiven(suffix)) {
      const isRule = RULE_EVENTS.has(events.section(suffix).text("Type"));
      return isRule ? this.eventRule(fn, suffix) : { name: id, ref: id };
    }
    const event = suffix.endsWith("Permission") ? suffix.slice(0, -"Permission".length) : "";
    return events.isGiven(event) ? { name: id, ref: id } : undefined;
  }

  #ofApi(api: Resource, suffix: string): PhysicalName | undefined {
    const { logicalId, properties, type } = api;
    if (type !== "AWS::Serverless::WebSocketApi") return undefined;
    const id = `${logicalId}${suffix}`;
    if (suffix === stageSuffix(api)) return { name: stageName(api), ref: stageName(api) };
    if (properties.isGiven("Auth")) {
      if (suffix === "ConnectAuthorizer") return { name: id, ref: id, attributes: { AuthorizerId: id } };
      if (suffix === "AuthorizerPermission") return { name: id, ref: id };
    }
    const [, key, kind = ""] = /^(.+)(Route|Integration|Permission)$/.exec(suffix) ?? [];
    const isMade = properties.section("Routes").names.some((routeKey) => capitalized(routeKey) === key);
    if (!isMade) return undefined;
    return { name: id, ref: id, ...(kind !== "Permission" && { attributes: { [`${kind}Id`]: id } }) };
  }
}

export function routeLogicalId(apiLogicalId: string, routeKey: string): string {
  return `${apiLogicalId}${capitalized(routeKey)}Route`;
}

function capitalized(routeKey: string): string {
  const key = routeKey.replace("$", "");
  return `${key.charAt(0).toUpperCase()}${key.slice(1).toLowerCase()}`;
}

/** The logical id of a stage has the stage's name only if the template spells it out. */
function stageSuffix(api: Resource): string {
  const name = stageName(api);
  if (name === DEFAULT_STAGE) return "DefaultStage";
  return api.properties.isComputed("StageName") ? "Stage" : `${name}Stage`;
}

/** A logical id has letters and digits only. */
function aliasId(alias: string): string {
  return alias.replaceAll("-", "D").replaceAll("_", "U");
}

const DEFAULT_STAGE = "default";

/** The name of an API's stage, by default SAM's. */
export function stageName(api: Resource): string {
  return api.properties.text("StageName", DEFAULT_STAGE);
}
