import { describe, expect, it } from "vitest";
import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { tokenAttacks } from "../../support/attacks/token-attacks.ts";
import { goodToken, SECRET_TEXT } from "../../support/good-token.ts";
import { authorizeOver } from "../../support/one-issuer.ts";

const NOW = 1_800_000_000;
const target = { secret: SECRET_TEXT, now: NOW };

const authorize = authorizeOver(new FixedSigningSecrets(new Secret(SECRET_TEXT)), new FixedClock(NOW * 1000));

const show = (token: string) =>
  authorize({ credentials: { query: [token], subprotocols: [], authorization: [] }, origins: [] });

describe("the attack table, at the use case,", () => {
  it("holds the rows that it is expected to hold", () => {
    const ids = new Set(tokenAttacks.map(({ id }) => id));

    expect(tokenAttacks.length).toBeGreaterThanOrEqual(350);
    expect(ids.size).toBeGreaterThanOrEqual(50);
    expect(new Set(tokenAttacks.map(({ id, title }) => `${id} ${title}`)).size).toBe(tokenAttacks.length);
  });

  it("has a good token that is accepted (positive control)", async () => {
    expect(await show(goodToken(NOW))).toMatchObject({ kind: "accepted", identity: { userId: "ann" } });
  });

  it.each(tokenAttacks)("$id $title is $reason (CWE-$cwe)", async ({ token, reason }) => {
    const verdict = await show(token(target));

    expect(verdict).toMatchObject({ kind: "rejected", reason });
  });

  it("leaves the next good token accepted and every object's prototype as it was", async () => {
    expect(await show(goodToken(NOW))).toMatchObject({ kind: "accepted" });
    expect("polluted" in {}).toBe(false);
  });
});
