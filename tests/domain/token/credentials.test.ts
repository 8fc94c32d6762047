import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import { findToken, selectedSubprotocol } from "../../../src/domain/token/credentials.ts";

const MALFORMED = { kind: "rejected", reason: "SUBPROTOCOLS_MALFORMED" };

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
    expect(findToken({ query, subprotocols }, "allowed")).toEqual({ kind: "token", token: "a.b.c" });
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
    expect(findToken({ query: [], subprotocols }, "allowed")).toEqual(MALFORMED);
    expect(findToken({ query: ["a.b.c"], subprotocols }, "allowed")).toEqual(MALFORMED);
  });

  it.each([
    ["attack:F1 the same token in both places", ["a.b.c"], ["websocket, a.b.c"]],
    ["attack:F2 different tokens in both places", ["d.e.f"], ["websocket, a.b.c"]],
    ["attack:F3 the query parameter twice, the same", ["a.b.c", "a.b.c"], []],
    ["attack:F3 the query parameter twice, different", ["a.b.c", "d.e.f"], []],
    ["an empty query parameter beside the subprotocol", [""], ["websocket, a.b.c"]],
  ])("refuses: %s", (_title, query, subprotocols) => {
    expect(findToken({ query, subprotocols }, "allowed")).toEqual({ kind: "rejected", reason: "TOKEN_REPEATED" });
  });

  it("attack:A1 reports a missing token", () => {
    const missing = { kind: "rejected", reason: "TOKEN_MISSING" };
    expect(findToken({ query: [], subprotocols: [] }, "allowed")).toEqual(missing);
    expect(findToken({ query: [], subprotocols: ["websocket"] }, "allowed")).toEqual(missing);
  });

  it("refuses a token in the URL if the setting says so, and still takes the subprotocol", () => {
    const refused = { kind: "rejected", reason: "QUERY_TOKEN_REFUSED" };
    expect(findToken({ query: ["a.b.c"], subprotocols: [] }, "refused")).toEqual(refused);
    expect(findToken({ query: [], subprotocols: ["websocket, a.b.c"] }, "refused")).toEqual({
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
        const found = findToken({ query, subprotocols }, "allowed");

        expect(answer ?? "websocket").toMatch(/^websocket$/i);
        expect(subprotocols.join(",")).toContain(answer ?? "");
        expect(found.kind === "token" && found.token).not.toBe(answer ?? "websocket");
      }),
      { numRuns: 2000 },
    );
  });
});
