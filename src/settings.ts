import type { z } from 'zod';
import type { SettingRow } from './setting-kinds.ts';
import { BOUND_SETTINGS } from './settings-bounds.ts';
import { FACE_SETTINGS } from './settings-faces.ts';
import { OUTSIDE_SETTINGS } from './settings-outside.ts';

/** Every setting there is. The parser, the README's table and the start-up messages are all made from these rows. */
export const SETTINGS = { ...OUTSIDE_SETTINGS, ...FACE_SETTINGS, ...BOUND_SETTINGS };

export type SettingName = keyof typeof SETTINGS;

type Row<N extends SettingName> = (typeof SETTINGS)[N];

/** The parsed values. A setting without an initial text may be undefined. */
export type SettingValues = {
  readonly [N in SettingName]:
    | z.output<Row<N>['schema']>
    | (Row<N> extends { readonly initial: string } ? never : undefined);
};

/** The names in the order of the table. The cast holds because the keys of a literal are exactly its own. */
function settingNames(): SettingName[] {
  return Object.keys(SETTINGS) as SettingName[];
}

export const SETTING_NAMES: readonly SettingName[] = settingNames();

/** The row of a setting in its general form. */
export function settingRow(name: SettingName): SettingRow {
  return SETTINGS[name];
}

/** The table as Markdown; the README holds this text and a test compares the two. */
export function settingsTable(): string {
  const lines = ['| variable | default | meaning |', '| --- | --- | --- |'];
  for (const name of SETTING_NAMES) {
    const { initial, meaning } = settingRow(name);
    lines.push(`| \`${name}\` | ${initial === undefined ? '' : `\`${initial}\``} | ${meaning} |`);
  }
  return lines.join('\n');
}
