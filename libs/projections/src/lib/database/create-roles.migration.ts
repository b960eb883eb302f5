import type { MigrationInterface, QueryRunner } from "typeorm";

const roles = ["malipo_api", "malipo_projector", "malipo_decider"];

/** Roles belong to the whole server, so another database's migration may make them at the same time. */
const createRole = (role: string): string => `
  do $$ begin
    if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
  exception when duplicate_object or unique_violation then null;
  end $$;
  do $$ begin
    if not pg_has_role(current_user, '${role}', 'set') then execute format('grant ${role} to %I', current_user); end if;
  end $$;
  grant usage on schema public to ${role};`;

export class CreateRoles1790000000001 implements MigrationInterface {
  name = "CreateRoles1790000000001";

  async up(runner: QueryRunner): Promise<void> {
    for (const role of roles) await runner.query(createRole(role));
  }

  async down(): Promise<void> {
    // The roles may own rights in other databases of the server; they stay.
  }
}
