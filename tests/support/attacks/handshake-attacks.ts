import type { RejectionReason } from "../../../src/domain/token/verdict.ts";
import { authorizerEvent, type Handshake } from "../gateway-events.ts";

/** A row of group F: a handshake with a good token in a place or form that must be refused. */
export type HandshakeAttack = {
  readonly id: string;
  readonly cwe: number;
  readonly title: string;
  readonly reason: RejectionReason;
  readonly event: (token: string) => ReturnType<typeof authorizerEvent>;
};

function rowsOf(id: string, cwe: number) {
  return (reason: RejectionReason, title: string, handshake: (token: string) => Handshake): HandshakeAttack => ({
    id,
    cwe,
    title,
    reason,
    event: (token) => authorizerEvent(handshake(token)),
  });
}

const PROTOCOL = "Sec-WebSocket-Protocol";
const offering = (value: string | readonly string[]): Handshake => ({ headers: { [PROTOCOL]: value } });
const bearing = (value: string | readonly string[]): Handshake => ({ headers: { Authorization: value } });
const asking = (query: NonNullable<Handshake["query"]>): Handshake => ({ query });

const a1 = rowsOf("attack:A1", 306);
const f1 = rowsOf("attack:F1", 287);
const f2 = rowsOf("attack:F2", 287);
const f3 = rowsOf("attack:F3", 287);
const f4 = rowsOf("attack:F4", 306);
const f5 = rowsOf("attack:F5", 172);
const f6 = rowsOf("attack:F6", 306);
const f7 = rowsOf("attack:F7", 287);
const f12 = rowsOf("attack:F12", 178);
const f13 = rowsOf("attack:F13", 20);
const f15 = rowsOf("attack:F15", 347);
const f18 = rowsOf("attack:F18", 290);

const OTHER = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJvdGhlciJ9.AAAA";

export const handshakeAttacks: readonly HandshakeAttack[] = [
  a1("TOKEN_MISSING", "nothing at all", () => ({})),
  a1("TOKEN_MISSING", "websocket offered and no token", () => offering("websocket")),
  f1("TOKEN_REPEATED", "the same token in the query and as subprotocol", (token) => ({
    ...asking({ access_token: token }),
    ...offering(`websocket, ${token}`),
  })),
  f1("TOKEN_REPEATED", "the same token in the query and as Bearer", (token) => ({
    ...asking({ access_token: token }),
    ...bearing(`Bearer ${token}`),
  })),
  f1("TOKEN_REPEATED", "the same token as subprotocol and as Bearer", (token) => ({
    headers: { [PROTOCOL]: `websocket, ${token}`, Authorization: `Bearer ${token}` },
  })),
  f1("TOKEN_REPEATED", "the same token in all three places", (token) => ({
    ...asking({ access_token: token }),
    headers: { [PROTOCOL]: `websocket, ${token}`, Authorization: `Bearer ${token}` },
  })),
  f2("TOKEN_REPEATED", "another token as Bearer, beside the query", (token) => ({
    ...asking({ access_token: token }),
    ...bearing(`Bearer ${OTHER}`),
  })),
  f2("TOKEN_REPEATED", "another token as Bearer, beside the subprotocol", (token) => ({
    headers: { [PROTOCOL]: `websocket, ${token}`, Authorization: `Bearer ${OTHER}` },
  })),
  f2("TOKEN_REPEATED", "an empty query parameter beside Bearer", (token) => ({
    ...asking({ access_token: "" }),
    ...bearing(`Bearer ${token}`),
  })),
  f2("TOKEN_REPEATED", "another token in the query", (token) => ({
    ...asking({ access_token: OTHER }),
    ...offering(`websocket, ${token}`),
  })),
  f2("TOKEN_REPEATED", "another token as subprotocol", (token) => ({
    ...asking({ access_token: token }),
    ...offering(`websocket, ${OTHER}`),
  })),
  f2("TOKEN_REPEATED", "an empty query parameter beside the subprotocol", (token) => ({
    ...asking({ access_token: "" }),
    ...offering(`websocket, ${token}`),
  })),
  f3("TOKEN_REPEATED", "the query parameter twice, the same", (token) => asking({ access_token: [token, token] })),
  f3("TOKEN_REPEATED", "the query parameter twice, the good one last", (token) =>
    asking({ access_token: [OTHER, token] }),
  ),
  f3("TOKEN_REPEATED", "the query parameter twice, the good one first", (token) =>
    asking({ access_token: [token, ""] }),
  ),
  ...[
    "access_token[]",
    "Access_Token",
    "ACCESS_TOKEN",
    "access_token ",
    "token",
    "auth_token",
    "accessToken",
    "jwt",
  ].map((name) =>
    f4("TOKEN_MISSING", `the query parameter ${JSON.stringify(name)}`, (token) => asking({ [name]: token })),
  ),
  f3("TOKEN_REPEATED", "the query parameter and Bearer, both twice", (token) => ({
    ...asking({ access_token: [token, token] }),
    ...bearing([`Bearer ${token}`, `Bearer ${token}`]),
  })),
  ...["Token", "JWT", "BearerToken", "X-Bearer", "Bearer-"].map((scheme) =>
    f4("TOKEN_MISSING", `the scheme ${scheme}`, (token) => bearing(`${scheme} ${token}`)),
  ),
  f5("TOKEN_MALFORMED", "dots as slashes, as Bearer", (token) => bearing(`Bearer ${token.replaceAll(".", "/")}`)),
  f5("AUTHORIZATION_MALFORMED", "dots encoded, as Bearer", (token) =>
    bearing(`Bearer ${token.replaceAll(".", "%2E")}`),
  ),
  f5("AUTHORIZATION_MALFORMED", "%00 behind, as Bearer", (token) => bearing(`Bearer ${token}%00`)),
  f5("TOKEN_MALFORMED", "dots encoded twice", (token) => asking({ access_token: token.replaceAll(".", "%2E") })),
  f5("TOKEN_MALFORMED", "encoded twice over", (token) => asking({ access_token: token.replaceAll(".", "%252E") })),
  f5("TOKEN_MALFORMED", "a plus for a space behind", (token) => asking({ access_token: `${token}+` })),
  f5("TOKEN_MALFORMED", "%00 behind", (token) => asking({ access_token: `${token}%00` })),
  f5("TOKEN_MALFORMED", "a bad escape behind", (token) => asking({ access_token: `${token}%zz` })),
  f5("TOKEN_MALFORMED", "another parameter inside", (token) => asking({ access_token: `${token}&userId=bob` })),
  ...["Proxy-Authorization", "Cookie", "X-Authorization", "X-Access-Token", "X-Api-Key", "access_token"].map((name) =>
    f6("TOKEN_MISSING", `the header ${name}`, (token) => ({ headers: { [name]: `Bearer ${token}` } })),
  ),
  f6("TOKEN_MISSING", "Authorization without a scheme", (token) => bearing(token)),
  f6("TOKEN_MISSING", "Authorization with the scheme Basic", (token) => bearing(`Basic ${token}`)),
  f6("TOKEN_MISSING", "two schemes in one header", (token) => bearing(`Basic ${token}, Bearer ${token}`)),
  f6("AUTHORIZATION_MALFORMED", "Bearer and nothing else", () => bearing("Bearer")),
  f6("AUTHORIZATION_MALFORMED", "Bearer twice over", (token) => bearing(`Bearer Bearer ${token}`)),
  f6("AUTHORIZATION_MALFORMED", "a tab behind Bearer", (token) => bearing(`Bearer\t${token}`)),
  f6("AUTHORIZATION_MALFORMED", "a quoted token", (token) => bearing(`Bearer "${token}"`)),
  f6("AUTHORIZATION_MALFORMED", "a parameter behind the token", (token) => bearing(`Bearer ${token}, realm="x"`)),
  f6("TOKEN_MALFORMED", "padding behind the token", (token) => bearing(`Bearer ${token}=`)),
  f6("AUTHORIZATION_MALFORMED", "a malformed Bearer beside a good query", (token) => ({
    ...asking({ access_token: token }),
    ...bearing("Bearer"),
  })),
  f7("TOKEN_REPEATED", "Authorization twice, the same", (token) => bearing([`Bearer ${token}`, `Bearer ${token}`])),
  f7("TOKEN_REPEATED", "Authorization twice, with two tokens", (token) =>
    bearing([`Bearer ${OTHER}`, `bearer ${token}`]),
  ),
  f7("TOKEN_REPEATED", "Authorization in two cases, the tokens in turn", (token) => ({
    headers: { authorization: `Bearer ${token}`, AUTHORIZATION: `Bearer ${OTHER}` },
  })),
  f7("AUTHORIZATION_MALFORMED", "Authorization twice in one line", (token) =>
    bearing(`Bearer ${token}, Bearer ${token}`),
  ),
  f7("SUBPROTOCOLS_MALFORMED", "the header twice, with two tokens", (token) =>
    offering([`websocket, ${token}`, `websocket, ${OTHER}`]),
  ),
  f7("SUBPROTOCOLS_MALFORMED", "the header in two cases, the tokens in turn", (token) => ({
    headers: { "sec-websocket-protocol": `websocket, ${token}`, "SEC-WEBSOCKET-PROTOCOL": OTHER },
  })),
  f12("SUBPROTOCOLS_MALFORMED", "a websocket in other letters", (token) => offering(`ｗebsocket, ${token}`)),
  f13("SUBPROTOCOLS_MALFORMED", "two tokens", (token) => offering(`websocket, ${OTHER}, ${token}`)),
  f13("SUBPROTOCOLS_MALFORMED", "no websocket", (token) => offering(token)),
  f13("SUBPROTOCOLS_MALFORMED", "another protocol in its place", (token) => offering(`graphql-ws, ${token}`)),
  f13("SUBPROTOCOLS_MALFORMED", "order swapped", (token) => offering(`${token}, websocket`)),
  f13("SUBPROTOCOLS_MALFORMED", "a comma behind", (token) => offering(`websocket, ${token},`)),
  f13("SUBPROTOCOLS_MALFORMED", "a comma before", (token) => offering(`,websocket, ${token}`)),
  f13("SUBPROTOCOLS_MALFORMED", "an empty item between", (token) => offering(`websocket,, ${token}`)),
  f13("SUBPROTOCOLS_MALFORMED", "websocket twice", (token) => offering(`websocket, websocket, ${token}`)),
  f13("SUBPROTOCOLS_MALFORMED", "nothing behind the comma", () => offering("websocket, ")),
  f13("SUBPROTOCOLS_MALFORMED", "an empty header", () => offering("")),
  f13("SUBPROTOCOLS_MALFORMED", "10,000 items", (token) => offering(`${"websocket, ".repeat(10_000)}${token}`)),
  f13("SUBPROTOCOLS_MALFORMED", "100,000 blanks inside an item", (token) =>
    offering(`web${" ".repeat(100_000)}socket, ${token}`),
  ),
  f15("TOKEN_MALFORMED", "padding on the token as subprotocol", (token) => offering(`websocket, ${token}=`)),
  f15("TOKEN_MALFORMED", "a no-break space before it", (token) => offering(`websocket, \u00a0${token}`)),
  f18("TOKEN_MISSING", "a user named by headers alone", () => ({
    headers: { "X-User-Id": "ann", "X-Amzn-Oidc-Identity": "ann", "X-Forwarded-User": "ann", userId: "ann" },
  })),
];
