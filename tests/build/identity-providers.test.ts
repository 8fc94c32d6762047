import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { deployedSettings, type Exchange, respondWith, startAwsStandIn } from "../../benchmarks/aws-stand-in.ts";
import { signedToken } from "../../benchmarks/settings.ts";
import { checkIdentityProviders } from "../../scripts/build.ts";
import { authorizerEvent } from "../support/gateway-events.ts";
import { PATIENT } from "../support/lambda/built-functions.ts";
import { FunctionProcess } from "../support/lambda/function-process.ts";
import { newPair, published, signJws } from "../support/signed-jws.ts";

const folder = mkdtempSync(join(tmpdir(), "portcullis-issuers-"));
const { publicKey, privateKey } = newPair("ES256");
const KEYS = [published(publicKey, { kid: "1" })];
const PROVIDER = "https://provider.example";
const DOWN = "https://down.example";
const INLINE = "https://inline.example";

const entry = { issuer: PROVIDER, audience: "api", algorithms: ["ES256"] };

function write(name: string, document: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof document === "string" ? document : JSON.stringify(document));
  return file;
}

/** Builds the authorizer in a process of its own, as `npm run build` does with this variable. */
function build(name: string, document?: string): string {
  const script = `
    const { buildFunction } = await import("./scripts/build.ts");
    await buildFunction("authorizer", process.argv[1]);`;
  const args = ["--input-type=module", "-e", script, join(folder, name)];
  execFileSync(process.execPath, args, { env: { ...process.env, IDENTITY_PROVIDERS: document } });
  return join(folder, name, "authorizer", "index.mjs");
}

let aws: Awaited<ReturnType<typeof startAwsStandIn>>;
let alone: string;
let several: string;
let malformed: string;
let outage: string;

beforeAll(async () => {
  const respond = ({ request, response, answer }: Exchange) => {
    if (request.url === "/slow.json") setTimeout(() => respondWith(response, 200, { keys: KEYS }), 200);
    else respondWith(response, 200, request.url === "/jwks.json" ? { keys: KEYS } : answer);
  };
  aws = await startAwsStandIn({ respond });
  alone = build("alone");
  several = build(
    "several",
    write("several.json", {
      issuers: [
        { ...entry, jwksUrl: `${aws.endpoint}/jwks.json`, userIdPrefix: "provider:" },
        { ...entry, issuer: INLINE, jwks: { keys: KEYS }, sharesUsersWith: PROVIDER },
        { issuer: "https://issuer.example", audience: "portcullis", secret: true, identityClaims: "data" },
      ],
    }),
  );
  outage = build(
    "outage",
    write("outage.json", {
      issuers: [
        { ...entry, issuer: DOWN, jwksUrl: "https://127.0.0.1:1/jwks.json", userIdPrefix: "down:" },
        { ...entry, jwksUrl: `${aws.endpoint}/slow.json` },
      ],
    }),
  );
  malformed = build(
    "malformed",
    write("malformed.json", { issuers: [{ ...entry, jwksUrl: "http://x.example/" }, {}] }),
  );
});

afterAll(() => {
  aws.stop();
  rmSync(folder, { recursive: true });
});

/** A process of the function, with no variable but the template's and Lambda's. */
function start(file: string, settings: Readonly<Record<string, string>>, { onTestFinished }: TestContext) {
  const { TOKEN_ISSUER: _, TOKEN_AUDIENCE: __, ...others } = deployedSettings(aws);
  const lambda = new FunctionProcess(file, { ...others, ...settings }, PATIENT);
  onTestFinished(() => lambda.stop());
  aws.countAnew();
  return lambda;
}

const providerToken = (issuer = PROVIDER) =>
  signJws({
    ...{ alg: "ES256", key: privateKey, header: { kid: "1" } },
    payload: { iss: issuer, aud: "api", sub: "ann", exp: Math.floor(Date.now() / 1000) + 60 },
  });
const handshake = (token: string) => authorizerEvent({ query: { access_token: token } });
const requested = () => aws.requests.map(({ method, path, target }) => target ?? `${method} ${path}`);
const GET_SECRET = expect.stringContaining("GetSecretValue");

describe("the authorizer with a JWKS as its only issuer", () => {
  const settings = () => ({
    ...{ TOKEN_ISSUER: PROVIDER, TOKEN_AUDIENCE: "api", TOKEN_ALGORITHMS: "ES256", IDENTITY_CLAIMS: "oidc" },
    JWKS_URL: `${aws.endpoint}/jwks.json`,
  });

  it("fetches the keys before its first event, and reads no secret", async (context) => {
    const lambda = start(alone, settings(), context);

    await lambda.load();
    expect(requested()).toEqual(["GET /jwks.json"]);

    const { value } = await lambda.call(handshake(providerToken()));
    expect(value).toMatchObject({ principalId: "ann" });
    expect(requested()).toEqual(["GET /jwks.json"]);
    expect(lambda.entries("not primed")).toEqual([]);
  });

  it("attack:B6 lets no token in that the stack's own secret signs", async (context) => {
    const lambda = start(alone, settings(), context);

    await lambda.load();
    const outcome = await lambda.call(handshake(signedToken()));

    expect(JSON.stringify(outcome)).toContain("Unauthorized");
    expect(requested()).toEqual(["GET /jwks.json"]);
  });
});

describe("the authorizer with a document of issuers", () => {
  it("has it in its bundle, and lets the tokens of all issuers in", async (context) => {
    const lambda = start(several, {}, context);

    await lambda.load();
    expect(requested().toSorted()).toEqual(["GET /jwks.json", GET_SECRET]);

    const users = [];
    for (const token of [providerToken(), providerToken(INLINE), signedToken()]) {
      const { value } = await lambda.call(handshake(token));
      users.push((value as { principalId: string }).principalId);
    }
    expect(users).toEqual(["provider:ann", "provider:ann", "ann"]);
    expect(requested()).toHaveLength(2);
  });

  it("attack:C8 fetches an issuer's keys before its first event also if another issuer is down", async (context) => {
    const lambda = start(outage, {}, context);

    await lambda.load();
    const { value } = await lambda.call(handshake(providerToken()));

    expect(value).toMatchObject({ principalId: "ann" });
    expect(requested()).toEqual(["GET /slow.json"]);
    expect(await lambda.call(handshake(providerToken(DOWN)))).toEqual({ error: "AuthorizerUnavailable" });
  });

  it("fault:K13 does not start with parameters of one issuer beside it: one of the two would be ignored", async (context) => {
    const lambda = start(several, { TOKEN_ISSUER: "https://other.example", JWKS_URL: "https://x.example/" }, context);

    await expect(lambda.load()).rejects.toThrow(
      /TOKEN_ISSUER must have its default beside a document of issuers; JWKS_URL must have its default/,
    );
  });

  it("takes parameters that have their defaults", async (context) => {
    const lambda = start(several, { TOKEN_ISSUER: "portcullis", TOKEN_PRESET: "custom", JWKS_URL: "" }, context);

    await lambda.load();
  });

  it("fault:K13 does not start with a malformed one, and names every problem", async (context) => {
    const lambda = start(malformed, {}, context);

    await expect(lambda.load()).rejects.toThrow(
      /issuers\[0\]\.jwksUrl must be a literal address .*issuers\[1\]\.issuer must be the text of iss/,
    );
  });
});

describe("npm run build", () => {
  it("fault:K13 refuses a malformed document of issuers, and names every problem with its file", () => {
    const file = write("wrong.json", { issuers: [{ ...entry, jwksUrl: "http://x.example/", audience: "" }] });

    expect(() => checkIdentityProviders(file)).toThrow(
      `${file}: issuers[0].audience must be a text or a list of texts: 1 to 512 characters of ASCII, with no blank at ` +
        "either end; issuers[0].jwksUrl must be a literal address",
    );
  });

  it.each(["{}", '{"issuers":{}}'])("fault:K13 refuses the document %j", (text) => {
    expect(() => checkIdentityProviders(write("other.json", text))).toThrow("the document must be an object");
  });

  const TWICE = JSON.stringify({ issuers: [{ ...entry, jwks: { keys: KEYS } }] }).replace("{", '{"issuers":[],');

  it.each(["", "{", "[]", TWICE])(
    "fault:K13 refuses the text %j: it is no object, or a member would be ignored",
    (text) => {
      expect(() => checkIdentityProviders(write("other.json", text))).toThrow(
        "must be one JSON object, with no two members of one name",
      );
    },
  );

  it("accepts the document of this repository, which is empty", () => {
    expect(() => checkIdentityProviders()).not.toThrow();
  });
});
