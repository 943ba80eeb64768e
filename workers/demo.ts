import { fileURLToPath } from 'node:url';
import { disagreements, runDemo } from '../src/demo.ts';
import { reportFailure } from '../src/process.ts';

// dist/workers/demo.js: the package's root is two levels up.
const root = fileURLToPath(new URL('../..', import.meta.url));
try {
  const result = await runDemo(root, process.env, (line) => console.log(line));
  const wrong = disagreements(result);
  for (const line of wrong) console.error(`ringmaster: ${line}`);
  if (wrong.length > 0) process.exitCode = 1;
  console.log(JSON.stringify(result));
} catch (error) {
  process.exitCode = reportFailure(error);
}
