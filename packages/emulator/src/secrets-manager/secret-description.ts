import { type PasswordOptions, randomPassword } from "./random-password.ts";

/** An `AWS::SecretsManager::Secret` with its `AWS::SecretsManager::RotationSchedule`, if it has one. */
export type SecretDescription = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly kmsKeyId?: string;
  readonly tags: readonly Tag[];
  /** Absent if the template gives no value: then the secret has no version. */
  readonly initial?: InitialValue;
  readonly rotation?: RotationSettings;
};

export type Tag = { readonly Key: string; readonly Value: string };

/** A text, or how to make one at the start. With a key, the password becomes a member of the JSON object `template`. */
export type InitialValue =
  | { readonly kind: "given"; readonly text: string }
  | {
      readonly kind: "generated";
      readonly options: PasswordOptions;
      readonly within?: { readonly template: Readonly<Record<string, unknown>>; readonly key: string };
    };

export type RotationSettings = {
  readonly functionName: string;
  readonly rules: RotationRules;
};

/** True if a permission of the template lets Secrets Manager invoke the function for the secret. */
export type MayRotate = (functionName: string, secretArn: string) => boolean;

export type RotationRules = {
  readonly automaticallyAfterDays?: number;
  readonly scheduleExpression?: string;
  /** The period of either. Absent if the secret is rotated by hand alone. */
  readonly everyMillis?: number;
};

export function firstValue(initial: InitialValue): string {
  if (initial.kind === "given") return initial.text;
  const password = randomPassword(initial.options);
  const { within } = initial;
  return within === undefined ? password : JSON.stringify({ ...within.template, [within.key]: password });
}
