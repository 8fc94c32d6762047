import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { handshakeStatus } from "@portcullis/emulator/testing";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../support/emulator-parts.ts";
import { JwksServer } from "../../support/jwks-server.ts";
import { newPair, published, signJws } from "../../support/signed-jws.ts";

const folder = mkdtempSync(join(tmpdir(), "portcullis-issuers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { publicKey, privateKey } = newPair("ES256");
const KEYS = [published(publicKey, { kid: "1" })];
const ISSUER = "https://issuer.example";

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** `npm start` without npm: its port if it runs, and all output. */
async function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, ["src/entrypoints/local/main.ts", "--port", String(port), ...args], {
    env: { ...process.env, ...environment },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const closed = once(child, "close").then(([code]) => code);
  let output = "";
  const started = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        if (output.includes("Ctrl-C")) resolve();
      });
    }
  });
  const code = await Promise.race([started, closed]);
  return { port, code, output: () => output };
}

const token = () =>
  signJws({
    ...{ alg: "ES256", key: privateKey, header: { kid: "1" } },
    payload: { iss: ISSUER, aud: "api", sub: "ann", exp: Math.floor(Date.now() / 1000) + 60 },
  });

const connects = (port: number) => handshakeStatus(`ws://127.0.0.1:${port}/dev?access_token=${token()}`);

async function mints(port: number): Promise<boolean> {
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/CreateTestJwt/invocations`;
  const response = await fetch(url, { method: "POST", body: '{"userId":"ann"}' });
  return "authToken" in Object(await response.json());
}

/** The text of `GET /`. */
const frontPage = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text();

/** The hint of each command that mints a test token. */
const MINTING = ["npm run --silent token", "--function-name CreateTestJwt"];
const hintsAtMinting = (text: string) => MINTING.filter((command) => text.includes(command));

const entry = { issuer: ISSUER, audience: "api", algorithms: ["ES256"], jwks: { keys: KEYS } };

describe("npm start", { timeout: 30_000 }, () => {
  it("lets tokens of an issuer with a JWKS in, by parameters, and then mints none itself", async () => {
    const server = await JwksServer.start(onTestFinished);
    server.publish(...KEYS);
    const parameters = {
      ...{ TokenIssuer: ISSUER, TokenAudience: "api", TokenAlgorithms: "ES256", IdentityClaims: "oidc" },
      JwksUrl: server.url,
    };
    const flags = Object.entries(parameters).flatMap(([name, value]) => ["--parameter", `${name}=${value}`]);
    const { port, code } = await start(flags, { NODE_EXTRA_CA_CERTS: write("ca.pem", server.ca) });

    expect(code).toBeUndefined();
    expect([await connects(port), await mints(port)]).toEqual([101, false]);
    expect(server.requested).toEqual(["/jwks.json"]);
  });

  it("takes the issuers of a document that a variable names, with test tokens only if one has the secret", async () => {
    const alone = write("alone.txt", JSON.stringify({ issuers: [entry] }));
    const both = { issuers: [entry, { issuer: "portcullis", audience: "us", secret: true, userIdPrefix: "own:" }] };

    // Whatever its name ends with, as in a build.
    const without = await start([], { IDENTITY_PROVIDERS: alone });
    expect([await connects(without.port), await mints(without.port)]).toEqual([101, false]);
    const beside = await start([], { IDENTITY_PROVIDERS: write("both.json", JSON.stringify(both)) });
    expect([await connects(beside.port), await mints(beside.port)]).toEqual([101, true]);
  });

  it.each<readonly [row: string, flags: readonly string[], environment: Readonly<Record<string, string>>]>([
    ["JwksUrl", ["JwksUrl=https://issuer.example/jwks.json"], {}],
    ["MintTestTokens=false", ["MintTestTokens=false"], {}],
    ["FunctionNamePrefix", ["FunctionNamePrefix=other-"], {}],
    ["a document without the secret", [], { IDENTITY_PROVIDERS: JSON.stringify({ issuers: [entry] }) }],
  ])(
    "suggests no command that mints a test token with %s, but one that takes a token",
    async (_row, given, document) => {
      const flags = given.flatMap((parameter) => ["--parameter", parameter]);
      const environment = Object.fromEntries(
        Object.entries(document).map(([name, text]) => [name, write("no-secret.json", text)]),
      );
      const { port, output } = await start(flags, environment);

      for (const text of [output(), await frontPage(port)]) {
        expect(hintsAtMinting(text)).toEqual([]);
        expect(text).toContain("\n  read -rs TOKEN\n");
      }
    },
  );

  it("suggests both commands that mint a test token where they work", async () => {
    const { port, output } = await start([]);

    for (const text of [output(), await frontPage(port)]) {
      expect(hintsAtMinting(text)).toEqual(MINTING);
      expect(text).not.toContain("read -rs TOKEN");
    }
    expect(await mints(port)).toBe(true);
  });

  it.each([
    ["a malformed document", JSON.stringify({ issuers: [{ ...entry, audience: "" }] }), "issuers[0].audience must be"],
    ["no JSON", "{", "portcullis: IDENTITY_PROVIDERS must name a JSON file"],
    [
      "two members of one name, of which one would be ignored",
      JSON.stringify({ issuers: [entry] }).replace("{", '{"issuers":[],'),
      "portcullis: IDENTITY_PROVIDERS must name a JSON file: one object, with no two members of one name",
    ],
  ])("fault:K13 refuses %s in one line, with exit code 2", async (_row, text, line) => {
    const { code, output } = await start([], { IDENTITY_PROVIDERS: write("wrong.json", text) });

    expect(code).toBe(2);
    expect(output()).toContain(line);
    expect(output().trim().split("\n")).toHaveLength(1);
  });

  it("fault:K13 refuses test tokens beside an issuer of its own keys in one line, with exit code 2", async () => {
    const args = ["--parameter", "JwksUrl=https://issuer.example/jwks.json", "--parameter", "MintTestTokens=true"];
    const { code, output } = await start(args);

    expect(code).toBe(2);
    expect(output()).toContain("With JwksUrl only the issuer can sign, so MintTestTokens must be false");
  });
});
