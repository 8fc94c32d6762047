import { runToEnd } from "./fresh-process.ts";
import { LOCAL_SETTINGS } from "./settings.ts";
import type { CallTimes, Subject } from "./subjects/authorizer-calls.ts";
import { ratio, type Table } from "./table.ts";

const LABELS: Readonly<Record<Subject, string>> = {
  jsonwebtoken: "`jsonwebtoken.verify` alone",
  verifier: "`JoseTokenVerifier.verify` alone",
  handler: "authorizer: event to policy, with its log line",
};

/** Warm calls in one process, one after another as Lambda makes them. */
export async function benchAuthorizer(counts = { rounds: 60, calls: 500 }): Promise<Table[]> {
  const times = await runToEnd<Record<Subject, CallTimes>>({
    file: "benchmarks/subjects/authorizer-calls.ts",
    args: [String(counts.rounds), String(counts.calls)],
    environment: LOCAL_SETTINGS,
  });
  const reference = times.jsonwebtoken;
  const row = (subject: Subject): string[] => {
    const { callsPerSecond, p50Micros, p99Micros } = times[subject];
    return [
      LABELS[subject],
      callsPerSecond.toFixed(0),
      p50Micros.toFixed(1),
      p99Micros.toFixed(1),
      ratio(callsPerSecond, reference.callsPerSecond),
    ];
  };
  return [
    {
      title: "Authorizer, warm",
      note:
        `HS256, one process, one call at a time; ${counts.rounds} interleaved rounds of ${counts.calls} calls each. ` +
        "Calls per second: the median round. jsonwebtoken checks signature and times only and writes no log.",
      columns: ["subject", "calls/s", "p50 µs", "p99 µs", "rate against jsonwebtoken"],
      rows: [row("jsonwebtoken"), row("verifier"), row("handler")],
    },
  ];
}
