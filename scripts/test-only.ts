// `npm run test:only -- tests/domain`: the tests, without the checks of `npm test`.
import { conclude } from "./conclude.ts";
import { runTests } from "./run-tests.ts";

conclude(runTests(process.argv.slice(2)));
