import { rename, rm } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';

/**
 * A file that appears under its name only when it is whole: `work` writes it under the name that it is given. Throws
 * AppError `file_unreadable` where the machine does not let it be written.
 */
export async function wholeFile<T>(file: string, work: (part: string) => Promise<T>): Promise<T> {
  const part = `${file}.part`;
  try {
    const done = await work(part);
    await rename(part, file);
    return done;
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof Error && 'syscall' in error) {
      throw new AppError('file_unreadable', `${file} cannot be written: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
