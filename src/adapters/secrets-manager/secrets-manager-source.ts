import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { SigningSecretSource, SigningSecretVersions } from "../../application/ports/signing-secret-source.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import type { Secret } from "../../domain/secret.ts";
import { type EpochMillis, parseEpochMillis } from "../../domain/time.ts";
import { withinDeadline } from "./deadline.ts";
import { parseSecretValue } from "./secret-value.ts";

/**
 * One secret of Secrets Manager: AWSCURRENT, and AWSPREVIOUS while it still counts. AWSPENDING is never asked for: until
 * a rotation has tested it, nobody may sign with it.
 *
 * One request, outside a rotation's overlap. Inside it a second one follows on the same connection, which costs less
 * than a second TLS handshake beside the first would.
 */
export class SecretsManagerSource implements SigningSecretSource {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;

  constructor(client: SecretsManagerClient, secretId: string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  fetch(rotatedAfter: EpochMillis): Promise<SigningSecretVersions> {
    return withinDeadline((signal) => this.#versions(rotatedAfter, signal));
  }

  async #versions(rotatedAfter: EpochMillis, signal: AbortSignal): Promise<SigningSecretVersions> {
    const answer = await this.#get("AWSCURRENT", signal);
    const current = parseSecretValue(answer.SecretString);
    const createdAt = parseEpochMillis(answer.CreatedDate?.getTime());
    if (createdAt === undefined) throw new MalformedInputError("MALFORMED_SECRET");
    if (createdAt <= rotatedAfter) return { current, createdAt };
    const previous = await this.#previous(signal);
    return { current, createdAt, ...(previous !== undefined && { previous }) };
  }

  async #previous(signal: AbortSignal): Promise<Secret | undefined> {
    try {
      return parseSecretValue((await this.#get("AWSPREVIOUS", signal)).SecretString);
    } catch (error) {
      // A new secret has no previous version; a malformed one never signed anything, and its successor mended it.
      if (error instanceof ResourceNotFoundException || error instanceof MalformedInputError) return undefined;
      throw error;
    }
  }

  #get(stage: "AWSCURRENT" | "AWSPREVIOUS", abortSignal: AbortSignal): Promise<GetSecretValueCommandOutput> {
    const command = new GetSecretValueCommand({ SecretId: this.#secretId, VersionStage: stage });
    return this.#client.send(command, { abortSignal });
  }
}
