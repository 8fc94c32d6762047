import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { buildFunction } from "../scripts/build.ts";
import { authorizerEvent } from "../tests/support/gateway-events.ts";
import { deployedSettings, type Exchange, respondWith, startAwsStandIn } from "./aws-stand-in.ts";
import { type ColdStart, coldStartsInTurns } from "./cold-starts.ts";
import { CPU_ASSUMPTION, shareOfCore } from "./function-memory.ts";
import { median } from "./samples.ts";
import { makeProvider } from "./settings.ts";
import { ratio, type Table } from "./table.ts";

/** The authorizer's own in the template. */
const MEGABYTES = 512;

/** Cold starts of the authorizer whose issuer has a JWKS, beside the same work with aws-jwt-verify. */
export async function benchJwksStart(rounds: number): Promise<Table> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-jwks-"));
  const { issuer, audience, jwks, token } = makeProvider("ES256");
  const respond = ({ request, response, answer }: Exchange) =>
    respondWith(response, 200, request.url === "/jwks.json" ? jwks : answer);
  const aws = await startAwsStandIn({ respond });
  try {
    const environment = {
      ...deployedSettings(aws),
      ...{ TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience, IDENTITY_CLAIMS: "oidc", TOKEN_ALGORITHMS: "ES256" },
      JWKS_URL: `${aws.endpoint}/jwks.json`,
    };
    const call = { event: authorizerEvent({ query: { access_token: token } }), answer: /"Allow"/ };
    const measured = await coldStartsInTurns(await subjects(folder, call), { rounds, calls: 1 }, environment);
    const totals = measured.map(([, starts]) => medianOf(starts, coldMs));
    return {
      title: "Authorizer with a JWKS, cold",
      assumption: `${CPU_ASSUMPTION} So a cold start takes load + (first call / share of a core), here at ${MEGABYTES} MB.`,
      note:
        `ES256, fresh processes, ${rounds} interleaved rounds, medians; the JWKS is on this machine, over TLS. Ours fetches ` +
        "it while it loads, which Lambda runs unthrottled; aws-jwt-verify in its first call.",
      columns: ["subject", "load ms", "first call ms", "first call CPU ms", "cold ms", "time against aws-jwt-verify"],
      rows: measured.map(([{ label }, starts], index) => [
        label,
        medianOf(starts, ({ load }) => load.ms).toFixed(1),
        medianOf(starts, ({ calls }) => calls[0]?.ms ?? Number.NaN).toFixed(1),
        medianOf(starts, ({ calls }) => calls[0]?.cpuMs ?? Number.NaN).toFixed(1),
        (totals[index] ?? Number.NaN).toFixed(0),
        ratio(totals[index] ?? Number.NaN, totals[0] ?? Number.NaN),
      ]),
    };
  } finally {
    aws.stop();
    await rm(folder, { recursive: true });
  }
}

function coldMs({ load, calls }: ColdStart): number {
  return load.ms + (calls[0]?.ms ?? Number.NaN) / shareOfCore(MEGABYTES);
}

async function subjects(folder: string, call: { readonly event: unknown; readonly answer: RegExp }) {
  await build({
    entryPoints: ["benchmarks/plain/authorizer-jwks.ts"],
    outfile: join(folder, "plain", "index.js"),
    ...{ bundle: true, platform: "node", minify: true },
  });
  await buildFunction("authorizer", folder);
  return [
    { label: "aws-jwt-verify", function: "authorizer", folder: join(folder, "plain"), call },
    {
      label: "authorizer: event to policy, with its log line",
      function: "authorizer",
      folder: join(folder, "authorizer"),
      call,
    },
  ];
}

function medianOf(starts: readonly ColdStart[], value: (start: ColdStart) => number): number {
  return median(starts.map(value));
}
