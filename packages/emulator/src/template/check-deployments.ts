import { apiParts, findApi } from "./api-parts.ts";
import type { Resource } from "./resources.ts";
import type { Stack } from "./stack.ts";

/**
 * A line for each deployment that CloudFormation may make before some of the routes. A stage with such a deployment lacks
 * them on AWS; here every stage has all routes.
 */
export function checkDeployments(stack: Stack): readonly string[] {
  const api = findApi(stack);
  const used = apiParts("AWS::ApiGatewayV2::Stage", api, stack)
    .filter(({ properties }) => !properties.flag("AutoDeploy"))
    .map(({ properties }) => properties.text("DeploymentId"));
  const routes = apiParts("AWS::ApiGatewayV2::Route", api, stack);
  return apiParts("AWS::ApiGatewayV2::Deployment", api, stack)
    .filter((deployment) => used.includes(stack.refOf(deployment)))
    .flatMap((deployment) => {
      const before = dependencies(deployment, stack, new Set());
      const [first, ...more] = routes.filter(({ logicalId }) => !before.has(logicalId));
      if (first === undefined) return [];
      const { file, line } = deployment.section.at;
      const others = more.length === 0 ? "" : ` (and ${more.length} more routes)`;
      return [`${file}:${line}: ${deployment.logicalId} has no DependsOn ${first.logicalId}${others}: ${EFFECT}`];
    });
}

const EFFECT = "on AWS it may be made before that, and its stage lacks the route";

/** The logical ids on which a resource depends by DependsOn, directly or through others. */
function dependencies({ section }: Resource, stack: Stack, found: Set<string>): ReadonlySet<string> {
  for (const logicalId of section.texts("DependsOn")) {
    if (found.has(logicalId)) continue;
    found.add(logicalId);
    const resource = stack.resources.find(logicalId);
    if (resource !== undefined) dependencies(resource, stack, found);
  }
  return found;
}
