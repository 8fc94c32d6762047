// In JavaScript, because oidc-provider brings no types.
import { once } from "node:events";
import { createServer, request } from "node:https";
import Provider from "oidc-provider";
import { makeOwnCertificate } from "../../benchmarks/own-certificate.ts";

export const API = "https://api.example.com";
const CLIENT = {
  id: "web",
  secret: "planted-client-secret-0123456789abcdef",
  redirect: "https://app.example.com/callback",
};

/**
 * A whole identity provider over HTTPS, with a certificate of its own. Its access tokens for the API are JWTs in the RFC
 * 9068 profile, signed with the algorithm.
 *
 * @param {string} alg
 * @param {object} privateJwk the key that signs
 * @param {(stop: () => void) => void} onEnd
 */
export async function startIdentityProvider(alg, privateJwk, onEnd) {
  const { key, cert } = await makeOwnCertificate();
  const server = createServer({ key, cert });
  onEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const issuer = `https://localhost:${port}`;
  server.on("request", new Provider(issuer, configuration(alg, privateJwk)).callback());
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    ca: cert,
    login: (/** @type {string} */ user) => login(issuer, cert, user),
  };
}

function configuration(/** @type {string} */ alg, /** @type {object} */ privateJwk) {
  return {
    jwks: { keys: [{ ...privateJwk, alg, use: "sig" }] },
    clients: [
      {
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [CLIENT.redirect] },
        ...{ id_token_signed_response_alg: alg, grant_types: ["authorization_code"] },
      },
    ],
    cookies: { keys: ["only-for-tests"] },
    pkce: { required: () => false },
    ttl: { AccessToken: 3600, Grant: 3600, IdToken: 3600, Interaction: 3600, Session: 3600 },
    findAccount: (/** @type {unknown} */ _context, /** @type {string} */ accountId) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          ...{ scope: "push", audience: API, accessTokenFormat: "jwt", accessTokenTTL: 3600 },
          jwt: { sign: { alg } },
        }),
      },
    },
  };
}

/**
 * The authorization code flow (RFC 6749 4.1) as a browser and an application run it, and its tokens.
 *
 * @returns {Promise<{ access_token: string, id_token: string }>}
 */
async function login(/** @type {string} */ issuer, /** @type {string} */ ca, /** @type {string} */ user) {
  const cookies = new Map();
  const browse = (/** @type {string} */ url, /** @type {Record<string, string>=} */ form) =>
    send(
      new URL(url, issuer),
      ca,
      { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      form,
    ).then((response) => {
      for (const cookie of response.headers["set-cookie"] ?? []) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        cookies.set(name, value);
      }
      return response;
    });

  const query = { client_id: CLIENT.id, redirect_uri: CLIENT.redirect, response_type: "code", scope: "openid push" };
  let { headers } = await browse(`/auth?${new URLSearchParams({ ...query, nonce: "n-0S6_WzA2Mj" })}`);
  for (let steps = 0; headers.location !== undefined && !headers.location.startsWith(CLIENT.redirect); steps += 1) {
    if (steps > 10) throw new Error("the login does not end");
    const page = await browse(headers.location);
    const prompt = /name="prompt" value="(\w+)"/.exec(page.body)?.[1];
    ({ headers } =
      prompt === undefined ? page : await browse(headers.location, { prompt, login: user, password: "any" }));
  }
  const code = new URL(headers.location ?? "").searchParams.get("code") ?? "";
  const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64");
  const form = { grant_type: "authorization_code", code, redirect_uri: CLIENT.redirect };
  const { body } = await send(new URL("/token", issuer), ca, { Authorization: `Basic ${basic}` }, form);
  return JSON.parse(body);
}

/**
 * @param {URL} url
 * @param {string} ca
 * @param {Record<string, string>} headers
 * @param {Record<string, string>=} form
 * @returns {Promise<{ headers: import("node:http").IncomingHttpHeaders, body: string }>}
 */
async function send(url, ca, headers, form) {
  const type = form && { "Content-Type": "application/x-www-form-urlencoded" };
  const sent = request(url, { method: form ? "POST" : "GET", ca, headers: { ...headers, ...type } });
  sent.end(form && new URLSearchParams(form).toString());
  const [response] = await once(sent, "response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { headers: response.headers, body };
}
