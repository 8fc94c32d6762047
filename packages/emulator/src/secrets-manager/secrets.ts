import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-json/aws-error.ts";
import type { Scheduler } from "../scheduler.ts";
import { makeSecret, type Secret } from "./secret.ts";
import { firstValue, type SecretDescription } from "./secret-description.ts";
import { CURRENT } from "./secret-versions.ts";
import { invalidRequest, notFound } from "./secrets-manager-error.ts";

/** AWS has room for half a million. Here each keeps up to a hundred values in memory. */
const MAX_SECRETS = 200;

/** All secrets of the emulator. */
export type Secrets = {
  all(): readonly Secret[];
  /** Finds a secret by its name or its ARN, with or without the suffix. Throws if there is none. */
  find(id: string): Secret;
  /** The same. Throws also if the secret is marked for deletion. */
  usable(id: string): Secret;
  create(description: Omit<SecretDescription, "logicalId" | "initial">): Secret;
  remove(secret: Secret): void;
};

export function makeSecrets({
  descriptions,
  scheduler,
}: {
  readonly descriptions: readonly SecretDescription[];
  readonly scheduler: Scheduler;
}): Secrets {
  const byName = new Map<string, Secret>();
  const now = () => scheduler.now();

  function all(): readonly Secret[] {
    // Without a timer: a deleted secret has gone by the time it is looked for.
    for (const [name, { deletedAt }] of byName) if (deletedAt !== undefined && deletedAt <= now()) byName.delete(name);
    return [...byName.values()];
  }

  function find(id: string): Secret {
    const found = all().find(({ name, arn }) => id === name || id === arn || id === arn.replace(/-[^-]{6}$/, ""));
    if (found === undefined) throw notFound();
    return found;
  }

  function usable(id: string): Secret {
    const secret = find(id);
    if (secret.deletedAt === undefined) return secret;
    throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
  }

  function create(description: Parameters<Secrets["create"]>[0]): Secret {
    const { name } = description;
    const known = all().find((secret) => secret.name === name);
    if (known?.deletedAt !== undefined) {
      throw invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    }
    if (known !== undefined) {
      throw new AwsError("ResourceExistsException", `The operation failed because the secret ${name} already exists.`);
    }
    if (byName.size >= Math.max(MAX_SECRETS, descriptions.length)) {
      throw new AwsError("LimitExceededException", `The emulator keeps at most ${MAX_SECRETS} secrets.`);
    }
    const secret = makeSecret(description, now);
    byName.set(name, secret);
    return secret;
  }

  for (const description of descriptions) {
    const { versions } = create(description);
    if (description.initial === undefined) continue;
    versions.put(randomUUID(), { kind: "string", value: firstValue(description.initial) }, [CURRENT]);
  }
  return { all, find, usable, create, remove: ({ name }) => byName.delete(name) };
}
