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
 * Secrets Manager's errors when there is no secret for us (API reference, GetSecretValue): it does not exist, it is marked for
 * deletion, our role or its key has no permission, or its key cannot decrypt it. Other errors say nothing of the secret.
 */
const ANSWERS: ReadonlySet<string> = new Set([
  "ResourceNotFoundException",
  "InvalidRequestException",
  "AccessDeniedException",
  "DecryptionFailure",
]);

/** The port's two seconds, for both requests together. */
const LOOK_MILLIS = 2000;

/**
 * One secret of Secrets Manager: AWSCURRENT, and AWSPREVIOUS while it still counts. AWSPENDING is never asked for: until
 * a rotation has tested it, no issuer may sign with it.
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

  async fetch(rotatedAfter: EpochMillis): Promise<SigningSecretVersions | NoSigningSecret> {
    const deadline = startDeadline(LOOK_MILLIS);
    try {
      const answer = await this.#get("AWSCURRENT", deadline);
      const createdAt = parseEpochMillis(answer.CreatedDate?.getTime());
      // Every version has a date: this answer is not from Secrets Manager.
      if (createdAt === undefined) throw new TypeError("an answer without CreatedDate");
      const current = parseSecretValue(answer.SecretString);
      const previous = createdAt > rotatedAfter ? await this.#previous(deadline) : {};
      return { kind: "held", current, createdAt, ...previous };
    } catch (cause) {
      if (isAnswer(cause)) return { kind: "none", cause };
      throw cause;
    } finally {
      deadline.end();
    }
  }

  async #previous(deadline: Deadline): Promise<Pick<SigningSecretVersions, "previous" | "previousUnread">> {
    try {
      return { previous: parseSecretValue((await this.#get("AWSPREVIOUS", deadline)).SecretString) };
    } catch (cause) {
      // A new secret has no previous version; a malformed one never signed anything, and its successor mended it.
      return isAnswer(cause) ? {} : { previousUnread: cause };
    }
  }

  #get(stage: "AWSCURRENT" | "AWSPREVIOUS", deadline: Deadline): Promise<GetSecretValueCommandOutput> {
    const command = new GetSecretValueCommand({ SecretId: this.#secretId, VersionStage: stage });
    return deadline.race((abortSignal) => this.#client.send(command, { abortSignal }));
  }
}

function isAnswer(thrown: unknown): boolean {
  return (
    thrown instanceof MalformedInputError ||
    (thrown instanceof SecretsManagerServiceException && ANSWERS.has(thrown.name))
  );
}
