type Content = { readonly SecretString?: string; readonly SecretBinary?: string };

type Version = {
  readonly id: string;
  readonly createdAt: number;
  readonly content: Content;
  readonly stages: readonly string[];
};

/** An error response of Secrets Manager; `type` is the name in its API reference. */
export class ServiceError extends Error {
  readonly type: string;

  constructor(type: string) {
    super(type);
    this.type = type;
  }
}

/** One secret's versions and how Secrets Manager moves their staging labels. Times are in seconds since 1970. */
export class VersionedSecret {
  #versions: readonly Version[] = [];

  /** A change in the console or by put-secret-value: the new version is current at once. */
  put(content: Content | string, createdAt: number): void {
    const id = `version-${this.#versions.length + 1}-${"0".repeat(24)}`;
    this.add(id, content, createdAt, []);
    this.promote(id);
  }

  /** PutSecretValue. A version keeps its value: the same value is accepted as a repetition, another one is an error. */
  add(id: string, content: Content | string, createdAt: number, stages: readonly string[]): void {
    const wrapped = typeof content === "string" ? { SecretString: content } : content;
    const known = this.#versions.find((version) => version.id === id);
    const held = known?.content.SecretString ?? wrapped.SecretString;
    if (held !== wrapped.SecretString) throw new ServiceError("ResourceExistsException");
    const others = this.#versions.filter((version) => version.id !== id);
    this.#versions = [...others, { id, createdAt, content: wrapped, stages: known?.stages ?? [] }];
    for (const stage of stages) this.label(stage, id);
  }

  /** UpdateSecretVersionStage: a label is on one version. The version that loses AWSCURRENT gains AWSPREVIOUS. */
  label(stage: string, id: string, from?: string): void {
    const holder = this.#holderOf(stage);
    if (holder !== undefined && from !== undefined && holder.id !== from) {
      throw new ServiceError("InvalidParameterException");
    }
    if (stage === "AWSCURRENT" && holder !== undefined && holder.id !== id) this.#move("AWSPREVIOUS", holder.id);
    this.#move(stage, id);
  }

  promote(id: string): void {
    this.label("AWSCURRENT", id);
    this.#versions = this.#versions.map((version) =>
      version.id === id ? { ...version, stages: version.stages.filter((stage) => stage !== "AWSPENDING") } : version,
    );
  }

  find(id: string | undefined, stage = "AWSCURRENT"): Version {
    const found = id === undefined ? this.#holderOf(stage) : this.#versions.find((version) => version.id === id);
    // A rotation's version has its label before it has a value.
    if (found === undefined || Object.keys(found.content).length === 0) {
      throw new ServiceError("ResourceNotFoundException");
    }
    return found;
  }

  stages(): Record<string, readonly string[]> {
    return Object.fromEntries(this.#versions.map(({ id, stages }) => [id, stages]));
  }

  #holderOf(stage: string): Version | undefined {
    return this.#versions.find(({ stages }) => stages.includes(stage));
  }

  #move(stage: string, id: string): void {
    this.#versions = this.#versions.map((version) => {
      const others = version.stages.filter((label) => label !== stage);
      return { ...version, stages: version.id === id ? [...others, stage] : others };
    });
  }
}
