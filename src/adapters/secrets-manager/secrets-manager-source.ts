import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from "@aws-sdk/client-secrets-manager";
import type {
  NoSigningSecret,
  SigningSecretSource,
  SigningSecretVersions,
} from "../../application/ports/signing-secrets.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { type EpochMillis, parseEpochMillis } from "../../domain/time.ts";
import { type Deadline, startDeadline } from "../deadline.ts";
import { parseSecretValue } from "./secret-value.ts";

/**
 * Secrets Manager's errors when there is no secret for us (API reference, GetSecretValue): it does not exist, it is
 * marked for deletion, our role or its key has no permission, or its key cannot decrypt it. Other errors say nothing
 * about the secret.
 */
const NO_SECRET_ERRORS: ReadonlySet<string> = new Set([
  "ResourceNotFoundException",
  "InvalidRequestException",
  "AccessDeniedException",
  "DecryptionFailure",
]);

/**
 * Reads one secret of Secrets Manager: AWSCURRENT, and AWSPREVIOUS while it is still valid. AWSPENDING is never read:
 * no issuer may sign with it before a rotation has tested it.
 *
 * Outside a rotation's overlap this is one request. During the overlap a second request uses the same connection, which
 * costs less than a second TLS handshake in parallel.
 */
export class SecretsManagerSource implements SigningSecretSource {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;

  constructor(client: SecretsManagerClient, secretId: string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  /** The time is for both requests together. */
  async fetch(rotatedAfter: EpochMillis, withinMillis: number): Promise<SigningSecretVersions | NoSigningSecret> {
    const deadline = startDeadline(withinMillis);
    try {
      const response = await this.#get("AWSCURRENT", deadline);
      const createdAt = parseEpochMillis(response.CreatedDate?.getTime());
      // Every version has a date, so this response is not from Secrets Manager.
      if (createdAt === undefined) throw new TypeError("a response without CreatedDate");
      const current = parseSecretValue(response.SecretString);
      const previous = createdAt > rotatedAfter ? await this.#previous(deadline) : {};
      return { kind: "held", current, createdAt, ...previous };
    } catch (cause) {
      if (meansNoSecret(cause)) return { kind: "none", cause };
      throw cause;
    } finally {
      deadline.end();
    }
  }

  async #previous(deadline: Deadline): Promise<Pick<SigningSecretVersions, "previous" | "previousUnread">> {
    try {
      return { previous: parseSecretValue((await this.#get("AWSPREVIOUS", deadline)).SecretString) };
    } catch (cause) {
      // A new secret has no previous version. A malformed one never signed a token, and its successor is correct.
      return meansNoSecret(cause) ? {} : { previousUnread: cause };
    }
  }

  #get(stage: "AWSCURRENT" | "AWSPREVIOUS", deadline: Deadline): Promise<GetSecretValueCommandOutput> {
    const command = new GetSecretValueCommand({ SecretId: this.#secretId, VersionStage: stage });
    return deadline.race((abortSignal) => this.#client.send(command, { abortSignal }));
  }
}

function meansNoSecret(thrown: unknown): boolean {
  return (
    thrown instanceof MalformedInputError ||
    (thrown instanceof SecretsManagerServiceException && NO_SECRET_ERRORS.has(thrown.name))
  );
}
