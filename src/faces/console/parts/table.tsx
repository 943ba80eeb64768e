import type { ComponentChildren } from 'preact';
import { ScrollBox } from './scroll-box.tsx';

export interface Column<Row> {
  readonly key: string;
  readonly head: ComponentChildren;
  readonly isNumeric?: boolean;
  /** Keeps the column from being squeezed by others. */
  readonly isWide?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

/** A table that scrolls by itself where the window is narrow; the box can be reached and moved with the keyboard. */
export function Table<Row>(props: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
}) {
  const { columns, rows } = props;
  return (
    <ScrollBox label={props.label}>
      <table>
        <caption class="hidden-text">{props.label}</caption>
        <thead>
          <tr>
            {columns.map(({ key, head, isNumeric }) => (
              <th key={key} scope="col" class={isNumeric ? 'numeric' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={props.rowKey(row)}>
              {columns.map(({ key, isNumeric, isWide, cell }) => (
                <td key={key} class={isNumeric ? 'numeric' : isWide ? 'wide' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
