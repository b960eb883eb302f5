type Column<Row> = readonly [name: string, type: string, read: (row: Row) => unknown];

/** Rows as one array per column: one statement, whatever their number. */
export const unnest = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], alias = "r") => ({
  /** `unnest($1::text[], …) as r(a, …)` */
  source: `unnest(${columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ")}) as ${alias}(${names(columns)})`,
  names: names(columns),
  values: columns.map(([, , read]) => rows.map((row) => read(row) ?? null)),
});

const names = <Row>(columns: readonly Column<Row>[]): string => columns.map(([name]) => name).join(", ");

export const columnsOf = <Row>(...columns: Column<Row>[]): readonly Column<Row>[] => columns;

/** For `timestamptz[]`. */
export const timestamp = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());
