// The deployed authorizer, with one log entry per call to standard output, beside its reference.
// Arguments: rounds, calls in each. Reports each subject's CallTimes to file descriptor 3.
import { writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import jsonwebtoken from "jsonwebtoken";
import { FixedSigningSecrets } from "../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { UnverifiedToken } from "../../src/domain/token/credentials.ts";
import { handler } from "../../src/entrypoints/lambda/functions/authorizer.ts";
import { authorizerEvent } from "../../tests/support/gateway-events.ts";
import { lambdaContext } from "../../tests/support/lambda-context.ts";
import { verifierOver } from "../../tests/support/one-issuer.ts";
import { median, percentile } from "../samples.ts";
import { SECRET, signedToken } from "../settings.ts";

export type CallTimes = {
  readonly callsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
};

export type Subject = "jsonwebtoken" | "verifier" | "handler";

type Samples = { readonly rates: number[]; readonly micros: number[] };

function subjects(): Record<Subject, () => unknown> {
  const token = signedToken();
  const verifier = verifierOver(new FixedSigningSecrets(new Secret(SECRET)));
  const event = authorizerEvent({ query: { access_token: token } });
  return {
    jsonwebtoken: () => jsonwebtoken.verify(token, SECRET, { algorithms: ["HS256"] }),
    verifier: () => verifier.verify(token as UnverifiedToken),
    handler: () => handler(event, lambdaContext()),
  };
}

async function measureRound(call: () => unknown, calls: number, { rates, micros }: Samples): Promise<void> {
  const start = performance.now();
  let before = start;
  for (let done = 0; done < calls; done += 1) {
    await call();
    const after = performance.now();
    micros.push((after - before) * 1000);
    before = after;
  }
  rates.push((calls / (before - start)) * 1000);
}

async function measure(rounds: number, calls: number): Promise<Record<string, CallTimes>> {
  const all = Object.entries(subjects()).map(([name, call]) => ({ name, call, samples: { rates: [], micros: [] } }));
  const warmUp = Math.ceil(rounds / 4);
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const { call, samples } of all) {
      await measureRound(call, calls, round < 0 ? { rates: [], micros: [] } : samples);
    }
  }
  return Object.fromEntries(all.map(({ name, samples }) => [name, summary(samples)]));
}

function summary({ rates, micros }: Samples): CallTimes {
  return {
    callsPerSecond: median(rates),
    p50Micros: percentile(micros, 0.5),
    p99Micros: percentile(micros, 0.99),
  };
}

const [rounds, calls] = process.argv.slice(2).map(Number);
if (!rounds || !calls) throw new RangeError("Arguments: rounds, calls");
writeSync(3, JSON.stringify(await measure(rounds, calls)));
