import fc from "fast-check";
import { expect } from "vitest";
import { issuerId } from "../../src/adapters/issuer-id.ts";
import type { RevocationList } from "../../src/application/ports/revocation-list.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";
import type { Revocation, TokenHolder } from "../../src/domain/token/revocation.ts";
import type { IssuerId, TokenId } from "../../src/domain/token/token-facts.ts";
import { aConnectionId, aUserId, NOW, tokenFacts } from "../support/a-connection.ts";
import { after, inRounds } from "../support/in-rounds.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { untilDropped } from "./own-clock.ts";
import { type Suite, VITEST } from "./suite.ts";

export type RevocationListSubject = {
  /** The list may be the same for each test, and be in use by another run. */
  readonly makeList: () => RevocationList;
  /** The same data, seen from another process. Absent if no other process can reach them. */
  readonly elsewhere?: () => RevocationList;
  readonly whenDown: WhenDown<RevocationList>;
};

const LATER = addSeconds(NOW, 86_400);

/** Every sentence of the port's comment but those on `keepUntil`, which tests of an adapter have. */
export function describeRevocationList(
  { makeList, elsewhere, whenDown }: RevocationListSubject,
  suite: Suite = VITEST,
): void {
  const { describe, it, beforeEach } = suite;
  let list: RevocationList;
  let early: Promise<{ list: RevocationList; holder: TokenHolder; since: number }> | undefined;
  beforeEach(async () => {
    list = makeList();
    early ??= revokedEarly(list);
    await early;
  });

  const told = async (holder: TokenHolder) => {
    const all = await list.concerning(holder);
    return all.toSorted((one, other) => (one.kind < other.kind ? -1 : 1));
  };

  describe("concerning", () => {
    it("fault:M8 tells at once what was revoked of a token's user, id and issuer", async () => {
      const holder = aHolder();
      const revocations = [byIssuer(holder, NOW), byToken(holder), byUser(holder, NOW)];
      for (const revocation of revocations) await list.add(revocation, LATER);

      expect(await told(holder)).toEqual(revocations);
    });

    it("tells nothing if nothing was revoked", async () => {
      expect(await list.concerning(aHolder())).toEqual([]);
    });

    it("tells nothing of other users, tokens and issuers", async () => {
      const holder = aHolder();
      for (const other of [aHolder(), { ...aHolder(), userId: holder.userId }]) await list.add(byToken(other), LATER);
      await list.add(byUser(aHolder(), NOW), LATER);
      await list.add(byIssuer(aHolder(), NOW), LATER);
      await list.add(byToken({ ...aHolder(), token: holder.token }), LATER);

      expect(await list.concerning(holder)).toEqual([]);
    });

    it("tells of user and issuer for a token without an id", async () => {
      const holder = aHolder();
      const { tokenId: _, ...token } = holder.token;
      for (const revocation of [byUser(holder, NOW), byToken(holder)]) await list.add(revocation, LATER);

      expect(await list.concerning({ ...holder, token })).toEqual([byUser(holder, NOW)]);
    });

    it.each([
      ["attack:E3 delimiters", "#a#REVOKED|:=/"],
      ["attack:E4 the name of a record type", "REVOKED#USER#ann"],
      ["attack:E8 text outside ASCII", "caf\u00e9 \u{1f600}"],
      ["attack:E13 a property of every object", "__proto__"],
      ["attack:E9 128 bytes", "x".repeat(128)],
    ])("takes %s to be a token's id like any other", async (_row, text) => {
      const holder = aHolder(text);
      await list.add(byToken(holder), LATER);

      expect(await list.concerning(holder)).toEqual([byToken(holder)]);
      expect(await list.concerning(aHolder(text))).toEqual([]);
      expect(await list.concerning({ ...holder, token: { ...holder.token, tokenId: `${text} ` as TokenId } })).toEqual(
        [],
      );
    });
  });

  describe("add", () => {
    it.each([
      ["a user", byUser],
      ["an issuer", byIssuer],
    ])("keeps the later of two moments of %s, in both orders", async (_row, by) => {
      for (const moments of [
        [NOW, addSeconds(NOW, 60)],
        [addSeconds(NOW, 60), NOW],
      ] as const) {
        const holder = aHolder();
        for (const moment of moments) await list.add(by(holder, moment), LATER);

        expect(await list.concerning(holder)).toEqual([by(holder, addSeconds(NOW, 60))]);
      }
    });

    it("keeps the later moment though the older one is kept for longer", async () => {
      const holder = aHolder();
      await list.add(byUser(holder, addSeconds(NOW, 60)), LATER);
      await list.add(byUser(holder, NOW), addSeconds(LATER, 60));

      expect(await list.concerning(holder)).toEqual([byUser(holder, addSeconds(NOW, 60))]);
    });

    it("may be repeated", async () => {
      const holder = aHolder();
      for (const revocation of [byUser(holder, NOW), byToken(holder), byUser(holder, NOW), byToken(holder)]) {
        await list.add(revocation, LATER);
      }

      expect(await told(holder)).toEqual([byToken(holder), byUser(holder, NOW)]);
    });

    it("keeps the later of two concurrent moments", async () => {
      const other = elsewhere?.() ?? list;
      const left = await inRounds(async (wait) => {
        const holder = aHolder();
        const [old, young] = [byUser(holder, NOW), byUser(holder, addSeconds(NOW, 60))];
        await Promise.all([list.add(young, LATER), after(wait, () => other.add(old, addSeconds(LATER, 60)))]);
        return { told: await list.concerning(holder), young };
      });

      expect(left.map(({ told }) => told)).toEqual(left.map(({ young }) => [young]));
    });

    it("keeps the latest of any moments, in any order", async () => {
      const moments = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });

      await fc.assert(
        fc.asyncProperty(moments, async (minutes) => {
          const holder = aHolder();
          const momentOf = (minute: number) => addSeconds(NOW, minute * 60);
          await Promise.all(
            minutes.map((minute) => list.add(byUser(holder, momentOf(minute)), momentOf(100 - minute))),
          );

          expect(await list.concerning(holder)).toEqual([byUser(holder, momentOf(Math.max(...minutes)))]);
        }),
        { numRuns: 40 },
      );
    });
  });

  describeOutages(suite, whenDown, "REVOCATION_LIST", {
    add: (down) => down.add(byUser(aHolder(), NOW), LATER),
    concerning: (down) => down.concerning(aHolder()),
  });

  it("drops no data by a clock of its own while a test can wait", async () => {
    const { list: same, holder, since } = (await early) ?? (await revokedEarly(list));
    await untilDropped(since);

    expect(await same.concerning(holder)).toEqual([byUser(holder, NOW)]);
  });
}

/** A user and an issuer of whom nothing was revoked. */
function aHolder(tokenId: string = aConnectionId()): TokenHolder {
  const issuer = issuerId(aConnectionId());
  return { userId: aUserId(), token: tokenFacts({ issuer, tokenId: tokenId as TokenId }) };
}

function byUser({ userId }: { readonly userId: UserId }, issuedBefore: EpochSeconds): Revocation {
  return { kind: "user", userId, issuedBefore };
}

function byIssuer(
  { token }: { readonly token: { readonly issuer: IssuerId } },
  issuedBefore: EpochSeconds,
): Revocation {
  return { kind: "issuer", issuer: token.issuer, issuedBefore };
}

function byToken({ userId, token: { tokenId } }: TokenHolder): Revocation {
  return { kind: "token", userId, tokenId: tokenId as TokenId };
}

async function revokedEarly(list: RevocationList) {
  const holder = aHolder();
  await list.add(byUser(holder, NOW), LATER);
  return { list, holder, since: Date.now() };
}
