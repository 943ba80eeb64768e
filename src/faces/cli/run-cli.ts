import { Command, CommanderError } from 'commander';
import { AppError } from '../../core/errors.ts';
import type { CliBackend } from './backend.ts';
import { addCalleeCommands } from './callee-commands.ts';
import { addCampaignCommands } from './campaign-commands.ts';
import { addCheckCommands } from './check-commands.ts';
import type { CliIo, Opened, Session } from './deps.ts';
import { addImportCommands } from './import-commands.ts';
import { addKeyCommands } from './key-commands.ts';
import { addSuppressCommands } from './suppress-commands.ts';

/** 0: done. 1: refused, with the reason on standard error. 2: the command line itself, or a setting, is wrong. */
export type ExitCode = 0 | 1 | 2;

/** What commander ends with when it printed what was asked for. */
const PRINTED: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version']);

function buildProgram(session: Session): Command {
  const { io } = session;
  const program = new Command('ringmaster');
  program
    .description('outbound call campaigns on Tencent Cloud Contact Center')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'ringmaster: ')),
    });
  addCampaignCommands(program, session);
  addImportCommands(program, session);
  addCalleeCommands(program, session);
  addSuppressCommands(program, session);
  addKeyCommands(program, session);
  addCheckCommands(program, session);
  return program;
}

/** True when whoever read our output has gone, as `head` does: nothing is wrong. */
function isReaderGone(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}

/** Loaded when it is known which of the two is needed: the one brings no pipelines, the other no client. */
async function backendOf(opened: Opened, io: CliIo): Promise<CliBackend> {
  if ('api' in opened) return (await import('./remote/remote-backend.ts')).remoteBackend(opened, io);
  return (await import('./local/local-backend.ts')).localBackend(opened, io);
}

function exitCodeOf(error: unknown, io: CliIo): ExitCode {
  if (error instanceof CommanderError) return PRINTED.has(error.code) ? 0 : 2;
  if (isReaderGone(error)) return 0;
  if (io.signal.aborted) {
    io.stderr.write('ringmaster: interrupted\n');
    return 1;
  }
  const message = error instanceof Error ? error.message : String(error);
  const unforeseen = error instanceof AppError ? '' : 'unexpected: ';
  io.stderr.write(`ringmaster: ${unforeseen}${message}\n`);
  return error instanceof AppError && error.code === 'settings_invalid' ? 2 : 1;
}

/**
 * Runs one command line (without node and script) and gives its exit code; never throws. `open` is called when
 * a command first needs the installation, so that help and usage errors need neither Redis nor the API.
 */
export async function runCli(
  args: readonly string[],
  io: CliIo,
  open: () => Promise<Opened>,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  const session: Session = {
    io,
    async use(work) {
      const backend = await backendOf(await open(), io);
      try {
        return await work(backend);
      } finally {
        await backend.close();
      }
    },
    fail: () => {
      code = 1;
    },
  };
  // A reader that goes away makes a write fail, which is where it is met.
  const ignore = (): void => {};
  io.stdout.on('error', ignore);
  try {
    await buildProgram(session).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOf(error, io);
  } finally {
    io.stdout.off('error', ignore);
  }
}
