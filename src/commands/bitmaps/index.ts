/**
 * The commands that see a string as a row of bits.
 */
import type { Command } from "../../services/CommandTable.ts"
import { getbit, setbit } from "./bit.ts"
import { bitfield, bitfieldRo } from "./bitfield.ts"
import { bitop } from "./bitop.ts"
import { bitcount, bitpos } from "./search.ts"

export const bitmaps: ReadonlyArray<Command> = [setbit, getbit, bitcount, bitpos, bitop, bitfield, bitfieldRo]
