// `npm run build`: one folder per function in dist/, each with its bundle and the file that Lambda loads, and the template
// beside them, without YAML aliases. SAM, CDK and Terraform take the folders as they are.
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";
import { parseIssuers, parseIssuersText } from "../src/domain/token/issuer-configuration.ts";
import { checkDefaultGrants } from "./check-default-grants.ts";
import { leaveOut } from "./left-out-of-bundles.ts";
import { writeOutTemplate } from "./write-out-template.ts";

/**
 * Modules that the SDK imports only on demand, which never happens in Lambda: a role's credentials come in the environment,
 * and none of our services streams events. A bundle that runs inside this project, with a profile for example, finds them
 * in node_modules.
 */
const NOT_NEEDED_IN_LAMBDA = [
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/core/event-streams",
  "@smithy/credential-provider-imds",
];

/** What the functions are bundled with: conditions of package.json's `imports`, where each adapter has its own. */
export const BUNDLED_ADAPTERS: readonly string[] = ["dynamodb", "secrets-manager"];

/** The document of the identity providers: docs/identity-providers.md. Its contents are bundled. */
const IDENTITY_PROVIDERS = process.env["IDENTITY_PROVIDERS"] || "infra/identity-providers.json";

/** Throws an error that names all problems. A function with such a document would fail each of its invocations. */
export function checkIdentityProviders(file = IDENTITY_PROVIDERS): void {
  // Any limits: they are the template's, and the document does not depend on them.
  const document = parseIssuersText(readFileSync(file, "utf8"));
  if (document === undefined) throw new Error(`${file}: must be one JSON object, with no two members of one name`);
  const parsed = parseIssuers(document, { leewaySeconds: 0, maxLifetimeSeconds: 60 });
  if (parsed.kind === "refused") throw new Error(`${file}: ${parsed.problems.join("; ")}`);
}

const identityProviders: Plugin = {
  name: "identity-providers",
  setup({ onResolve }) {
    onResolve({ filter: /^#identity-providers$/ }, () => ({ path: resolve(IDENTITY_PROVIDERS) }));
  },
};

/** The functions are the files of src/entrypoints/lambda/functions: a new handler is built without being listed here. */
export function functionNames(): string[] {
  return globSync("src/entrypoints/lambda/functions/*.ts").map((file) => basename(file, ".ts"));
}

/** CommonJS: importing one of Node's built-ins through ESM makes namespaces of them, for which `node:http` loads undici. */
export async function buildFunction(
  name: string,
  outputFolder: string,
  adapters: readonly string[] = BUNDLED_ADAPTERS,
): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [`src/entrypoints/lambda/functions/${name}.ts`],
    outfile: join(outputFolder, name, "bundle.cjs"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // An `import("node:http")` inside the SDK would cost the same: it becomes a `require`.
    supported: { "dynamic-import": false },
    // The packages' ES modules can be shaken, their CommonJS builds cannot.
    mainFields: ["module", "main"],
    // With conditions of our own, esbuild leaves its default one out.
    conditions: ["module", ...adapters],
    // The SDK checks whether each body is a web stream. None is, and the check loads Node's implementation of web streams.
    define: { ReadableStream: "undefined" },
    external: NOT_NEEDED_IN_LAMBDA,
    plugins: [leaveOut, identityProviders],
    minify: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  cpSync("src/entrypoints/lambda/index.mjs", join(outputFolder, name, "index.mjs"));
  return metafile;
}

/**
 * samconfig.toml names this file: `sam build` ignores missing code without an error, but fails without a template. A link
 * would not do: SAM then looks for the code in another folder, and passes over it again.
 */
export function writeTemplate(outputFolder: string): void {
  mkdirSync(outputFolder, { recursive: true });
  writeFileSync(join(outputFolder, "template.yaml"), writeOutTemplate(readFileSync("infra/template.yaml", "utf8")));
}

// The first Node.js 24 does not know `import.meta.main`: with it the build would do nothing, and succeed.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  checkIdentityProviders();
  checkDefaultGrants();
  // All but what `npm run pack` makes.
  for (const made of globSync("dist/*")) if (basename(made) !== "packages") rmSync(made, { recursive: true });
  for (const name of functionNames()) {
    const { outputs } = await buildFunction(name, "dist");
    for (const [file, { bytes }] of Object.entries(outputs)) console.log(`${(bytes / 1024).toFixed(0)} KB  ${file}`);
  }
  writeTemplate("dist");
}
