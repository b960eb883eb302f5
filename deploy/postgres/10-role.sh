#!/bin/sh
# The role that the services connect as: no superuser, because those see past row-level security.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 --set password="$MALIPO_DATABASE_PASSWORD" <<'SQL'
create role malipo login createdb createrole nosuperuser password :'password';
alter role malipo set createrole_self_grant = 'set, inherit';
create database malipo owner malipo;
SQL
