import type { Child } from 'hono/jsx';

export type Column<Row> = {
  name: string;
  cell: (row: Row) => Child;
  /** Set to the right, its digits below each other. */
  number?: boolean;
  /** On narrow screens its name stands before the cell, which says too little alone. */
  named?: boolean;
  /** On narrow screens it has a line of its own. */
  whole?: boolean;
};

/**
 * A table. On narrow screens each row becomes two columns of cells in the order of the columns, so put what matters most first. The roles
 * are written down, as another `display` would take them away. Its name is read out; `empty` stands there instead of no rows.
 */
export function Table<Row>(props: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  empty: Child;
}) {
  if (props.rows.length === 0) return <>{props.empty}</>;
  return (
    <table class="stack" role="table" aria-label={props.label}>
      <thead role="rowgroup">
        <tr role="row">
          {props.columns.map(({ name, number }) => (
            <th role="columnheader" scope="col" class={number ? 'number' : undefined}>
              {name === '' ? <span class="out">Actions</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {props.rows.map((row) => (
          <tr role="row">
            {props.columns.map(({ name, cell, number, named, whole }) => (
              <td
                role="cell"
                class={[number ? 'number' : '', whole ? 'whole' : ''].join(' ').trim() || undefined}
                data-name={named ? name : undefined}
              >
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What stands where nothing is yet: what will be here, and what to do first. */
export const Empty = ({ title, children }: { title: string; children?: Child }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
);

/** The foot of a list: how much is shown, and the way on. */
export const Paging = (props: {
  text: string;
  newer?: string | null;
  older?: string | null;
  /** What the two ways are called; default: for a list that begins with the newest. */
  names?: { first: string; next: string };
}) => (
  <div class="paging">
    <span>{props.text}</span>
    <nav class="row" aria-label="Pages">
      {props.newer ? (
        <a class="button quiet small" href={props.newer}>
          {props.names?.first ?? 'Newest'}
        </a>
      ) : null}
      {props.older ? (
        <a class="button quiet small" href={props.older} rel="next">
          {props.names?.next ?? 'Older'} →
        </a>
      ) : null}
    </nav>
  </div>
);
