import type { RevocationList } from "../../../src/application/ports/revocation-list.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import type { Revocation, TokenHolder } from "../../../src/domain/token/revocation.ts";
import { pause } from "../../support/pause.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { RevocationListSubject } from "../revocation-list.contract.ts";
import { downThrough, type Flaws } from "./down-through.ts";

/** The port in its simplest form, with a separate step for each rule: a mutant breaks one of them. */
class PlainRevocationList implements RevocationList {
  protected readonly rows = new Map<string, Revocation>();

  async add(revocation: Revocation, _keepUntil: EpochSeconds): Promise<void> {
    const held = this.rows.get(this.keyOf(revocation));
    if (held === undefined || !this.isOlder(revocation, held)) this.write(revocation);
  }

  async concerning(holder: TokenHolder): Promise<readonly Revocation[]> {
    return this.keysOf(holder).flatMap((key) => this.rows.get(key) ?? []);
  }

  protected write(revocation: Revocation): void {
    this.rows.set(this.keyOf(revocation), revocation);
  }

  protected keyOf(revocation: Revocation): string {
    const { issuedBefore: _, ...key } = { issuedBefore: 0, ...revocation };
    return JSON.stringify(key);
  }

  protected keysOf({ userId, token: { issuer, tokenId } }: TokenHolder): readonly string[] {
    return [
      this.keyOf({ kind: "user", userId, issuedBefore: 1 as EpochSeconds }),
      ...(tokenId === undefined ? [] : [this.keyOf({ kind: "token", userId, tokenId })]),
      this.keyOf({ kind: "issuer", issuer, issuedBefore: 1 as EpochSeconds }),
    ];
  }

  protected isOlder(revocation: Revocation, held: Revocation): boolean {
    return momentOf(revocation) < momentOf(held);
  }
}

function momentOf(revocation: Revocation): number {
  return "issuedBefore" in revocation ? revocation.issuedBefore : 0;
}

class AddingLate extends PlainRevocationList {
  protected override write(revocation: Revocation): void {
    setTimeout(() => super.write(revocation), 5);
  }
}

class ReadingBeforeWriting extends PlainRevocationList {
  override async add(revocation: Revocation): Promise<void> {
    const held = this.rows.get(this.keyOf(revocation));
    await pause(2);
    if (held === undefined || !this.isOlder(revocation, held)) this.write(revocation);
  }
}

class KeepingTheLast extends PlainRevocationList {
  protected override isOlder(): boolean {
    return false;
  }
}

class KeepingTheFirst extends PlainRevocationList {
  protected override isOlder(): boolean {
    return true;
  }
}

/** The end for which a revocation is kept decides which of two counts. */
class KeepingTheLongest extends PlainRevocationList {
  readonly #ends = new Map<string, EpochSeconds>();

  override async add(revocation: Revocation, keepUntil: EpochSeconds): Promise<void> {
    const key = this.keyOf(revocation);
    if (keepUntil < (this.#ends.get(key) ?? 0)) return;
    if (keepUntil === this.#ends.get(key)) return super.add(revocation, keepUntil);
    this.#ends.set(key, keepUntil);
    this.write(revocation);
  }
}

class ThrowingAtARepetition extends PlainRevocationList {
  override async add(revocation: Revocation, keepUntil: EpochSeconds): Promise<void> {
    const held = this.rows.get(this.keyOf(revocation));
    if (held !== undefined && momentOf(held) === momentOf(revocation)) throw new Error("there already");
    return super.add(revocation, keepUntil);
  }
}

class ForgettingIssuers extends PlainRevocationList {
  protected override write(revocation: Revocation): void {
    if (revocation.kind !== "issuer") super.write(revocation);
  }
}

class TokensOfAnyUser extends PlainRevocationList {
  protected override keyOf(revocation: Revocation): string {
    return super.keyOf(revocation.kind === "token" ? { ...revocation, userId: "any" as never } : revocation);
  }
}

class TokensByUser extends PlainRevocationList {
  protected override keyOf(revocation: Revocation): string {
    return super.keyOf(revocation.kind === "token" ? { ...revocation, tokenId: "any" as never } : revocation);
  }
}

class TrimmingIds extends PlainRevocationList {
  protected override keyOf(revocation: Revocation): string {
    if (revocation.kind !== "token") return super.keyOf(revocation);
    return super.keyOf({ ...revocation, tokenId: revocation.tokenId.trim() as never });
  }
}

class NeedingAnId extends PlainRevocationList {
  override async concerning(holder: TokenHolder): Promise<readonly Revocation[]> {
    return holder.token.tokenId === undefined ? [] : super.concerning(holder);
  }
}

class MakingOneUp extends PlainRevocationList {
  override async concerning(holder: TokenHolder): Promise<readonly Revocation[]> {
    const { userId } = holder;
    const found = await super.concerning(holder);
    return found.length > 0 ? found : [{ kind: "user", userId, issuedBefore: 1 as EpochSeconds }];
  }
}

class RevocationsOfASecondOfItsOwn extends PlainRevocationList {
  protected override write(revocation: Revocation): void {
    super.write(revocation);
    setTimeout(() => this.rows.delete(this.keyOf(revocation)), 1_000).unref();
  }
}

function over(list: RevocationList, flaws?: Flaws): RevocationListSubject {
  return { makeList: () => list, whenDown: downThrough(list, "REVOCATION_LIST", flaws) };
}

function of(List: new () => RevocationList): RevocationListSubject {
  return over(new List());
}

export const revocationListMutants: readonly Mutant<RevocationListSubject>[] = [
  ["adds a moment late", of(AddingLate), ["tells at once"]],
  ["forgets issuers", of(ForgettingIssuers), ["tells at once", "two moments of an issuer"]],
  ["makes a revocation up", of(MakingOneUp), ["tells nothing if nothing was revoked"]],
  ["revokes an id of every user", of(TokensOfAnyUser), ["of other users, tokens", "to be a token's id like any other"]],
  ["revokes every id of a user", of(TokensByUser), ["of other users, tokens", "to be a token's id like any other"]],
  ["trims ids", of(TrimmingIds), ["to be a token's id like any other"]],
  ["tells nothing of a token without an id", of(NeedingAnId), ["for a token without an id"]],
  [
    "keeps the last moment",
    of(KeepingTheLast),
    ["the later of two moments", "though the older one is kept for longer", "the latest of any moments"],
  ],
  ["keeps the first moment", of(KeepingTheFirst), ["the later of two moments of"]],
  [
    "keeps the moment of the longest end",
    of(KeepingTheLongest),
    ["though the older one is kept for longer", "two concurrent moments", "the latest of any moments"],
  ],
  ["throws at a repetition", of(ThrowingAtARepetition), ["may be repeated"]],
  ["reads before it writes", of(ReadingBeforeWriting), ["two concurrent moments", "the latest of any moments"]],
  ["has revocations of one second by its own clock", of(RevocationsOfASecondOfItsOwn), ["a clock of its own"]],
  ["throws what its client throws", over(new PlainRevocationList(), { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", over(new PlainRevocationList(), { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightRevocationLists: Readonly<Record<string, RevocationListSubject>> = {
  "the port in its simplest form": of(PlainRevocationList),
};
