/**
 * Gathers what the commands of one atomic step tell, and hands it to the sinks as one unit.
 */
import * as Layer from "effect/Layer"
import { Request } from "../protocol/Request.ts"
import { type CommandWords, type Propagated, Propagation, type PropagationSink } from "../services/Propagation.ts"

export const layer: Layer.Layer<Propagation> = Layer.sync(Propagation, () => {
  let sinks: ReadonlyArray<PropagationSink> = []
  let unit: Array<Propagated> = []
  let replacement: ReadonlyArray<CommandWords> | undefined = undefined

  const flush = (separately = false): void => {
    if (unit.length === 0) return
    const done = separately ? unit.map((command) => [command]) : [unit]
    unit = []
    for (const sink of sinks) for (const commands of done) sink(commands)
  }

  return {
    get isActive() {
      return sinks.length > 0
    },
    instead: (commands) => {
      if (sinks.length > 0) replacement = commands()
    },
    also: (database, command) => {
      if (sinks.length > 0) unit.push({ database, request: Request.of(command) })
    },
    commandRan: (database, request, hasChanged) => {
      const commands = replacement
      replacement = undefined
      if (!hasChanged) return
      if (commands !== undefined) {
        for (const command of commands) unit.push({ database, request: Request.of(command) })
      } else if (request !== undefined) {
        unit.push({ database, request })
      }
    },
    flush,
    listen: (sink) => {
      sinks = [...sinks, sink]
      return () => {
        sinks = sinks.filter((other) => other !== sink)
      }
    }
  }
})
