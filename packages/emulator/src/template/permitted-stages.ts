import type { Route } from "../gateway/api-description.ts";
import { mayApiInvoke } from "./read-permissions.ts";
import type { Stack } from "./stack.ts";

/** The stages from which permissions let API Gateway invoke the function of a route; nothing if that holds for all. */
export function permittedStages(
  stack: Stack,
  {
    functionName,
    qualifier,
    routeKey,
    stages,
    samsStage,
  }: {
    readonly functionName: string;
    readonly qualifier: string | undefined;
    readonly routeKey: string;
    readonly stages: readonly string[];
    /** The stage that SAM makes, if SAM makes the permission, too. */
    readonly samsStage?: string | undefined;
  },
): Pick<Route, "permittedStages"> {
  const { accountId, region, apiId } = stack.account;
  const permitted = stages.filter((stage) => {
    const sourceArn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${routeKey}`;
    return stage === samsStage || mayApiInvoke(stack, { functionName, qualifier, sourceArn });
  });
  return permitted.length === stages.length ? {} : { permittedStages: permitted };
}
