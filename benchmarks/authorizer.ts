import { benchJwksStart } from "./authorizer-jwks.ts";
import { runToEnd } from "./fresh-process.ts";
import { LOCAL_SETTINGS } from "./settings.ts";
import type { CallTimes, ProviderAlg, Subject } from "./subjects/authorizer-calls.ts";
import { ratio, type Table } from "./table.ts";

const LABELS = {
  jsonwebtoken: "`jsonwebtoken.verify` alone",
  "aws-jwt-verify": "`aws-jwt-verify`'s `verifySync` alone",
  verifier: "`JoseTokenVerifier.verify` alone",
  handler: "authorizer: event to policy, with its log line",
};

type Label = keyof typeof LABELS;

/** Warm calls in one process, one after another as Lambda makes them; and cold starts with a JWKS. */
export async function benchAuthorizer(counts = { rounds: 60, calls: 500, starts: 15 }): Promise<Table[]> {
  const times = await runToEnd<Record<Subject, CallTimes>>({
    file: "benchmarks/subjects/authorizer-calls.ts",
    args: [String(counts.rounds), String(counts.calls)],
    environment: LOCAL_SETTINGS,
  });
  const row = (label: Label, reference: CallTimes, { callsPerSecond, p50Micros, p99Micros }: CallTimes): string[] => [
    LABELS[label],
    callsPerSecond.toFixed(0),
    p50Micros.toFixed(1),
    p99Micros.toFixed(1),
    ratio(callsPerSecond, reference.callsPerSecond),
  ];
  const ofSecret = (label: "jsonwebtoken" | "verifier" | "handler") => row(label, times.jsonwebtoken, times[label]);
  const ofProvider = (alg: ProviderAlg) =>
    (["aws-jwt-verify", "verifier", "handler"] as const).map((label) => [
      alg,
      ...row(label, times[`${alg} aws-jwt-verify`], times[`${alg} ${label}`]),
    ]);
  const measured =
    `One process, one call at a time; ${counts.rounds} interleaved rounds of ${counts.calls} calls each. ` +
    "Calls per second: the median round.";
  const columns = ["subject", "calls/s", "p50 µs", "p99 µs"];
  return [
    {
      title: "Authorizer, warm",
      note: `HS256. ${measured} jsonwebtoken checks signature and times only and writes no log.`,
      columns: [...columns, "rate against jsonwebtoken"],
      rows: [ofSecret("jsonwebtoken"), ofSecret("verifier"), ofSecret("handler")],
    },
    {
      title: "Authorizer with a JWKS, warm",
      note: `${measured} The keys are known. aws-jwt-verify checks signature, issuer, audience and times, and blocks its thread.`,
      columns: ["algorithm", ...columns, "rate against aws-jwt-verify"],
      rows: [...ofProvider("RS256"), ...ofProvider("ES256")],
    },
    await benchJwksStart(counts.starts),
  ];
}
