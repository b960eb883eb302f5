import pg from "pg";
import { DataSource, type ObjectLiteral, type Repository } from "typeorm";
import { entities } from "../entities.js";
import { asDatabaseError } from "./pool.js";

/**
 * TypeORM over connections of a pool of ours, so that role, row-level security, and time limits are those of every other
 * statement. For reads that are not hot. Connects at the first use, and again after a use that found no database.
 */
export class Repositories {
  private connecting: Promise<DataSource> | undefined;

  constructor(private readonly pool: pg.Pool) {}

  async read<Row extends ObjectLiteral, Value>(entity: new () => Row, ask: (repository: Repository<Row>) => Promise<Value>): Promise<Value> {
    try {
      const source = await (this.connecting ??= this.connect());
      return await ask(source.getRepository(entity));
    } catch (error) {
      throw asDatabaseError(error);
    }
  }

  private connect(): Promise<DataSource> {
    const source = new DataSource({ type: "postgres", entities, driver: { ...pg, Pool: poolOver(this.pool) }, installExtensions: false });
    return source.initialize().catch((error: unknown) => {
      this.connecting = undefined;
      throw error;
    });
  }
}

/** What TypeORM makes a pool with. It gives ours, whose end is not TypeORM's to bring about. */
const poolOver = (pool: pg.Pool) =>
  function Pool() {
    return { connect: pool.connect.bind(pool), on: () => undefined, end: (done: () => void) => done() };
  };
