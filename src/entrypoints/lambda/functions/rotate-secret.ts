import { lambdaFunction } from "../../composition/lambda-function.ts";
import { platform } from "../../composition/modules/platform.ts";
import { rotation } from "../../composition/modules/rotation.ts";
import { services } from "../../composition/services.ts";
import { rotateSecretHandler } from "../handlers/rotate-secret.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, rotation],
  handler: (get) => rotateSecretHandler({ rotate: get(services.rotateSigningSecret), logger: get(services.logger) }),
});
