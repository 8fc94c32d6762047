import { upgradeText } from "../../../packages/emulator/tests/support/raw-socket.ts";
import { authorizerEvent } from "../gateway-events.ts";
import type { Target } from "./attack.ts";
import { handshakeAttacks } from "./handshake-attacks.ts";
import { tokenAttacks } from "./token-attacks.ts";

type AttackRequest = readonly [title: string, request: string, token: string];

/** The attack table as requests to the stage `dev`: all rows that a client can send. */
export function attackRequests(target: Target, goodToken: string): readonly AttackRequest[] {
  return [
    ...tokenAttacks.map(({ id, title, token }): AttackRequest => {
      const text = token(target);
      return [`${id} ${title}, in the query`, requestOf(authorizerEvent({ query: { access_token: text } })), text];
    }),
    ...tokenAttacks.flatMap(({ id, title, token }): AttackRequest[] => {
      const text = token(target);
      const headers = { "Sec-WebSocket-Protocol": `websocket, ${text}` };
      if (!/^[^\s,]+$/.test(text)) return [];
      return [[`${id} ${title}, as subprotocol`, requestOf(authorizerEvent({ headers })), text]];
    }),
    ...handshakeAttacks.map(
      ({ id, title, event }): AttackRequest => [`${id} ${title}`, requestOf(event(goodToken)), goodToken],
    ),
  ].filter(isSendable);
}

/** The event's handshake as the bytes that a client sends. */
function requestOf({ multiValueHeaders, multiValueQueryStringParameters }: ReturnType<typeof authorizerEvent>): string {
  const query = Object.entries(multiValueQueryStringParameters).flatMap(([name, values]) =>
    values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  const own = Object.entries(multiValueHeaders).filter(([name]) => !/^(connection|host|upgrade)$/i.test(name));
  const lines = own.flatMap(([name, values]) => values.map((value) => `${name}: ${value}\r\n`));
  const text = upgradeText({}, `GET /dev?${query.join("&")} HTTP/1.1`);
  return text.replace(/\r\n\r\n$/, `\r\n${lines.join("")}\r\n`);
}

/**
 * Whether the gateway accepts the request: by its length, by the characters of its headers, and with one header
 * `Authorization` at most.
 */
function isSendable([, request]: AttackRequest): boolean {
  const isRepeated = (request.match(/^authorization:/gim) ?? []).length > 1;
  return request.length < 4096 && /^[\r\n\t -~]*$/.test(request) && !isRepeated;
}
