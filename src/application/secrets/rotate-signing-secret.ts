import { checkSigningKey, type SigningKeyFault } from "../../domain/token/signing-key-policy.ts";
import type { RotatingSecret } from "../ports/signing-secrets.ts";
import type { SecretGenerator } from "../ports/system.ts";

export const ROTATION_STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

/**
 * One step of the rotation to a version. Secrets Manager requests the steps in this order, and again after a failure.
 */
export type Rotation = { readonly step: (typeof ROTATION_STEPS)[number]; readonly version: string };

type RotationOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly reason: "VERSION_NOT_PENDING" | "VERSION_EMPTY" | SigningKeyFault };

/**
 * Runs one step of a rotation. Each step may be repeated. Promotes only a version that authorizers accept as a key.
 * Throws DependencyUnavailableError, and MalformedInputError if another writer gave the version a malformed value.
 */
export type RotateSigningSecret = (rotation: Rotation) => Promise<RotationOutcome>;

export function makeRotateSigningSecret(deps: {
  readonly secret: RotatingSecret;
  readonly generator: SecretGenerator;
}): RotateSigningSecret {
  const { secret, generator } = deps;

  /**
   * Checks the key before it is stored, because a version keeps its first value: an unusable value would fail every
   * later try of this rotation.
   */
  async function create(version: string): Promise<RotationOutcome> {
    const next = generator.next();
    const check = checkSigningKey(next.reveal());
    if (check.kind === "refused") return check;
    await secret.fill(version, next);
    return { kind: "done" };
  }

  async function test(version: string): Promise<RotationOutcome> {
    const value = await secret.read(version);
    if (value === undefined) return { kind: "refused", reason: "VERSION_EMPTY" };
    const check = checkSigningKey(value.reveal());
    return check.kind === "refused" ? check : { kind: "done" };
  }

  async function finish(version: string): Promise<RotationOutcome> {
    const outcome = await test(version);
    if (outcome.kind === "done") await secret.promote(version);
    return outcome;
  }

  return async ({ step, version }) => {
    const stage = await secret.stageOf(version);
    if (stage === "current") return { kind: "done" };
    if (stage === "other") return { kind: "refused", reason: "VERSION_NOT_PENDING" };
    if (step === "createSecret") return create(version);
    if (step === "testSecret") return test(version);
    if (step === "finishSecret") return finish(version);
    // setSecret has nothing to do: signers and authorizers read the secret from Secrets Manager itself.
    return { kind: "done" };
  };
}
