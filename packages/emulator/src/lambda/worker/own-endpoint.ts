import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import type { CustomDomain } from "../../gateway/api-description.ts";

const OWN_HOST = /^(?:127\.0\.0\.1|localhost)$/i;

/** The services that run here, by their names at AWS. Version 2 of the SDK does not know AWS_ENDPOINT_URL. */
const EMULATED = /^(dynamodb|events|lambda|secretsmanager|sqs)\.[a-z0-9-]+\.amazonaws\.com$/i;

/** The emulator's port, and the names that its API has on AWS. */
export type OwnEndpoint = {
  readonly port: number;
  readonly apiHost: string;
  readonly domains: readonly CustomDomain[];
};

/**
 * Sends calls by `https` to the emulator's own port by `http`. On AWS, `domainName` is reached by https alone, and
 * handlers write that scheme into their code; the emulator speaks http. Calls to the API by its name at AWS, which
 * templates write into variables, to its custom domains, and to the emulated services are sent there too; those to
 * DynamoDB go to the address that is given. All other calls are left alone.
 */
export function redirectOwnEndpoint({ port, apiHost, domains }: OwnEndpoint): void {
  const own = `http://127.0.0.1:${port}`;
  const dynamodb = process.env["AWS_ENDPOINT_URL_DYNAMODB"];
  /** Where a call really goes. Undefined if it is left alone. */
  function targetOf(url: URL): URL | undefined {
    if (url.protocol !== "https:") return undefined;
    if (OWN_HOST.test(url.hostname) && url.port === String(port)) return new URL(`http://${url.host}`);
    if (url.hostname === apiHost || isCustom(url)) return URL.parse(own) ?? undefined;
    const [, service] = EMULATED.exec(url.hostname) ?? [];
    if (service === undefined) return undefined;
    return URL.parse((service.toLowerCase() === "dynamodb" ? dynamodb : undefined) ?? own) ?? undefined;
  }
  const isCustom = (url: URL) =>
    ["", String(port)].includes(url.port) && domains.some(({ name }) => name.toLowerCase() === url.hostname);
  const realRequest = https.request;
  const request = (...args: readonly unknown[]) => {
    const { options, callback } = readArguments(args);
    const address = addressOf(options);
    const target = targetOf(address);
    if (target?.protocol !== "http:") return realRequest(...(args as Parameters<typeof realRequest>));
    const sent = isCustom(address) ? { ...options, path: stagePath(address, options.path ?? "/", domains) } : options;
    return http.request(asHttp(sent, target), callback);
  };
  https.request = request as typeof https.request;
  https.get = ((...args) => {
    const sent = request(...args);
    sent.end();
    return sent;
  }) as typeof https.get;
  const realFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const text = typeof input === "string" || input instanceof URL ? String(input) : input.url;
    const url = URL.parse(text);
    const target = url === null ? undefined : targetOf(url);
    if (url === null || target === undefined) return realFetch(input, init);
    if (isCustom(url)) url.pathname = stagePath(url, url.pathname, domains);
    url.protocol = target.protocol;
    url.host = target.host;
    // As in Node.js, `duplex` is part of a request with a stream as its body, and `init` wins over it.
    return input instanceof Request ? realFetch(new Request(url, input), init) : realFetch(url, init);
  };
  // This also updates `import { request } from "node:https"`.
  syncBuiltinESMExports();
}

/** A path without a stage: API Gateway answers `Forbidden`, as for each path of a domain that has no mapping. */
const NOWHERE = "/-";

/** The path with the stage that the domain's mapping leads to. */
function stagePath({ hostname }: URL, path: string, domains: readonly CustomDomain[]): string {
  const own = domains.filter(({ name }) => name.toLowerCase() === hostname);
  for (const { path: mapping, stage } of own.toSorted((a, b) => b.path.length - a.path.length)) {
    const base = mapping === "/" ? "" : mapping;
    if (path.startsWith(`${base}/`)) return `/${stage}${path.slice(base.length)}`;
  }
  return NOWHERE;
}

type Options = https.RequestOptions & { readonly protocol?: string | null };
type Callback = (response: http.IncomingMessage) => void;

/** The arguments of `https.request`: a URL, options or both, and a callback. */
function readArguments(args: readonly unknown[]): { options: Options; callback: Callback | undefined } {
  const [first, second, third] = args;
  const url = typeof first === "string" ? URL.parse(first) : first instanceof URL ? first : null;
  const fromUrl = url === null ? {} : urlOptions(url);
  const given = url === null ? first : second;
  const options = typeof given === "function" ? {} : (given as Options | undefined);
  const callback = [first, second, third].find((arg) => typeof arg === "function");
  return { options: { ...fromUrl, ...options }, callback: callback as Callback | undefined };
}

function urlOptions({ hostname, port, pathname, search, username, password }: URL): Options {
  return {
    hostname,
    ...(port !== "" && { port }),
    path: `${pathname}${search}`,
    ...(username !== "" && { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
  };
}

function addressOf({ protocol, hostname, host, port }: Options): URL {
  // A host may come with its port, as in the options of url.parse.
  const address = hostname ?? host ?? "localhost";
  const url = URL.parse(`${protocol ?? "https:"}//${address}`) ?? new URL("https://invalid.invalid");
  if (port !== undefined && port !== null) url.port = String(port);
  return url;
}

/** The options for http. An agent for https would open TLS: an agent for http with its limits replaces it. */
function asHttp(options: Options, { hostname, port, host }: URL): http.RequestOptions {
  const { agent, host: _, headers, ...rest } = options;
  const own = agent === false ? { agent } : agent instanceof https.Agent && { agent: doubleOf(agent) };
  return { ...rest, protocol: "http:", hostname, port, ...withHost(headers, host), ...own };
}

/** The emulator refuses the names of other hosts. SDKs write the name into the headers themselves. */
function withHost(headers: Options["headers"], host: string): Pick<Options, "headers"> {
  if (headers === undefined || Array.isArray(headers)) return headers === undefined ? {} : { headers };
  const named = Object.entries(headers).map(([name, value]) => [name, name.toLowerCase() === "host" ? host : value]);
  return { headers: Object.fromEntries(named) };
}

const doubles = new WeakMap<https.Agent, http.Agent>();

function doubleOf(agent: https.Agent): http.Agent {
  const { keepAlive, maxSockets, maxFreeSockets } = agent as https.Agent & { readonly keepAlive?: boolean };
  const double = doubles.get(agent) ?? new http.Agent({ keepAlive: keepAlive ?? false, maxSockets, maxFreeSockets });
  doubles.set(agent, double);
  return double;
}
