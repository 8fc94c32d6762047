import type { Operation } from "../aws-json/aws-json-service.ts";
import { listOfTexts, optionalFlag, optionalText } from "../aws-json/members.ts";
import type { Faults } from "../faults/faults.ts";
import type { PlainObject } from "../json.ts";
import type { Scheduler } from "../scheduler.ts";
import { describeVersion, seconds } from "./secret-report.ts";
import { CURRENT, type SecretVersion } from "./secret-versions.ts";
import type { Secrets } from "./secrets.ts";
import { unreadable } from "./secrets-manager-error.ts";
import {
  optionalKeptText,
  optionalValue,
  page,
  requestToken,
  requiredParameter,
  requiredValue,
} from "./secrets-manager-input.ts";

/** The operations on the versions of one secret. */
export function versionOperations({
  secrets,
  scheduler,
  faults,
}: {
  readonly secrets: Secrets;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
}): readonly (readonly [string, Operation])[] {
  const usable = (input: PlainObject) => secrets.usable(requiredParameter(input, "SecretId"));
  return [
    [
      "GetSecretValue",
      (input) => {
        const { arn, name, versions } = usable(input);
        if (faults.strikes("secret-unreadable", name) !== undefined) throw unreadable();
        const version = versions.read(optionalText(input, "VersionId"), optionalText(input, "VersionStage"));
        const { kind, value } = version.value;
        return {
          ...{ ARN: arn, Name: name, VersionId: version.id },
          ...(kind === "string" ? { SecretString: value } : { SecretBinary: value }),
          VersionStages: [...version.labels],
          CreatedDate: seconds(version.createdAt),
        };
      },
    ],
    [
      "PutSecretValue",
      (input) => {
        const secret = usable(input);
        const labels = listOfTexts(input, "VersionStages");
        const wanted = labels.length === 0 ? [CURRENT] : labels;
        const version = secret.versions.put(requestToken(input), requiredValue(input), wanted);
        secret.changedAt = scheduler.now();
        return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.labels] };
      },
    ],
    [
      "UpdateSecret",
      (input) => {
        const secret = usable(input);
        const value = optionalValue(input);
        const version: SecretVersion | undefined = value && secret.versions.put(requestToken(input), value, [CURRENT]);
        secret.description = optionalKeptText(input, "Description") ?? secret.description;
        secret.kmsKeyId = optionalKeptText(input, "KmsKeyId") ?? secret.kmsKeyId;
        secret.changedAt = scheduler.now();
        return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
      },
    ],
    [
      "UpdateSecretVersionStage",
      (input) => {
        const secret = usable(input);
        secret.versions.move(requiredParameter(input, "VersionStage"), {
          from: optionalText(input, "RemoveFromVersionId"),
          to: optionalText(input, "MoveToVersionId"),
        });
        secret.changedAt = scheduler.now();
        return { ARN: secret.arn, Name: secret.name };
      },
    ],
    [
      "ListSecretVersionIds",
      (input) => {
        const secret = secrets.find(requiredParameter(input, "SecretId"));
        const deprecated = optionalFlag(input, "IncludeDeprecated") ?? false;
        const listed = secret.versions.all.filter(({ labels }) => deprecated || labels.size > 0);
        const { items, ...rest } = page(input, listed);
        const Versions = items.map((version) => describeVersion(version, secret));
        return { ARN: secret.arn, Name: secret.name, Versions, ...rest };
      },
    ],
  ];
}
