// `npm run docs`: docs/asyncapi.yaml from the schemas that validate at runtime, and one page from it that needs no network.
import { readFileSync, writeFileSync } from "node:fs";
import { asyncApiDocument, asyncApiYaml } from "./asyncapi-document.ts";

const RENDERER = "node_modules/@asyncapi/react-component/browser/standalone/index.js";
const STYLE = "node_modules/@asyncapi/react-component/styles/default.min.css";

/** The text of a script element must not contain its end tag. */
function inScript(text: string): string {
  return text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

function page(): string {
  const schema = JSON.stringify(asyncApiDocument()).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portcullis</title>
<style>${readFileSync(STYLE, "utf8")}</style>
</head>
<body>
<div id="asyncapi"></div>
<script>${inScript(readFileSync(RENDERER, "utf8"))}</script>
<script>AsyncApiStandalone.render({ schema: ${schema}, config: { show: { sidebar: true } } }, document.getElementById("asyncapi"));</script>
</body>
</html>
`;
}

writeFileSync("docs/asyncapi.yaml", asyncApiYaml());
writeFileSync("docs/asyncapi.html", page());
console.log("docs/asyncapi.yaml\ndocs/asyncapi.html");
