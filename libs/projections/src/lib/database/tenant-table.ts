/**
 * Row-level security for a table with an `account` column, forced so that the owner is bound too. No role needs
 * BYPASSRLS: the API sees the account of its transaction, the projector writes all, the decider reads all.
 */
export const secureTenantTable = (table: string): string => {
  const policy = table.replaceAll(".", "_").replaceAll('"', "");
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy ${policy}_api on ${table} for select to malipo_api using (account = current_setting('malipo.account', true));
    create policy ${policy}_projector on ${table} for all to malipo_projector using (true) with check (true);
    create policy ${policy}_decider on ${table} for select to malipo_decider using (true);
    ${grantTable(table)}`;
};

/** For tables that hold nothing of a tenant. */
export const grantTable = (table: string): string => `
    grant select on ${table} to malipo_api, malipo_decider;
    grant select, insert, update, delete on ${table} to malipo_projector;`;
