// `npm run diagram`: the pictures and tables of what infra/template.yaml deploys.
import { writeFileSync } from "node:fs";
import { DOCUMENTS } from "./diagram/documents.ts";
import { readSystem } from "./diagram/system.ts";

const system = readSystem();
for (const [file, render] of DOCUMENTS) {
  writeFileSync(file, render(system));
  console.log(file);
}
