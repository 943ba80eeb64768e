import { readCommandLine } from '../src/adapters/simulator/command-line.ts';
import { createSimulator } from '../src/adapters/simulator/simulator.ts';
import { onStopSignal } from '../src/adapters/stop-signal.ts';

try {
  const { options, port, host, madeUp } = await readCommandLine(process.argv);
  const simulator = createSimulator(options);
  const { url } = await simulator.listen(port, host);
  onStopSignal(() => void simulator.close(), ['SIGTERM', 'SIGINT']);
  // One line: the URL, and credentials only where they were made up here and nobody else could know them.
  console.log(madeUp === undefined ? url : `${url} ${madeUp}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
