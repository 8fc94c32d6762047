import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import {
  findToken,
  type HandshakeCredentials,
  type QueryToken,
  selectedSubprotocol,
} from "../../../src/domain/token/credentials.ts";

const MALFORMED = { kind: "rejected", reason: "SUBPROTOCOLS_MALFORMED" };

/** The places that a test says nothing about are empty. */
const found = (places: Partial<HandshakeCredentials>, queryToken: QueryToken = "allowed") =>
  findToken({ query: [], subprotocols: [], authorization: [], ...places }, queryToken);

describe("findToken", () => {
  const accepted: readonly (readonly [title: string, query: string[], subprotocols: string[]])[] = [
    ["the query parameter alone", ["a.b.c"], []],
    ["attack:F10 `websocket` alone, token in the query", ["a.b.c"], ["websocket"]],
    ["the second subprotocol", [], ["websocket, a.b.c"]],
    ["no blank after the comma", [], ["websocket,a.b.c"]],
    ["tabs and blanks around the items", [], [" \twebsocket \t, \ta.b.c "]],
    ["attack:F7 the header twice is one list", [], ["websocket", "a.b.c"]],
    ["attack:F12 another case of `websocket`", [], ["WebSocket, a.b.c"]],
  ];
  it.each(accepted)("takes the token from: %s", (_title, query, subprotocols) => {
    expect(found({ query, subprotocols })).toEqual({ kind: "token", token: "a.b.c" });
  });

  const malformed: readonly (readonly [title: string, subprotocols: string[]])[] = [
    ["attack:F13 two tokens", ["websocket, a.b.c, d.e.f"]],
    ["attack:F13 a list without `websocket`", ["a.b.c"]],
    ["attack:F13 order swapped", ["a.b.c, websocket"]],
    ["attack:F13 nothing after the comma", ["websocket,"]],
    ["attack:F13 nothing before the comma", [",websocket"]],
    ["attack:F13 `websocket` twice", ["websocket, websocket"]],
    ["attack:F13 an empty item between", ["websocket,,a.b.c"]],
    ["attack:F13 an empty header", [""]],
    ["attack:F13 10,000 items", [Array(10_000).fill("websocket").join(",")]],
    ["a foreign subprotocol", ["graphql-transport-ws"]],
    ["attack:A8 a no-break space where only blanks may be", ["websocket\u00a0, a.b.c"]],
  ];
  it.each(malformed)("refuses: %s", (_title, subprotocols) => {
    expect(found({ query: [], subprotocols })).toEqual(MALFORMED);
    expect(found({ query: ["a.b.c"], subprotocols })).toEqual(MALFORMED);
  });

  it.each([
    ["attack:F1 the same token in both places", ["a.b.c"], ["websocket, a.b.c"]],
    ["attack:F2 different tokens in both places", ["d.e.f"], ["websocket, a.b.c"]],
    ["attack:F3 the query parameter twice, the same", ["a.b.c", "a.b.c"], []],
    ["attack:F3 the query parameter twice, different", ["a.b.c", "d.e.f"], []],
    ["an empty query parameter beside the subprotocol", [""], ["websocket, a.b.c"]],
  ])("refuses: %s", (_title, query, subprotocols) => {
    expect(found({ query, subprotocols })).toEqual({ kind: "rejected", reason: "TOKEN_REPEATED" });
  });

  it.each([
    ["as RFC 6750 spells it", "Bearer a.b.c"],
    ["the scheme in another case", "bEARER a.b.c"],
    ["several blanks between", "Bearer   a.b.c"],
    ["blanks around", " \tBearer a.b.c \t"],
  ])("takes the token from the header Authorization, %s", (_title, value) => {
    expect(found({ authorization: [value] })).toEqual({ kind: "token", token: "a.b.c" });
    expect(found({ authorization: ["Basic YTpi", value] })).toEqual({ kind: "token", token: "a.b.c" });
    expect(found({ authorization: [value] }, "refused")).toEqual({ kind: "token", token: "a.b.c" });
  });

  it.each([
    ["another scheme", "Basic YTpi"],
    ["a scheme that begins as ours", "BearerToken a.b.c"],
    ["a token alone", "a.b.c"],
    ["two schemes in one header, ours behind", "Basic YTpi, Bearer a.b.c"],
    ["an empty header", ""],
  ])("attack:F6 passes over a header Authorization without the scheme Bearer: %s", (_title, value) => {
    expect(found({ authorization: [value] })).toEqual({ kind: "rejected", reason: "TOKEN_MISSING" });
    expect(found({ authorization: [value], query: ["d.e.f"] })).toEqual({ kind: "token", token: "d.e.f" });
  });

  it.each([
    ["no token", "Bearer"],
    ["blanks in its place", "Bearer   "],
    ["a tab between", "Bearer\ta.b.c"],
    ["a no-break space between", "Bearer\u00a0a.b.c"],
    ["two tokens", "Bearer a.b.c d.e.f"],
    ["two headers in one", "Bearer a.b.c, Bearer d.e.f"],
    ["a comma behind", "Bearer a.b.c,"],
    ["quotes", 'Bearer "a.b.c"'],
    ["padding inside", "Bearer a=.b.c"],
    ["a colon", "Bearer: a.b.c"],
    ["the scheme twice", "Bearer Bearer a.b.c"],
    ["a line break behind", "Bearer a.b.c\n"],
    ["100,000 blanks and no end", `Bearer ${" ".repeat(100_000)}!`],
    ["100,000 characters and no end", `Bearer ${"a=".repeat(50_000)}`],
  ])("attack:F6 refuses a malformed header with the scheme Bearer, whatever else there is: %s", (_title, value) => {
    const malformed = { kind: "rejected", reason: "AUTHORIZATION_MALFORMED" };
    expect(found({ authorization: [value] })).toEqual(malformed);
    expect(found({ authorization: [value], query: ["d.e.f"] })).toEqual(malformed);
    expect(found({ authorization: ["Bearer a.b.c", value] })).toEqual(malformed);
  });

  it.each([
    ["attack:F1 the same token as Bearer and in the query", { query: ["a.b.c"] }],
    ["attack:F1 the same token as Bearer and as subprotocol", { subprotocols: ["websocket, a.b.c"] }],
    ["attack:F2 another token in the query", { query: ["d.e.f"] }],
    ["attack:F2 another token as subprotocol", { subprotocols: ["websocket, d.e.f"] }],
    ["attack:F2 an empty query parameter", { query: [""] }],
    ["attack:F7 the header twice, the same", { authorization: ["Bearer a.b.c", "Bearer a.b.c"] }],
    ["attack:F7 the header twice, different", { authorization: ["bearer a.b.c", "Bearer d.e.f"] }],
  ])("refuses a second place beside Bearer: %s", (_title, places) => {
    expect(found({ authorization: ["Bearer a.b.c"], ...places })).toEqual({
      kind: "rejected",
      reason: "TOKEN_REPEATED",
    });
  });

  it("attack:A1 reports a missing token", () => {
    const missing = { kind: "rejected", reason: "TOKEN_MISSING" };
    expect(found({ query: [], subprotocols: [] })).toEqual(missing);
    expect(found({ query: [], subprotocols: ["websocket"] })).toEqual(missing);
  });

  it("refuses a token in the URL if the setting says so, and still takes the subprotocol", () => {
    const refused = { kind: "rejected", reason: "QUERY_TOKEN_REFUSED" };
    expect(found({ query: ["a.b.c"], subprotocols: [] }, "refused")).toEqual(refused);
    expect(found({ query: [], subprotocols: ["websocket, a.b.c"] }, "refused")).toEqual({
      kind: "token",
      token: "a.b.c",
    });
  });
});

describe("selectedSubprotocol", () => {
  it.each([
    ["attack:F11 none offered, none answered", [], undefined],
    ["attack:F10 as offered", ["websocket"], "websocket"],
    ["attack:F12 spelled as offered", ["WebSocket, a.b.c"], "WebSocket"],
    ["attack:F16 never the token", ["websocket, a.b.c"], "websocket"],
    ["attack:F16 nothing of a malformed list", ["a.b.c, websocket"], undefined],
  ])("%s", (_title, offered, answered) => {
    expect(selectedSubprotocol(offered)).toBe(answered);
  });

  it("attack:F16 is `websocket` as offered or undefined, for any offer and either place of the token", () => {
    const item = fc.oneof(fc.constantFrom("websocket", "WebSocket", "a.b.c", "", " ", "\t"), anyText(3));
    const header = fc.array(item, { maxLength: 4 }).map((items) => items.join(","));

    fc.assert(
      fc.property(fc.array(header, { maxLength: 2 }), fc.constantFrom([], ["d.e.f"]), (subprotocols, query) => {
        const answer = selectedSubprotocol(subprotocols);
        const verdict = found({ query, subprotocols });

        expect(answer ?? "websocket").toMatch(/^websocket$/i);
        expect(subprotocols.join(",")).toContain(answer ?? "");
        expect(verdict.kind === "token" && verdict.token).not.toBe(answer ?? "websocket");
      }),
      { numRuns: 2000 },
    );
  });
});
