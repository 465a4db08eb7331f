/**
 * One section of INFO: a title, and lines of names and values.
 */
import type { CommandContext } from "../../../services/CommandContext.ts"

export type Field = readonly [name: string, value: string | number]

export interface Section {
  /** As INFO's heading shows it; asked for in any case. */
  readonly title: string
  /** It is part of INFO without arguments. */
  readonly isDefault: boolean
  readonly fields: (context: CommandContext) => ReadonlyArray<Field>
}

export const fixed = (value: number, digits = 2): string => value.toFixed(digits)

export const sectionText = (section: Section, context: CommandContext): string =>
  `# ${section.title}\r\n${section.fields(context).map(([name, value]) => `${name}:${value}\r\n`).join("")}`
