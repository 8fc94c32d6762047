import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";

type Event = {
  readonly requestContext: {
    readonly connectionId: string;
    readonly authorizer: { readonly userId: string; readonly firstName: string; readonly lastName: string };
  };
};

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

/** The work of `$connect` and nothing else: one put. */
export async function handler({ requestContext }: Event): Promise<{ readonly statusCode: number }> {
  const { connectionId, authorizer } = requestContext;
  const { userId, firstName, lastName } = authorizer;
  const ttl = Math.floor(Date.now() / 1000) + 7200;
  const Item = { pk: connectionId, sk: "metadata", GSI1PK: userId, GSI1SK: "user#", firstName, lastName, ttl };
  await client.send(new PutCommand({ TableName: process.env["TABLE_NAME"], Item }));
  return { statusCode: 200 };
}
