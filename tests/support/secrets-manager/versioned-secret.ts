type Content = { readonly SecretString?: string; readonly SecretBinary?: string };

type Version = {
  readonly id: string;
  readonly createdAt: number;
  readonly content: Content;
  readonly stages: readonly string[];
};

/** An answer of Secrets Manager that is an error; `type` as in its API reference. */
export class ServiceError extends Error {
  readonly type: string;

  constructor(type: string) {
    super(type);
    this.type = type;
  }
}

/** One secret's versions and how Secrets Manager moves their staging labels. Times are in seconds since 1970. */
export class VersionedSecret {
  rotationEnabled = true;
  #versions: readonly Version[] = [];

  /** What a person does in the console or with put-secret-value: the new version is current at once. */
  put(content: Content | string, createdAt: number): void {
    const id = `version-${this.#versions.length + 1}-${"0".repeat(24)}`;
    this.add(id, content, createdAt, []);
    this.promote(id);
  }

  /** PutSecretValue. The same id with the same content is a repetition, with another one a mistake. */
  add(id: string, content: Content | string, createdAt: number, stages: readonly string[]): void {
    const wrapped = typeof content === "string" ? { SecretString: content } : content;
    const known = this.#versions.find((version) => version.id === id);
    if (known !== undefined && known.content.SecretString !== wrapped.SecretString) {
      throw new ServiceError("ResourceExistsException");
    }
    if (known !== undefined) return;
    this.#versions = [...this.#versions, { id, createdAt, content: wrapped, stages: [] }];
    for (const stage of stages) this.label(stage, id);
  }

  /** UpdateSecretVersionStage: a label is on one version; what loses AWSCURRENT gains AWSPREVIOUS. */
  label(stage: string, id: string, from?: string): void {
    const holder = this.holderOf(stage);
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

  holderOf(stage: string): Version | undefined {
    return this.#versions.find(({ stages }) => stages.includes(stage));
  }

  find(id: string | undefined, stage: string | undefined): Version {
    const found = this.#versions.find(
      (version) =>
        (id === undefined || version.id === id) &&
        version.stages.includes(stage ?? (id === undefined ? "AWSCURRENT" : (version.stages[0] ?? ""))),
    );
    // A label may be put on a version before it has a value: then there is nothing to be had under it either.
    if (found === undefined || Object.keys(found.content).length === 0) {
      throw new ServiceError("ResourceNotFoundException");
    }
    return found;
  }

  stages(): Record<string, readonly string[]> {
    return Object.fromEntries(this.#versions.map(({ id, stages }) => [id, stages]));
  }

  #move(stage: string, id: string): void {
    this.#versions = this.#versions.map((version) => {
      const others = version.stages.filter((label) => label !== stage);
      return { ...version, stages: version.id === id ? [...others, stage] : others };
    });
  }
}
