import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/redis-server.ts', 'test/support/built-app-folder.ts'],
    // Ends what hangs. No test passes because of it, so it leaves room for machines a few times as slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One more than the processors of a small machine: tests with processes of their own mostly wait for them.
    maxWorkers: 3,
    // Files share the processes that run them: loading bullmq, the SDK and the rest anew for each took a third of the time.
    // No file may leave anything behind, neither a changed global nor a timer.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
});
