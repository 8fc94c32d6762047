/**
 * The address of `@connections`: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`, or
 * `https://{domain}/{mapping}` behind a custom domain. It comes from the configuration: a client can write the
 * `domainName` of an event.
 */
export type ConnectionsEndpoint = {
  readonly protocol: "http:" | "https:";
  readonly hostname: string;
  readonly port: string;
  /** The value of the Host header. */
  readonly host: string;
  /** Without a slash at its end. */
  readonly basePath: string;
};

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Undefined unless it is a bare address. It must be encrypted unless it is on this machine: requests carry
 * credentials.
 */
export function parseConnectionsEndpoint(text: string): ConnectionsEndpoint | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, host, pathname, username, password, search, hash } = new URL(text);
  if (username + password + search + hash !== "") return undefined;
  if (protocol !== "https:" && !(protocol === "http:" && LOOPBACK.test(hostname))) return undefined;
  return { protocol, hostname, port, host, basePath: pathname.replace(/\/+$/, "") };
}
