import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import type { SigningSecrets } from "../../../src/application/ports/signing-secrets.ts";
import { Secret } from "../../../src/domain/secret.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { SigningSecretsSubject } from "../signing-secrets.contract.ts";
import { downThrough, type Flaws } from "./down-through.ts";

type Secrets = Awaited<ReturnType<SigningSecrets["read"]>>;

/** Both calls return the same secrets. */
const answering = (read: () => Promise<Secrets>): SigningSecrets => ({ prime: read, read, reread: read });

function of(make: (text: string) => SigningSecrets, flaws?: Flaws): SigningSecretsSubject {
  return { make: async (text) => make(text), whenDown: downThrough(make("x"), "SIGNING_SECRETS", flaws) };
}

const fixed = (text: string) => new FixedSigningSecrets(new Secret(text));

const previousFirst = (text: string) => {
  const secrets: Secrets = [new Secret("an older one"), new Secret(text)];
  return answering(async () => secrets);
};

const anewEachTime = (text: string) => answering(async () => [new Secret(text)]);

/** Like a cache whose callers share no request: the last result stays. */
const anewForEachFlight = (text: string) => {
  let kept: Secrets | undefined;
  return answering(async () => {
    if (kept !== undefined) return kept;
    await Promise.resolve();
    const found: Secrets = [new Secret(text)];
    kept = found;
    return found;
  });
};

/** Like a cache that asks again although it was primed. */
const forgetful = (text: string): SigningSecrets => {
  const later = fixed(text);
  return { prime: anewEachTime(text).prime, read: () => later.read(), reread: () => later.reread() };
};

const openHearted = (text: string) => Object.assign(fixed(text), { text });

export const signingSecretsMutants: readonly Mutant<SigningSecretsSubject>[] = [
  ["returns the previous secret first", of(previousFirst), ["current secret first", "the first reread"]],
  ["makes a new object each time", of(anewEachTime), ["the same object for an equal secret"]],
  ["forgets the primed secrets", of(forgetful), ["what priming returned"]],
  ["asks the source for each caller", of(anewForEachFlight), ["to concurrent calls"]],
  ["shows its secrets", of(openHearted), ["out of all printed text"]],
  ["throws what its client throws", of(fixed, { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", of(fixed, { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightSigningSecrets: Readonly<Record<string, SigningSecretsSubject>> = {
  "one secret for ever": of(fixed),
};
