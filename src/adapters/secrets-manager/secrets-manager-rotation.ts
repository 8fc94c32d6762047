import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { DependencyUnavailableError } from "../../application/errors.ts";
import type { RotatingSecret } from "../../application/ports/signing-secrets.ts";
import type { Secret } from "../../domain/secret.ts";
import { withinDeadline } from "../deadline.ts";
import { formatSecretValue, parseSecretValue } from "./secret-value.ts";

/** The two seconds that the port allows. */
const CALL_MILLIS = 2000;

type Send<T> = (client: SecretsManagerClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

/**
 * The versions and staging labels of one secret, moved as a rotation function must (user guide, "Lambda rotation
 * functions").
 */
export class SecretsManagerRotation implements RotatingSecret {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;

  constructor(client: SecretsManagerClient, secretId: string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  async stageOf(version: string): Promise<"current" | "pending" | "other"> {
    const stages = await this.#stages();
    const labels = stages.get(version) ?? [];
    // A finished rotation may leave AWSPENDING on the version with AWSCURRENT.
    if (labels.includes("AWSCURRENT")) return "current";
    return labels.includes("AWSPENDING") ? "pending" : "other";
  }

  async read(version: string): Promise<Secret | undefined> {
    const command = new GetSecretValueCommand({ SecretId: this.#secretId, VersionId: version });
    const response = await this.#send((client, options) =>
      client.send(command, options).catch((error: unknown) => {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }),
    );
    return response === undefined ? undefined : parseSecretValue(response.SecretString);
  }

  async fill(version: string, secret: Secret): Promise<void> {
    if ((await this.read(version)) !== undefined) return;
    const command = new PutSecretValueCommand({
      SecretId: this.#secretId,
      ClientRequestToken: version,
      SecretString: formatSecretValue(secret),
      VersionStages: ["AWSPENDING"],
    });
    await this.#send((client, options) =>
      client.send(command, options).catch((error: unknown) => {
        // Another call has filled it meanwhile.
        if (!(error instanceof ResourceExistsException)) throw error;
      }),
    );
  }

  /** Secrets Manager itself moves AWSPREVIOUS to the version that loses AWSCURRENT. */
  async promote(version: string): Promise<void> {
    const stages = await this.#stages();
    const current = [...stages].find(([, labels]) => labels.includes("AWSCURRENT"))?.[0];
    if (current === version) return;
    const command = new UpdateSecretVersionStageCommand({
      SecretId: this.#secretId,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: version,
      ...(current !== undefined && { RemoveFromVersionId: current }),
    });
    await this.#send((client, options) => client.send(command, options));
  }

  async #stages(): Promise<ReadonlyMap<string, readonly string[]>> {
    const command = new DescribeSecretCommand({ SecretId: this.#secretId });
    const { VersionIdsToStages = {} } = await this.#send((client, options) => client.send(command, options));
    return new Map(Object.entries(VersionIdsToStages));
  }

  async #send<T>(send: Send<T>): Promise<T> {
    try {
      return await withinDeadline(CALL_MILLIS, (abortSignal) => send(this.#client, { abortSignal }));
    } catch (cause) {
      throw new DependencyUnavailableError("SIGNING_SECRETS", { cause });
    }
  }
}
