import type { AdmissionPolicy, AuthorizeConnection } from "../../application/authorize-connection.ts";
import type { CloseConnection } from "../../application/close-connection.ts";
import type { MintTestToken } from "../../application/mint-test-token.ts";
import type { OpenConnection } from "../../application/open-connection.ts";
import type { Clock } from "../../application/ports/clock.ts";
import type { ConnectionStore } from "../../application/ports/connection-store.ts";
import type { Logger } from "../../application/ports/logger.ts";
import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { SubscriptionStore } from "../../application/ports/subscription-store.ts";
import type { TokenSigner } from "../../application/ports/token-signer.ts";
import type { TokenVerifier } from "../../application/ports/token-verifier.ts";
import type { UniqueIds } from "../../application/ports/unique-ids.ts";
import type { RotateSigningSecret } from "../../application/rotate-signing-secret.ts";
import type { Subscribe } from "../../application/subscribe.ts";
import type { Unsubscribe } from "../../application/unsubscribe.ts";
import type { TokenPolicy } from "../../domain/token/token-policy.ts";

declare const provides: unique symbol;

/** The name of something in the container, and of its type: `resolve` and `provide` check against it. */
export type Name<T> = symbol & { readonly [provides]?: (value: T) => T };

function name<T>(description: string): Name<T> {
  return Symbol(description) as Name<T>;
}

export const names = {
  clock: name<Clock>("Clock"),
  logger: name<Logger>("Logger"),
  uniqueIds: name<UniqueIds>("UniqueIds"),

  admissionPolicy: name<AdmissionPolicy>("AdmissionPolicy"),
  tokenPolicy: name<TokenPolicy>("TokenPolicy"),
  signingSecrets: name<SigningSecrets>("SigningSecrets"),
  tokenVerifier: name<TokenVerifier>("TokenVerifier"),
  tokenSigner: name<TokenSigner>("TokenSigner"),
  authorizeConnection: name<AuthorizeConnection>("AuthorizeConnection"),
  mintTestToken: name<MintTestToken>("MintTestToken"),

  rotateSigningSecret: name<RotateSigningSecret>("RotateSigningSecret"),

  connectionStore: name<ConnectionStore>("ConnectionStore"),
  openConnection: name<OpenConnection>("OpenConnection"),
  closeConnection: name<CloseConnection>("CloseConnection"),

  subscriptionStore: name<SubscriptionStore>("SubscriptionStore"),
  subscribe: name<Subscribe>("Subscribe"),
  unsubscribe: name<Unsubscribe>("Unsubscribe"),
} as const;
