import { randomInt } from "node:crypto";
import type { Operation } from "../aws-json/aws-json-service.ts";
import { listOfObjects, optionalFlag, optionalText } from "../aws-json/members.ts";
import type { PlainObject } from "../json.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Rotations } from "./rotations.ts";
import { isSecretName, secretArn } from "./secret-name.ts";
import { describeSecret, isListed, seconds, stagesOf } from "./secret-report.ts";
import { CURRENT } from "./secret-versions.ts";
import type { Secrets } from "./secrets.ts";
import { invalidParameter } from "./secrets-manager-error.ts";
import {
  integerWithin,
  optionalKeptText,
  optionalValue,
  page,
  requestToken,
  requiredParameter,
} from "./secrets-manager-input.ts";

const DAY_MILLIS = 86_400_000;
const DEFAULT_RECOVERY_DAYS = 30;

/** The operations on secrets as a whole. */
export function secretOperations(deps: {
  readonly secrets: Secrets;
  readonly rotations: Rotations;
  readonly functions: Functions;
  readonly scheduler: Scheduler;
  readonly accountId: string;
  readonly region: string;
}): readonly (readonly [string, Operation])[] {
  const { secrets, functions, scheduler } = deps;
  const find = (input: PlainObject) => secrets.find(requiredParameter(input, "SecretId"));
  return [
    [
      "DescribeSecret",
      (input) => {
        const secret = find(input);
        return { ...describeSecret(secret, functions.arnOf), VersionIdsToStages: stagesOf(secret) };
      },
    ],
    [
      "ListSecrets",
      (input) => {
        const deleted = optionalFlag(input, "IncludePlannedDeletion") ?? false;
        const listed = secrets
          .all()
          .filter((secret) => (deleted || secret.deletedAt === undefined) && isListed(secret, input));
        const { items, ...rest } = page(input, listed);
        const SecretList = items.map((secret) => ({
          ...describeSecret(secret, functions.arnOf),
          SecretVersionsToStages: stagesOf(secret),
        }));
        return { SecretList, ...rest };
      },
    ],
    [
      "CreateSecret",
      (input) => {
        const name = requiredParameter(input, "Name");
        if (!isSecretName(name)) {
          throw invalidParameter(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
          );
        }
        const value = optionalValue(input);
        const token = value && requestToken(input);
        const description = optionalKeptText(input, "Description");
        const kmsKeyId = optionalKeptText(input, "KmsKeyId");
        const secret = secrets.create({
          ...{ name, arn: secretArn(name, randomSuffix(), deps), tags: tagsOf(input) },
          ...(description !== undefined && { description }),
          ...(kmsKeyId !== undefined && { kmsKeyId }),
        });
        if (value !== undefined && token !== undefined) secret.versions.put(token, value, [CURRENT]);
        return { ARN: secret.arn, Name: name, VersionId: token };
      },
    ],
    [
      "DeleteSecret",
      (input) => {
        const secret = find(input);
        const days = integerWithin(input, "RecoveryWindowInDays", { min: 7, max: 30 });
        const atOnce = optionalFlag(input, "ForceDeleteWithoutRecovery") ?? false;
        if (atOnce && days !== undefined) {
          throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        }
        const now = scheduler.now();
        secret.markedAt = now;
        secret.deletedAt = now + (atOnce ? 0 : (days ?? DEFAULT_RECOVERY_DAYS) * DAY_MILLIS);
        if (atOnce) {
          deps.rotations.cancel(secret);
          secrets.remove(secret);
        }
        return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(secret.deletedAt) };
      },
    ],
    [
      "RestoreSecret",
      (input) => {
        const secret = find(input);
        secret.deletedAt = undefined;
        secret.markedAt = undefined;
        return { ARN: secret.arn, Name: secret.name };
      },
    ],
  ];
}

/** API reference, CreateSecret and Tag. */
const MAX_TAGS = 50;
const MAX_TAG_CHARACTERS = { key: 128, value: 256 };

function tagsOf(input: PlainObject) {
  const tags = listOfObjects(input, "Tags").map((tag) => ({
    Key: requiredParameter(tag, "Key"),
    Value: optionalText(tag, "Value") ?? "",
  }));
  const { key, value } = MAX_TAG_CHARACTERS;
  if (tags.length <= MAX_TAGS && tags.every((tag) => tag.Key.length <= key && tag.Value.length <= value)) return tags;
  throw invalidParameter(
    `A secret has at most ${MAX_TAGS} tags, with keys of ${key} and values of ${value} characters.`,
  );
}

const SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function randomSuffix(): string {
  return Array.from({ length: 6 }, () => SUFFIX.charAt(randomInt(SUFFIX.length))).join("");
}
