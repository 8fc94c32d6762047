import { isPlainObject, parseJson } from "../json.ts";
import { DEFAULT_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH, randomPassword } from "../secrets-manager/random-password.ts";
import { parseRotationSchedule } from "../secrets-manager/rotation-schedule.ts";
import type {
  InitialValue,
  MayRotate,
  RotationSettings,
  SecretDescription,
} from "../secrets-manager/secret-description.ts";
import { isSecretName } from "../secrets-manager/secret-name.ts";
import { mayInvoke } from "./read-permissions.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

const SECRETS_MANAGER = "secretsmanager.amazonaws.com";

/** Reads the secrets, with their rotations. Values are generated at the start, not here. Throws TemplateError. */
export function readSecrets(stack: Stack): readonly SecretDescription[] {
  const resources = stack.resources.ofType("AWS::SecretsManager::Secret");
  const rotations = readRotations(stack);
  return resources.map((resource, index) => {
    const { logicalId, properties } = resource;
    const initial = readInitialValue(properties);
    const rotation = rotations.get(resource);
    return {
      logicalId,
      name: readName(resource, resources.slice(0, index), stack),
      arn: stack.arnOf(resource),
      ...(properties.has("Description") && { description: properties.text("Description") }),
      ...(properties.has("KmsKeyId") && { kmsKeyId: properties.text("KmsKeyId") }),
      tags: properties.sections("Tags").map((tag) => ({ Key: tag.text("Key"), Value: tag.text("Value") })),
      ...(initial && { initial }),
      ...(rotation && { rotation }),
    };
  });
}

export function readMayRotate(stack: Stack): MayRotate {
  return (functionName, secretArn) =>
    mayInvoke(stack, { principal: SECRETS_MANAGER, functionName, sourceArn: secretArn });
}

function readName(resource: Resource, before: readonly Resource[], stack: Stack): string {
  const name = stack.nameOf(resource);
  if (!isSecretName(name)) throw resource.properties.problem("Name", "is not a name that Secrets Manager takes");
  if (before.some((other) => stack.nameOf(other) === name)) {
    throw resource.properties.problem("Name", "is already another secret's");
  }
  return name;
}

function readInitialValue(properties: Section): InitialValue | undefined {
  const isGenerated = properties.isGiven("GenerateSecretString");
  if (properties.has("SecretString")) {
    if (!isGenerated) return { kind: "given", text: properties.text("SecretString") };
    throw properties.problem("SecretString", "and GenerateSecretString are given: CloudFormation takes one of them");
  }
  if (isGenerated) return readGenerated(properties.section("GenerateSecretString"), properties);
  return undefined;
}

function readGenerated(given: Section, properties: Section): InitialValue {
  const options = {
    length: given.integer("PasswordLength", 1, MAX_PASSWORD_LENGTH, DEFAULT_PASSWORD_LENGTH),
    excludeCharacters: given.text("ExcludeCharacters", ""),
    excludeLowercase: given.flag("ExcludeLowercase"),
    excludeNumbers: given.flag("ExcludeNumbers"),
    excludePunctuation: given.flag("ExcludePunctuation"),
    excludeUppercase: given.flag("ExcludeUppercase"),
    includeSpace: given.flag("IncludeSpace"),
    requireEachIncludedType: !given.has("RequireEachIncludedType") || given.flag("RequireEachIncludedType"),
  };
  checkMakesPassword(() => randomPassword(options), properties);
  if (!given.has("SecretStringTemplate") && !given.has("GenerateStringKey")) return { kind: "generated", options };
  const template = parseJson(given.text("SecretStringTemplate"))?.value;
  if (!isPlainObject(template)) throw given.problem("SecretStringTemplate", "is not a JSON object");
  return { kind: "generated", options, within: { template, key: given.text("GenerateStringKey") } };
}

function checkMakesPassword(make: () => unknown, properties: Section): void {
  try {
    make();
  } catch (error) {
    throw properties.problem("GenerateSecretString", `makes no password: ${(error as Error).message}`);
  }
}

function readRotations(stack: Stack): ReadonlyMap<Resource, RotationSettings> {
  const secrets = stack.resources.ofType("AWS::SecretsManager::Secret");
  const rotations = new Map<Resource, RotationSettings>();
  for (const { properties } of stack.resources.ofType("AWS::SecretsManager::RotationSchedule")) {
    const id = properties.text("SecretId");
    const secret = secrets.find((candidate) => [stack.arnOf(candidate), stack.nameOf(candidate)].includes(id));
    if (secret === undefined) throw properties.problem("SecretId", "is no secret of this template");
    if (rotations.has(secret)) throw properties.problem("SecretId", "is a secret that has a rotation schedule already");
    // AWS would make the function of a HostedRotationLambda, which is not emulated.
    if (!properties.has("RotationLambdaARN")) continue;
    const functionName = stack.functionAt(properties, "RotationLambdaARN");
    rotations.set(secret, { functionName, rules: readRules(properties) });
  }
  return rotations;
}

function readRules(properties: Section): RotationSettings["rules"] {
  const rules = properties.section("RotationRules");
  const schedule = parseRotationSchedule({
    days: rules.has("AutomaticallyAfterDays") ? rules.integer("AutomaticallyAfterDays", 1, 1000) : undefined,
    scheduleExpression: rules.has("ScheduleExpression") ? rules.text("ScheduleExpression") : undefined,
  });
  if (typeof schedule === "string") throw properties.problem("RotationRules", schedule);
  return schedule;
}
