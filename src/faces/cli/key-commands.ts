import { type Command, Option } from 'commander';
import { ACCESS_ROLES, type AccessRole } from '../../core/access.ts';
import { AppError } from '../../core/errors.ts';
import type { Session } from './deps.ts';
import { printJson, printLine, tableText } from './output.ts';

function addCreate(keys: Command, { io, use }: Session): void {
  keys
    .command('create')
    .description('make an API key; it is shown this once')
    .addOption(
      new Option('--role <role>', 'viewer reads, operator also writes, admin also makes keys')
        .choices(ACCESS_ROLES)
        .makeOptionMandatory(),
    )
    .option('--name <name>', 'what people call it; stands beside whatever is done with it')
    .option('--json', 'print one JSON document')
    .action(async (options: { role: AccessRole; name?: string; json?: true }) => {
      const name = options.name?.trim();
      if (name !== undefined && (name === '' || name.length > 100)) {
        throw new AppError('input_invalid', 'the name of a key has 1 to 100 characters');
      }
      const key = await use((backend) => backend.createKey({ name, role: options.role }));
      if (options.json) return printJson(io, key);
      await printLine(io, key.secret);
      io.stderr.write(`ringmaster: key "${key.name}" (${key.role}); keep it now, it is not shown again\n`);
    });
}

function addReads(keys: Command, { io, use }: Session): void {
  keys
    .command('list')
    .description('all API keys, with their roles and when they were used last')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      const documents = await use((backend) => backend.keys());
      if (options.json) return printJson(io, documents);
      if (documents.length === 0) return printLine(io, 'there are no API keys yet');
      const rows = documents.map((key) => [
        ...[key.id, key.role, key.createdAt ?? '-', key.lastUsedAt ?? 'never', key.name],
      ]);
      return printLine(io, tableText(['key', 'role', 'made', 'used', 'name'], rows));
    });
  keys
    .command('revoke <key>')
    .description('end an API key, by id or name, with every browser session begun with it')
    .option('--json', 'print one JSON document')
    .action(async (which: string, options: { json?: true }) => {
      const key = await use((backend) => backend.revokeKey(which));
      if (options.json) return printJson(io, key);
      return printLine(io, `key "${key.name}" (${key.id}) is revoked`);
    });
}

/** `key create | list | revoke`. */
export function addKeyCommands(program: Command, session: Session): void {
  const keys = program.command('key').description('keys for the HTTP API and the console');
  addCreate(keys, session);
  addReads(keys, session);
}
