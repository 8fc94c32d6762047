import type { ConnectionVerdict } from "../../application/access/authorize-connection.ts";

/** An authorizer's response: a policy for this very request. The context's values are flat strings. */
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

/** The verdict as the client sees it: 101, 403 or 401, without the reason. */
export function authorizerResponse(verdict: ConnectionVerdict, methodArn: string): AuthorizerPolicy | Error {
  switch (verdict.kind) {
    case "accepted":
      return policy("Allow", methodArn, verdict.identity.userId, {
        ...verdict.identity,
        tokenExpiresAt: String(verdict.tokenExpiresAt),
        ...(verdict.grants && { grants: JSON.stringify(verdict.grants) }),
      });
    case "refused":
      return policy("Deny", methodArn, "refused", {});
    case "rejected":
      return unauthorized();
  }
}

/** 401: the one message, case-sensitive, that API Gateway reads. */
export function unauthorized(): Error {
  return new Error("Unauthorized");
}

/** 500, as for any other message: a fault of ours. The client may try again and is told nothing else. */
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
