import { AwsError } from "../aws-json/aws-error.ts";
import { invalidParameter, invalidRequest, notFound } from "./secrets-manager-error.ts";

/** Text, or bytes in base64 as the protocol has them. */
export type SecretValue =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "binary"; readonly value: string };

export type SecretVersion = {
  readonly id: string;
  readonly createdAt: number;
  readonly labels: ReadonlySet<string>;
  /** A version whose rotation has just begun has no value yet. */
  readonly value?: SecretValue;
  readonly accessedAt?: number;
};

export const CURRENT = "AWSCURRENT";
export const PENDING = "AWSPENDING";
const PREVIOUS = "AWSPREVIOUS";

/** Secrets Manager keeps about this many. It deletes only versions without a label. */
const MAX_VERSIONS = 100;
/** Of one version, and of all versions of a secret together. A version with a label is never deleted. */
const MAX_LABELS = 20;

/**
 * The versions of one secret and their staging labels (user guide, "What's in a Secrets Manager secret?"). A label is on
 * one version at most. The version that loses AWSCURRENT gets AWSPREVIOUS.
 */
export class SecretVersions {
  readonly #versions = new Map<string, SecretVersion>();
  readonly #secretName: string;
  readonly #now: () => number;

  constructor(secretName: string, now: () => number) {
    this.#secretName = secretName;
    this.#now = now;
  }

  get all(): readonly SecretVersion[] {
    return [...this.#versions.values()];
  }

  withLabel(label: string): SecretVersion | undefined {
    return this.all.find(({ labels }) => labels.has(label));
  }

  withId(id: string): SecretVersion | undefined {
    return this.#versions.get(id);
  }

  /** The version of a rotation that has not ended. */
  get pending(): SecretVersion | undefined {
    const pending = this.withLabel(PENDING);
    return pending?.labels.has(CURRENT) ? undefined : pending;
  }

  /** Finds the version with a value, by id, by label, or by both, which must then agree. */
  read(id: string | undefined, label: string | undefined): SecretVersion & { readonly value: SecretValue } {
    const wanted = label ?? CURRENT;
    const version = id === undefined ? this.withLabel(wanted) : this.withId(id);
    if (version?.value === undefined) {
      const sought = id === undefined ? `staging label: ${wanted}` : `VersionId: ${id}`;
      throw notFound(`Secrets Manager can't find the specified secret value for ${sought}`);
    }
    if (id !== undefined && label !== undefined && !version.labels.has(label)) {
      throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
    }
    const read = { ...version, value: version.value, accessedAt: this.#now() };
    this.#versions.set(version.id, read);
    return read;
  }

  /**
   * Adds a version, or fills an empty one. The same value for the same id changes nothing; another value is refused,
   * because a version keeps its first one.
   */
  put(id: string, value: SecretValue, labels: readonly string[]): SecretVersion {
    if (labels.length > MAX_LABELS) throw invalidParameter("A version can have at most 20 staging labels.");
    const known = this.withId(id);
    if (known?.value !== undefined) {
      if (known.value.kind === value.kind && known.value.value === value.value) return known;
      throw new AwsError(
        "ResourceExistsException",
        `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${this.#secretName}.`,
      );
    }
    this.#checkLabels(labels);
    // The first version is always the current one.
    const wanted = this.all.some((version) => version.value !== undefined) ? labels : [...labels, CURRENT];
    this.#versions.set(id, { id, createdAt: this.#now(), labels: new Set(), ...known, value });
    for (const label of new Set(wanted)) this.#attach(label, id);
    this.#dropOldest();
    return this.withId(id) as SecretVersion;
  }

  /** Adds the empty version of a rotation. */
  begin(id: string): void {
    this.#versions.set(id, { id, createdAt: this.#now(), labels: new Set() });
    this.#attach(PENDING, id);
  }

  /** Removes the version of a rotation that was only tested. */
  withdraw(id: string): void {
    this.#versions.delete(id);
  }

  /** Moves a label (API reference, UpdateSecretVersionStage). */
  move(label: string, { from, to }: { readonly from: string | undefined; readonly to: string | undefined }): void {
    const holder = this.withLabel(label);
    if (to !== undefined && !this.#versions.has(to)) {
      throw notFound(`Secrets Manager can't find the specified secret version: ${to}.`);
    }
    if (from !== undefined && holder?.id !== from) {
      throw invalidParameter(`Staging label ${label} is not attached to version ${from}.`);
    }
    if (to !== undefined && holder !== undefined && holder.id !== to && from === undefined) {
      throw invalidParameter(
        `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    }
    if (to === undefined && label === CURRENT) {
      throw invalidParameter(
        "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
      );
    }
    if (to !== undefined) this.#checkLabels([label]);
    if (to === undefined) this.#detach(label);
    else this.#attach(label, to);
  }

  #checkLabels(added: readonly string[]): void {
    const labels = new Set([...this.all.flatMap((version) => [...version.labels]), ...added]);
    if (labels.size <= MAX_LABELS) return;
    throw new AwsError(
      "LimitExceededException",
      "The versions of a secret can have at most 20 staging labels together.",
    );
  }

  #attach(label: string, id: string): void {
    const before = this.withLabel(label)?.id;
    if (before === id) return;
    this.#detach(label);
    const version = this.withId(id);
    if (version === undefined) return;
    // A rollback moves AWSCURRENT to the version with AWSPREVIOUS.
    if (label === CURRENT && before !== undefined) this.#detach(PREVIOUS);
    this.#label(id, (labels) => labels.add(label));
    if (label === CURRENT && before !== undefined) this.#attach(PREVIOUS, before);
  }

  #detach(label: string): void {
    const holder = this.withLabel(label);
    if (holder !== undefined) this.#label(holder.id, (labels) => labels.delete(label));
  }

  #label(id: string, change: (labels: Set<string>) => unknown): void {
    const version = this.withId(id);
    if (version === undefined) return;
    const labels = new Set(version.labels);
    change(labels);
    this.#versions.set(id, { ...version, labels });
  }

  #dropOldest(): void {
    const without = this.all.filter(({ labels }) => labels.size === 0);
    for (const { id } of without.slice(0, Math.max(0, this.#versions.size - MAX_VERSIONS))) this.#versions.delete(id);
  }
}
