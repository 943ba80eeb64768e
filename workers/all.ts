import { runRoles } from '../src/process.ts';

// Roles as arguments; none means all in this one process.
await runRoles(process.argv.slice(2));
