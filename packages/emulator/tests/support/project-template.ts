import { readFileSync } from "node:fs";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import type { LocalAccount } from "../../src/template/physical-names.ts";
import { readTemplate } from "../../src/template/read-template.ts";
import type { StackDescription } from "../../src/template/stack-description.ts";

export const TEMPLATE = "infra/template.yaml";

/** The parameters without a default: every deployment gives them. */
export const WITHOUT_DEFAULT = { DefaultGrants: "none" };

/** The parameters with which the template has all its functions. */
export const EVERY_FUNCTION = { ...WITHOUT_DEFAULT, MintTestTokens: "true", CheckEndpoint: "true" };

export function projectTemplate(): string {
  return readFileSync(TEMPLATE, "utf8");
}

export function localAccount(origin = "http://127.0.0.1:3001"): LocalAccount {
  return { ...DEFAULT_ACCOUNT, origin };
}

/** The template as the emulator reads it, with test tokens if a test says so. */
export function describeTemplate(
  text: string,
  parameters: Readonly<Record<string, string>> = {},
  account = localAccount(),
  preferredParameters: Readonly<Record<string, string>> = {},
): StackDescription {
  const preferred = { ...WITHOUT_DEFAULT, ...preferredParameters };
  return readTemplate({ file: TEMPLATE, text, parameters, preferredParameters: preferred, account });
}

/** The template with one piece replaced. Throws if the piece is missing, so that no test runs without its change. */
export function replaced(text: string, piece: string | RegExp, replacement: string): string {
  const changed = text.replace(piece, replacement);
  if (changed === text) throw new Error(`not in the template: ${piece}`);
  return changed;
}

/** The template without one of its resources, in block style with two spaces. */
export function withoutResource(text: string, logicalId: string): string {
  return replaced(text, new RegExp(`^  ${logicalId}:\\n(?:(?: {4,}.*)?\\n)+`, "m"), "");
}
