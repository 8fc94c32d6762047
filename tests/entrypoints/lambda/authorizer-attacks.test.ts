import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { leaksIn, plantedTexts } from "../../../packages/emulator/tests/support/planted-texts.ts";
import type { Attack } from "../../support/attacks/attack.ts";
import { handshakeAttacks } from "../../support/attacks/handshake-attacks.ts";
import { tokenAttacks } from "../../support/attacks/token-attacks.ts";
import { authorizerEvent, METHOD_ARN } from "../../support/gateway-events.ts";
import { goodToken, SECRET_TEXT } from "../../support/good-token.ts";
import { NOW, type Observation, observedAuthorizer } from "../../support/observed-authorizer.ts";

const target = { secret: SECRET_TEXT, now: NOW };
const authorize = observedAuthorizer();
const fetched = vi.fn();

beforeAll(() => {
  vi.stubGlobal("fetch", fetched);
});

afterAll(() => {
  vi.unstubAllGlobals();
});

/** Expects 401: a constant error and one log entry with the reason, without the token or the secret in either. */
function expectRejection({ answer, error, log }: Observation, token: string, reason: unknown): void {
  const lines = log.trimEnd().split("\n");
  const [line] = lines.map((text) => JSON.parse(text));
  const output = log + JSON.stringify([answer, error, Object(error).stack]);

  expect(answer).toBeUndefined();
  expect(error).toStrictEqual(new Error("Unauthorized"));
  expect(lines).toHaveLength(1);
  expect(line).toMatchObject({ outcome: "rejected", reason, requestId: expect.any(String) });
  expect(leaksIn(output, plantedTexts(SECRET_TEXT, token))).toStrictEqual([]);
}

const inQuery = (token: string) => authorizerEvent({ query: { access_token: token } });
const asSubprotocol = (token: string) =>
  authorizerEvent({ headers: { "Sec-WebSocket-Protocol": `websocket, ${token}` } });
const asBearer = (token: string) => authorizerEvent({ headers: { Authorization: `Bearer ${token}` } });

/** Whether the token has the characters that RFC 6750 allows in the header. */
const fitsBearer = ({ token }: Attack) => /^[\w.~+/-]+=*$/.test(token(target));

/** Blanks before and behind are the header's own (RFC 9110 section 5.5), so the token is a good one. */
const isWholeInHeader = ({ token }: Attack) => !/^ |[ \t]$/.test(token(target));

/** Whether the token can be one item in a list of subprotocols. */
const fitsList = ({ token }: Attack) => /^[^\s,]+$/.test(token(target));

describe("the attack table, at the authorizer,", () => {
  it.each([
    ["in the query", inQuery],
    ["as subprotocol", asSubprotocol],
    ["as Bearer", asBearer],
  ])("has a good token that is accepted %s (positive control)", async (_title, event) => {
    const { answer } = await authorize(event(goodToken(NOW)));

    expect(answer).toMatchObject({
      principalId: "ann",
      policyDocument: { Statement: [{ Effect: "Allow", Resource: METHOD_ARN }] },
    });
  });

  it.each(tokenAttacks)("$id $title in the query is 401 (CWE-$cwe)", async ({ token, reason }) => {
    const text = token(target);

    const observation = await authorize(inQuery(text));

    expectRejection(observation, text, reason);
  });

  it.each(tokenAttacks.filter(fitsList))("$id $title as subprotocol is 401 (CWE-$cwe)", async ({ token, reason }) => {
    const text = token(target);

    const observation = await authorize(asSubprotocol(text));

    expectRejection(observation, text, reason);
  });

  it.each(tokenAttacks.filter(isWholeInHeader))("$id $title as Bearer is 401 (CWE-$cwe)", async (attack) => {
    const text = attack.token(target);

    const observation = await authorize(asBearer(text));

    expectRejection(observation, text, fitsBearer(attack) ? attack.reason : "AUTHORIZATION_MALFORMED");
  });

  it.each(handshakeAttacks)("$id $title is 401 (CWE-$cwe)", async ({ event, reason }) => {
    const token = goodToken(NOW);

    const observation = await authorize(event(token));

    expectRejection(observation, token, reason);
  });

  it("F1-F18 holds the rows that it is expected to hold", () => {
    expect(handshakeAttacks.length).toBeGreaterThanOrEqual(70);
    expect(tokenAttacks.filter(fitsBearer).length).toBeGreaterThanOrEqual(400);
    expect(tokenAttacks.filter(fitsList).length).toBeGreaterThanOrEqual(400);
  });

  it("attack:C3 attack:C4 fetched nothing, and left every prototype unchanged and the next good token accepted", async () => {
    const { answer } = await authorize(inQuery(goodToken(NOW)));

    expect(answer).toBeDefined();
    expect(fetched).not.toHaveBeenCalled();
    expect("polluted" in {}).toBe(false);
  });
});
