import { runRoles } from '../src/process.ts';

await runRoles(['api']);
