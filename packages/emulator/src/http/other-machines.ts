import { randomBytes } from "node:crypto";
import { networkInterfaces } from "node:os";
import { isLoopbackHost, urlHost } from "./access.ts";
import { EVERY_ADDRESS } from "./listen.ts";

const KEY = /^[\w-]{16,128}$/;
const KEY_BYTES = 24;

/** The key that other machines need; undefined if none can reach the emulator. Throws TypeError on a weak one. */
export function keyFor(host: string, given: string | undefined): string | undefined {
  if (given !== undefined && !isListeningKey(given)) {
    throw new TypeError("key must be 16 to 128 letters, digits, hyphens and underscores");
  }
  return isLoopbackHost(host) ? undefined : (given ?? randomBytes(KEY_BYTES).toString("base64url"));
}

/** It has to fit into the scope of an AWS signature, which slashes and commas divide. */
export function isListeningKey(text: string): boolean {
  return KEY.test(text);
}

/**
 * What a developer must know before other machines connect. A key that was made here is printed once: no other line, no
 * event and no response has it.
 */
export function networkWarnings(
  { host, port, stage }: { readonly host: string; readonly port: number; readonly stage: string },
  madeKey: string | undefined,
): readonly string[] {
  const url = (address: string) => `ws://${urlHost(address)}:${port}/${stage}`;
  const addresses = EVERY_ADDRESS.has(host) ? networkAddresses(host) : [host];
  const reached = addresses.length === 0 ? "" : ` (${addresses.map(url).join(", ")})`;
  return [
    `listening on ${host}: every machine that reaches this one can open WebSockets${reached} and call function URLs, as on ` +
      "AWS, but without TLS: others on the network can read tokens and messages. A machine with the key can also invoke " +
      "functions, publish events, post to connections, move time, set faults, and read queues, payloads and secrets",
    ...(madeKey === undefined
      ? []
      : [`the key of this run, for AWS_ACCESS_KEY_ID, x-emulator-key or the question of a browser: ${madeKey}`]),
  ];
}

/** The addresses of this machine in its networks. Link-local addresses of IPv6 need a zone, which URLs have not. */
function networkAddresses(host: string): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family, address }) => {
      return !internal && (family === "IPv4" || (host === "::" && !address.startsWith("fe80:")));
    })
    .map(({ address }) => address);
}
