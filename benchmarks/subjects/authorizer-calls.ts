// The deployed authorizer, with one log entry per call to standard output, beside its reference.
// Arguments: rounds, calls in each. Reports each subject's CallTimes to file descriptor 3.
import { writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { JwtVerifier } from "aws-jwt-verify";
import { Container } from "inversify";
import jsonwebtoken from "jsonwebtoken";
import { FixedSigningSecrets } from "../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { UnverifiedToken } from "../../src/domain/token/credentials.ts";
import { composeWith, resolve } from "../../src/entrypoints/composition/container.ts";
import { authorizationWith } from "../../src/entrypoints/composition/modules/authorization.ts";
import { platform } from "../../src/entrypoints/composition/modules/platform.ts";
import { services } from "../../src/entrypoints/composition/services.ts";
import { handler } from "../../src/entrypoints/lambda/functions/authorizer.ts";
import { authorizerHandler } from "../../src/entrypoints/lambda/handlers/authorizer.ts";
import { authorizerEvent } from "../../tests/support/gateway-events.ts";
import { lambdaContext } from "../../tests/support/lambda-context.ts";
import { verifierOver } from "../../tests/support/one-issuer.ts";
import { median, percentile } from "../samples.ts";
import { makeProvider, SECRET, signedToken } from "../settings.ts";

export type CallTimes = {
  readonly callsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
};

/** Of issuers with a secret, and of those with a JWKS, by its algorithm. */
export type Subject = "jsonwebtoken" | "verifier" | "handler" | ProviderSubject;
export type ProviderSubject = `${ProviderAlg} ${"aws-jwt-verify" | "verifier" | "handler"}`;
export type ProviderAlg = "RS256" | "ES256";

type Samples = { readonly rates: number[]; readonly micros: number[] };

function subjects(): Record<Subject, () => unknown> {
  return { ...ofSecret(), ...ofProvider("RS256"), ...ofProvider("ES256") };
}

function ofSecret() {
  const token = signedToken();
  const verifier = verifierOver(new FixedSigningSecrets(new Secret(SECRET)));
  const event = authorizerEvent({ query: { access_token: token } });
  return {
    jsonwebtoken: () => jsonwebtoken.verify(token, SECRET, { algorithms: ["HS256"] }),
    verifier: () => verifier.verify(token as UnverifiedToken),
    handler: () => handler(event, lambdaContext()),
  };
}

/** The keys are known to both: no request takes part. */
function ofProvider<A extends ProviderAlg>(alg: A) {
  const { issuer, audience, jwks, token } = makeProvider(alg);
  const reference = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/jwks.json` });
  reference.cacheJwks(jwks as Parameters<typeof reference.cacheJwks>[0]);
  const document = { issuers: [{ issuer, audience, algorithms: [alg], jwks }] };
  const modules = [platform, authorizationWith(document)];
  const { TOKEN_ISSUER: _, TOKEN_AUDIENCE: __, ...environment } = process.env;
  const container = composeWith(environment, new Container({ defaultScope: "Singleton" }), new Set(), modules);
  const get = <T>(id: Parameters<typeof resolve<T>>[1]) => resolve(container, id);
  const verifier = get(services.tokenVerifier);
  const authorize = authorizerHandler({ authorize: get(services.authorizeConnection), logger: get(services.logger) });
  const event = authorizerEvent({ query: { access_token: token } });
  return {
    [`${alg} aws-jwt-verify`]: () => reference.verifySync(token),
    [`${alg} verifier`]: () => verifier.verify(token as UnverifiedToken),
    [`${alg} handler`]: () => authorize(event, lambdaContext()),
  } as Record<`${A} ${"aws-jwt-verify" | "verifier" | "handler"}`, () => unknown>;
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
