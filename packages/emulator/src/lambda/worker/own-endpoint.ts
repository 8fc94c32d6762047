import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const OWN_HOST = /^(?:127\.0\.0\.1|localhost)$/i;

/**
 * Sends calls by `https` to the emulator's own port by `http`. On AWS, `domainName` is reached by https alone, and
 * handlers write that scheme into their code; the emulator speaks http. All other calls are left alone.
 */
export function redirectOwnEndpoint(port: number): void {
  const isOwn = (url: URL) => url.protocol === "https:" && OWN_HOST.test(url.hostname) && url.port === String(port);
  const realRequest = https.request;
  const request = (...args: readonly unknown[]) => {
    const { options, callback } = readArguments(args);
    if (isOwn(addressOf(options))) return http.request(asHttp(options), callback);
    return realRequest(...(args as Parameters<typeof realRequest>));
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
    if (url === null || !isOwn(url)) return realFetch(input, init);
    url.protocol = "http:";
    // As in Node.js, `duplex` is part of a request with a stream as its body, and `init` wins over it.
    return input instanceof Request ? realFetch(new Request(url, input), init) : realFetch(url, init);
  };
  // This also updates `import { request } from "node:https"`.
  syncBuiltinESMExports();
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

/** The options for http. An agent for https would open a TLS connection; its limits hold for its double. */
function asHttp(options: Options): http.RequestOptions {
  const { hostname, port } = addressOf(options);
  const { agent, host: _, ...rest } = options;
  const own = agent === false ? { agent } : agent instanceof https.Agent && { agent: doubleOf(agent) };
  return { ...rest, protocol: "http:", hostname, port, ...own };
}

const doubles = new WeakMap<https.Agent, http.Agent>();

function doubleOf(agent: https.Agent): http.Agent {
  const { keepAlive, maxSockets, maxFreeSockets } = agent as https.Agent & { readonly keepAlive?: boolean };
  const double = doubles.get(agent) ?? new http.Agent({ keepAlive: keepAlive ?? false, maxSockets, maxFreeSockets });
  doubles.set(agent, double);
  return double;
}
