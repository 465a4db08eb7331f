/**
 * All databases as they were at one moment. Who opens one closes it: until then every change pays a little for it.
 */
import type { DatabaseTables } from "./DatabaseTables.ts"
import type { TableSnapshot } from "./TableSnapshot.ts"

export class KeyspaceSnapshot {
  /** Those that were not empty. */
  readonly databases: ReadonlyArray<TableSnapshot>
  /** Some hash has fields that expire. */
  readonly hasFieldDeadlines: boolean
  readonly #tables: ReadonlyArray<DatabaseTables>

  constructor(tables: ReadonlyArray<DatabaseTables>) {
    this.#tables = tables
    this.databases = tables.filter(({ size }) => size > 0).map((table) => table.openSnapshot())
    this.hasFieldDeadlines = tables.some(({ volatileHashes }) => volatileHashes > 0)
  }

  get size(): number {
    return this.databases.reduce((sum, { size }) => sum + size, 0)
  }

  /** Bytes of all that has been put aside since it was opened. */
  get keptBytes(): number {
    return this.databases.reduce((sum, { keptBytes }) => sum + keptBytes, 0)
  }

  close(): void {
    // Databases may have been exchanged meanwhile, so each snapshot is looked for in all of them.
    for (const table of this.#tables) for (const snapshot of this.databases) table.closeSnapshot(snapshot)
  }
}
