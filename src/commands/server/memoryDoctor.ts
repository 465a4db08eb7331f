/**
 * The report of MEMORY DOCTOR: what is odd about the memory, and what to do about it. In our own words; the thresholds are Redis's.
 */
import { type MemoryFigures, ratio } from "./memoryFigures.ts"

interface Patient extends Pick<MemoryFigures, "used" | "peak" | "resident" | "clientBuffers"> {
  readonly clients: number
  /** The used share of the heap that V8 allows, from 0 to 1. */
  readonly heapUse: number
}

const megabyte = 1024 * 1024

const findings: ReadonlyArray<{ readonly applies: (patient: Patient) => boolean; readonly text: string }> = [
  {
    applies: ({ heapUse }) => heapUse > 0.75,
    text:
      "Heap limit: more than three quarters of the heap that V8 allows this process are in use. Near the limit writes are refused. " +
      "Start the server with a higher --max-old-space-size, or set maxmemory with a policy that evicts keys."
  },
  {
    applies: ({ peak, used }) => ratio(peak, used) > 1.5,
    text:
      "Peak: at some time the data took more than one and a half times what it takes now. The process may still hold that memory. " +
      "It is used again as the data grows; MEMORY PURGE gives back what can be given back."
  },
  {
    applies: ({ resident, used }) => ratio(resident, used) > 1.4 && resident - used > 100 * megabyte,
    text:
      "Resident memory: the process takes much more memory than its data. Garbage that has not been collected yet is a part of it, " +
      "which MEMORY PURGE collects; so are the program itself and what clients have in transit."
  },
  {
    applies: ({ clientBuffers, clients }) => ratio(clientBuffers, clients) > 200 * 1024,
    text:
      "Client buffers: more than 200 KB wait for each client on average. Clients that do not read their replies, or long pipelines, " +
      "are the usual reason; CLIENT LIST shows which, client-output-buffer-limit ends them."
  }
]

export const diagnosis = (patient: Patient): string => {
  if (patient.used < 5 * megabyte) {
    return "There is hardly any data in this server, so that its memory tells nothing. Ask again when there are more than 5 MB.\n"
  }
  const found = findings.filter(({ applies }) => applies(patient))
  if (found.length === 0) return "No problem with the memory was found.\n"
  return `This was found about the memory of this server:\n\n${found.map(({ text }) => ` * ${text}\n\n`).join("")}`
}
