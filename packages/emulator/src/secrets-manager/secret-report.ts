import { listOfObjects, listOfTexts, optionalText } from "../aws-json/members.ts";
import type { PlainObject } from "../json.ts";
import type { Secret } from "./secret.ts";
import type { SecretVersion } from "./secret-versions.ts";
import { invalidParameter } from "./secrets-manager-error.ts";

/** A time of AWS JSON: seconds since 1970, with fractions. */
export function seconds(millis: number | undefined): number | undefined {
  return millis === undefined ? undefined : millis / 1000;
}

/** The labels of all versions that have one. */
export function stagesOf({ versions }: Secret): Readonly<Record<string, readonly string[]>> {
  const labelled = versions.all.filter(({ labels }) => labels.size > 0);
  return Object.fromEntries(labelled.map(({ id, labels }) => [id, [...labels]]));
}

/** The members of DescribeSecret and of ListSecrets. JSON leaves out those that are undefined. */
export function describeSecret(secret: Secret, functionArn: (name: string) => string): object {
  const { rotation, versions, kmsKeyId } = secret;
  const { automaticallyAfterDays, scheduleExpression } = rotation?.rules ?? {};
  const accessed = versions.all.flatMap(({ accessedAt }) => accessedAt ?? []);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: kmsKeyId,
    ...(rotation !== undefined && {
      RotationEnabled: true,
      RotationLambdaARN: functionArn(rotation.functionName),
      RotationRules: { AutomaticallyAfterDays: automaticallyAfterDays, ScheduleExpression: scheduleExpression },
    }),
    LastRotatedDate: seconds(secret.rotatedAt),
    NextRotationDate: seconds(secret.nextRotationAt),
    LastChangedDate: seconds(secret.changedAt),
    // The day, as Secrets Manager has it.
    LastAccessedDate: accessed.length === 0 ? undefined : Math.floor(Math.max(...accessed) / 86_400_000) * 86_400,
    DeletedDate: seconds(secret.markedAt),
    CreatedDate: seconds(secret.createdAt),
    ...(secret.tags.length > 0 && { Tags: secret.tags }),
  };
}

export function describeVersion({ id, labels, createdAt }: SecretVersion, { kmsKeyId }: Secret): object {
  return {
    VersionId: id,
    ...(labels.size > 0 && { VersionStages: [...labels] }),
    CreatedDate: seconds(createdAt),
    KmsKeyIds: [kmsKeyId ?? "DefaultEncryptionKey"],
  };
}

/** The texts of a secret that a filter of ListSecrets looks at. */
const FILTERED: ReadonlyMap<string, (secret: Secret) => readonly string[]> = new Map([
  ["name", ({ name }) => [name]],
  ["description", ({ description = "" }) => [description]],
  ["tag-key", ({ tags }) => tags.map(({ Key }) => Key)],
  ["tag-value", ({ tags }) => tags.map(({ Value }) => Value)],
]);

/** True if each filter has a value with which a text begins; `!` before the value negates it. */
export function isListed(secret: Secret, input: PlainObject): boolean {
  return listOfObjects(input, "Filters").every((filter) => {
    const texts = FILTERED.get(optionalText(filter, "Key") ?? "");
    if (texts === undefined) throw invalidParameter("The filter's Key is not emulated.");
    return listOfTexts(filter, "Values").some((value) => {
      const wanted = value.replace(/^!/, "");
      return texts(secret).some((text) => text.startsWith(wanted)) !== value.startsWith("!");
    });
  });
}
