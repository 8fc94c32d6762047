import { createHash } from "node:crypto";

/** API reference, CreateSecret. */
export function isSecretName(name: string): boolean {
  return /^[\w/+=.@!-]{1,512}$/.test(name);
}

export function secretArn(
  name: string,
  suffix: string,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): string {
  return `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${suffix}`;
}

/** The six characters at the end of a secret's ARN: random on AWS, and here the same for a name in each run. */
export function steadySuffix(name: string): string {
  return createHash("sha256").update(name).digest("base64").replace(/[+/=]/g, "").slice(0, 6);
}
