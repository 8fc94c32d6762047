import { makeAwsJsonService, type Operation } from "../aws-json/aws-json-service.ts";
import { optionalFlag, optionalText } from "../aws-json/members.ts";
import type { Faults } from "../faults/faults.ts";
import type { HttpService } from "../http/http-service.ts";
import type { PlainObject } from "../json.ts";
import {
  DEFAULT_PASSWORD_LENGTH,
  MAX_PASSWORD_LENGTH,
  type PasswordOptions,
  randomPassword,
} from "./random-password.ts";
import { type RotationDependencies, rotationOperations } from "./rotation-operations.ts";
import { secretOperations } from "./secret-operations.ts";
import { integerWithin } from "./secrets-manager-input.ts";
import { versionOperations } from "./version-operations.ts";

/** Secrets Manager for the AWS CLI and SDKs. */
export function makeSecretsManagerService(
  deps: RotationDependencies & { readonly region: string; readonly accountId: string; readonly faults: Faults },
): HttpService {
  return makeAwsJsonService({
    targetPrefix: "secretsmanager",
    version: "1.1",
    namespace: "com.amazonaws.secretsmanager",
    operations: new Map<string, Operation>([
      ...versionOperations(deps),
      ...secretOperations(deps),
      ...rotationOperations(deps),
      ["GetRandomPassword", (input) => ({ RandomPassword: randomPassword(passwordOptions(input)) })],
    ]),
  });
}

function passwordOptions(input: PlainObject): PasswordOptions {
  const flag = (name: string) => optionalFlag(input, name) ?? false;
  return {
    length: integerWithin(input, "PasswordLength", { min: 1, max: MAX_PASSWORD_LENGTH }) ?? DEFAULT_PASSWORD_LENGTH,
    excludeCharacters: optionalText(input, "ExcludeCharacters") ?? "",
    excludeLowercase: flag("ExcludeLowercase"),
    excludeNumbers: flag("ExcludeNumbers"),
    excludePunctuation: flag("ExcludePunctuation"),
    excludeUppercase: flag("ExcludeUppercase"),
    includeSpace: flag("IncludeSpace"),
    requireEachIncludedType: optionalFlag(input, "RequireEachIncludedType") ?? true,
  };
}
