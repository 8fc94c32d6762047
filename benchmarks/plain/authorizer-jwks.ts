import { JwtVerifier } from "aws-jwt-verify";

type Event = { readonly methodArn: string; readonly queryStringParameters: { readonly access_token: string } };

const verifier = JwtVerifier.create({
  issuer: process.env["TOKEN_ISSUER"] ?? "",
  audience: process.env["TOKEN_AUDIENCE"] ?? "",
  jwksUri: process.env["JWKS_URL"] ?? "",
});

/** The authorizer's work with an identity provider, and nothing else: its keys, one signature, one policy. */
export async function handler({ methodArn, queryStringParameters }: Event): Promise<unknown> {
  const { sub } = await verifier.verify(queryStringParameters.access_token);
  return {
    principalId: sub,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: methodArn }],
    },
    context: { userId: sub },
  };
}
