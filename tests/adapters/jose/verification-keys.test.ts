import { describe } from "vitest";
import { HmacVerificationKeys } from "../../../src/adapters/jose/hmac-keys.ts";
import { InlineVerificationKeys, JwksVerificationKeys } from "../../../src/adapters/jose/jwks-keys.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { findAlgorithm, HS256 } from "../../../src/domain/token/algorithms.ts";
import { parseJwkSet } from "../../../src/domain/token/jwk-set.ts";
import { describeVerificationKeys } from "../../contracts/verification-keys.contract.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { RotatingSigningSecrets } from "../../fakes/rotating-signing-secrets.ts";
import { LONG_SECRET } from "../../support/providers.ts";
import { newPair, published } from "../../support/signed-jws.ts";

const ES256 = findAlgorithm("ES256") ?? HS256;
const ES384 = findAlgorithm("ES384") ?? HS256;
const algorithms = [ES256, ES384] as const;
const SET = {
  keys: [
    published(newPair("ES256").publicKey, { kid: "1" }),
    published(newPair("ES256").publicKey, { kid: "2" }),
    published(newPair("ES384").publicKey, { kid: "3" }),
  ],
};
const header = { kind: "header", algorithm: ES256, keyId: "1" } as const;

const isDown = (): never => {
  throw new DependencyUnavailableError("SIGNING_SECRETS");
};

describe("HmacVerificationKeys", () => {
  describeVerificationKeys({
    make: async () => {
      const secrets = new RotatingSigningSecrets([new Secret(LONG_SECRET)]);
      const algorithm = findAlgorithm("HS512") ?? HS256;
      return {
        keys: new HmacVerificationKeys(secrets, algorithm),
        header: { kind: "header", algorithm },
        asked: () => secrets.rereads,
      };
    },
    down: () =>
      new HmacVerificationKeys({
        prime: async () => isDown(),
        read: async () => isDown(),
        reread: async () => isDown(),
      }),
  });
});

describe("JwksVerificationKeys", () => {
  const over = (fetch: () => Promise<unknown>) => {
    const clock = new FixedClock(1_800_000_000_000);
    const policy = { issuer: "https://issuer.example", algorithms };
    return new JwksVerificationKeys({ source: { fetch }, policy, clock, logger: new RecordingLogger() });
  };

  describeVerificationKeys({
    make: async () => {
      let requests = 0;
      const keys = over(async () => {
        requests += 1;
        return SET;
      });
      return { keys, header, asked: () => requests };
    },
    down: () => over(() => Promise.reject(new Error("planted"))),
  });
});

describe("InlineVerificationKeys", () => {
  const set = parseJwkSet(SET, algorithms);

  describeVerificationKeys({
    make: async () => ({
      keys: new InlineVerificationKeys(set.kind === "keys" ? set.keys : []),
      header,
      asked: () => 0,
    }),
  });
});
