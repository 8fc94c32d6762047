import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import jsonwebtoken from "jsonwebtoken";

type Event = { readonly methodArn: string; readonly queryStringParameters: { readonly access_token: string } };

const client = new SecretsManagerClient({});

/** The authorizer's work and nothing else: one secret, one signature, one policy. */
export async function handler({ methodArn, queryStringParameters }: Event): Promise<unknown> {
  const { SecretString = "" } = await client.send(
    new GetSecretValueCommand({ SecretId: process.env["JWT_SECRET_ID"] }),
  );
  const { signature } = JSON.parse(SecretString);
  const { data } = jsonwebtoken.verify(queryStringParameters.access_token, signature) as jsonwebtoken.JwtPayload;
  return {
    principalId: data.userId,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: methodArn }],
    },
    context: data,
  };
}
