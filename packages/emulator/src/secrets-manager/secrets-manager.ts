import type { Faults } from "../faults/faults.ts";
import type { HttpService } from "../http/http-service.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import { makeRotations } from "./rotations.ts";
import type { MayRotate, SecretDescription } from "./secret-description.ts";
import { makeSecrets } from "./secrets.ts";
import { makeSecretsManagerService } from "./secrets-manager-service.ts";

export type SecretsManagerDescription = {
  readonly secrets: readonly SecretDescription[];
  /** If absent, Secrets Manager may invoke every function. */
  readonly mayRotate?: MayRotate;
};

/** Starts Secrets Manager with the template's secrets, and the schedules of their rotations. */
export function startSecretsManager(deps: {
  readonly description: SecretsManagerDescription;
  readonly accountId: string;
  readonly region: string;
  readonly functions: Functions;
  readonly scheduler: Scheduler;
  readonly observe: Observe;
  readonly faults: Faults;
}): {
  readonly service: HttpService;
  /** Begins no more steps of rotations. Resolves when the current ones have ended. */
  stop(): Promise<void>;
} {
  const { secrets: descriptions, mayRotate = () => true } = deps.description;
  const secrets = makeSecrets({ descriptions, scheduler: deps.scheduler });
  const rotations = makeRotations({ ...deps, mayRotate });
  for (const secret of secrets.all()) if (secret.rotation !== undefined) rotations.schedule(secret);
  return { service: makeSecretsManagerService({ ...deps, secrets, rotations }), stop: rotations.stop };
}
