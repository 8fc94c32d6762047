import type { Operation } from "../aws-json/aws-json-service.ts";
import { optionalFlag, optionalObject, optionalText } from "../aws-json/members.ts";
import type { PlainObject } from "../json.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Scheduler } from "../scheduler.ts";
import { parseRotationSchedule } from "./rotation-schedule.ts";
import type { Rotations } from "./rotations.ts";
import type { Secret } from "./secret.ts";
import type { RotationRules } from "./secret-description.ts";
import type { Secrets } from "./secrets.ts";
import { invalidParameter, invalidRequest } from "./secrets-manager-error.ts";
import { integerWithin, requestToken, requiredParameter } from "./secrets-manager-input.ts";

export type RotationDependencies = {
  readonly secrets: Secrets;
  readonly rotations: Rotations;
  readonly functions: Functions;
  readonly scheduler: Scheduler;
};

export function rotationOperations(deps: RotationDependencies): readonly (readonly [string, Operation])[] {
  const { secrets, rotations } = deps;
  const usable = (input: PlainObject) => secrets.usable(requiredParameter(input, "SecretId"));
  return [
    [
      "RotateSecret",
      (input) => {
        const secret = usable(input);
        const token = requestToken(input);
        const before = secret.rotation;
        secret.rotation = settingsOf(secret, input);
        try {
          if (optionalFlag(input, "RotateImmediately") ?? true) rotations.rotate(secret, token);
          else rotations.test(secret, token);
        } catch (error) {
          secret.rotation = before;
          throw error;
        }
        if (secret.rotation !== before) rotations.schedule(secret);
        return { ARN: secret.arn, Name: secret.name, VersionId: token };
      },
    ],
    [
      "CancelRotateSecret",
      (input) => {
        const secret = usable(input);
        if (secret.rotation === undefined) throw invalidRequest("Rotation is not enabled for this secret.");
        rotations.cancel(secret);
        const versionId = secret.versions.pending?.id;
        return { ARN: secret.arn, Name: secret.name, VersionId: versionId };
      },
    ],
  ];
}

/** The settings of the secret with those of the request, which stay for later rotations. */
function settingsOf({ rotation }: Secret, input: PlainObject): Secret["rotation"] {
  const arn = optionalText(input, "RotationLambdaARN");
  const rules = optionalObject(input, "RotationRules");
  const functionName = arn?.split(":function:").at(-1) ?? rotation?.functionName;
  if (functionName === undefined) return undefined;
  if (arn === undefined && rules === undefined) return rotation;
  return { functionName, rules: rules === undefined ? (rotation?.rules ?? {}) : rulesOf(rules) };
}

function rulesOf(rules: PlainObject): RotationRules {
  const days = integerWithin(rules, "AutomaticallyAfterDays", { min: 1, max: 1000 });
  const scheduleExpression = optionalText(rules, "ScheduleExpression");
  const schedule = parseRotationSchedule({ days, scheduleExpression });
  if (typeof schedule === "string") throw invalidParameter(`RotationRules ${schedule}.`);
  return schedule;
}
