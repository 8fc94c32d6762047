import type { ConnectionVerdict } from "../../application/access/authorize-connection.ts";
import { grantText } from "../../domain/grants/grant.ts";
import type { PresentedToken } from "../../domain/token/verdict.ts";

/** An authorizer's response: a policy for exactly this request. The values of the context are flat strings. */
export type AuthorizerPolicy = {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: "2012-10-17";
    readonly Statement: readonly [
      { readonly Action: "execute-api:Invoke"; readonly Effect: "Allow" | "Deny"; readonly Resource: string },
    ];
  };
  readonly context: Readonly<Record<string, string>>;
};

/** Turns a verdict into the status that the client sees (101, 403 or 401), without the reason. */
export function authorizerResponse(verdict: ConnectionVerdict, methodArn: string): AuthorizerPolicy | Error {
  switch (verdict.kind) {
    case "accepted":
      return policy("Allow", methodArn, verdict.identity.userId, {
        ...verdict.identity,
        ...tokenContext(verdict.token),
        ...(verdict.grants.length > 0 && { grants: JSON.stringify(verdict.grants.map(grantText)) }),
      });
    case "refused":
      return policy("Deny", methodArn, "refused", {});
    case "rejected":
      return unauthorized();
  }
}

/** The facts about the token that `$connect` keeps. The values of a context are texts. */
function tokenContext({ issuer, expiresAt, issuedAt, tokenId }: PresentedToken): AuthorizerPolicy["context"] {
  return {
    issuer,
    tokenExpiresAt: String(expiresAt),
    ...(issuedAt !== undefined && { tokenIssuedAt: String(issuedAt) }),
    ...(tokenId !== undefined && { tokenId }),
  };
}

/** The error that API Gateway turns into 401: it reads exactly this text, case-sensitive. */
export function unauthorized(): Error {
  return new Error("Unauthorized");
}

/**
 * The error for a fault of this service: API Gateway turns every other text into 500. The client may try again and
 * learns nothing else.
 */
export function authorizerUnavailable(): Error {
  return new Error("AuthorizerUnavailable");
}

function policy(
  Effect: "Allow" | "Deny",
  Resource: string,
  principalId: string,
  context: AuthorizerPolicy["context"],
): AuthorizerPolicy {
  const statement = { Action: "execute-api:Invoke", Effect, Resource } as const;
  return { principalId, policyDocument: { Version: "2012-10-17", Statement: [statement] }, context };
}
