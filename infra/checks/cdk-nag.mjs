// Prints cdk-nag's findings on expanded templates as JSON: [{ id, resource, info }].
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Aspects, Stack } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";

const outdir = mkdtempSync(join(tmpdir(), "cdk-nag-"));
const app = new App({ outdir, analyticsReporting: false });
for (const [index, templateFile] of process.argv.slice(2).entries()) {
  new CfnInclude(new Stack(app, `Expanded${index}`), "Template", { templateFile });
}

const findings = [];
const logger = {};
for (const method of ["onCompliance", "onSuppressed", "onNotApplicable", "onSuppressedError"])
  logger[method] = () => {};
logger.onNonCompliance = ({ ruleId, findingId, ruleInfo, resource }) =>
  findings.push({ id: ruleId, finding: findingId, resource: resource.node.id, info: ruleInfo });
logger.onError = ({ ruleId, errorMessage, resource }) =>
  findings.push({ id: `${ruleId} (not evaluated)`, resource: resource.node.id, info: errorMessage });

for (const Pack of [AwsSolutionsChecks, ServerlessChecks]) {
  Aspects.of(app).add(new Pack({ reports: false, additionalLoggers: [logger] }));
}
app.synth();
rmSync(outdir, { recursive: true });
process.stdout.write(JSON.stringify(findings));
