import { keepHeapSmall } from '../src/frugal-heap.ts';
import { runRoles } from '../src/process.ts';

keepHeapSmall();
await runRoles(['api']);
