import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { isLoopback, isOwnPeer } from "./peer.ts";

/** Who may call the emulator, by the name that a request is sent to, the page that sends it, its peer and its key. */
export type Access = {
  /**
   * True if the Host header names this machine. Listening on 127.0.0.1 keeps out other machines, but not the browser on
   * this one: a web page whose domain name is made to resolve to 127.0.0.1 (DNS rebinding) sends that name as the host.
   */
  isLocalHost(headers: IncomingHttpHeaders): boolean;
  /**
   * True if a web page sent the request. No page has to call the AWS APIs, but browsers let a form or a fetch of any page
   * send a POST here, and name the page in Origin; or let an image send a GET, and name no page. WebSockets and function
   * URLs are different: their handlers, and CORS, are there for pages.
   */
  isForeignPage(headers: IncomingHttpHeaders): boolean;
  /** True if the request comes from this machine, or has the key. WebSockets and function URLs need none, as on AWS. */
  isAdmitted(request: Pick<IncomingMessage, "socket" | "headers">): boolean;
  /**
   * Removes the key from a request that a function will see, and may log: a browser that knows the key sends it along to
   * function URLs and with handshakes too.
   */
  dropKey(request: Pick<IncomingMessage, "headers" | "rawHeaders">): void;
};

export type Listening = {
  /** The address, or a name of it. */
  readonly host: string;
  /** Further names under which clients reach the emulator. */
  readonly hostNames?: readonly string[] | undefined;
  /** Without a key other machines are not admitted. */
  readonly key?: string | undefined;
};

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/** `isOwn` says if the peer is this machine; a test has no second machine. */
export function makeAccess(
  { host, hostNames = [], key }: Listening,
  isOwn: (socket: Socket) => boolean = isOwnPeer,
): Access {
  const isLocal = isLoopbackHost(host);
  const names = new Set([...LOOPBACK_NAMES, ...[host, ...hostNames].map((name) => canonical(urlHost(name)))]);

  function isLocalName(authority: string): boolean {
    const [, name] = AUTHORITY.exec(authority) ?? [];
    if (name === undefined) return false;
    const spelled = canonical(name);
    return names.has(spelled) || (!isLocal && ownAddresses().has(spelled));
  }

  return {
    isLocalHost: (headers) => isLocalName(headers.host ?? ""),
    isForeignPage({ origin, ...headers }) {
      if (origin !== undefined) return !isLocalName(origin.replace(/^https?:\/\//, ""));
      // Fetch Metadata (w3.org/TR/fetch-metadata). To follow a link from another site is no attack.
      const isLink = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
      return headers["sec-fetch-site"] === "cross-site" && !isLink;
    },
    dropKey(request) {
      if (key === undefined || !hasKey(request.headers, key)) return;
      for (const name of KEY_HEADERS) delete request.headers[name];
      request.rawHeaders = request.rawHeaders.filter((_, at, raw) => {
        return !KEY_HEADERS.includes(raw[at - (at % 2)]?.toLowerCase() ?? "");
      });
    },
    isAdmitted: ({ socket, headers }) => isLocal || isOwn(socket) || (key !== undefined && hasKey(headers, key)),
  };
}

/** True if no other machine can reach an emulator that listens on this host. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === "localhost" || isLoopback(host);
}

/** The name without the port. No name that browsers would read in another way, such as one with a user. */
const AUTHORITY = /^([\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** The host part of a URL. */
export function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** One spelling for each name. IPv6 has many for one address. */
function canonical(name: string): string {
  if (!name.startsWith("[")) return name.toLowerCase();
  return URL.parse(`http://${name}`)?.hostname ?? name;
}

/** The addresses of this machine at this moment: a laptop changes its network. */
function ownAddresses(): ReadonlySet<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return new Set(interfaces.map(({ address }) => canonical(urlHost(address))));
}

const KEY_HEADERS = ["x-emulator-key", "authorization"];

/**
 * True if a request has the key: in `x-emulator-key`, as the access key id of an AWS signature, so that SDKs and the AWS
 * CLI need no more than a variable, or as the password of a browser's own question.
 */
function hasKey(headers: IncomingHttpHeaders, key: string): boolean {
  const { authorization = "" } = headers;
  const [, accessKeyId] = /^AWS4-HMAC-SHA256 (?:.*[, ])?Credential=([^/,\s]+)/.exec(authorization) ?? [];
  const [, basic] = /^Basic +([\w+/=-]+)$/i.exec(authorization) ?? [];
  const password =
    basic &&
    Buffer.from(basic, "base64")
      .toString()
      .replace(/^[^:]*:/, "");
  return [headers["x-emulator-key"], accessKeyId, password].some((given) => {
    return typeof given === "string" && isSameText(given, key);
  });
}

/** Takes the same time for each wrong text. */
function isSameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
